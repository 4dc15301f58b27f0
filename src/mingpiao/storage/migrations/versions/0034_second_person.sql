-- 复核: which bills of a unit are issued only after a second person has agreed, and who agreed.
CREATE TABLE checking_demands (
    demand_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    -- What is NULL does not restrict; a bill must meet everything else.
    kind_code char(4),
    item_code text,
    amount_from numeric(16, 2) CHECK (amount_from >= 0),
    active boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    changed_by_name text NOT NULL,
    CHECK (kind_code IS NOT NULL OR item_code IS NOT NULL OR amount_from IS NOT NULL)
);
COMMENT ON TABLE checking_demands IS 'room: issuing. Bills of a unit that a second person (复核人) must agree to before they are issued.';
CREATE UNIQUE INDEX checking_demands_once ON checking_demands
    (unit_id, coalesce(kind_code, ''), coalesce(item_code, ''), coalesce(amount_from, -1));
GRANT SELECT, INSERT, UPDATE ON checking_demands TO mingpiao_system;
GRANT SELECT ON checking_demands TO mingpiao_unit, mingpiao_department;
ALTER TABLE checking_demands ENABLE ROW LEVEL SECURITY;
ALTER TABLE checking_demands FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON checking_demands TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON checking_demands FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON checking_demands FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

ALTER TABLE applications
    -- Who sent the content as it is now; at first, who submitted it.
    ADD COLUMN sent_by text,
    ADD COLUMN checked_by text,
    ADD COLUMN checked_by_name text NOT NULL DEFAULT '',
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN check_reason text NOT NULL DEFAULT '';
UPDATE applications SET sent_by = submitted_by;
ALTER TABLE applications ALTER COLUMN sent_by SET NOT NULL;
ALTER TABLE applications DROP CONSTRAINT applications_state_check;
ALTER TABLE applications ADD CONSTRAINT applications_state_check
    CHECK (state IN ('checking', 'needs_confirmation', 'refused', 'in_review', 'returned', 'approved',
                     'awaits_checker', 'agreed', 'issued', 'rejected', 'withdrawn'));
-- Nobody checks what they sent themselves.
ALTER TABLE applications ADD CONSTRAINT applications_second_person
    CHECK (checked_by IS NULL OR (checked_by <> submitted_by AND checked_by <> sent_by));
ALTER TABLE applications ADD CONSTRAINT applications_agreed
    CHECK (state <> 'agreed' OR (checked_by IS NOT NULL AND checked_by_name <> '' AND checked_at IS NOT NULL
                                 AND checked_by_name <> request ->> 'handler'));
DROP INDEX applications_open;
CREATE INDEX applications_open ON applications (application_id)
    WHERE state IN ('checking', 'needs_confirmation', 'in_review', 'returned', 'approved', 'awaits_checker', 'agreed');
CREATE INDEX applications_to_check ON applications (unit_id, application_id) WHERE state = 'awaits_checker';

-- A row of a sheet that must be checked becomes an application.
ALTER TABLE batch_rows DROP CONSTRAINT batch_rows_state_check;
ALTER TABLE batch_rows
    ADD COLUMN application_id bigint REFERENCES applications,
    ADD CONSTRAINT batch_rows_state_check
        CHECK (state IN ('new', 'wrong', 'asked', 'ready', 'sending', 'to_checker', 'issued')),
    ADD CONSTRAINT batch_rows_to_checker CHECK ((state = 'to_checker') = (application_id IS NOT NULL));
