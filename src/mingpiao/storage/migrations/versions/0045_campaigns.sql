-- 补核销专项: months from before write-off came into force are written off by a day that a department sets.

CREATE TABLE campaigns (
    campaign_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL,
    name text NOT NULL,
    basis text NOT NULL,
    first_month date NOT NULL CHECK (extract(day FROM first_month) = 1),
    last_month date NOT NULL CHECK (extract(day FROM last_month) = 1),
    due_on date NOT NULL,
    stops boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    carried_revision integer NOT NULL DEFAULT 0,
    carried_unit bigint NOT NULL DEFAULT 0,
    CHECK (first_month <= last_month),
    CHECK (due_on > last_month)
);
COMMENT ON TABLE campaigns IS 'room: writeoff. 补核销专项: all bills of some past months of a region are to be written off by a day.';
COMMENT ON COLUMN campaigns.stops IS 'Whether a unit that is overdue gets no numbers, as for months in force.';
COMMENT ON COLUMN campaigns.revision IS 'Grows with each decision about the campaign.';
COMMENT ON COLUMN campaigns.carried_revision IS 'The revision that has reached all units of the region.';
COMMENT ON COLUMN campaigns.carried_unit IS 'The last unit that the present revision has reached, while the worker is on its way.';
CREATE INDEX campaigns_running ON campaigns (region_code) WHERE ended_at IS NULL;

CREATE TABLE campaign_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id bigint NOT NULL REFERENCES campaigns,
    kind text NOT NULL CHECK (kind IN ('opened', 'extended', 'ended')),
    at timestamptz NOT NULL,
    due_on date NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_by_name text NOT NULL,
    approved_by text NOT NULL,
    approved_by_name text NOT NULL,
    CHECK (proposed_by <> approved_by)
);
COMMENT ON TABLE campaign_steps IS 'room: writeoff. What two persons decided about a campaign.';
CREATE INDEX campaign_steps_campaign ON campaign_steps (campaign_id, step_id);

ALTER TABLE cycles ADD COLUMN campaign_id bigint REFERENCES campaigns;
COMMENT ON COLUMN cycles.campaign_id IS 'The campaign by whose last day the month is due; NULL for a month that was closed in its turn.';
GRANT UPDATE (campaign_id) ON cycles TO mingpiao_system;

GRANT SELECT ON campaigns, campaign_steps TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT ON campaigns, campaign_steps TO mingpiao_system;
GRANT UPDATE (due_on, ended_at, revision, carried_revision, carried_unit) ON campaigns TO mingpiao_system;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['campaigns', 'campaign_steps'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;

-- When a department last reminded a unit of a campaign; beside it a reminder of a month in force is another one.
CREATE TABLE campaign_reminders (
    campaign_id bigint NOT NULL REFERENCES campaigns,
    unit_id bigint NOT NULL REFERENCES units,
    reminded_on date NOT NULL,
    reminded_by_name text NOT NULL,
    PRIMARY KEY (campaign_id, unit_id)
);
COMMENT ON TABLE campaign_reminders IS 'room: writeoff. When a department last reminded a unit of a campaign.';
GRANT SELECT, INSERT, UPDATE ON campaign_reminders TO mingpiao_system;
GRANT SELECT ON campaign_reminders TO mingpiao_department;
ALTER TABLE campaign_reminders ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign_reminders FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON campaign_reminders TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_units ON campaign_reminders FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
