-- Figures of write-off are asked for by month, those of cases too.
CREATE INDEX exception_cases_month ON exception_cases (month, region_code);
CREATE TABLE writeoff_reminders (
    unit_id bigint PRIMARY KEY REFERENCES units,
    reminded_on date NOT NULL,
    reminded_by_name text NOT NULL
);
COMMENT ON TABLE writeoff_reminders IS 'room: writeoff. When a department last reminded a unit of write-off.';
GRANT SELECT, INSERT, UPDATE ON writeoff_reminders TO mingpiao_system;
GRANT SELECT ON writeoff_reminders TO mingpiao_department;
ALTER TABLE writeoff_reminders ENABLE ROW LEVEL SECURITY;
ALTER TABLE writeoff_reminders FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON writeoff_reminders TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_units ON writeoff_reminders FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
