-- 试运行: a version on trial stands beside the version that acts, so that a rule can be changed on trial.
ALTER TABLE rule_sets ADD COLUMN shadows jsonb NOT NULL DEFAULT '{}';

CREATE TABLE shadow_hits (
    unit_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    code text NOT NULL,
    version integer NOT NULL,
    severity text NOT NULL CHECK (severity IN ('block', 'ask', 'warn')),
    message text NOT NULL,
    hit_at timestamptz NOT NULL,
    PRIMARY KEY (code, bill_id)
);
COMMENT ON TABLE shadow_hits IS 'room: rules';
CREATE INDEX shadow_hits_time ON shadow_hits (hit_at, code);
GRANT SELECT, INSERT, DELETE ON shadow_hits TO mingpiao_system;
-- Units are not told of trials.
GRANT SELECT ON shadow_hits TO mingpiao_department;
ALTER TABLE shadow_hits ENABLE ROW LEVEL SECURITY;
ALTER TABLE shadow_hits FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON shadow_hits TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_units ON shadow_hits FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
