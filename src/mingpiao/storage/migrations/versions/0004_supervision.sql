-- Supervision before and during issue: rules, history counters, evidence, qualifications, applications
-- that wait for evidence or a person, and messages inside the platform.

-- ---------------------------------------------------------------- rules
-- A rule is its versions; nothing of a version changes once it was submitted, but its state.
CREATE TABLE rules (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z][A-Z0-9-]{1,39}$'),
    -- The department that owns it: the province's rules hold everywhere, a city's or county's in its area.
    region_code char(6) NOT NULL REFERENCES departments,
    suspended boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE rule_versions (
    code text NOT NULL REFERENCES rules,
    version integer NOT NULL CHECK (version >= 1),
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'withdrawn')),
    content jsonb NOT NULL,
    -- Counts the saves of a draft, so that of two editors the second is told.
    revision integer NOT NULL DEFAULT 1,
    note text NOT NULL DEFAULT '',
    author text NOT NULL,
    author_name text NOT NULL,
    -- Everybody who wrote or submitted it, the author among them.
    makers text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    saved_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decision_reason text NOT NULL DEFAULT '',
    PRIMARY KEY (code, version),
    -- Maker and checker differ.
    CHECK (author = ANY (makers)),
    CHECK (state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> ALL (makers)))
);
-- One version of a rule is under way at a time.
CREATE UNIQUE INDEX rule_versions_open ON rule_versions (code) WHERE state IN ('draft', 'submitted', 'returned');
-- 规则集: which version of each rule was approved and not suspended from a moment on. Bills name it.
CREATE TABLE rule_sets (
    ruleset_version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    published_at timestamptz NOT NULL DEFAULT now(),
    members jsonb NOT NULL,
    cause text NOT NULL
);
-- A rule that could not be evaluated is an alert by itself.
CREATE TABLE rule_failures (
    code text NOT NULL,
    version integer NOT NULL,
    day date NOT NULL,
    failures bigint NOT NULL DEFAULT 0,
    last_error text NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (code, version, day)
);

-- ---------------------------------------------------------------- what judged a bill
ALTER TABLE bills ADD COLUMN ruleset_version bigint;
-- Only of bills with something to tell: findings, reasons given, warnings, evidence, a person's decision.
CREATE TABLE bill_supervision (
    unit_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    findings jsonb NOT NULL,
    confirmations jsonb NOT NULL,
    evidence jsonb NOT NULL,
    claims jsonb NOT NULL,
    application_id bigint,
    PRIMARY KEY (unit_id, bill_id)
);
-- Hits by rule and day: what became of bills that a rule touched.
CREATE TABLE rule_hits (
    unit_id bigint NOT NULL,
    code text NOT NULL,
    day date NOT NULL,
    blocked bigint NOT NULL DEFAULT 0,
    asked bigint NOT NULL DEFAULT 0,
    confirmed bigint NOT NULL DEFAULT 0,
    warned bigint NOT NULL DEFAULT 0,
    overturned bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, code, day)
);
CREATE INDEX rule_hits_code ON rule_hits (code, day);

-- ---------------------------------------------------------------- history
-- Counters of a unit by subject and day (Asia/Shanghai), kept by the train in the bill's transaction.
-- `subject` is one letter and eight bytes of a hash: P payer, T twin (payer, items and total), C content
-- of reversed bills (items and total), R the same with the payer.
CREATE TABLE history_counters (
    unit_id bigint NOT NULL,
    subject bytea NOT NULL CHECK (length(subject) = 9),
    day date NOT NULL,
    bills integer NOT NULL DEFAULT 0,
    amount numeric(18, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, subject, day)
);
CREATE INDEX history_counters_age ON history_counters (day);
-- Amounts of charge items by size class, for medians: kept by the worker, bill by bill, behind a mark.
-- `bucket` is a class of 1/32 of a power of two: see issuing/medians.py.
CREATE TABLE item_history (
    unit_id bigint NOT NULL,
    item_code text NOT NULL,
    day date NOT NULL,
    bucket smallint NOT NULL,
    lines bigint NOT NULL,
    PRIMARY KEY (unit_id, item_code, day, bucket)
);
CREATE TABLE peer_item_history (
    unit_type text NOT NULL,
    item_code text NOT NULL,
    day date NOT NULL,
    bucket smallint NOT NULL,
    lines bigint NOT NULL,
    PRIMARY KEY (unit_type, item_code, day, bucket)
);
-- How far a worker's reading of bills got: everything of transactions before `txid` is done.
CREATE TABLE reading_marks (
    reader text PRIMARY KEY,
    txid bigint NOT NULL
);

