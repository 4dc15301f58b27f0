-- Applications are marked, and not locked, while their bill is being issued.
ALTER TABLE applications
    -- Numbers the attempts: an attempt whose number is no longer here issues and records nothing.
    ADD COLUMN attempt bigint NOT NULL DEFAULT 0,
    -- Until then nobody else tries; NULL when no bill is being issued.
    ADD COLUMN attempt_until timestamptz;
