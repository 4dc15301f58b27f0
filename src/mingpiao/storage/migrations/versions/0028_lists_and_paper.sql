-- Rows that an account wants on a page of a list, how often bills were printed, and exports that are ZIP files.
CREATE TABLE page_sizes (
    account_id bigint PRIMARY KEY REFERENCES accounts,
    rows smallint NOT NULL CHECK (rows IN (20, 50, 100))
);
COMMENT ON TABLE page_sizes IS 'room: identity. Rows that an account wants on a page of any list; without a row each list has its usual number.';

GRANT SELECT, INSERT, UPDATE ON page_sizes TO mingpiao_system;

CREATE TABLE bill_prints (
    unit_id bigint NOT NULL REFERENCES units,
    bill_id bigint NOT NULL,
    count integer NOT NULL CHECK (count > 0),
    printed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit_id, bill_id)
);
COMMENT ON TABLE bill_prints IS 'room: issuing. Prints of bills that people asked for; a bill without a row was never printed.';

GRANT SELECT, INSERT, UPDATE ON bill_prints TO mingpiao_system;
GRANT SELECT ON bill_prints TO mingpiao_unit, mingpiao_department;
ALTER TABLE bill_prints ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_prints FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON bill_prints TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON bill_prints FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON bill_prints FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

ALTER TABLE exports DROP CONSTRAINT exports_format_check;
ALTER TABLE exports ADD CONSTRAINT exports_format_check CHECK (format IN ('csv', 'xlsx', 'zip'));
