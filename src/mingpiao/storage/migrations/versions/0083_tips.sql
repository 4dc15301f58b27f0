-- 群众线索: what people outside tell of a bill or a unit, and what departments made of it.
CREATE TABLE tips (
    tip_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- An HMAC of the reporter's 查询码, under a key that is not in the database.
    code_hash bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    region_code char(6) NOT NULL REFERENCES departments,
    unit_id bigint REFERENCES units,
    unit_name text NOT NULL,
    bill_id bigint,
    kinds text[] NOT NULL CHECK (cardinality(kinds) > 0),
    words text NOT NULL,
    contact bytea,
    contact_masked text NOT NULL,
    state text NOT NULL CHECK (state IN ('new', 'accepted', 'asked', 'refused', 'closed', 'merged')),
    revision integer NOT NULL CHECK (revision > 0),
    due_at timestamptz NOT NULL,
    submitted_at timestamptz NOT NULL,
    accepted_at timestamptz,
    question text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decided_by_name text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    merged_into bigint REFERENCES tips,
    overdue_told timestamptz,
    CHECK ((contact IS NULL) = (contact_masked = '')),
    CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
    CHECK (merged_into <> tip_id),
    CHECK (state <> 'asked' OR question <> ''),
    CHECK (state NOT IN ('refused', 'closed') OR (answer <> '' AND decided_at IS NOT NULL)),
    CHECK (state <> 'closed' OR accepted_at IS NOT NULL)
);
CREATE INDEX tips_region ON tips (region_code, tip_id DESC);
CREATE INDEX tips_unit ON tips (unit_id, tip_id DESC) WHERE unit_id IS NOT NULL;
CREATE INDEX tips_bill ON tips (bill_id) WHERE bill_id IS NOT NULL;
CREATE INDEX tips_merged ON tips (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tips_due ON tips (due_at, tip_id) WHERE state IN ('new', 'accepted', 'asked');
COMMENT ON TABLE tips IS 'room: tips. 群众线索: what somebody outside tells of a bill or a unit. No unit sees it.';
COMMENT ON COLUMN tips.contact IS 'How the reporter can be reached, wrapped under the master key; read only by a verb that the audit trail tells of.';

CREATE TABLE tip_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tip_id bigint NOT NULL REFERENCES tips,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor_name text NOT NULL,
    -- What the reporter reads, and what stays within departments.
    words text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT ''
);
CREATE INDEX tip_steps_tip ON tip_steps (tip_id, step_id);
COMMENT ON TABLE tip_steps IS 'room: tips. What happened to a tip, in people''s words.';

CREATE TABLE tip_files (
    file_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tip_id bigint NOT NULL REFERENCES tips,
    step_id bigint NOT NULL REFERENCES tip_steps,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    name text NOT NULL,
    media_type text NOT NULL,
    size integer NOT NULL CHECK (size > 0),
    UNIQUE (tip_id, digest)
);
COMMENT ON TABLE tip_files IS 'room: tips. Files of a tip; their bytes lie encrypted in the file store.';

CREATE TABLE tip_counts (
    kind text NOT NULL,
    key_hash bytea NOT NULL,
    day date NOT NULL,
    times integer NOT NULL,
    PRIMARY KEY (kind, key_hash, day)
);
COMMENT ON TABLE tip_counts IS 'room: tips. How often a network reported, sent files and asked in a day; of the network only an HMAC is kept.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['tips', 'tip_steps', 'tip_files'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_department', guarded);
        EXECUTE format('GRANT INSERT ON %I TO mingpiao_system', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['tip_steps', 'tip_files'] LOOP
        EXECUTE format('CREATE POLICY of_tip ON %I FOR SELECT TO mingpiao_department USING (tip_id IN (SELECT tip_id FROM tips))', guarded);
    END LOOP;
END $$;
CREATE POLICY department_region ON tips FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high());
GRANT UPDATE (region_code, unit_id, state, revision, due_at, accepted_at, question, decided_at, decided_by_name, answer,
              merged_into, overdue_told) ON tips TO mingpiao_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON tip_counts TO mingpiao_system;
