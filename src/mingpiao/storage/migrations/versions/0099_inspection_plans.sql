-- 监督检查: plans, the bills that are drawn for them, working papers, and what units say.
CREATE TABLE inspections (
    inspection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL REFERENCES departments,
    name text NOT NULL CHECK (name <> ''),
    query jsonb NOT NULL,
    seed text NOT NULL,
    state text NOT NULL CHECK (state IN ('drawing', 'failed', 'planned', 'working', 'concluded', 'cancelled')),
    revision integer NOT NULL,
    minutes_each integer NOT NULL CHECK (minutes_each BETWEEN 1 AND 480),
    due_on date NOT NULL,
    planned_by bigint NOT NULL REFERENCES accounts,
    planned_by_name text NOT NULL,
    planned_at timestamptz NOT NULL,
    slices integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    population bigint NOT NULL DEFAULT 0,
    population_amount numeric(20, 2) NOT NULL DEFAULT 0,
    population_units integer NOT NULL DEFAULT 0,
    drawn integer NOT NULL DEFAULT 0,
    drawn_amount numeric(20, 2) NOT NULL DEFAULT 0,
    step_amount numeric(20, 6),
    warnings jsonb NOT NULL DEFAULT '[]',
    failure text NOT NULL DEFAULT '',
    started_at timestamptz,
    ended_at timestamptz,
    ended_by_name text NOT NULL DEFAULT '',
    conclusion text NOT NULL DEFAULT '',
    CHECK ((state IN ('concluded', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX inspections_region ON inspections (region_code, inspection_id DESC);
COMMENT ON TABLE inspections IS 'room: inspections. 监督检查: which bills a department examines, how they were drawn, and what came of it.';
CREATE TABLE inspection_strata (
    inspection_id bigint NOT NULL REFERENCES inspections,
    stratum text NOT NULL,
    bills bigint NOT NULL,
    amount numeric(20, 2) NOT NULL,
    drawn integer NOT NULL,
    drawn_amount numeric(20, 2) NOT NULL,
    PRIMARY KEY (inspection_id, stratum)
);
COMMENT ON TABLE inspection_strata IS 'room: inspections. How many bills were found and drawn, by stratum; one with an empty name where there are no strata.';
CREATE TABLE inspection_bills (
    inspection_id bigint NOT NULL REFERENCES inspections,
    bill_id bigint NOT NULL,
    place integer NOT NULL,
    unit_id bigint NOT NULL REFERENCES units,
    unit_name text NOT NULL,
    region_code char(6) NOT NULL,
    kind_code char(4) NOT NULL,
    issued_at timestamptz NOT NULL,
    total numeric(16, 2) NOT NULL,
    stratum text NOT NULL,
    hits integer NOT NULL CHECK (hits >= 1),
    inspector_id bigint REFERENCES accounts,
    inspector_name text NOT NULL DEFAULT '',
    verdict text CHECK (verdict IN ('clean', 'wrong')),
    wrong_amount numeric(16, 2) NOT NULL DEFAULT 0 CHECK (wrong_amount >= 0),
    checks jsonb NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,
    examined_at timestamptz,
    case_id bigint REFERENCES exception_cases,
    PRIMARY KEY (inspection_id, bill_id),
    CHECK ((verdict IS NULL) = (examined_at IS NULL)),
    CHECK (verdict = 'wrong' OR (wrong_amount = 0 AND case_id IS NULL))
);
CREATE INDEX inspection_bills_inspector ON inspection_bills (inspector_id, inspection_id);
CREATE UNIQUE INDEX inspection_bills_place ON inspection_bills (inspection_id, place);
COMMENT ON TABLE inspection_bills IS 'room: inspections. The bills that were drawn, with their working papers; names of units as they were on the day of the draw.';
CREATE TABLE inspection_files (
    file_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inspection_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    size bigint NOT NULL CHECK (size > 0),
    added_by_name text NOT NULL,
    added_at timestamptz NOT NULL,
    FOREIGN KEY (inspection_id, bill_id) REFERENCES inspection_bills,
    UNIQUE (inspection_id, bill_id, digest)
);
COMMENT ON TABLE inspection_files IS 'room: inspections. Photographs and scans of working papers; their bytes are in the file store, encrypted.';
CREATE TABLE inspection_inspectors (
    inspection_id bigint NOT NULL REFERENCES inspections,
    account_id bigint NOT NULL REFERENCES accounts,
    name text NOT NULL,
    region_code char(6) NOT NULL,
    appointed_at timestamptz NOT NULL,
    PRIMARY KEY (inspection_id, account_id)
);
CREATE INDEX inspection_inspectors_account ON inspection_inspectors (account_id);
COMMENT ON TABLE inspection_inspectors IS 'room: inspections. Who examines bills of an inspection, and may see them until it ends.';
CREATE TABLE inspection_statements (
    statement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inspection_id bigint NOT NULL REFERENCES inspections,
    unit_id bigint NOT NULL REFERENCES units,
    question text NOT NULL,
    bills jsonb NOT NULL,
    due_on date NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by_name text NOT NULL,
    answer text NOT NULL DEFAULT '',
    answered_at timestamptz,
    answered_by_name text NOT NULL DEFAULT '',
    UNIQUE (inspection_id, unit_id),
    CHECK ((answer = '') = (answered_at IS NULL))
);
CREATE INDEX inspection_statements_unit ON inspection_statements (unit_id, statement_id DESC);
COMMENT ON TABLE inspection_statements IS 'room: inspections. What a department tells a unit of its findings, and what the unit says.';
CREATE TABLE inspection_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inspection_id bigint NOT NULL REFERENCES inspections,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor_name text NOT NULL,
    words text NOT NULL
);
CREATE INDEX inspection_steps_inspection ON inspection_steps (inspection_id, step_id);
COMMENT ON TABLE inspection_steps IS 'room: inspections. What was done in an inspection, step by step.';

CREATE VIEW inspected_bills WITH (security_invoker = true) AS
    SELECT unit_id, bill_id, kind_code, region_code, color, state, issued_at, total, payer_type, payer_name, pay_mode,
           items, related_bill_id
    FROM bills;
COMMENT ON VIEW inspected_bills IS 'room: issuing. What inspections ask of bills.';
CREATE VIEW inspected_findings WITH (security_invoker = true) AS
    SELECT unit_id, bill_id, findings, confirmations, evidence, claims FROM bill_supervision;
COMMENT ON VIEW inspected_findings IS 'room: issuing. What rules and evidence said of bills.';
CREATE VIEW watched_unit_days WITH (security_invoker = true) AS SELECT unit_id, first_day, last_day FROM watch_days;
COMMENT ON VIEW watched_unit_days IS 'room: units. On which days units were watched.';
CREATE VIEW exchanged_references WITH (security_invoker = true) AS
    SELECT steps.from_unit AS unit_id, steps.reference
    FROM paper_steps AS steps
    JOIN paper_batches AS batches ON lower(steps.sheets) BETWEEN batches.first_sheet AND batches.last_sheet
    WHERE steps.way = 'use' AND batches.purpose = 'exchange' AND steps.from_unit IS NOT NULL;
COMMENT ON VIEW exchanged_references IS 'room: paper. Which bills sheets of paper were used for.';
CREATE VIEW department_people WITH (security_invoker = true) AS
    SELECT account_id, display_name, region_code FROM accounts
    WHERE active AND role IN ('department_officer', 'department_head');
COMMENT ON VIEW department_people IS 'room: identity. Who works for a department and may sign in.';
GRANT SELECT ON inspected_bills, inspected_findings, watched_unit_days, exchanged_references
    TO mingpiao_system, mingpiao_department;
GRANT SELECT ON department_people TO mingpiao_system;

GRANT SELECT, INSERT ON inspections, inspection_strata, inspection_bills, inspection_files, inspection_inspectors,
    inspection_statements, inspection_steps TO mingpiao_system;
GRANT UPDATE (state, revision, slices, done, population, population_amount, population_units, drawn, drawn_amount,
              step_amount, warnings, failure, started_at, ended_at, ended_by_name, conclusion) ON inspections
    TO mingpiao_system;
GRANT UPDATE (inspector_id, inspector_name, verdict, wrong_amount, checks, note, revision, examined_at, case_id)
    ON inspection_bills TO mingpiao_system;
GRANT UPDATE (answer, answered_at, answered_by_name) ON inspection_statements TO mingpiao_system;
GRANT SELECT (statement_id, unit_id, question, bills, due_on, asked_at, answer, answered_at, answered_by_name)
    ON inspection_statements TO mingpiao_unit;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['inspections', 'inspection_strata', 'inspection_bills', 'inspection_files',
                                   'inspection_inspectors', 'inspection_statements', 'inspection_steps'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
    END LOOP;
END $$;
CREATE POLICY unit_own ON inspection_statements FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
