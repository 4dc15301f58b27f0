-- 核销: a month of a unit is closed, held against what arrived, checked, and written off.

-- ---------------------------------------------------------------- what a train and a requisition obey
ALTER TABLE stock_limits
    ADD COLUMN writeoff_from date,
    ADD COLUMN issue_until date,
    ADD COLUMN issue_until_reason text NOT NULL DEFAULT '',
    ADD COLUMN supply_until date,
    ADD COLUMN supply_until_reason text NOT NULL DEFAULT '',
    ADD CHECK ((issue_until IS NULL) = (issue_until_reason = '')),
    ADD CHECK ((supply_until IS NULL) = (supply_until_reason = '')),
    ADD CHECK (extract(day FROM writeoff_from) = 1);
COMMENT ON COLUMN stock_limits.writeoff_from IS 'First day of the oldest month whose bills must still be written off; NULL where write-off is not in force.';
COMMENT ON COLUMN stock_limits.issue_until IS 'Last day on which the unit may issue, for a reason other than its qualifications.';
COMMENT ON COLUMN stock_limits.supply_until IS 'Last day on which the unit gets numbers.';
ALTER TABLE stocks
    ADD COLUMN writeoff_from date,
    ADD COLUMN issue_until date,
    ADD COLUMN issue_until_reason text NOT NULL DEFAULT '',
    ADD CHECK ((issue_until IS NULL) = (issue_until_reason = ''));
GRANT INSERT (writeoff_from, issue_until, issue_until_reason),
      UPDATE (writeoff_from, issue_until, issue_until_reason) ON stocks TO mingpiao_system;

CREATE TABLE writeoff_start (
    is_row boolean PRIMARY KEY DEFAULT true CHECK (is_row),
    month date CHECK (extract(day FROM month) = 1)
);
COMMENT ON TABLE writeoff_start IS 'room: numbering. From which month on units that are registered later must write off.';
GRANT SELECT, INSERT, UPDATE ON writeoff_start TO mingpiao_system;

-- ---------------------------------------------------------------- what write-off reads of other rooms
CREATE VIEW day_sums WITH (security_invoker = true) AS
    SELECT unit_id, kind_code, day, issued_count, issued_amount, reversed_count, reversed_amount FROM daily_totals;
COMMENT ON VIEW day_sums IS 'room: issuing. Bills of each unit, kind and day, added up.';
CREATE VIEW bills_of_months WITH (security_invoker = true) AS
    SELECT unit_id, bill_id, kind_code, color, state, issued_at, total, business_no, payer_name, items, related_bill_id
    FROM bills;
COMMENT ON VIEW bills_of_months IS 'room: issuing. What write-off holds against the other records.';
GRANT SELECT ON bills_of_months TO mingpiao_system, mingpiao_unit, mingpiao_department;
CREATE VIEW evidence_of_bills WITH (security_invoker = true) AS
    SELECT uses.unit_id, uses.bill_id, coalesce(documents.state = 'read', false) AS usable
    FROM evidence_uses AS uses LEFT JOIN evidence_files AS documents USING (unit_id, digest);
COMMENT ON VIEW evidence_of_bills IS 'room: evidence. Whether each file that a bill stands on is there and read.';
CREATE VIEW managed_units WITH (security_invoker = true) AS SELECT unit_id, name, region_code, mode, state FROM units;
COMMENT ON VIEW managed_units IS 'room: units. Where each unit belongs now, and how it issues.';
GRANT SELECT ON managed_units TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT SELECT ON evidence_of_bills TO mingpiao_system;
GRANT SELECT ON day_sums TO mingpiao_system, mingpiao_unit, mingpiao_department;

