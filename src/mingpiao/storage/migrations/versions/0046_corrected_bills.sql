-- 按原内容重开, as write-off and issuing know of it.

GRANT SELECT ON reissues TO mingpiao_department;
CREATE POLICY department_units ON reissues FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

CREATE VIEW reissued_bills WITH (security_invoker = true) AS
    SELECT reissues.unit_id, reissues.blue_id, numbers.bill_id
    FROM reissues JOIN business_numbers AS numbers USING (unit_id, business_no);
COMMENT ON VIEW reissued_bills IS 'room: drafts. The bill that was issued with the content of a reversed one.';
GRANT SELECT ON reissued_bills TO mingpiao_system, mingpiao_unit, mingpiao_department;

-- A request has one number and a reversed bill one request: no more is owed than what a notice names.
CREATE VIEW owed_corrections WITH (security_invoker = true) AS
    SELECT reissues.unit_id, reissues.business_no, bills.total
    FROM reissues
    JOIN exception_cases AS cases ON cases.unit_id = reissues.unit_id AND cases.bill_id = reissues.blue_id
    JOIN bills ON bills.unit_id = reissues.unit_id AND bills.bill_id = reissues.blue_id
    WHERE cases.state = 'rectifying' AND bills.state = 'reversed';
COMMENT ON VIEW owed_corrections IS 'room: writeoff. Requests for bills instead of reversed ones that a notice of rectification names, and how much these were.';
GRANT SELECT ON owed_corrections TO mingpiao_system;
