-- Business that came after: alerts, the rules' limits of monitoring, and questions to units.
CREATE OR REPLACE FUNCTION administrator_may(kind text, who text, what text, about text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT about = who OR split_part(what, ':', 1) = 'session'
        OR split_part(what, ':', 2) IN ('export', 'download', 'print', 'preview', 'original', 'certificate')
        OR (kind = 'administrator' AND what IN ('stock:let_account', 'ukey:hold', 'ukey:revoke'))
        OR (kind <> 'audit_administrator'
            AND split_part(what, ':', 1) NOT IN (
                'alert', 'application', 'asked_request', 'backtest', 'batch', 'bill', 'bill_report', 'campaign',
                'catalog', 'checking_demand', 'crl', 'cycle', 'draft', 'evidence', 'evidence_caution', 'exception',
                'face', 'former', 'former_certificate', 'inquiry', 'issuing_point', 'kind', 'numbers', 'paper',
                'paper_destruction', 'payer', 'qualification', 'receipt', 'rectification', 'requisition',
                'review_figures', 'rule', 'segment', 'statement', 'stock', 'supply_order', 'supply_policy',
                'template', 'tip', 'totals', 'ukey', 'ukey_authority', 'ukey_policy', 'unit', 'watch', 'watch_rule',
                'writeoff', 'writeoff_figures', 'writeoff_order', 'writeoff_policy', 'year')
            AND CASE kind
                WHEN 'administrator' THEN split_part(what, ':', 1) NOT IN ('proposal', 'role', 'password_policy')
                ELSE split_part(what, ':', 1) NOT IN ('account', 'founding', 'interface_app', 'signing_key')
            END)
$$;
