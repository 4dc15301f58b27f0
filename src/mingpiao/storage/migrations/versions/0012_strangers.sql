-- Wrong sign-ins summed up, browsers that are known, and nonces that outlive a crash.

-- An unlogged table is empty after a crash, and the calls of the last minutes could be sent again.
ALTER TABLE interface_nonces SET LOGGED;

-- Wrong passwords by what was typed as a name (its hash, whether or not there is such an account; the empty
-- name's row counts a network as a whole) and where they came from.
CREATE TABLE sign_in_failures (
    name_hash bytea NOT NULL CHECK (length(name_hash) = 32),
    origin text NOT NULL,
    failures integer NOT NULL CHECK (failures > 0),
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (name_hash, origin)
);
CREATE INDEX sign_in_failures_age ON sign_in_failures (last_at);

-- Browsers in which an account has signed in before; `device_hash` is of the token in their cookie.
CREATE TABLE known_devices (
    device_hash bytea NOT NULL CHECK (length(device_hash) = 32),
    account_id bigint NOT NULL REFERENCES accounts,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (device_hash, account_id)
);
CREATE INDEX known_devices_age ON known_devices (seen_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failures, known_devices TO mingpiao_system;
COMMENT ON TABLE sign_in_failures IS 'room: identity';
COMMENT ON TABLE known_devices IS 'room: identity';
