-- Forms that are saved under a name, and the kinds and items that an account uses most.

CREATE TABLE saved_forms (
    form_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    account_id bigint NOT NULL REFERENCES accounts,
    name text NOT NULL,
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    members jsonb NOT NULL,
    shared boolean NOT NULL,
    CONSTRAINT saved_forms_key UNIQUE (account_id, name)
);
CREATE INDEX saved_forms_unit ON saved_forms (unit_id, name);
COMMENT ON TABLE saved_forms IS 'room: drafts. Forms under a name, to begin new bills with.';

CREATE TABLE favourites (
    account_id bigint NOT NULL REFERENCES accounts,
    code text NOT NULL,
    uses integer NOT NULL DEFAULT 0,
    pinned boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, code)
);
COMMENT ON TABLE favourites IS 'room: drafts. How often an account used a kind or an item, and what it pinned.';

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_forms, favourites TO mingpiao_system;
GRANT SELECT ON saved_forms TO mingpiao_unit;
ALTER TABLE saved_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_forms FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON saved_forms TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON saved_forms FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
