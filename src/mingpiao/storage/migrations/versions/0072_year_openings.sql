-- 年度换码: how far the opening of a year's codes is. The worker goes on after the unit that it noted last.
CREATE TABLE year_openings (
    year integer PRIMARY KEY CHECK (year BETWEEN 2000 AND 2099),
    least integer NOT NULL CHECK (least > 0),
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
    run integer NOT NULL DEFAULT 1,
    after_unit bigint NOT NULL DEFAULT 0,
    units_total integer NOT NULL,
    units_done integer NOT NULL DEFAULT 0,
    units_given integer NOT NULL DEFAULT 0,
    numbers bigint NOT NULL DEFAULT 0,
    started_by_name text NOT NULL,
    started_at timestamptz NOT NULL,
    done_at timestamptz,
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
COMMENT ON TABLE year_openings IS 'room: supply. 年度换码 by year, and how far it is.';
ALTER TABLE year_openings ENABLE ROW LEVEL SECURITY;
ALTER TABLE year_openings FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON year_openings TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY all_departments ON year_openings FOR SELECT TO mingpiao_department USING (true);
GRANT SELECT ON year_openings TO mingpiao_system, mingpiao_department;
GRANT INSERT (year, least, units_total, started_by_name, started_at) ON year_openings TO mingpiao_system;
GRANT UPDATE (least, state, run, after_unit, units_total, units_done, units_given, numbers, started_by_name, started_at,
              done_at) ON year_openings TO mingpiao_system;
CREATE TRIGGER never_deleted BEFORE DELETE ON year_openings FOR EACH ROW EXECUTE FUNCTION refuse_change();
