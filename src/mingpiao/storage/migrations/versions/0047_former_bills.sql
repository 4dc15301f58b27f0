-- 历史票据: bills that an old system issued and sealed; they come in by import, and are written off by month.
CREATE TABLE former_imports (
    import_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint REFERENCES units,
    region_code char(6),
    file_name text NOT NULL,
    digest bytea NOT NULL,
    state text NOT NULL DEFAULT 'reading' CHECK (state IN ('reading', 'checked', 'importing', 'imported', 'failed')),
    run integer NOT NULL DEFAULT 1,
    entries integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    failure text NOT NULL DEFAULT '',
    uploaded_by_name text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((unit_id IS NULL) <> (region_code IS NULL)),
    CHECK ((state = 'failed') = (failure <> ''))
);
COMMENT ON TABLE former_imports IS 'room: former. A file of former bills, of a unit or of a department for its units.';
CREATE UNIQUE INDEX former_imports_once ON former_imports (coalesce(unit_id, 0), coalesce(region_code, ''), digest);
CREATE INDEX former_imports_unit ON former_imports (unit_id, import_id DESC);

CREATE TABLE former_verdicts (
    import_id bigint NOT NULL REFERENCES former_imports ON DELETE CASCADE,
    place integer NOT NULL,
    name text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('created', 'unchanged', 'refused')),
    bill_id bigint,
    total numeric(16, 2),
    problem_code text NOT NULL DEFAULT '',
    problem_field text NOT NULL DEFAULT '',
    message text NOT NULL DEFAULT '',
    told_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (import_id, place),
    CHECK ((outcome = 'refused') = (message <> ''))
);
COMMENT ON TABLE former_verdicts IS 'room: former. What an import does, or did, with each bill of its file.';

CREATE TABLE former_cycles (
    unit_id bigint NOT NULL REFERENCES units,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    kind_code char(4) NOT NULL,
    issued_count bigint NOT NULL DEFAULT 0,
    issued_amount numeric(20, 2) NOT NULL DEFAULT 0,
    reversed_count bigint NOT NULL DEFAULT 0,
    reversed_amount numeric(20, 2) NOT NULL DEFAULT 0,
    writeoff_id bigint,
    written_off_at timestamptz,
    PRIMARY KEY (unit_id, month, kind_code),
    CHECK (written_off_at IS NULL OR writeoff_id IS NOT NULL)
);
COMMENT ON TABLE former_cycles IS 'room: former. The former bills of a unit, kind and month, added up as they come in; nothing is added any more once a request for write-off has taken them (writeoff_id).';
CREATE INDEX former_cycles_month ON former_cycles (month);

CREATE TABLE former_bills (
    unit_id bigint NOT NULL REFERENCES units,
    bill_id bigint NOT NULL,
    kind_code char(4) NOT NULL,
    color text NOT NULL CHECK (color IN ('blue', 'red')),
    check_code text NOT NULL,
    issued_on date NOT NULL,
    payer_name text NOT NULL,
    handler text NOT NULL,
    total numeric(16, 2) NOT NULL,
    items jsonb NOT NULL,
    related_bill_id bigint,
    digest bytea NOT NULL,
    xml bytea,
    seal text NOT NULL CHECK (seal IN ('none', 'unknown', 'valid', 'broken')),
    seal_note text NOT NULL DEFAULT '',
    import_id bigint NOT NULL REFERENCES former_imports,
    imported_by_name text NOT NULL,
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, bill_id),
    UNIQUE (bill_id),
    CHECK (total <> 0 AND (color = 'blue') = (total > 0)),
    CHECK ((color = 'red') = (related_bill_id IS NOT NULL)),
    CHECK ((seal = 'none') = (xml IS NULL))
);
COMMENT ON TABLE former_bills IS 'room: former. 历史票据: bills that an old system sealed, as their face or their XML says; xml are the bytes as they came.';
ALTER TABLE former_bills ALTER COLUMN xml SET STORAGE EXTERNAL;
CREATE INDEX former_bills_day ON former_bills (unit_id, issued_on, bill_id);
CREATE INDEX former_bills_all ON former_bills (issued_on, bill_id);
CREATE INDEX former_bills_related ON former_bills (unit_id, related_bill_id) WHERE related_bill_id IS NOT NULL;
CREATE INDEX former_bills_import ON former_bills (import_id);

