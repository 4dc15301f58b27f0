-- 智能分析 and 关联分析: what the nightly analysis found of units' months, and what departments made of it.

CREATE TABLE analysis_findings (
    finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    pattern text NOT NULL,
    kind_code text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('past', 'peers', 'rare')),
    score integer NOT NULL CHECK (score BETWEEN 0 AND 10000),
    unlikely smallint NOT NULL CHECK (unlikely BETWEEN 0 AND 100),
    peers integer NOT NULL CHECK (peers >= 0),
    sentence text NOT NULL CHECK (sentence <> ''),
    evidence jsonb NOT NULL,
    drawing jsonb NOT NULL,
    bill_ids bigint[] NOT NULL,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'confirmed', 'explained', 'false')),
    revision integer NOT NULL DEFAULT 1,
    standing boolean NOT NULL DEFAULT true,
    found_at timestamptz NOT NULL,
    breaches integer NOT NULL DEFAULT 0,
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    words text NOT NULL DEFAULT '',
    CHECK ((state = 'new') = (decided_at IS NULL)),
    -- A unit's month shows a pattern once, however often it is analysed.
    UNIQUE (unit_id, month, pattern)
);
CREATE INDEX analysis_findings_ranked ON analysis_findings (score DESC, finding_id DESC);
CREATE INDEX analysis_findings_pattern ON analysis_findings (pattern, month);
COMMENT ON TABLE analysis_findings IS 'room: analysis. What stands out of a unit in a month, ranked, with its numbers and drawing; and the verdict.';
COMMENT ON COLUMN analysis_findings.score IS 'The rank, in hundredths of 0 to 100.';
COMMENT ON COLUMN analysis_findings.standing IS 'Whether the newest analysis of the month still finds it; what nobody decided and no longer stands is not listed.';
CREATE TABLE analysis_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id bigint NOT NULL REFERENCES analysis_findings,
    unit_id bigint NOT NULL REFERENCES units,
    state text NOT NULL CHECK (state IN ('confirmed', 'explained', 'false')),
    at timestamptz NOT NULL,
    actor_name text NOT NULL,
    words text NOT NULL
);
CREATE INDEX analysis_steps_finding ON analysis_steps (finding_id, step_id);
COMMENT ON TABLE analysis_steps IS 'room: analysis. What a department decided of a finding, and why.';
CREATE TABLE analysis_runs (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    ended_at timestamptz NOT NULL,
    units integer NOT NULL,
    findings integer NOT NULL,
    left_out integer NOT NULL
);
COMMENT ON TABLE analysis_runs IS 'room: analysis. When each month was analysed last, of how many units, and how many weak findings were left out.';

CREATE TABLE analysis_ties (
    tie_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('payer', 'account', 'round_trip', 'handlers', 'agent')),
    name text NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    units integer NOT NULL,
    score integer NOT NULL,
    found_at timestamptz NOT NULL,
    UNIQUE (kind, name)
);
CREATE INDEX analysis_ties_ranked ON analysis_ties (score DESC, tie_id DESC);
COMMENT ON TABLE analysis_ties IS 'room: analysis. What ties units, payers, accounts and handlers together in the six months up to one.';
CREATE TABLE analysis_tie_edges (
    tie_id bigint NOT NULL REFERENCES analysis_ties ON DELETE CASCADE,
    edge_no integer NOT NULL,
    unit_id bigint NOT NULL REFERENCES units,
    source text NOT NULL,
    target text NOT NULL,
    bills integer NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (tie_id, edge_no)
);
CREATE INDEX analysis_tie_edges_unit ON analysis_tie_edges (unit_id, tie_id);
COMMENT ON TABLE analysis_tie_edges IS 'room: analysis. One line of a tie, each of one unit; an empty target is the unit itself.';

GRANT SELECT, INSERT ON analysis_findings, analysis_steps, analysis_runs TO mingpiao_system;
GRANT SELECT, INSERT, DELETE ON analysis_ties, analysis_tie_edges TO mingpiao_system;
GRANT UPDATE (region_code, kind_code, basis, score, unlikely, peers, sentence, evidence, drawing, bill_ids, state, revision,
              standing, breaches, decided_by, decided_by_name, decided_at, words) ON analysis_findings TO mingpiao_system;
GRANT UPDATE (ended_at, units, findings, left_out) ON analysis_runs TO mingpiao_system;
GRANT UPDATE (month, units, score, found_at) ON analysis_ties TO mingpiao_system;
GRANT SELECT ON analysis_findings, analysis_steps, analysis_runs, analysis_ties, analysis_tie_edges TO mingpiao_department;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['analysis_findings', 'analysis_steps', 'analysis_runs', 'analysis_ties',
                                   'analysis_tie_edges'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
    END LOOP;
    CREATE POLICY department_region ON analysis_findings FOR SELECT TO mingpiao_department
        USING (region_code BETWEEN scope_region_low() AND scope_region_high());
    CREATE POLICY department_runs ON analysis_runs FOR SELECT TO mingpiao_department USING (true);
    CREATE POLICY department_units ON analysis_steps FOR SELECT TO mingpiao_department
        USING (unit_id IN (SELECT unit_id FROM units));
    CREATE POLICY department_units ON analysis_tie_edges FOR SELECT TO mingpiao_department
        USING (unit_id IN (SELECT unit_id FROM units));
    -- A tie is seen where one of its lines is.
    CREATE POLICY department_ties ON analysis_ties FOR SELECT TO mingpiao_department
        USING (EXISTS (SELECT FROM analysis_tie_edges AS own WHERE own.tie_id = analysis_ties.tie_id));
END $$;

-- A finding may lead to a watch.
ALTER TABLE watches DROP CONSTRAINT watches_source_check;
ALTER TABLE watches ADD CONSTRAINT watches_source_check
    CHECK (source IN ('tip', 'unusual', 'exception', 'inspection', 'alert', 'analysis', 'hand')) NOT VALID;
ALTER TABLE watches VALIDATE CONSTRAINT watches_source_check;

-- Administrators decide nothing of it.
CREATE OR REPLACE FUNCTION administrator_may(kind text, who text, what text, about text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT about = who OR split_part(what, ':', 1) = 'session'
        OR split_part(what, ':', 2) IN ('export', 'download', 'print', 'preview', 'original', 'certificate')
        OR (kind = 'administrator' AND what IN ('stock:let_account', 'ukey:hold', 'ukey:revoke'))
        OR (kind <> 'audit_administrator'
            AND split_part(what, ':', 1) NOT IN (
                'alert', 'application', 'asked_request', 'backtest', 'batch', 'bill', 'bill_report', 'campaign',
                'catalog', 'checking_demand', 'crl', 'cycle', 'draft', 'evidence', 'evidence_caution', 'exception',
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
