-- Accounts that nobody uses are announced twice and then closed.
ALTER TABLE accounts
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN unused_warnings smallint NOT NULL DEFAULT 0 CHECK (unused_warnings BETWEEN 0 AND 2),
    ADD COLUMN unused_warned_at timestamptz,
    ADD COLUMN closed_unused_at timestamptz,
    ADD CHECK ((unused_warnings > 0) = (unused_warned_at IS NOT NULL)),
    ADD CHECK (closed_unused_at IS NULL OR NOT active);
COMMENT ON COLUMN accounts.used_at IS 'The last sign-in, or when the account was made or opened again.';
-- Of before, the last browser that is still known tells of a sign-in.
UPDATE accounts SET used_at = greatest(created_at, password_changed_at,
    (SELECT max(seen_at) FROM known_devices WHERE known_devices.account_id = accounts.account_id));
CREATE INDEX accounts_used ON accounts (used_at) WHERE active;
