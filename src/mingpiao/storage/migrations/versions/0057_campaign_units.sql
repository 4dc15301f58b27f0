-- How far each unit is with each campaign. Counting it anew from the months of a province took seconds each time that
-- somebody looked; now the months of a unit are added up when one of them changes.
CREATE TABLE campaign_units (
    campaign_id bigint NOT NULL REFERENCES campaigns,
    unit_id bigint NOT NULL REFERENCES units,
    months integer NOT NULL,
    months_done integer NOT NULL,
    bills bigint NOT NULL,
    bills_done bigint NOT NULL,
    bills_left bigint NOT NULL,
    net_left numeric(24, 2) NOT NULL,
    oldest date,
    own_due_on date,
    former_left boolean NOT NULL,
    last_done_on date,
    PRIMARY KEY (campaign_id, unit_id),
    CHECK (months > 0 AND months_done BETWEEN 0 AND months),
    CHECK ((oldest IS NULL) = (months = months_done))
);
COMMENT ON TABLE campaign_units IS 'room: writeoff. How far a unit is with a campaign: the sums of its months, those of former bills among them.';
COMMENT ON COLUMN campaign_units.bills_left IS 'Bills of months that are not written off, or not of all kinds; bills_done has those of kinds that are.';
COMMENT ON COLUMN campaign_units.own_due_on IS 'The first last day of the own months that are left; those of former bills are due when the campaign is.';
CREATE INDEX campaign_units_unit ON campaign_units (unit_id);
CREATE INDEX campaign_units_left ON campaign_units (campaign_id, unit_id) WHERE months_done < months;

GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_units TO mingpiao_system;
GRANT SELECT ON campaign_units TO mingpiao_department;
ALTER TABLE campaign_units ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign_units FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON campaign_units TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_units ON campaign_units FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

-- The months of units by the campaigns that count them: those of the region where the unit is now.
CREATE VIEW campaign_sums WITH (security_invoker = true) AS
    SELECT campaigns.campaign_id, sums.unit_id, count(*)::integer AS months,
           (count(*) FILTER (WHERE done))::integer AS months_done,
           sum(bills)::bigint AS bills, sum(bills_done)::bigint AS bills_done,
           coalesce(sum(bills) FILTER (WHERE NOT done), 0)::bigint AS bills_left,
           coalesce(sum(net) FILTER (WHERE NOT done), 0)::numeric(24, 2) AS net_left,
           min(month) FILTER (WHERE NOT done) AS oldest, min(sums.own_due_on) AS own_due_on,
           bool_or(sums.former_left) AS former_left, max(done_on) FILTER (WHERE done) AS last_done_on
    FROM (
        SELECT unit_id, month, sum(issued_count + reversed_count) AS bills,
               coalesce(sum(issued_count + reversed_count) FILTER (WHERE writeoff_id IS NOT NULL), 0) AS bills_done,
               sum(issued_amount - reversed_amount) AS net, bool_and(writeoff_id IS NOT NULL) AS done,
               min(due_on) FILTER (WHERE writeoff_id IS NULL AND origin = 'own') AS own_due_on,
               bool_or(writeoff_id IS NULL AND origin = 'former') AS former_left,
               (max(written_off_at) AT TIME ZONE 'Asia/Shanghai')::date AS done_on
        FROM caught_up_cycles GROUP BY unit_id, month
    ) AS sums
    JOIN managed_units AS units USING (unit_id)
    JOIN campaigns ON sums.month BETWEEN campaigns.first_month AND campaigns.last_month
        AND campaigns.region_code
            IN (units.region_code, left(units.region_code, 4) || '00', left(units.region_code, 2) || '0000')
    GROUP BY campaigns.campaign_id, sums.unit_id;
COMMENT ON VIEW campaign_sums IS 'room: writeoff. What campaign_units must say, added up from the months themselves.';
GRANT SELECT ON campaign_sums TO mingpiao_system;

INSERT INTO campaign_units
SELECT campaign_id, unit_id, months, months_done, bills, bills_done, bills_left, net_left, oldest, own_due_on, former_left,
       last_done_on
FROM campaign_sums;
