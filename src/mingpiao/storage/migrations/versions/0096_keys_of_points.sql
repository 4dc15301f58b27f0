-- Who signs in by the UKey of an issuing point acts for that point alone, and so does what is issued later for them.
ALTER TABLE sessions ADD COLUMN point_code text NOT NULL DEFAULT '';
COMMENT ON COLUMN sessions.point_code IS 'The issuing point of the UKey that began the session; empty: none.';
ALTER TABLE applications ADD COLUMN sent_at_point text NOT NULL DEFAULT '';
COMMENT ON COLUMN applications.sent_at_point IS 'The issuing point of the UKey by which its sender had signed in; empty: none.';
ALTER TABLE batches ADD COLUMN started_at_point text NOT NULL DEFAULT '';
COMMENT ON COLUMN batches.started_at_point IS 'The issuing point of the UKey by which whoever started it had signed in; empty: none.';

-- Accounts whose UKeys were held or revoked, and that have none in use, issue nothing where issuing needs a UKey.
ALTER TABLE stock_limits ADD COLUMN keyless_accounts bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE stocks ADD COLUMN keyless_accounts bigint[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN stocks.keyless_accounts IS 'Accounts of the unit that have had UKeys and have none in use; kept for new rows in stock_limits.';
GRANT INSERT (keyless_accounts), UPDATE (keyless_accounts) ON stocks TO mingpiao_system;
INSERT INTO stock_limits (unit_id, keyless_accounts)
SELECT unit_id, array_agg(account_id ORDER BY account_id)
FROM (
    SELECT unit_id, account_id FROM ukeys WHERE unit_id IS NOT NULL GROUP BY unit_id, account_id
    HAVING bool_or(state IN ('held', 'revoked')) AND NOT bool_or(state = 'active')
) AS keyless
GROUP BY unit_id
ON CONFLICT (unit_id) DO UPDATE SET keyless_accounts = excluded.keyless_accounts;
UPDATE stocks SET keyless_accounts = limits.keyless_accounts
FROM stock_limits AS limits WHERE limits.unit_id = stocks.unit_id AND limits.keyless_accounts <> '{}';
-- What trains read of the choices of departments: the newest of each.
CREATE VIEW ukey_demands AS
    SELECT DISTINCT ON (region_code) region_code, issuing_needs_ukey FROM ukey_policies ORDER BY region_code, revision DESC;
COMMENT ON VIEW ukey_demands IS 'room: ukeys';
GRANT SELECT ON ukey_demands TO mingpiao_system;
