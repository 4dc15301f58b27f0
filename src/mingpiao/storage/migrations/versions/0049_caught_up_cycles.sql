-- Months of former bills take part in the campaign that runs in the unit's region, beside the months of own bills. A
-- unit's month has one last day: campaigns that run do not share a month.
CREATE VIEW caught_up_cycles WITH (security_invoker = true) AS
    SELECT unit_id, month, kind_code, region_code, issued_count, issued_amount, reversed_count, reversed_amount,
           due_on, campaign_id, writeoff_id, written_off_at, 'own' AS origin
    FROM cycles
    UNION ALL
    SELECT months.unit_id, months.month, months.kind_code, units.region_code, months.issued_count, months.issued_amount,
           months.reversed_count, months.reversed_amount, campaigns.due_on, campaigns.campaign_id,
           CASE WHEN months.written_off_at IS NOT NULL THEN months.writeoff_id END, months.written_off_at, 'former'
    FROM former_months AS months JOIN managed_units AS units USING (unit_id)
    LEFT JOIN campaigns ON campaigns.ended_at IS NULL
        AND campaigns.region_code IN (units.region_code, left(units.region_code, 4) || '00', left(units.region_code, 2) || '0000')
        AND months.month BETWEEN campaigns.first_month AND campaigns.last_month;
COMMENT ON VIEW caught_up_cycles IS 'room: writeoff. Months of own and of former bills by kind, with the campaign by whose last day each is due.';
GRANT SELECT ON caught_up_cycles TO mingpiao_system, mingpiao_unit, mingpiao_department;
