-- A department reads the back-tests that it and those below it asked for; what it asks and stops is written
-- for it by the platform. A unit reads none.
GRANT SELECT ON backtests TO mingpiao_department;
ALTER TABLE backtests ENABLE ROW LEVEL SECURITY;
ALTER TABLE backtests FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON backtests TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_region ON backtests FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low()::char(6) AND scope_region_high()::char(6));