-- ---------------------------------------------------------------- lake
-- The Parquet files of the lake. A file counts when it stands here: its row and the reading mark are
-- written in one transaction, after the file.
CREATE TABLE lake_files (
    file_key text PRIMARY KEY,
    dataset text NOT NULL CHECK (dataset IN ('bills', 'reversals')),
    month date NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lake_files_month ON lake_files (dataset, month);
-- 试算: a rule over past months, done by a worker.
CREATE TABLE backtests (
    backtest_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL REFERENCES departments,
    rule jsonb NOT NULL,
    months integer NOT NULL CHECK (months BETWEEN 1 AND 36),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'failed')),
    progress real NOT NULL DEFAULT 0,
    stop_requested boolean NOT NULL DEFAULT false,
    result jsonb,
    failure text NOT NULL DEFAULT '',
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX backtests_region ON backtests (region_code, backtest_id DESC);

-- ---------------------------------------------------------------- evidence
-- 佐证材料. The file lies encrypted in the file store under its SM3; a unit's row tells what was read.
CREATE TABLE evidence_documents (
    unit_id bigint NOT NULL REFERENCES units,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    pages integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reading', 'read', 'unreadable', 'infected')),
    pages_done integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    extraction jsonb,
    failure_code text NOT NULL DEFAULT '',
    failure text NOT NULL DEFAULT '',
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    -- What bills that stand have taken of the amount that it states, in 元. The train locks this row.
    used_amount numeric(18, 2) NOT NULL DEFAULT 0,
    used_bills integer NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, digest)
);
CREATE INDEX evidence_documents_recent ON evidence_documents (unit_id, uploaded_at DESC);
CREATE INDEX evidence_documents_waiting ON evidence_documents (uploaded_at) WHERE state IN ('waiting', 'reading');
CREATE INDEX evidence_documents_open ON evidence_documents (unit_id) WHERE state IN ('waiting', 'reading');
CREATE TABLE evidence_uses (
    unit_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    digest bytea NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (unit_id, bill_id, digest)
);
-- Keys of evidence files: one a file, wrapped under the master key.
CREATE TABLE evidence_files (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    encrypted_key bytea NOT NULL,
    size bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);

-- ---------------------------------------------------------------- qualifications
-- 资质证书: papers of a unit. One accepted paper of a type is current; the earliest last valid day of a
-- unit's current papers goes to stocks.
CREATE TABLE qualifications (
    qualification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL,
    -- As read, then as stated; empty while neither is known.
    paper_type text NOT NULL DEFAULT '',
    digest bytea NOT NULL CHECK (length(digest) = 32),
    file_name text NOT NULL,
    media_type text NOT NULL,
    state text NOT NULL CHECK (state IN ('reading', 'read', 'unreadable', 'submitted', 'accepted', 'rejected',
                                         'superseded', 'withdrawn', 'retired')),
    -- How often a worker began to read it.
    attempts integer NOT NULL DEFAULT 0,
    reading jsonb,
    stated jsonb,
    differences jsonb NOT NULL DEFAULT '[]',
    failure_code text NOT NULL DEFAULT '',
    failure text NOT NULL DEFAULT '',
    valid_from date,
    valid_until date,
    uploaded_by text NOT NULL,
    uploaded_by_name text NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decision_reason text NOT NULL DEFAULT '',
    -- Counts the changes, so that of two people who decide the second is told.
    revision integer NOT NULL DEFAULT 1
);
CREATE INDEX qualifications_unit ON qualifications (unit_id, qualification_id DESC);
CREATE INDEX qualifications_region ON qualifications (region_code, state, qualification_id);
CREATE UNIQUE INDEX qualifications_current ON qualifications (unit_id, paper_type) WHERE state = 'accepted';
-- The same file is one paper as long as it is under way or stands.
CREATE UNIQUE INDEX qualifications_file ON qualifications (unit_id, digest)
    WHERE state IN ('reading', 'read', 'unreadable', 'submitted', 'accepted');
