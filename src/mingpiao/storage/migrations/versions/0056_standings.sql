-- 核销状态 for those who ask about many bills at once: the public check, which asks no more than before, and lists of
-- bills, which begin with the few bills that are in question and not with all bills.
CREATE VIEW questioned_bills WITH (security_invoker = true) AS
    SELECT cases.unit_id, cases.bill_id, cases.month,
           CASE cases.state WHEN 'breached' THEN 'breach' WHEN 'rectifying' THEN 'rectifying' ELSE 'exception' END
               AS standing
    FROM exception_cases AS cases
    JOIN cycles ON cycles.unit_id = cases.unit_id AND cycles.month = cases.month AND cycles.kind_code = cases.kind_code
    WHERE cases.origin = 'own' AND cases.state <> 'cleared' AND cases.state <> 'rectified'
      AND cycles.written_off_at IS NOT NULL;
COMMENT ON VIEW questioned_bills IS 'room: writeoff. Bills of months that are written off which are exceptions, breaches or in rectification.';
CREATE VIEW closed_cycles WITH (security_invoker = true) AS
    SELECT unit_id, kind_code, month, written_off_at IS NOT NULL AS is_written_off FROM cycles;
COMMENT ON VIEW closed_cycles IS 'room: writeoff. The closed months of a unit and kind, and which of them are written off.';
CREATE VIEW writeoff_beginning WITH (security_invoker = true) AS
    SELECT min(begins_on) AS begins_on FROM writeoff_policies;
COMMENT ON VIEW writeoff_beginning IS 'room: writeoff. The first month that must be written off; NULL where none must.';
GRANT SELECT ON questioned_bills, closed_cycles, writeoff_beginning
    TO mingpiao_system, mingpiao_unit, mingpiao_department;
