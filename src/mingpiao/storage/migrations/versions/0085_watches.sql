-- 重点监控: units that a department watches, and what they did meanwhile.
CREATE OR REPLACE VIEW recorded_events WITH (security_invoker = true) AS
    SELECT txid, event_id, unit_id, bill_id, type, body, leaf_hash, occurred_at FROM events;

CREATE TABLE watch_days (
    watch_id bigint PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    first_day date NOT NULL,
    last_day date NOT NULL,
    CHECK (first_day <= last_day)
);
CREATE INDEX watch_days_unit ON watch_days (unit_id);
COMMENT ON TABLE watch_days IS 'room: units. On which days a unit is watched (重点监控), as rules read it; units themselves see nothing of it.';
-- A unit reads its profile through this table too, and finds no row.
GRANT SELECT ON watch_days TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT, UPDATE ON watch_days TO mingpiao_system;
ALTER TABLE watch_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE watch_days FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON watch_days TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_units ON watch_days FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

CREATE TABLE watches (
    watch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL REFERENCES departments,
    source text NOT NULL CHECK (source IN ('tip', 'unusual', 'exception', 'inspection', 'alert', 'hand')),
    source_id bigint,
    reason text NOT NULL CHECK (reason <> ''),
    first_day date NOT NULL,
    last_day date NOT NULL,
    extended boolean NOT NULL DEFAULT false,
    -- A bill of at least so much is told at once.
    bound numeric(14, 2) NOT NULL CHECK (bound > 0),
    watcher_id bigint NOT NULL REFERENCES accounts,
    watcher_name text NOT NULL,
    placed_at timestamptz NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    ended_at timestamptz,
    ended_by_name text NOT NULL DEFAULT '',
    end_reason text NOT NULL DEFAULT '',
    CHECK (first_day <= last_day),
    CHECK ((ended_at IS NULL) = (end_reason = ''))
);
CREATE UNIQUE INDEX watches_open ON watches (unit_id, region_code) WHERE ended_at IS NULL;
CREATE INDEX watches_region ON watches (region_code, watch_id DESC);
CREATE INDEX watches_source ON watches (source, source_id) WHERE source_id IS NOT NULL;
COMMENT ON TABLE watches IS 'room: watches. 重点监控: a unit that a department watches from a day to a day, and why.';

CREATE TABLE watch_steps (
    watch_id bigint NOT NULL REFERENCES watches,
    revision integer NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor_name text NOT NULL,
    words text NOT NULL,
    PRIMARY KEY (watch_id, revision)
);
COMMENT ON TABLE watch_steps IS 'room: watches. What a department did with a watch, step by step.';

CREATE TABLE watch_events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    watch_id bigint NOT NULL REFERENCES watches,
    kind text NOT NULL CHECK (kind IN ('amount', 'reversal', 'refusal', 'override')),
    at timestamptz NOT NULL,
    bill_id bigint,
    amount numeric(14, 2),
    times integer NOT NULL CHECK (times > 0),
    CHECK ((kind IN ('amount', 'reversal')) = (bill_id IS NOT NULL)),
    UNIQUE (watch_id, kind, bill_id)
);
CREATE INDEX watch_events_watch ON watch_events (watch_id, event_id DESC);
COMMENT ON TABLE watch_events IS 'room: watches. What a watched unit did that its watcher is told of.';

CREATE TABLE watch_counts (
    watch_id bigint NOT NULL REFERENCES watches,
    day date NOT NULL,
    refused bigint NOT NULL,
    confirmed bigint NOT NULL,
    PRIMARY KEY (watch_id, day)
);
COMMENT ON TABLE watch_counts IS 'room: watches. How much of what rules refused, and of asks that were overridden, was told already.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['watches', 'watch_steps', 'watch_events', 'watch_counts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO mingpiao_system', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['watches', 'watch_steps', 'watch_events'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_department', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['watch_steps', 'watch_events'] LOOP
        EXECUTE format('CREATE POLICY of_watch ON %I FOR SELECT TO mingpiao_department USING (watch_id IN (SELECT watch_id FROM watches))', guarded);
    END LOOP;
END $$;
CREATE POLICY department_region ON watches FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high());
GRANT UPDATE (region_code, last_day, extended, watcher_id, watcher_name, revision, ended_at, ended_by_name, end_reason)
    ON watches TO mingpiao_system;
GRANT UPDATE, DELETE ON watch_counts TO mingpiao_system;
