-- Revocation lists: what an issuer's newest list names. A bill's check judges a certificate as of its signature.
CREATE TABLE revocation_lists (
    issuer text PRIMARY KEY,
    number numeric NOT NULL,
    this_update timestamptz NOT NULL,
    next_update timestamptz,
    content bytea NOT NULL,
    imported_by_name text NOT NULL,
    imported_at timestamptz NOT NULL
);
COMMENT ON TABLE revocation_lists IS 'room: sealing. The newest revocation list (CRL) of each issuer outside, as it was imported.';
CREATE TABLE revoked_certificates (
    issuer text NOT NULL REFERENCES revocation_lists,
    serial text NOT NULL,
    revoked_at timestamptz NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (issuer, serial)
);
COMMENT ON TABLE revoked_certificates IS 'room: sealing. What the lists name, by the name that signatures give.';
GRANT SELECT, INSERT, UPDATE ON revocation_lists TO mingpiao_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON revoked_certificates TO mingpiao_system;

-- ---------------------------------------------------------------- certificates of persons
CREATE TABLE ukey_authorities (
    authority_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    subject text NOT NULL UNIQUE,
    certificate bytea NOT NULL,
    encrypted_key bytea,
    changes bigint NOT NULL DEFAULT 0,
    list_content bytea,
    list_number bigint NOT NULL DEFAULT 0,
    list_changes bigint NOT NULL DEFAULT 0,
    list_until timestamptz,
    added_by_name text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ukey_authorities_own ON ukey_authorities ((true)) WHERE encrypted_key IS NOT NULL;
COMMENT ON TABLE ukey_authorities IS 'room: ukeys. CAs whose certificates of persons are trusted; the platform''s own has a key, wrapped under the master key, and its revocation list.';
COMMENT ON COLUMN ukey_authorities.changes IS 'Counts what is revoked, put on hold and taken back; the list is made anew when list_changes is behind.';
GRANT SELECT, INSERT ON ukey_authorities TO mingpiao_system;
GRANT UPDATE (changes, list_content, list_number, list_changes, list_until) ON ukey_authorities TO mingpiao_system;

CREATE TABLE ukeys (
    ukey_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    unit_id bigint REFERENCES units,
    region_code char(6) REFERENCES departments,
    point_code text NOT NULL,
    holder_name text NOT NULL,
    place_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'refused', 'withdrawn', 'issued', 'delivered', 'active', 'held', 'revoked')),
    request bytea NOT NULL,
    point bytea NOT NULL,
    certificate bytea,
    serial text,
    issuer text,
    valid_from timestamptz,
    valid_to timestamptz,
    applied_by bigint NOT NULL REFERENCES accounts,
    applied_at timestamptz NOT NULL,
    decided_by bigint REFERENCES accounts,
    ended_at timestamptz,
    revision integer NOT NULL,
    CHECK ((unit_id IS NULL) <> (region_code IS NULL)),
    CHECK (region_code IS NULL OR point_code = ''),
    CHECK (state NOT IN ('issued', 'delivered', 'active', 'held', 'revoked') OR (certificate IS NOT NULL AND serial IS NOT NULL
        AND issuer IS NOT NULL AND valid_from IS NOT NULL AND valid_to IS NOT NULL AND decided_by IS NOT NULL)),
    CONSTRAINT ukeys_two_people CHECK (decided_by <> applied_by AND decided_by <> account_id),
    UNIQUE (issuer, serial)
);
-- A key is one person's for ever; of a person and place one application is open, and one certificate in use.
CREATE UNIQUE INDEX ukeys_point ON ukeys (point) WHERE state NOT IN ('refused', 'withdrawn');
CREATE UNIQUE INDEX ukeys_open ON ukeys (account_id, point_code) WHERE state IN ('requested', 'issued', 'delivered');
CREATE UNIQUE INDEX ukeys_used ON ukeys (account_id, point_code) WHERE state IN ('active', 'held');
CREATE INDEX ukeys_unit ON ukeys (unit_id, ukey_id DESC);
CREATE INDEX ukeys_region ON ukeys (region_code, ukey_id DESC);
CREATE INDEX ukeys_ended ON ukeys (issuer) WHERE state IN ('held', 'revoked');
COMMENT ON TABLE ukeys IS 'room: ukeys. A person''s key and certificate for one 开票点 of a unit (empty: for all of it), or for a department.';
CREATE TABLE ukey_steps (
    ukey_id bigint NOT NULL REFERENCES ukeys,
    revision integer NOT NULL,
    step text NOT NULL,
    at timestamptz NOT NULL,
    by_name text NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (ukey_id, revision)
);
COMMENT ON TABLE ukey_steps IS 'room: ukeys. What became of a UKey, step by step.';

-- What a key is and whose it is stays; a certificate comes once.
CREATE FUNCTION keep_ukey() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.state := NEW.state;
    kept.revision := NEW.revision;
    kept.ended_at := NEW.ended_at;
    kept.decided_by := NEW.decided_by;
    IF OLD.certificate IS NULL THEN
        kept.certificate := NEW.certificate;
        kept.serial := NEW.serial;
        kept.issuer := NEW.issuer;
        kept.valid_from := NEW.valid_from;
        kept.valid_to := NEW.valid_to;
    END IF;
    IF kept IS DISTINCT FROM NEW OR NEW.revision <> OLD.revision + 1
       OR OLD.state IN ('refused', 'withdrawn', 'revoked')
       OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by) THEN
        RAISE EXCEPTION 'ukey % does not change like this', OLD.ukey_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON ukeys FOR EACH ROW EXECUTE FUNCTION keep_ukey();
CREATE TRIGGER never_changed BEFORE UPDATE ON ukey_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['ukeys', 'ukey_steps'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
    END LOOP;
END $$;
CREATE POLICY unit_own ON ukeys FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_own ON ukeys FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units) OR region_code BETWEEN scope_region_low() AND scope_region_high());
CREATE POLICY with_ukey ON ukey_steps FOR SELECT TO mingpiao_unit, mingpiao_department
    USING (ukey_id IN (SELECT ukey_id FROM ukeys));
GRANT INSERT (account_id, unit_id, region_code, point_code, holder_name, place_name, state, request, point, applied_by, applied_at, revision)
    ON ukeys TO mingpiao_system;
GRANT UPDATE (state, certificate, serial, issuer, valid_from, valid_to, decided_by, ended_at, revision) ON ukeys TO mingpiao_system;
GRANT INSERT ON ukey_steps TO mingpiao_system;
