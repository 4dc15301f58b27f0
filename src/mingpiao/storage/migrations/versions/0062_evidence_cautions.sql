-- How sure the comparison of bills with their files must be, as departments chose it; every choice is kept.
CREATE TABLE evidence_cautions (
    region_code char(6) NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    caution text NOT NULL CHECK (caution IN ('lenient', 'usual', 'strict')),
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    changed_by_name text NOT NULL,
    PRIMARY KEY (region_code, revision)
);
COMMENT ON TABLE evidence_cautions IS 'room: evidence. A department''s choice for its area; where one has none, that of the department above holds.';
GRANT SELECT ON evidence_cautions TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT ON evidence_cautions TO mingpiao_system;
