-- Statements of banks and payment channels that a unit imports as receipts.
CREATE TABLE statements (
    statement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    file_name text NOT NULL,
    digest bytea NOT NULL,
    state text NOT NULL DEFAULT 'reading'
        CHECK (state IN ('reading', 'unmapped', 'checked', 'importing', 'imported', 'failed')),
    run integer NOT NULL DEFAULT 1,
    columns jsonb,
    shown jsonb NOT NULL DEFAULT '[]',
    account text NOT NULL DEFAULT '',
    holder text NOT NULL DEFAULT '',
    doubt text NOT NULL DEFAULT '',
    lines integer NOT NULL DEFAULT 0,
    fresh integer NOT NULL DEFAULT 0,
    fresh_amount numeric(20, 2) NOT NULL DEFAULT 0,
    totals integer NOT NULL DEFAULT 0,
    outgoing integer NOT NULL DEFAULT 0,
    odd integer NOT NULL DEFAULT 0,
    told jsonb NOT NULL DEFAULT '[]',
    done integer NOT NULL DEFAULT 0,
    failure text NOT NULL DEFAULT '',
    uploaded_by_name text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (unit_id, digest),
    CHECK ((state = 'failed') = (failure <> ''))
);
COMMENT ON TABLE statements IS 'room: writeoff. 银行流水: files of a unit whose lines become receipts.';
CREATE INDEX statements_unit ON statements (unit_id, statement_id DESC);
CREATE INDEX statements_account ON statements (account) WHERE account <> '';
CREATE INDEX receipts_statement ON receipts (statement_id) WHERE statement_id IS NOT NULL;
ALTER TABLE receipts ADD FOREIGN KEY (statement_id) REFERENCES statements;

CREATE TABLE statement_formats (
    unit_id bigint NOT NULL REFERENCES units,
    signature text NOT NULL,
    columns jsonb NOT NULL,
    PRIMARY KEY (unit_id, signature)
);
COMMENT ON TABLE statement_formats IS 'room: writeoff. Which column of a bank''s files is which, as a unit chose it; a bank is known by its heading.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['statements', 'statement_formats'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
    END LOOP;
END $$;
GRANT INSERT, DELETE ON statements TO mingpiao_system;
GRANT UPDATE (state, run, columns, shown, account, holder, doubt, lines, fresh, fresh_amount, totals, outgoing, odd,
              told, done, failure, finished_at) ON statements TO mingpiao_system;
GRANT INSERT, UPDATE ON statement_formats TO mingpiao_system;
