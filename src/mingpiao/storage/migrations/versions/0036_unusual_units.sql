-- Units whose last seven days are unlike their own eight weeks before, counted anew each morning.
CREATE VIEW counted_hits WITH (security_invoker = true) AS
    SELECT unit_id, day, blocked, asked, confirmed, warned FROM rule_hits;
COMMENT ON VIEW counted_hits IS 'room: rules. How bills that rules hit were dealt with, by unit and day.';
GRANT SELECT ON counted_hits TO mingpiao_system;

CREATE TABLE unusual_units (
    unit_id bigint NOT NULL REFERENCES units,
    measure text NOT NULL CHECK (measure IN ('reversals', 'refusals', 'overrides', 'hits')),
    day date NOT NULL,
    count bigint NOT NULL,
    bills bigint NOT NULL CHECK (bills > 0),
    earlier_count bigint NOT NULL,
    earlier_bills bigint NOT NULL CHECK (earlier_bills > 0),
    score integer NOT NULL,
    PRIMARY KEY (unit_id, measure)
);
COMMENT ON TABLE unusual_units IS 'room: issuing. What stood out of units when they were last looked at; only that.';
GRANT SELECT, INSERT, DELETE ON unusual_units TO mingpiao_system;
GRANT SELECT ON unusual_units TO mingpiao_department;
ALTER TABLE unusual_units ENABLE ROW LEVEL SECURITY;
ALTER TABLE unusual_units FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON unusual_units TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_units ON unusual_units FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
