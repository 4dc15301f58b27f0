-- How a province was set up: one row, and the ceremonies in which shares of its master key were handed out.
CREATE TABLE foundings (
    founding_id integer PRIMARY KEY DEFAULT 1 CHECK (founding_id = 1),
    province char(6) NOT NULL,
    starter text[],
    begun_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    CHECK (completed_at IS NULL OR starter IS NOT NULL)
);
COMMENT ON TABLE foundings IS 'room: founding';
CREATE TABLE key_ceremonies (
    ceremony_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_fingerprint text NOT NULL CHECK (key_fingerprint ~ '^[0-9a-f]{8}$'),
    batch text NOT NULL,
    threshold integer NOT NULL CHECK (threshold >= 2),
    conductor text NOT NULL,
    witness text NOT NULL,
    held_at timestamptz NOT NULL DEFAULT now(),
    CHECK (conductor <> witness)
);
COMMENT ON TABLE key_ceremonies IS 'room: founding. Fingerprints and people; no share is ever stored.';
CREATE TABLE key_shares (
    ceremony_id bigint NOT NULL REFERENCES key_ceremonies,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 9),
    holder text NOT NULL,
    fingerprint text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (ceremony_id, number),
    UNIQUE (ceremony_id, holder)
);
COMMENT ON TABLE key_shares IS 'room: founding. Who holds which share, by its fingerprint.';
GRANT SELECT, INSERT ON foundings, key_ceremonies, key_shares TO mingpiao_system;
GRANT UPDATE (starter, completed_at) ON foundings TO mingpiao_system;

CREATE FUNCTION keep_founding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.completed_at IS NOT NULL OR NEW.province <> OLD.province
       OR (OLD.starter IS NOT NULL AND NEW.starter IS DISTINCT FROM OLD.starter) THEN
        RAISE EXCEPTION 'a founding only goes forward' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON foundings FOR EACH ROW EXECUTE FUNCTION keep_founding();
CREATE TRIGGER never_deleted BEFORE DELETE ON foundings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON key_ceremonies FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON key_shares FOR EACH ROW EXECUTE FUNCTION refuse_change();