CREATE INDEX qualifications_unread ON qualifications (uploaded_at) WHERE state = 'reading';
CREATE INDEX qualifications_expiry ON qualifications (valid_until, qualification_id) WHERE state = 'accepted';
-- The last day on which a unit may issue, for stock rows that are opened later; NULL without an end.
-- Who sets it or opens a stock locks this row first.
CREATE TABLE stock_limits (
    unit_id bigint PRIMARY KEY REFERENCES units,
    valid_until date
);

-- ---------------------------------------------------------------- applications
-- 开票申请: a request that waits for its evidence to be read, for its handler, or for a person's decision.
CREATE TABLE applications (
    application_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL,
    kind_code char(4) NOT NULL,
    business_no text NOT NULL,
    payer_name text NOT NULL,
    total numeric(16, 2) NOT NULL,
    request jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('checking', 'needs_confirmation', 'refused', 'in_review', 'returned',
                                         'approved', 'issued', 'rejected', 'withdrawn')),
    findings jsonb NOT NULL DEFAULT '[]',
    claims jsonb NOT NULL DEFAULT '[]',
    problems jsonb NOT NULL DEFAULT '[]',
    submitted_by text NOT NULL,
    submitted_by_name text NOT NULL,
    submitted_at timestamptz NOT NULL DEFAULT now(),
    appeal_reason text NOT NULL DEFAULT '',
    appealed_at timestamptz,
    -- Rules that a department let stand: the handler cannot answer them alone any more.
    held_rules text[] NOT NULL DEFAULT '{}',
    -- The department that decides, and who of it took it up.
    reviewer_region char(6) REFERENCES departments,
    reviewer_id bigint REFERENCES accounts,
    due_at timestamptz,
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decision_reason text NOT NULL DEFAULT '',
    bill_id bigint,
    finished_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    CHECK (state <> 'issued' OR bill_id IS NOT NULL),
    CHECK (state <> 'in_review' OR (appeal_reason <> '' AND reviewer_region IS NOT NULL AND due_at IS NOT NULL))
);
-- What was refused or withdrawn may come again under its business number; what a department rejected may not.
CREATE UNIQUE INDEX applications_business_no ON applications (unit_id, business_no)
    WHERE state NOT IN ('refused', 'withdrawn');
CREATE INDEX applications_unit ON applications (unit_id, application_id DESC);
CREATE INDEX applications_review ON applications (reviewer_region, state, due_at, application_id);
CREATE INDEX applications_open ON applications (application_id)
    WHERE state IN ('checking', 'needs_confirmation', 'in_review', 'returned', 'approved');
CREATE INDEX applications_due ON applications (due_at) WHERE state = 'in_review';
CREATE TABLE application_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id bigint NOT NULL REFERENCES applications,
    unit_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    actor_name text NOT NULL,
    step text NOT NULL,
    note text NOT NULL DEFAULT ''
);
CREATE INDEX application_steps_of ON application_steps (application_id, step_id);
-- 复核结论: each decision of a department; an application that was returned may get several.
CREATE TABLE review_decisions (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id bigint NOT NULL REFERENCES applications,
    unit_id bigint NOT NULL,
    region_code char(6) NOT NULL,
    reviewer_region char(6) NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'returned', 'rejected')),
    -- The rules whose findings it decided about.
    rules text[] NOT NULL,
    appealed_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL
);
CREATE INDEX review_decisions_time ON review_decisions (decided_at, reviewer_region);

