-- 异常票据 and 整改: the steps of a case, notices of rectification, days that were extended, months opened again.

ALTER TABLE writeoff_policies
    ADD COLUMN decision_workdays integer NOT NULL DEFAULT 10 CHECK (decision_workdays BETWEEN 1 AND 60);
COMMENT ON COLUMN writeoff_policies.decision_workdays IS 'Working days after which the department above hears of what its department has not decided.';

ALTER TABLE exception_cases
    ADD COLUMN waits_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN escalated_to char(6);
COMMENT ON COLUMN exception_cases.waits_since IS 'Since when the department, and nobody else, is expected to act.';
COMMENT ON COLUMN exception_cases.escalated_to IS 'The department above that was told of the delay.';
GRANT UPDATE (waits_since, escalated_to) ON exception_cases TO mingpiao_system;
CREATE INDEX exception_cases_waiting ON exception_cases (waits_since)
    WHERE state IN ('open', 'asked', 'answered') AND escalated_to IS NULL;

CREATE TABLE rectification_serials (
    region_code char(6) NOT NULL,
    year integer NOT NULL,
    last_number integer NOT NULL,
    PRIMARY KEY (region_code, year)
);
COMMENT ON TABLE rectification_serials IS 'room: writeoff. The last number of a department''s 整改通知 in a year.';
GRANT SELECT, INSERT, UPDATE ON rectification_serials TO mingpiao_system;

CREATE TABLE rectifications (
    rectification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL,
    issuer_code char(6) NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    state text NOT NULL DEFAULT 'issued' CHECK (state IN ('issued', 'answered', 'accepted')),
    revision integer NOT NULL DEFAULT 1,
    demands text NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by_name text NOT NULL,
    first_due_on date NOT NULL,
    due_on date NOT NULL,
    extended boolean NOT NULL DEFAULT false,
    answered_at timestamptz,
    accepted_at timestamptz,
    accepted_by_name text NOT NULL DEFAULT '',
    escalated_to char(6),
    UNIQUE (issuer_code, year, number),
    CHECK (due_on >= first_due_on),
    CHECK (state = 'issued' OR answered_at IS NOT NULL),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL))
);
COMMENT ON TABLE rectifications IS 'room: writeoff. 整改通知: what a unit must put right by a day, for one or several breaches.';
COMMENT ON COLUMN rectifications.region_code IS 'The region of the unit now; issuer_code is the department that issued the notice.';
CREATE INDEX rectifications_unit ON rectifications (unit_id, rectification_id);
CREATE INDEX rectifications_due ON rectifications (due_on) WHERE state <> 'accepted';
CREATE INDEX exception_cases_rectification ON exception_cases (rectification_id) WHERE rectification_id IS NOT NULL;
ALTER TABLE exception_cases ADD FOREIGN KEY (rectification_id) REFERENCES rectifications;

CREATE TABLE corrections (
    case_id bigint PRIMARY KEY REFERENCES exception_cases,
    unit_id bigint NOT NULL REFERENCES units,
    rectification_id bigint NOT NULL REFERENCES rectifications,
    red_bill_id bigint NOT NULL,
    new_bill_id bigint,
    UNIQUE (unit_id, new_bill_id)
);
COMMENT ON TABLE corrections IS 'room: writeoff. How a bill of a rectification was corrected: its reversal, and the bill issued instead.';
CREATE INDEX corrections_rectification ON corrections (rectification_id);

CREATE TABLE casework_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    case_id bigint REFERENCES exception_cases,
    rectification_id bigint REFERENCES rectifications,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor_name text NOT NULL,
    words text NOT NULL DEFAULT '',
    day date,
    -- SM3 of files of the unit, in hex.
    files text[] NOT NULL DEFAULT '{}',
    CHECK ((case_id IS NULL) <> (rectification_id IS NULL))
);
COMMENT ON TABLE casework_steps IS 'room: writeoff. What happened to an exception case or a rectification, in people''s words and with their files.';
CREATE INDEX casework_steps_case ON casework_steps (case_id, step_id) WHERE case_id IS NOT NULL;
CREATE INDEX casework_steps_rectification ON casework_steps (rectification_id, step_id) WHERE rectification_id IS NOT NULL;

CREATE TABLE writeoff_extensions (
    extension_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    due_before date NOT NULL,
    due_on date NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_by_name text NOT NULL,
    approved_by text NOT NULL,
    approved_by_name text NOT NULL,
    approved_at timestamptz NOT NULL,
    CHECK (due_on > due_before),
    CHECK (proposed_by <> approved_by)
);
COMMENT ON TABLE writeoff_extensions IS 'room: writeoff. 延期核销: a later day by which a unit''s month must be written off, granted by two persons.';
CREATE INDEX writeoff_extensions_unit ON writeoff_extensions (unit_id, month);

CREATE TABLE writeoff_reopenings (
    writeoff_id bigint PRIMARY KEY REFERENCES writeoffs,
    unit_id bigint NOT NULL REFERENCES units,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_by_name text NOT NULL,
    approved_by text NOT NULL,
    approved_by_name text NOT NULL,
    reopened_at timestamptz NOT NULL,
    CHECK (proposed_by <> approved_by)
);
COMMENT ON TABLE writeoff_reopenings IS 'room: writeoff. 重新打开核销: a write-off that two persons opened again; its certificate stands, superseded.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['rectifications', 'corrections', 'casework_steps', 'writeoff_extensions', 'writeoff_reopenings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
        EXECUTE format('GRANT INSERT ON %I TO mingpiao_system', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['rectifications', 'casework_steps', 'writeoff_extensions', 'writeoff_reopenings'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
GRANT UPDATE (region_code, state, revision, due_on, extended, answered_at, accepted_at, accepted_by_name, escalated_to)
    ON rectifications TO mingpiao_system;
-- A unit may correct what it has linked until the department accepts.
GRANT DELETE ON corrections TO mingpiao_system;
