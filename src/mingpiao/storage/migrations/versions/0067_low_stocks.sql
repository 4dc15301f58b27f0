-- Which stocks of departments will soon run out. Figures for people: a duty writes them every day, and a row that goes
-- away settles its message.
CREATE TABLE low_stocks (
    low_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL,
    kind_code char(4) NOT NULL,
    runs_out_on date NOT NULL,
    UNIQUE (region_code, kind_code)
);
COMMENT ON TABLE low_stocks IS 'room: supply. Kinds of which a department will soon have no numbers; found anew every day.';
ALTER TABLE low_stocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE low_stocks FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON low_stocks TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_region ON low_stocks FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high());
GRANT SELECT ON low_stocks TO mingpiao_system, mingpiao_department;
GRANT INSERT (region_code, kind_code, runs_out_on), UPDATE (runs_out_on), DELETE ON low_stocks TO mingpiao_system;