CREATE TABLE former_certificates (
    certificate_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL,
    name text NOT NULL,
    der bytea NOT NULL,
    serial text NOT NULL,
    issuer text NOT NULL,
    used_from date NOT NULL,
    used_to date NOT NULL,
    retired_at timestamptz,
    retired_by_name text NOT NULL DEFAULT '',
    registered_by_name text NOT NULL,
    registered_at timestamptz NOT NULL,
    CHECK (used_from <= used_to),
    CHECK ((retired_at IS NULL) = (retired_by_name = ''))
);
COMMENT ON TABLE former_certificates IS 'room: former. Certificates with which an old system sealed, and the days in which its seals with them count, as a department says for its area.';
CREATE UNIQUE INDEX former_certificates_once ON former_certificates (region_code, serial, issuer) WHERE retired_at IS NULL;

CREATE VIEW former_months WITH (security_invoker = true) AS
    SELECT unit_id, month, kind_code, issued_count, issued_amount, reversed_count, reversed_amount, writeoff_id, written_off_at
    FROM former_cycles;
COMMENT ON VIEW former_months IS 'room: former. The months of former bills by unit and kind, and which of them are written off.';
CREATE VIEW unit_codes WITH (security_invoker = true) AS SELECT unit_id, uscc, name, region_code FROM units;
COMMENT ON VIEW unit_codes IS 'room: units. The code, name and place of each unit.';
GRANT SELECT ON former_months, unit_codes TO mingpiao_system, mingpiao_unit, mingpiao_department;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['former_imports', 'former_verdicts', 'former_cycles', 'former_bills', 'former_certificates'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['former_imports', 'former_cycles', 'former_bills'] LOOP
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['former_cycles', 'former_bills'] LOOP
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
CREATE POLICY department_region ON former_imports FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high() OR unit_id IN (SELECT unit_id FROM units));
CREATE POLICY of_import_unit ON former_verdicts FOR SELECT TO mingpiao_unit
    USING (import_id IN (SELECT import_id FROM former_imports));
CREATE POLICY of_import_department ON former_verdicts FOR SELECT TO mingpiao_department
    USING (import_id IN (SELECT import_id FROM former_imports));
CREATE POLICY department_region ON former_certificates FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high());
GRANT INSERT ON former_imports, former_verdicts, former_cycles, former_bills, former_certificates TO mingpiao_system;
GRANT DELETE ON former_verdicts TO mingpiao_system;
GRANT UPDATE (state, run, entries, done, failure, finished_at) ON former_imports TO mingpiao_system;
GRANT UPDATE (issued_count, issued_amount, reversed_count, reversed_amount, writeoff_id, written_off_at) ON former_cycles TO mingpiao_system;
GRANT UPDATE (seal, seal_note) ON former_bills TO mingpiao_system;
GRANT UPDATE (retired_at, retired_by_name) ON former_certificates TO mingpiao_system;

-- ---------------------------------------------------------------- requests and cases about former bills
ALTER TABLE writeoffs ADD COLUMN origin text NOT NULL DEFAULT 'own' CHECK (origin IN ('own', 'former'));
ALTER TABLE writeoffs ADD COLUMN left_out text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN writeoffs.origin IS 'Whether the month''s own bills are asked for, or those of an old system.';
COMMENT ON COLUMN writeoffs.left_out IS 'Rules that could not judge the bills of an old system, whose facts are not all there.';
GRANT UPDATE (left_out) ON writeoffs TO mingpiao_system;
DROP INDEX writeoffs_one;
CREATE UNIQUE INDEX writeoffs_one ON writeoffs (unit_id, month, origin) WHERE state IN ('checking', 'done');
ALTER TABLE exception_cases ADD COLUMN origin text NOT NULL DEFAULT 'own' CHECK (origin IN ('own', 'former'));
DROP INDEX exception_cases_bill;
CREATE UNIQUE INDEX exception_cases_bill ON exception_cases (unit_id, bill_id, origin) WHERE state <> 'cleared';
