-- 制样: versions of the faces of bill kinds, designed in the browser and published by two people.

-- ---------------------------------------------------------------- which version from which day on
CREATE TABLE template_days (
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    version integer NOT NULL CHECK (version BETWEEN 2 AND 99),
    valid_from date NOT NULL,
    PRIMARY KEY (kind_code, version)
);
COMMENT ON TABLE template_days IS 'room: catalog. From which day on bills of a kind bear a version of its face template; the version that comes with the platform holds before.';
GRANT SELECT, INSERT ON template_days TO mingpiao_system;
GRANT SELECT ON template_days TO mingpiao_unit, mingpiao_department;

-- ---------------------------------------------------------------- the versions themselves
CREATE TABLE face_versions (
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    version integer NOT NULL CHECK (version BETWEEN 2 AND 99),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published')),
    revision integer NOT NULL DEFAULT 1,
    content jsonb NOT NULL,
    valid_from date NOT NULL,
    note text NOT NULL DEFAULT '',
    author text NOT NULL,
    author_name text NOT NULL,
    makers text[] NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    published_by text,
    published_by_name text,
    published_at timestamptz,
    PRIMARY KEY (kind_code, version),
    CHECK (author = ANY (makers)),
    CHECK ((state = 'published') = (published_by IS NOT NULL)),
    CHECK ((state = 'published') = (published_by_name IS NOT NULL)),
    CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CHECK (published_by <> ALL (makers))
);
CREATE UNIQUE INDEX face_versions_draft ON face_versions (kind_code) WHERE state = 'draft';
COMMENT ON TABLE face_versions IS 'room: layout. Versions of the faces of bill kinds. A published one draws the bills that bear its number, for ever.';
GRANT SELECT, INSERT, UPDATE, DELETE ON face_versions TO mingpiao_system;
GRANT SELECT ON face_versions TO mingpiao_department;
ALTER TABLE face_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY system_all ON face_versions TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_all ON face_versions FOR SELECT TO mingpiao_department USING (true);

-- ---------------------------------------------------------------- one way
-- A face is published as it was drafted, and then stays; its kind and number are its name.
CREATE FUNCTION keep_face_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published'
       OR (TG_OP = 'UPDATE' AND (
            (NEW.kind_code, NEW.version) IS DISTINCT FROM (OLD.kind_code, OLD.version)
            OR (NEW.state = 'published' AND (NEW.content, NEW.valid_from, NEW.makers)
                                            IS DISTINCT FROM (OLD.content, OLD.valid_from, OLD.makers)))) THEN
        RAISE EXCEPTION 'version % of the face of kind % was published, or is published as it was drafted',
            OLD.version, OLD.kind_code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON face_versions FOR EACH ROW EXECUTE FUNCTION keep_face_version();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON face_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON template_days FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON template_days FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
