-- Columns that accounts choose for lists, and exports that are written in the background.
CREATE TABLE list_columns (
    account_id bigint NOT NULL REFERENCES accounts,
    list text NOT NULL,
    columns text[] NOT NULL,
    PRIMARY KEY (account_id, list)
);
COMMENT ON TABLE list_columns IS 'room: identity. The columns that an account chose for a list; without a row the list shows its usual ones.';

CREATE TABLE exports (
    export_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    list text NOT NULL,
    title text NOT NULL,
    file_name text NOT NULL,
    format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
    question jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'ready', 'failed')),
    written bigint NOT NULL DEFAULT 0,
    size bigint NOT NULL DEFAULT 0,
    failure text NOT NULL DEFAULT '',
    asked_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE exports IS 'room: exports';
COMMENT ON COLUMN exports.question IS 'The members of the list''s address that the export answers.';
COMMENT ON COLUMN exports.written IS 'Rows in the file so far.';
CREATE INDEX exports_own ON exports (account_id, export_id DESC);
CREATE INDEX exports_expiry ON exports (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON list_columns, exports TO mingpiao_system;