-- ---------------------------------------------------------------- messages
-- 站内消息 to a unit or to a department. `topic` says it once: the same topic is not told twice.
CREATE TABLE messages (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint REFERENCES units,
    region_code char(6) REFERENCES departments,
    topic text NOT NULL UNIQUE,
    title text NOT NULL,
    body text NOT NULL,
    link text NOT NULL DEFAULT '',
    urgent boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((unit_id IS NULL) <> (region_code IS NULL))
);
CREATE INDEX messages_unit ON messages (unit_id, message_id DESC) WHERE unit_id IS NOT NULL;
CREATE INDEX messages_region ON messages (region_code, message_id DESC) WHERE region_code IS NOT NULL;
CREATE TABLE message_readers (
    message_id bigint NOT NULL REFERENCES messages,
    account_id bigint NOT NULL REFERENCES accounts,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, account_id)
);

-- ---------------------------------------------------------------- rights
GRANT SELECT, INSERT, UPDATE ON rules, rule_versions, rule_failures, rule_hits, history_counters, item_history,
    peer_item_history, reading_marks, evidence_documents, evidence_files, qualifications, applications, stock_limits
    TO mingpiao_system;
GRANT SELECT, INSERT ON rule_sets, bill_supervision, evidence_uses, application_steps, review_decisions, messages,
    message_readers TO mingpiao_system;
GRANT SELECT, INSERT, DELETE ON lake_files TO mingpiao_system;
GRANT SELECT, INSERT, UPDATE ON backtests TO mingpiao_system;
GRANT DELETE ON history_counters, item_history, peer_item_history TO mingpiao_system;
GRANT SELECT ON rules, rule_versions, rule_sets, rule_failures TO mingpiao_department;
GRANT SELECT ON bill_supervision, evidence_documents, evidence_uses, qualifications, applications,
    application_steps, rule_hits TO mingpiao_unit, mingpiao_department;
GRANT SELECT ON messages TO mingpiao_unit, mingpiao_department;
GRANT SELECT ON review_decisions TO mingpiao_department;

-- ---------------------------------------------------------------- row-level security
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['bill_supervision', 'evidence_documents', 'evidence_uses', 'qualifications',
                                   'applications', 'application_steps', 'review_decisions', 'messages',
                                   'rule_hits'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['qualifications', 'applications', 'review_decisions', 'messages'] LOOP
        EXECUTE format('CREATE POLICY department_region ON %I FOR SELECT TO mingpiao_department '
                       'USING (region_code BETWEEN scope_region_low()::char(6) AND scope_region_high()::char(6))', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['bill_supervision', 'evidence_documents', 'evidence_uses', 'application_steps',
                                   'rule_hits'] LOOP
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
    END LOOP;
END $$;

-- A department sees the rules that hold in its region: its own, those below and those above; of those
-- above only what was approved.
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['rules', 'rule_versions', 'rule_failures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
    END LOOP;
END $$;
CREATE POLICY department_rules ON rules FOR SELECT TO mingpiao_department USING (
    region_code BETWEEN scope_region_low()::char(6) AND scope_region_high()::char(6)
    OR region_code = (left(scope_region_low(), 2) || '0000')::char(6)
    OR region_code = (left(scope_region_low(), 4) || '00')::char(6));
CREATE POLICY department_versions ON rule_versions FOR SELECT TO mingpiao_department USING (
    EXISTS (SELECT FROM rules WHERE rules.code = rule_versions.code
            AND (rule_versions.state = 'approved'
                 OR rules.region_code BETWEEN scope_region_low()::char(6) AND scope_region_high()::char(6))));
CREATE POLICY department_failures ON rule_failures FOR SELECT TO mingpiao_department USING (
    code IN (SELECT code FROM rules));
