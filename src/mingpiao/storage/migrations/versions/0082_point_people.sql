-- 开票点 have people: who acts in the name of which point. An account in no point's list may act for all.
CREATE TABLE point_people (
    unit_id bigint NOT NULL,
    point_code text NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit_id, point_code, account_id),
    FOREIGN KEY (unit_id, point_code) REFERENCES issuing_points
);
CREATE INDEX point_people_account ON point_people (account_id);
COMMENT ON TABLE point_people IS 'room: units. Accounts that act for issuing points of their unit; one that is in no list acts for all.';
ALTER TABLE point_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_people FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON point_people TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON point_people FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON point_people FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
GRANT SELECT ON point_people TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT (unit_id, point_code, account_id), DELETE ON point_people TO mingpiao_system;

ALTER TABLE requisitions ADD COLUMN point_code text NOT NULL DEFAULT '';
COMMENT ON COLUMN requisitions.point_code IS 'The issuing point in whose name it was asked; empty: the unit as a whole.';
