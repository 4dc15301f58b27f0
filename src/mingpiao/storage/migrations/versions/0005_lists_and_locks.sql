-- Lists of papers and of back-tests; what stops a unit holds for kinds that are opened later, too.
ALTER TABLE backtests ADD COLUMN version integer;
COMMENT ON COLUMN backtests.version IS 'The version of the rule; NULL for what was tried from the editor''s form.';
DROP INDEX backtests_region;
CREATE INDEX backtests_rule ON backtests (region_code, (rule ->> 'code'), backtest_id DESC);

ALTER TABLE evidence_documents
    ADD COLUMN region_code char(6),
    -- Empty for the unit's own system.
    ADD COLUMN uploaded_by_name text NOT NULL DEFAULT '',
    DROP CONSTRAINT evidence_documents_state_check;
UPDATE evidence_documents SET region_code = units.region_code FROM units WHERE units.unit_id = evidence_documents.unit_id;
UPDATE evidence_documents SET state = 'unreadable' WHERE state = 'infected';
ALTER TABLE evidence_documents
    ALTER COLUMN region_code SET NOT NULL,
    ADD CONSTRAINT evidence_documents_state_check CHECK (state IN ('waiting', 'reading', 'read', 'unreadable'));
-- Lists, newest first: a unit's, and a department's region by region, whose filters need no row.
DROP INDEX evidence_documents_recent;
CREATE INDEX evidence_documents_recent ON evidence_documents (unit_id, uploaded_at DESC, digest DESC);
CREATE INDEX evidence_documents_region ON evidence_documents
    (region_code, uploaded_at DESC, unit_id DESC, digest DESC) INCLUDE (state, name);
-- The bills of one paper.
CREATE INDEX evidence_uses_paper ON evidence_uses (digest, unit_id, bill_id);

ALTER TABLE qualifications
    DROP CONSTRAINT qualifications_state_check,
    ADD CONSTRAINT qualifications_state_check CHECK (state IN (
        'reading', 'read', 'unreadable', 'submitted', 'accepted', 'rejected', 'superseded', 'withdrawn', 'retired',
        'revoked'));

ALTER TABLE stock_limits ADD COLUMN locks text[] NOT NULL DEFAULT '{}';
INSERT INTO stock_limits (unit_id, locks)
SELECT unit_id, array_agg(DISTINCT lock ORDER BY lock) FROM stocks, unnest(locks) AS lock GROUP BY unit_id
ON CONFLICT (unit_id) DO UPDATE SET locks = excluded.locks;
