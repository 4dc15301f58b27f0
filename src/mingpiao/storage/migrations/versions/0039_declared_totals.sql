-- A unit's own totals of a month, which are held against its bills, and its standing order to write off by itself.

CREATE OR REPLACE VIEW managed_units WITH (security_invoker = true) AS
    SELECT unit_id, name, region_code, mode, state, created_at FROM units;

CREATE TABLE declared_months (
    unit_id bigint NOT NULL REFERENCES units,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    lines integer NOT NULL CHECK (lines BETWEEN 0 AND 10000),
    digest bytea NOT NULL,
    declared_by_name text NOT NULL,
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, month)
);
COMMENT ON TABLE declared_months IS 'room: writeoff. 报送合计: that a unit sent its own totals of a month; the row is locked while they are replaced.';

CREATE TABLE declared_totals (
    unit_id bigint NOT NULL,
    month date NOT NULL,
    day date NOT NULL CHECK (date_trunc('month', day) = month),
    place text NOT NULL,
    kind_code char(4) NOT NULL,
    -- Empty: the line is of all bills of the kind.
    item_code text NOT NULL,
    blue_count bigint NOT NULL CHECK (blue_count >= 0),
    blue_amount numeric(20, 2) NOT NULL CHECK (blue_amount >= 0),
    red_count bigint NOT NULL CHECK (red_count >= 0),
    red_amount numeric(20, 2) NOT NULL CHECK (red_amount >= 0),
    PRIMARY KEY (unit_id, month, day, place, kind_code, item_code),
    FOREIGN KEY (unit_id, month) REFERENCES declared_months
);
COMMENT ON TABLE declared_totals IS 'room: writeoff. The lines of these totals: by day, place of issue, kind and charge item; red amounts are positive.';

CREATE TABLE writeoff_orders (
    unit_id bigint PRIMARY KEY REFERENCES units,
    active boolean NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE writeoff_orders IS 'room: writeoff. 自动核销: a unit''s standing order that a month whose figures agree be written off without it.';
CREATE INDEX writeoff_orders_active ON writeoff_orders (unit_id) WHERE active;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['declared_months', 'declared_totals', 'writeoff_orders'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
    END LOOP;
END $$;
GRANT INSERT, UPDATE ON declared_months, writeoff_orders TO mingpiao_system;
GRANT INSERT, DELETE ON declared_totals TO mingpiao_system;
