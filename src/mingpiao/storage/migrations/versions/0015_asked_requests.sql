-- What rules asked programs, and what they warned of: kept, so that it can be listed.

-- One row for a request (its business number and content), however often it comes. It has no foreign key to
-- an application or a bill: its end is read from these, so that issuing a bill writes nothing here.
CREATE TABLE asked_requests (
    asked_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    business_no text NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    kind_code char(4) NOT NULL,
    payer_name text NOT NULL,
    total numeric(16, 2) NOT NULL,
    hits jsonb NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_last_at timestamptz NOT NULL CHECK (asked_last_at >= asked_at),
    times integer NOT NULL CHECK (times > 0),
    refused_at timestamptz,
    UNIQUE (unit_id, business_no, digest)
);
CREATE INDEX asked_requests_unit ON asked_requests (unit_id, asked_id DESC);
CREATE INDEX asked_requests_number ON asked_requests (business_no);
CREATE INDEX asked_requests_age ON asked_requests (asked_last_at);
COMMENT ON TABLE asked_requests IS 'room: applications';
GRANT SELECT, INSERT, UPDATE, DELETE ON asked_requests TO mingpiao_system;
GRANT SELECT ON asked_requests TO mingpiao_unit, mingpiao_department;
ALTER TABLE asked_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE asked_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON asked_requests TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON asked_requests FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON asked_requests FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

-- Units see their business numbers; now departments do, through the view.
GRANT SELECT ON business_numbers TO mingpiao_department;
CREATE POLICY department_units ON business_numbers FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

CREATE VIEW requests_with_bills WITH (security_invoker = true) AS
    SELECT numbers.unit_id, numbers.business_no, numbers.bill_id, numbers.request_digest,
           coalesce(supervision.confirmations <> '[]', false) AS confirmed,
           supervision.application_id IS NOT NULL AS reviewed
    FROM business_numbers AS numbers LEFT JOIN bill_supervision AS supervision USING (unit_id, bill_id);
COMMENT ON VIEW requests_with_bills IS 'room: issuing. The bill of each business number: which request it answered, and in which way it passed the rules.';

GRANT SELECT ON requests_with_bills TO mingpiao_system, mingpiao_unit, mingpiao_department;

-- Bills with warnings, in the order of their time.
ALTER TABLE bill_supervision ADD COLUMN warned_at timestamptz;
COMMENT ON COLUMN bill_supervision.warned_at IS 'When the bill was issued, where a rule warned of it.';
UPDATE bill_supervision SET warned_at = bills.issued_at FROM bills
WHERE bills.unit_id = bill_supervision.unit_id AND bills.bill_id = bill_supervision.bill_id
  AND findings @> '[{"severity": "warn"}]';
CREATE INDEX bill_supervision_warned ON bill_supervision (warned_at DESC, bill_id DESC) WHERE warned_at IS NOT NULL;
CREATE INDEX bill_supervision_warned_unit ON bill_supervision (unit_id, warned_at DESC, bill_id DESC)
    WHERE warned_at IS NOT NULL;
