-- Whether people of online units issue by UKey alone, as departments chose it; every choice is kept.
CREATE TABLE ukey_policies (
    region_code char(6) NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    issuing_needs_ukey boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    changed_by_name text NOT NULL,
    PRIMARY KEY (region_code, revision)
);
COMMENT ON TABLE ukey_policies IS 'room: ukeys. A department''s choice for its area; where one has none, that of the department above holds.';
GRANT SELECT ON ukey_policies TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT ON ukey_policies TO mingpiao_system;
