-- Units as departments keep them.
ALTER TABLE units ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'closed'));

-- The limits of a unit are its own to see, and its department's.
ALTER TABLE stock_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON stock_limits TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON stock_limits FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON stock_limits FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
GRANT SELECT ON stock_limits TO mingpiao_unit, mingpiao_department;
INSERT INTO stock_limits (unit_id) SELECT unit_id FROM units ON CONFLICT DO NOTHING;

CREATE VIEW unit_standings WITH (security_invoker = true) AS
    SELECT limits.unit_id, limits.locks, limits.valid_until,
           count(stocks.kind_code) AS kinds, max(stocks.last_issued_at) AS last_issued_at
    FROM stock_limits AS limits LEFT JOIN stocks USING (unit_id)
    GROUP BY limits.unit_id;
COMMENT ON VIEW unit_standings IS 'room: numbering. What stops each unit, until when it may issue, how many kinds it has, and its last issue.';
GRANT SELECT ON unit_standings TO mingpiao_system, mingpiao_unit, mingpiao_department;
