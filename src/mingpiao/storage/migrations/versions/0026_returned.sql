-- What a department returned or rejected is known again: by its business number, its evidence, or payer and amount.
ALTER TABLE applications
    ADD COLUMN returned_at timestamptz,
    -- The request as it was then: a reviewer sees what has changed since.
    ADD COLUMN returned_request jsonb,
    -- The returned application that this one repeats under another business number.
    ADD COLUMN earlier_id bigint REFERENCES applications;
UPDATE applications SET returned_at = coalesce(decided_at, appealed_at, submitted_at), returned_request = request
WHERE cardinality(held_rules) > 0 OR state = 'rejected';
-- The few that count: read anew by every process whenever one of them changes.
CREATE INDEX applications_returned ON applications (returned_at) WHERE returned_at IS NOT NULL AND state <> 'issued';
CREATE INDEX applications_earlier ON applications (earlier_id) WHERE earlier_id IS NOT NULL;
