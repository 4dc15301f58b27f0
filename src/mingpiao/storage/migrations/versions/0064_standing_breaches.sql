-- A breach stands while the month of its bill is open again, and so does its rectification: the public check and lists tell
-- of it then too. What nobody had decided is cleared when a month is opened again, and cases are put down in the
-- transaction that writes their month off, so that a case that lives is enough to know.
CREATE OR REPLACE VIEW questioned_bills WITH (security_invoker = true) AS
    SELECT unit_id, bill_id, month,
           CASE state WHEN 'breached' THEN 'breach' WHEN 'rectifying' THEN 'rectifying' ELSE 'exception' END AS standing
    FROM exception_cases
    WHERE origin = 'own' AND state <> 'cleared' AND state <> 'rectified';
COMMENT ON VIEW questioned_bills IS 'room: writeoff. Bills that are exceptions, breaches or in rectification.';