-- ---------------------------------------------------------------- the room's own tables
CREATE TABLE writeoff_policies (
    region_code char(6) PRIMARY KEY,
    begins_on date CHECK (extract(day FROM begins_on) = 1),
    interface_workdays integer NOT NULL CHECK (interface_workdays BETWEEN 1 AND 22),
    online_workdays integer NOT NULL CHECK (online_workdays BETWEEN 1 AND 22),
    tolerance numeric(14, 2) NOT NULL CHECK (tolerance >= 0),
    seal_share numeric(5, 4) NOT NULL CHECK (seal_share BETWEEN 0.01 AND 1),
    rectification_months integer NOT NULL CHECK (rectification_months BETWEEN 1 AND 12),
    breach_stops_issuing boolean NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE writeoff_policies IS 'room: writeoff. A department''s settings for its area; where one has none, those of the department above hold.';

CREATE TABLE writeoffs (
    writeoff_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    region_code char(6) NOT NULL,
    state text NOT NULL DEFAULT 'checking' CHECK (state IN ('checking', 'done', 'failed', 'superseded')),
    issued_net numeric(20, 2) NOT NULL,
    received numeric(20, 2) NOT NULL,
    tolerance numeric(14, 2) NOT NULL,
    reasons jsonb NOT NULL DEFAULT '[]',
    partial boolean NOT NULL DEFAULT false,
    automatic boolean NOT NULL DEFAULT false,
    submitted_by text NOT NULL,
    submitted_by_name text NOT NULL,
    submitted_at timestamptz NOT NULL,
    finished_at timestamptz,
    ruleset_version bigint,
    seals_checked bigint NOT NULL DEFAULT 0,
    exceptions integer NOT NULL DEFAULT 0,
    failure text NOT NULL DEFAULT '',
    CHECK ((state = 'checking') = (finished_at IS NULL)),
    CHECK ((state = 'failed') = (failure <> ''))
);
COMMENT ON TABLE writeoffs IS 'room: writeoff. 核销申请: a unit''s request to write a month off, and its end.';
CREATE UNIQUE INDEX writeoffs_one ON writeoffs (unit_id, month) WHERE state IN ('checking', 'done');
CREATE INDEX writeoffs_month ON writeoffs (month, region_code);

CREATE TABLE cycles (
    unit_id bigint NOT NULL REFERENCES units,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    kind_code char(4) NOT NULL,
    region_code char(6) NOT NULL,
    mode text NOT NULL,
    issued_count bigint NOT NULL,
    issued_amount numeric(20, 2) NOT NULL,
    reversed_count bigint NOT NULL,
    reversed_amount numeric(20, 2) NOT NULL,
    closed_at timestamptz NOT NULL,
    due_on date NOT NULL,
    extended boolean NOT NULL DEFAULT false,
    writeoff_id bigint REFERENCES writeoffs,
    written_off_at timestamptz,
    PRIMARY KEY (unit_id, month, kind_code),
    CHECK ((writeoff_id IS NULL) = (written_off_at IS NULL))
);
COMMENT ON TABLE cycles IS 'room: writeoff. 周期: the closed month of a unit and kind. Its bills are those of the month; a bill is written off when its cycle is and no case about it is open.';
CREATE INDEX cycles_open ON cycles (unit_id, month) WHERE writeoff_id IS NULL;
CREATE INDEX cycles_due ON cycles (due_on) WHERE writeoff_id IS NULL;
CREATE INDEX cycles_month ON cycles (month, region_code);

CREATE TABLE closed_months (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    closed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE closed_months IS 'room: writeoff. Months of which every unit that issued has its cycles.';
GRANT SELECT, INSERT ON closed_months TO mingpiao_system;

CREATE TABLE receipts (
    receipt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    received_on date NOT NULL,
    amount numeric(16, 2) NOT NULL CHECK (amount <> 0),
    source text NOT NULL CHECK (source IN ('payment', 'statement', 'manual', 'interface')),
    channel text NOT NULL DEFAULT '',
    payer_name text NOT NULL DEFAULT '',
    payer_account text NOT NULL DEFAULT '',
    payment_code text NOT NULL DEFAULT '',
    business_no text NOT NULL DEFAULT '',
    memo text NOT NULL DEFAULT '',
    -- What makes an entry the same entry: a line of a statement, a payment's serial, a channel of a month.
    entry_key text NOT NULL,
    statement_id bigint,
    entered_by_name text NOT NULL,
    entered_at timestamptz NOT NULL,
    UNIQUE (unit_id, source, entry_key)
);
COMMENT ON TABLE receipts IS 'room: writeoff. 到账: money that arrived, and the month for which it counts; negative for what was paid back.';
CREATE INDEX receipts_month ON receipts (unit_id, month);

CREATE TABLE receipt_matches (
    receipt_id bigint NOT NULL REFERENCES receipts ON DELETE CASCADE,
    unit_id bigint NOT NULL REFERENCES units,
    bill_id bigint NOT NULL,
    amount numeric(16, 2) NOT NULL,
    how text NOT NULL,
    PRIMARY KEY (receipt_id, bill_id)
);
COMMENT ON TABLE receipt_matches IS 'room: writeoff. Which bills a receipt pays for.';
CREATE INDEX receipt_matches_bill ON receipt_matches (unit_id, bill_id);

CREATE TABLE exception_cases (
    case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    bill_id bigint NOT NULL,
    month date NOT NULL,
    kind_code char(4) NOT NULL,
    region_code char(6) NOT NULL,
    total numeric(16, 2) NOT NULL,
    writeoff_id bigint NOT NULL REFERENCES writeoffs,
    findings jsonb NOT NULL,
    rules text[] NOT NULL,
    state text NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'asked', 'answered', 'cleared', 'breached', 'rectifying', 'rectified')),
    revision integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL,
    asked_due_on date,
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    breach_type text NOT NULL DEFAULT '',
    breach_basis text NOT NULL DEFAULT '',
    breach_amount numeric(16, 2),
    rectification_id bigint,
    CHECK ((state IN ('open', 'asked', 'answered')) = (decided_at IS NULL)),
    CHECK ((state IN ('breached', 'rectifying', 'rectified')) = (breach_type <> '')),
    CHECK ((state IN ('rectifying', 'rectified')) = (rectification_id IS NOT NULL))
);
COMMENT ON TABLE exception_cases IS 'room: writeoff. 异常票据: a bill that write-off did not pass, and what a department decided.';
-- A bill has one case that is not cleared; a cleared bill may be found again after its cycle was opened anew.
CREATE UNIQUE INDEX exception_cases_bill ON exception_cases (unit_id, bill_id) WHERE state <> 'cleared';
CREATE INDEX exception_cases_region ON exception_cases (region_code, state, case_id);
CREATE INDEX exception_cases_unit ON exception_cases (unit_id, month);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['writeoffs', 'cycles', 'receipts', 'receipt_matches', 'exception_cases'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['writeoffs', 'cycles', 'exception_cases'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
GRANT SELECT ON writeoff_policies TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT, UPDATE ON writeoff_policies TO mingpiao_system;
GRANT INSERT ON writeoffs, cycles, receipts, receipt_matches, exception_cases TO mingpiao_system;
GRANT DELETE ON receipts, receipt_matches TO mingpiao_system;
GRANT UPDATE (month) ON receipts TO mingpiao_system;
GRANT UPDATE (state, finished_at, ruleset_version, seals_checked, exceptions, failure) ON writeoffs TO mingpiao_system;
-- What was closed stays as it was closed.
GRANT UPDATE (region_code, due_on, extended, writeoff_id, written_off_at) ON cycles TO mingpiao_system;
GRANT UPDATE (region_code, state, revision, asked_due_on, decided_by, decided_by_name, decided_at, reason,
              breach_type, breach_basis, breach_amount, rectification_id) ON exception_cases TO mingpiao_system;
