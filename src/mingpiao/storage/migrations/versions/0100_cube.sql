-- 数据查询: what departments ask of the lake, and the answers.
CREATE TABLE cube_questions (
    question_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL REFERENCES departments,
    question jsonb NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    extent bytea NOT NULL CHECK (length(extent) = 32),
    estimate bigint NOT NULL CHECK (estimate >= 0),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'failed')),
    progress real NOT NULL DEFAULT 0,
    stop_requested boolean NOT NULL DEFAULT false,
    answer jsonb,
    failure text NOT NULL DEFAULT '',
    asked_by text NOT NULL,
    asked_by_name text NOT NULL,
    asked_at timestamptz NOT NULL,
    CHECK ((state = 'done') = (answer IS NOT NULL)),
    CHECK ((state = 'failed') = (failure <> ''))
);
CREATE INDEX cube_questions_region ON cube_questions (region_code, question_id DESC);
CREATE INDEX cube_questions_alike ON cube_questions (region_code, digest, question_id DESC);
CREATE INDEX cube_questions_age ON cube_questions (asked_at);
-- A person waits for one answer at a time.
CREATE UNIQUE INDEX cube_questions_one ON cube_questions (asked_by) WHERE state IN ('waiting', 'running');
COMMENT ON TABLE cube_questions IS 'room: cube. What a department asked of the lake, how far it is, and the answer; kept for thirty days.';
COMMENT ON COLUMN cube_questions.digest IS 'SM3 of the question: alike ones share an answer.';
COMMENT ON COLUMN cube_questions.extent IS 'Digest of the files of the lake: with other files the answer is another.';
COMMENT ON COLUMN cube_questions.estimate IS 'How many bills the lake had in the months of the question.';
GRANT SELECT, INSERT, UPDATE, DELETE ON cube_questions TO mingpiao_system;

-- Administrators ask nothing of it.
CREATE OR REPLACE FUNCTION administrator_may(kind text, who text, what text, about text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT about = who OR split_part(what, ':', 1) = 'session'
        OR split_part(what, ':', 2) IN ('export', 'download', 'print', 'preview', 'original', 'certificate')
        OR (kind = 'administrator' AND what IN ('stock:let_account', 'ukey:hold', 'ukey:revoke'))
        OR (kind <> 'audit_administrator'
            AND split_part(what, ':', 1) NOT IN (
                'alert', 'application', 'asked_request', 'backtest', 'batch', 'bill', 'bill_report', 'campaign',
                'catalog', 'checking_demand', 'crl', 'cube', 'cycle', 'draft', 'evidence', 'evidence_caution', 'exception',
                'face', 'finding', 'former', 'former_certificate', 'inquiry', 'inspection', 'issuing_point', 'kind', 'numbers', 'paper',
                'paper_destruction', 'payer', 'qualification', 'receipt', 'rectification', 'requisition',
                'review_figures', 'rule', 'segment', 'statement', 'stock', 'supply_order', 'supply_policy',
                'template', 'tip', 'totals', 'ukey', 'ukey_authority', 'ukey_policy', 'unit', 'watch', 'watch_rule',
                'writeoff', 'writeoff_figures', 'writeoff_order', 'writeoff_policy', 'year')
            AND CASE kind
                WHEN 'administrator' THEN split_part(what, ':', 1) NOT IN ('proposal', 'role', 'password_policy')
                ELSE split_part(what, ':', 1) NOT IN ('account', 'founding', 'interface_app', 'signing_key')
            END)
$$;
