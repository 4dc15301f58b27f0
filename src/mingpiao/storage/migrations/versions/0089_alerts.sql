-- 预警: rules of monitoring judge hours of units, and what they find is one alert a unit and rule.

ALTER TABLE unit_hours ADD COLUMN near_limits bigint NOT NULL DEFAULT 0;
CREATE INDEX unit_hours_unit ON unit_hours (unit_id, hour);

-- What changed and is to be judged: written with the counts, deleted with the verdict.
CREATE TABLE waiting_hours (
    unit_id bigint NOT NULL REFERENCES units,
    hour timestamptz NOT NULL,
    PRIMARY KEY (unit_id, hour)
);
COMMENT ON TABLE waiting_hours IS 'room: supervision. Hours of units that are to be judged.';
CREATE TABLE watched_hours (
    unit_id bigint NOT NULL REFERENCES units,
    hour timestamptz NOT NULL,
    usual_bills bigint,
    usual_amount numeric(20, 2),
    usual_reds bigint,
    silent_hours integer NOT NULL DEFAULT 0,
    detailed bigint NOT NULL DEFAULT 0,
    alike bigint NOT NULL DEFAULT 0,
    payer_bills bigint NOT NULL DEFAULT 0,
    payer_amount numeric(20, 2) NOT NULL DEFAULT 0,
    payer_units bigint NOT NULL DEFAULT 0,
    new_items bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, hour)
);
COMMENT ON TABLE watched_hours IS 'room: supervision. What is usual of an hour of a unit, and what only its bills tell; detailed is how many of them were looked at.';
CREATE TABLE payer_days (
    day date NOT NULL,
    payer bigint NOT NULL,
    unit_id bigint NOT NULL REFERENCES units,
    PRIMARY KEY (day, payer, unit_id)
);
COMMENT ON TABLE payer_days IS 'room: supervision. Which units issued to a payer of a long name on a day, by the hash of the name.';

CREATE TABLE alerts (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL,
    rule_code text NOT NULL,
    rule_version integer NOT NULL,
    rule_name text NOT NULL,
    basis text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('ask', 'warn')),
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'taken', 'explained', 'false', 'breach')),
    revision integer NOT NULL DEFAULT 1,
    hours integer NOT NULL DEFAULT 1,
    first_hour timestamptz NOT NULL,
    last_hour timestamptz NOT NULL,
    raised_at timestamptz NOT NULL,
    taken_by_name text NOT NULL DEFAULT '',
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    words text NOT NULL DEFAULT '',
    CHECK ((state IN ('explained', 'false', 'breach')) = (decided_at IS NOT NULL))
);
-- Alike alerts are one: as long as it is open, what the rule finds of the unit joins it.
CREATE UNIQUE INDEX alerts_open ON alerts (unit_id, rule_code) WHERE state IN ('new', 'taken');
CREATE INDEX alerts_newest ON alerts (alert_id DESC, region_code);
CREATE INDEX alerts_rule ON alerts (rule_code, raised_at);
COMMENT ON TABLE alerts IS 'room: supervision. 预警: what a rule of monitoring found of a unit, and what a department made of it.';
CREATE TABLE alert_hours (
    unit_id bigint NOT NULL REFERENCES units,
    rule_code text NOT NULL,
    hour timestamptz NOT NULL,
    alert_id bigint NOT NULL REFERENCES alerts,
    reason text NOT NULL,
    PRIMARY KEY (unit_id, rule_code, hour)
);
CREATE INDEX alert_hours_alert ON alert_hours (alert_id, hour);
COMMENT ON TABLE alert_hours IS 'room: supervision. Each hour that a rule hit, with its sentence; once, whatever became of the alert.';
CREATE TABLE alert_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES alerts,
    unit_id bigint NOT NULL REFERENCES units,
    state text NOT NULL CHECK (state IN ('taken', 'explained', 'false', 'breach')),
    at timestamptz NOT NULL,
    actor_name text NOT NULL,
    words text NOT NULL
);
CREATE INDEX alert_steps_alert ON alert_steps (alert_id, step_id);
COMMENT ON TABLE alert_steps IS 'room: supervision. What a department did with an alert.';
CREATE TABLE alert_mutes (
    mute_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    rule_code text NOT NULL,
    until date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    muted_at timestamptz NOT NULL,
    muted_by_name text NOT NULL
);
CREATE INDEX alert_mutes_unit ON alert_mutes (unit_id, rule_code, until);
COMMENT ON TABLE alert_mutes IS 'room: supervision. Until when a rule says nothing of a unit, and why.';
CREATE TABLE alert_floods (
    rule_code text NOT NULL,
    rule_version integer NOT NULL,
    day date NOT NULL,
    raised integer NOT NULL,
    stopped_at timestamptz,
    PRIMARY KEY (rule_code, rule_version, day)
);
COMMENT ON TABLE alert_floods IS 'room: supervision. Alerts that a version of a rule raised on a day; beyond the limit it says nothing more that day.';
CREATE TABLE watch_trials (
    trial_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL,
    rule_code text NOT NULL,
    rule jsonb NOT NULL,
    version integer,
    days integer NOT NULL,
    hours bigint NOT NULL,
    hits bigint NOT NULL,
    units bigint NOT NULL,
    asked_by text NOT NULL,
    ended_at timestamptz NOT NULL
);
CREATE INDEX watch_trials_rule ON watch_trials (rule_code, trial_id DESC);
COMMENT ON TABLE watch_trials IS 'room: supervision. Rules of monitoring that were tried over past hours.';

-- A case may begin with an alert: then no write-off found it.
ALTER TABLE exception_cases ALTER COLUMN writeoff_id DROP NOT NULL;
COMMENT ON COLUMN exception_cases.writeoff_id IS 'The write-off that the bill did not pass; NULL where an alert led to it.';
CREATE VIEW used_items WITH (security_invoker = true) AS SELECT unit_id, item_code, day FROM item_history;
COMMENT ON VIEW used_items IS 'room: issuing. On which days a unit used a charge item.';

GRANT SELECT ON used_items TO mingpiao_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON waiting_hours, watched_hours, payer_days TO mingpiao_system;
GRANT SELECT, INSERT ON alerts, alert_hours, alert_steps, alert_mutes, alert_floods, watch_trials TO mingpiao_system;
GRANT UPDATE (region_code, rule_version, severity, reason, state, revision, hours, last_hour, taken_by_name, decided_by,
              decided_by_name, decided_at, words) ON alerts TO mingpiao_system;
GRANT UPDATE (reason) ON alert_hours TO mingpiao_system;
GRANT UPDATE (until) ON alert_mutes TO mingpiao_system;
GRANT UPDATE (raised, stopped_at) ON alert_floods TO mingpiao_system;
GRANT SELECT ON alerts, alert_hours, alert_steps, alert_mutes, watched_hours TO mingpiao_department;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['waiting_hours', 'watched_hours', 'payer_days', 'alerts', 'alert_hours', 'alert_steps',
                                   'alert_mutes', 'alert_floods', 'watch_trials'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
    END LOOP;
    CREATE POLICY department_region ON alerts FOR SELECT TO mingpiao_department
        USING (region_code BETWEEN scope_region_low() AND scope_region_high());
    FOREACH guarded IN ARRAY ARRAY['watched_hours', 'alert_hours', 'alert_steps', 'alert_mutes'] LOOP
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
    END LOOP;
END $$;
