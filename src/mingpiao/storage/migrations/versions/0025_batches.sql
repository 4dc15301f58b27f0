-- Sheets of bills: uploaded, judged row by row, corrected, and issued in the background.

CREATE TABLE batches (
    batch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL,
    file_name text NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    state text NOT NULL DEFAULT 'checking'
        CHECK (state IN ('checking', 'checked', 'running', 'stopped', 'finished')),
    version integer NOT NULL DEFAULT 1,
    run integer NOT NULL DEFAULT 0,
    uploaded_name text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    started_by bigint REFERENCES accounts,
    started_name text NOT NULL DEFAULT '',
    started_from text NOT NULL DEFAULT '',
    started_at timestamptz,
    finished_at timestamptz,
    stop_reason text NOT NULL DEFAULT '',
    touched_at timestamptz NOT NULL,
    pack_state text NOT NULL DEFAULT 'none' CHECK (pack_state IN ('none', 'waiting', 'ready')),
    packed_count integer NOT NULL DEFAULT 0,
    packed_size bigint NOT NULL DEFAULT 0,
    pack_expires_at timestamptz,
    -- Whoever issues is known from the first start on.
    CHECK ((started_by IS NULL) = (started_at IS NULL)),
    CHECK (state <> 'running' OR started_by IS NOT NULL),
    -- The same sheet again leads to the batch that it is already.
    CONSTRAINT batches_content UNIQUE (unit_id, digest)
);
COMMENT ON TABLE batches IS 'room: batches';
COMMENT ON COLUMN batches.version IS 'Grows with every change of rows: a check of an older version is not kept.';
COMMENT ON COLUMN batches.run IS 'Grows with every start: a job of an earlier start ends.';
COMMENT ON COLUMN batches.digest IS 'SM3 of kind and cells, as they were uploaded.';
CREATE INDEX batches_unit ON batches (unit_id, batch_id DESC);
CREATE INDEX batches_age ON batches (touched_at);
CREATE INDEX batches_moving ON batches (state) WHERE state IN ('checking', 'running');

CREATE TABLE batch_rows (
    batch_id bigint NOT NULL REFERENCES batches ON DELETE CASCADE,
    row_no integer NOT NULL CHECK (row_no > 0),
    unit_id bigint NOT NULL REFERENCES units,
    cells jsonb NOT NULL,
    faults jsonb NOT NULL DEFAULT '{}',
    reasons jsonb NOT NULL DEFAULT '{}',
    content bytea NOT NULL CHECK (length(content) = 32),
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'wrong', 'asked', 'ready', 'sending', 'issued')),
    business_no text NOT NULL DEFAULT '',
    payer_name text NOT NULL,
    total numeric(16, 2),
    problems jsonb NOT NULL DEFAULT '[]',
    hits jsonb NOT NULL DEFAULT '[]',
    handler text NOT NULL DEFAULT '',
    bill_id bigint,
    check_code text NOT NULL DEFAULT '',
    issued_at timestamptz,
    PRIMARY KEY (batch_id, row_no),
    CHECK ((state = 'issued') = (bill_id IS NOT NULL)),
    CHECK (state NOT IN ('sending', 'issued') OR handler <> '')
);
COMMENT ON TABLE batch_rows IS 'room: batches';
COMMENT ON COLUMN batch_rows.handler IS 'In whose name the row was sent; it is sent again in the same name.';
COMMENT ON COLUMN batch_rows.content IS 'SM3 of kind and cells, by which equal rows are found.';
CREATE INDEX batch_rows_state ON batch_rows (batch_id, state, row_no);
CREATE INDEX batch_rows_content ON batch_rows (unit_id, content);

-- What was issued stays with its row as long as the row is kept.
CREATE FUNCTION keep_batch_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'row % of batch % is issued', OLD.row_no, OLD.batch_id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON batch_rows FOR EACH ROW WHEN (OLD.state = 'issued')
    EXECUTE FUNCTION keep_batch_row();

GRANT SELECT, INSERT, UPDATE, DELETE ON batches, batch_rows TO mingpiao_system;
GRANT SELECT ON batches, batch_rows TO mingpiao_unit;
ALTER TABLE batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE batches FORCE ROW LEVEL SECURITY;
ALTER TABLE batch_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE batch_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON batches TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON batches FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY system_all ON batch_rows TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON batch_rows FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
