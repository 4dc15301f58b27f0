-- 实时监控: what happened in each hour and minute, counted from the journal as it grows.

-- When an event happened, for readers that count by time.
CREATE OR REPLACE VIEW recorded_events WITH (security_invoker = true) AS
    SELECT txid, event_id, unit_id, bill_id, type, body, leaf_hash, occurred_at FROM events;

-- What else is counted: appeals, and sheets of paper that bills were exchanged for.
CREATE INDEX applications_appealed ON applications (appealed_at) WHERE appealed_at IS NOT NULL;
CREATE VIEW lodged_appeals WITH (security_invoker = true) AS
    SELECT unit_id, kind_code, appealed_at FROM applications WHERE appealed_at IS NOT NULL;
COMMENT ON VIEW lodged_appeals IS 'room: applications. When units asked a department to decide.';
CREATE INDEX paper_steps_used ON paper_steps (made_at) WHERE way = 'use';
CREATE VIEW exchanged_bills WITH (security_invoker = true) AS
    SELECT steps.from_unit AS unit_id, batches.kind_code, steps.made_at AS exchanged_at
    FROM paper_steps AS steps
    JOIN paper_batches AS batches ON lower(steps.sheets) BETWEEN batches.first_sheet AND batches.last_sheet
    WHERE steps.way = 'use' AND batches.purpose = 'exchange' AND steps.from_unit IS NOT NULL;
COMMENT ON VIEW exchanged_bills IS 'room: paper. When a sheet of paper was used for an electronic bill.';
CREATE INDEX rule_hits_day ON rule_hits (day);
GRANT SELECT ON lodged_appeals, exchanged_bills TO mingpiao_system;

CREATE TABLE unit_hours (
    unit_id bigint NOT NULL REFERENCES units,
    kind_code text NOT NULL,
    hour timestamptz NOT NULL CHECK (date_trunc('hour', hour, 'UTC') = hour),
    region_code char(6) NOT NULL,
    bills bigint NOT NULL DEFAULT 0,
    amount numeric(20, 2) NOT NULL DEFAULT 0,
    reds bigint NOT NULL DEFAULT 0,
    red_amount numeric(20, 2) NOT NULL DEFAULT 0,
    quick_reds bigint NOT NULL DEFAULT 0,
    rounds bigint NOT NULL DEFAULT 0,
    largest numeric(16, 2) NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    asked bigint NOT NULL DEFAULT 0,
    appeals bigint NOT NULL DEFAULT 0,
    exchanges bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, kind_code, hour)
);
CREATE INDEX unit_hours_hour ON unit_hours (hour, region_code);
COMMENT ON TABLE unit_hours IS 'room: supervision. What a unit did of a kind in an hour; refusals and asks have no kind.';

-- The same by region and type of unit, so that a province''s page never adds 36,000 units up. Each share of the
-- counting has rows of its own: workers that count at once do not wait for each other.
CREATE TABLE region_hours (
    share smallint NOT NULL,
    region_code char(6) NOT NULL,
    unit_type text NOT NULL,
    kind_code text NOT NULL,
    hour timestamptz NOT NULL CHECK (date_trunc('hour', hour, 'UTC') = hour),
    bills bigint NOT NULL DEFAULT 0,
    amount numeric(20, 2) NOT NULL DEFAULT 0,
    reds bigint NOT NULL DEFAULT 0,
    red_amount numeric(20, 2) NOT NULL DEFAULT 0,
    quick_reds bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    asked bigint NOT NULL DEFAULT 0,
    appeals bigint NOT NULL DEFAULT 0,
    exchanges bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, region_code, unit_type, kind_code, share)
);
COMMENT ON TABLE region_hours IS 'room: supervision. What the units of a region and type did of a kind in an hour.';
CREATE TABLE region_minutes (
    share smallint NOT NULL,
    region_code char(6) NOT NULL,
    minute timestamptz NOT NULL CHECK (date_trunc('minute', minute) = minute),
    bills bigint NOT NULL DEFAULT 0,
    amount numeric(20, 2) NOT NULL DEFAULT 0,
    reds bigint NOT NULL DEFAULT 0,
    red_amount numeric(20, 2) NOT NULL DEFAULT 0,
    quick_reds bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    asked bigint NOT NULL DEFAULT 0,
    appeals bigint NOT NULL DEFAULT 0,
    exchanges bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (minute, region_code, share)
);
COMMENT ON TABLE region_minutes IS 'room: supervision. What the units of a region did in a minute of the last two days.';
-- Hits of rules are counted by day alone: what was counted of the day so far tells what came since.
CREATE TABLE counted_refusals (
    unit_id bigint NOT NULL REFERENCES units,
    day date NOT NULL,
    refused bigint NOT NULL,
    asked bigint NOT NULL,
    PRIMARY KEY (unit_id, day)
);
COMMENT ON TABLE counted_refusals IS 'room: supervision. Refusals and asks of a day that unit_hours has.';

GRANT SELECT, INSERT, UPDATE, DELETE ON unit_hours, region_hours, region_minutes, counted_refusals TO mingpiao_system;
GRANT SELECT ON unit_hours, region_hours, region_minutes TO mingpiao_department;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['unit_hours', 'region_hours', 'region_minutes', 'counted_refusals'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['unit_hours', 'region_hours', 'region_minutes'] LOOP
        EXECUTE format('CREATE POLICY department_region ON %I FOR SELECT TO mingpiao_department '
                       'USING (region_code BETWEEN scope_region_low() AND scope_region_high())', guarded);
    END LOOP;
END $$;
