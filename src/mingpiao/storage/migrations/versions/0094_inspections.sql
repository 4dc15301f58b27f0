-- 监督检查: queries that departments keep.
CREATE TABLE inspection_questions (
    question_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6) NOT NULL REFERENCES departments,
    name text NOT NULL CHECK (name <> ''),
    query jsonb NOT NULL,
    saved_by bigint NOT NULL REFERENCES accounts,
    saved_by_name text NOT NULL,
    saved_at timestamptz NOT NULL,
    UNIQUE (region_code, name)
);
COMMENT ON TABLE inspection_questions IS 'room: inspections. Which bills a department asked for, kept under a name.';
GRANT SELECT, INSERT, DELETE ON inspection_questions TO mingpiao_system;
GRANT UPDATE (query, saved_by, saved_by_name, saved_at) ON inspection_questions TO mingpiao_system;
GRANT SELECT ON inspection_questions TO mingpiao_department;
ALTER TABLE inspection_questions ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspection_questions FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON inspection_questions TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_region ON inspection_questions FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high());

CREATE OR REPLACE FUNCTION administrator_may(kind text, who text, what text, about text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT about = who OR split_part(what, ':', 1) = 'session'
        OR split_part(what, ':', 2) IN ('export', 'download', 'print', 'preview', 'original', 'certificate')
        OR (kind = 'administrator' AND what IN ('stock:let_account', 'ukey:hold', 'ukey:revoke'))
        OR (kind <> 'audit_administrator'
            AND split_part(what, ':', 1) NOT IN (
                'alert', 'application', 'asked_request', 'backtest', 'batch', 'bill', 'bill_report', 'campaign',
                'catalog', 'checking_demand', 'crl', 'cycle', 'draft', 'evidence', 'evidence_caution', 'exception',
                'face', 'former', 'former_certificate', 'inquiry', 'inspection', 'issuing_point', 'kind', 'numbers', 'paper',
                'paper_destruction', 'payer', 'qualification', 'receipt', 'rectification', 'requisition',
                'review_figures', 'rule', 'segment', 'statement', 'stock', 'supply_order', 'supply_policy',
                'template', 'tip', 'totals', 'ukey', 'ukey_authority', 'ukey_policy', 'unit', 'watch', 'watch_rule',
                'writeoff', 'writeoff_figures', 'writeoff_order', 'writeoff_policy', 'year')
            AND CASE kind
                WHEN 'administrator' THEN split_part(what, ':', 1) NOT IN ('proposal', 'role', 'password_policy')
                ELSE split_part(what, ':', 1) NOT IN ('account', 'founding', 'interface_app', 'signing_key')
            END)
$$;
