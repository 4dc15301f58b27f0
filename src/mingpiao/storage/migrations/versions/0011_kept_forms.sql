-- Forms that were sent after their session had ended: whose they are, and what was typed until that
-- person signs in again.

-- Which account's session a page's CSRF token belonged to; unlike the session it outlives signing out.
CREATE TABLE form_owners (
    csrf_hash bytea PRIMARY KEY CHECK (length(csrf_hash) = 32),
    account_id bigint NOT NULL REFERENCES accounts,
    made_at timestamptz NOT NULL
);
CREATE INDEX form_owners_age ON form_owners (made_at);

-- `content` is encrypted under the master key; `token_hash` is of the token in the browser's cookie.
CREATE TABLE kept_forms (
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    form_id text NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts,
    content bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (token_hash, form_id)
);
CREATE INDEX kept_forms_account ON kept_forms (account_id, kept_at);
CREATE INDEX kept_forms_age ON kept_forms (kept_at);

GRANT SELECT, INSERT, DELETE ON form_owners, kept_forms TO mingpiao_system;
COMMENT ON TABLE form_owners IS 'room: identity';
COMMENT ON TABLE kept_forms IS 'room: identity';
