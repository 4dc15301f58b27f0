-- Second factors: time-based codes (RFC 6238) and recovery codes, sign-ins that wait for one, and where people sign in.
CREATE TABLE totp_secrets (
    account_id bigint PRIMARY KEY REFERENCES accounts,
    secret bytea NOT NULL,
    enrolled_at timestamptz NOT NULL,
    last_step bigint NOT NULL
);
COMMENT ON TABLE totp_secrets IS 'room: identity. The secret is encrypted under the master key; the code of a step up to last_step is used up.';
CREATE TABLE totp_offers (
    account_id bigint PRIMARY KEY REFERENCES accounts,
    secret bytea NOT NULL,
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE totp_offers IS 'room: identity. Secrets that were shown, and that a code has yet to confirm.';
CREATE TABLE recovery_codes (
    account_id bigint NOT NULL REFERENCES accounts,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account_id, code_hash)
);
COMMENT ON TABLE recovery_codes IS 'room: identity';
CREATE TABLE pending_sign_ins (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id bigint NOT NULL REFERENCES accounts,
    device_hash bytea NOT NULL CHECK (length(device_hash) = 32),
    known boolean NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX pending_sign_ins_account ON pending_sign_ins (account_id);
COMMENT ON TABLE pending_sign_ins IS 'room: identity. Sign-ins whose password was right and whose second factor is awaited.';

-- A session is told apart in a list without its token, and says when its person was proved last.
ALTER TABLE sessions
    ADD COLUMN session_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN proved_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN agent text NOT NULL DEFAULT '',
    ADD COLUMN device_hash bytea;
UPDATE sessions SET proved_at = created_at;
ALTER TABLE known_devices
    ADD COLUMN device_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN agent text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN first_seen_at timestamptz NOT NULL DEFAULT now();
UPDATE known_devices SET first_seen_at = seen_at;
CREATE INDEX known_devices_account ON known_devices (account_id);

-- Networks from which an account has signed in before.
CREATE TABLE known_networks (
    account_id bigint NOT NULL REFERENCES accounts,
    network text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, network)
);
CREATE INDEX known_networks_age ON known_networks (seen_at);
COMMENT ON TABLE known_networks IS 'room: identity';

GRANT SELECT, INSERT, UPDATE, DELETE ON totp_secrets, totp_offers, recovery_codes, pending_sign_ins, known_networks
    TO mingpiao_system;

-- What is told to one person, and to nobody else.
ALTER TABLE messages
    ADD COLUMN to_account_id bigint REFERENCES accounts,
    DROP CONSTRAINT messages_check,
    ADD CHECK (num_nonnulls(unit_id, region_code, to_account_id) = 1);
CREATE INDEX messages_account ON messages (to_account_id, message_id DESC) WHERE to_account_id IS NOT NULL;
COMMENT ON COLUMN messages.to_account_id IS 'The person whom it is for; otherwise it is for a unit or a department.';
