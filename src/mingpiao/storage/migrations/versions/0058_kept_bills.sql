-- Who decided a case: what a department above marked is not withdrawn by one below it. Of cases that were decided before,
-- this is not known.
ALTER TABLE exception_cases ADD COLUMN decided_in char(6);
COMMENT ON COLUMN exception_cases.decided_in IS 'The department whose officer decided.';
GRANT UPDATE (decided_in) ON exception_cases TO mingpiao_system;

-- A bill that a notice names and that was neither reversed nor replaced is reported with the reason.
ALTER TABLE corrections ALTER COLUMN red_bill_id DROP NOT NULL;
ALTER TABLE corrections ADD COLUMN reason text NOT NULL DEFAULT '';
ALTER TABLE corrections ADD CHECK ((red_bill_id IS NULL) = (reason <> '')), ADD CHECK (red_bill_id IS NOT NULL OR new_bill_id IS NULL);
COMMENT ON TABLE corrections IS 'room: writeoff. How a bill of a rectification was corrected: its reversal, and the bill issued instead; or why it was not.';
