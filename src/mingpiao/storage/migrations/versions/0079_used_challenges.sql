-- A challenge that was signed rightly signs nobody in again.
CREATE TABLE used_challenges (
    challenge_hash bytea PRIMARY KEY CHECK (length(challenge_hash) = 32),
    used_at timestamptz NOT NULL
);
CREATE INDEX used_challenges_age ON used_challenges (used_at);
COMMENT ON TABLE used_challenges IS 'room: ukeys. The SM3 of each sign-in challenge that was answered.';
GRANT SELECT, INSERT, DELETE ON used_challenges TO mingpiao_system;
