-- Bills that are being filled in, and what an account filled in last.

CREATE TABLE bill_forms (
    unit_id bigint NOT NULL REFERENCES units,
    business_no text NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts,
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    version integer NOT NULL CHECK (version > 0),
    members jsonb NOT NULL,
    payer text NOT NULL,
    total numeric(14, 2) NOT NULL,
    items text[] NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, business_no)
);
COMMENT ON TABLE bill_forms IS 'room: drafts. Forms of bills that are not issued yet; a row goes when its bill is issued.';
CREATE INDEX bill_forms_account ON bill_forms (account_id, saved_at DESC);
CREATE INDEX bill_forms_age ON bill_forms (saved_at);

CREATE TABLE desk_habits (
    account_id bigint PRIMARY KEY REFERENCES accounts,
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    pay_mode text NOT NULL,
    checker text NOT NULL
);
COMMENT ON TABLE desk_habits IS 'room: drafts. What an account filled in on its last bill.';

GRANT SELECT, INSERT, UPDATE, DELETE ON bill_forms, desk_habits TO mingpiao_system;
GRANT SELECT ON bill_forms TO mingpiao_unit;
ALTER TABLE bill_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_forms FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON bill_forms TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON bill_forms FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
