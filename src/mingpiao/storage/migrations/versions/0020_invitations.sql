-- Accounts with a last day, and invitations by which a person chooses the first password.
ALTER TABLE accounts ADD COLUMN valid_until date;
COMMENT ON COLUMN accounts.valid_until IS 'The last day (Asia/Shanghai, inclusive) on which the account may sign in.';
CREATE TABLE invitations (
    invitation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    code_hash bytea NOT NULL UNIQUE,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    withdrawn_at timestamptz,
    CHECK (used_at IS NULL OR withdrawn_at IS NULL)
);
-- One code at a time works for an account.
CREATE UNIQUE INDEX invitations_open ON invitations (account_id) WHERE used_at IS NULL AND withdrawn_at IS NULL;
COMMENT ON TABLE invitations IS 'room: identity';
GRANT SELECT, INSERT ON invitations TO mingpiao_system;
GRANT UPDATE (used_at, withdrawn_at) ON invitations TO mingpiao_system;
