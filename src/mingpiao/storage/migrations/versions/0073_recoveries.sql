-- 找回密码 and 挂失 by a code. What was typed is encrypted until a worker has looked; of a code an HMAC is kept.
CREATE TABLE recoveries (
    recovery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    purpose text NOT NULL CHECK (purpose IN ('password', 'loss')),
    asked bytea,
    account_id bigint REFERENCES accounts,
    code_hash bytea CHECK (length(code_hash) = 32),
    tries integer NOT NULL CHECK (tries BETWEEN 0 AND 5),
    address text NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT recovery_code_is_of_an_account CHECK ((code_hash IS NULL) = (account_id IS NULL)),
    CONSTRAINT recovery_only_a_code_is_used CHECK (used_at IS NULL OR (code_hash IS NOT NULL AND tries > 0))
);
CREATE INDEX recoveries_age ON recoveries (asked_at);
CREATE INDEX recoveries_account ON recoveries (account_id);
COMMENT ON TABLE recoveries IS 'room: recovery. Codes that were asked for, also for accounts that do not exist.';
GRANT SELECT, INSERT, UPDATE, DELETE ON recoveries TO mingpiao_system;

CREATE TABLE recovery_counts (
    kind text NOT NULL CHECK (kind IN ('network', 'typed', 'all', 'account', 'mobile')),
    key_hash bytea NOT NULL CHECK (length(key_hash) = 32),
    day date NOT NULL,
    times integer NOT NULL CHECK (times > 0),
    PRIMARY KEY (kind, key_hash, day)
);
CREATE INDEX recovery_counts_day ON recovery_counts (day);
COMMENT ON TABLE recovery_counts IS 'room: recovery. How often a network, a name, an account or a number asked for codes on a day.';
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_counts TO mingpiao_system;

-- 挂失: the account says since when; what stops it stands on the rows that trains lock.
ALTER TABLE accounts ADD COLUMN lost_at timestamptz;
COMMENT ON COLUMN accounts.lost_at IS 'When the person''s UKey was reported lost; NULL: it was not, or the loss is over.';
ALTER TABLE stock_limits ADD COLUMN lost_accounts bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE stocks ADD COLUMN lost_accounts bigint[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN stocks.lost_accounts IS 'Accounts of the unit that issue nothing, as their UKeys were reported lost; kept for new rows in stock_limits.';
GRANT INSERT (lost_accounts), UPDATE (lost_accounts) ON stocks TO mingpiao_system;
