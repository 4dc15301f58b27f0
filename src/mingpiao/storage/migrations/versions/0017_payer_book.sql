-- Payers of a unit's own bills, and bills that were issued again with the content of a reversed one.

CREATE TABLE payer_book (
    payer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    type char(1) NOT NULL CHECK (type IN ('1', '2')),
    name text NOT NULL,
    code text NOT NULL DEFAULT '',
    account text NOT NULL DEFAULT '',
    bank text NOT NULL DEFAULT '',
    mobile text NOT NULL DEFAULT '',
    initials text NOT NULL,
    uses integer NOT NULL DEFAULT 1,
    used_at timestamptz NOT NULL,
    hidden boolean NOT NULL DEFAULT false,
    CONSTRAINT payer_book_key UNIQUE (unit_id, type, name, code)
);
CREATE INDEX payer_book_names ON payer_book (unit_id, name, payer_id);
COMMENT ON TABLE payer_book IS 'room: drafts. Whom a unit issued bills to; it grows from its bills.';

CREATE TABLE payer_marks (
    unit_id bigint PRIMARY KEY REFERENCES units,
    mark text NOT NULL
);
COMMENT ON TABLE payer_marks IS 'room: drafts. Up to which of its bills a unit''s book has grown.';

CREATE TABLE reissues (
    unit_id bigint NOT NULL REFERENCES units,
    blue_id bigint NOT NULL,
    business_no text NOT NULL,
    PRIMARY KEY (unit_id, blue_id),
    UNIQUE (unit_id, business_no)
);
COMMENT ON TABLE reissues IS 'room: drafts. The business number under which a reversed bill is issued again.';

GRANT SELECT, INSERT, UPDATE, DELETE ON payer_book, payer_marks, reissues TO mingpiao_system;
GRANT SELECT ON payer_book, reissues TO mingpiao_unit;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['payer_book', 'reissues'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
    END LOOP;
END $$;
