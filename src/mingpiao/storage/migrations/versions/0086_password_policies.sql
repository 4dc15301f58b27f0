-- The password policy, chosen by two 安全管理员 as roles are, and the former passwords of accounts.
CREATE TABLE password_policies (
    revision integer PRIMARY KEY CHECK (revision > 0),
    profile text NOT NULL CHECK (profile IN ('dengbao', 'asvs')),
    minimum_length integer NOT NULL CHECK (minimum_length BETWEEN 8 AND 64),
    classes integer NOT NULL CHECK (classes BETWEEN 1 AND 4),
    history integer NOT NULL CHECK (history BETWEEN 0 AND 10),
    maximum_age_days integer CHECK (maximum_age_days BETWEEN 30 AND 180),
    proposed_by bigint NOT NULL REFERENCES accounts,
    confirmed_by bigint REFERENCES accounts,
    confirmed_name text NOT NULL,
    decided_at timestamptz NOT NULL,
    CHECK (proposed_by <> confirmed_by),
    CHECK (profile <> 'dengbao' OR (classes >= 3 AND history >= 1 AND maximum_age_days IS NOT NULL)),
    CHECK (profile <> 'asvs' OR (minimum_length >= 12 AND classes = 1 AND maximum_age_days IS NULL))
);
COMMENT ON TABLE password_policies IS 'room: identity. Each choice of the password policy; the newest revision is in force, and without one the profile dengbao.';
GRANT SELECT, INSERT ON password_policies TO mingpiao_system;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON password_policies FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON password_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION hold_password_policy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    proposer accounts;
    confirmer accounts;
BEGIN
    PERFORM FROM granting FOR UPDATE;
    SELECT * INTO proposer FROM accounts WHERE account_id = NEW.proposed_by;
    SELECT * INTO confirmer FROM accounts WHERE account_id = NEW.confirmed_by;
    IF NOT can_administer(proposer, 'security_administrator') THEN
        PERFORM refuse_grant('only a security administrator proposes');
    END IF;
    IF NEW.confirmed_by IS NOT NULL AND NOT can_administer(confirmer, 'security_administrator') THEN
        PERFORM refuse_grant('only a security administrator confirms');
    END IF;
    IF NEW.confirmed_by IS NULL AND count_administrators('security_administrator', NEW.proposed_by) > 0 THEN
        PERFORM refuse_grant('another security administrator can confirm');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold BEFORE INSERT ON password_policies FOR EACH ROW EXECUTE FUNCTION hold_password_policy();

CREATE TABLE old_passwords (
    old_password_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    password_hash text NOT NULL CHECK (password_hash <> ''),
    replaced_at timestamptz NOT NULL
);
CREATE INDEX old_passwords_account ON old_passwords (account_id, old_password_id DESC);
COMMENT ON TABLE old_passwords IS 'room: identity. Hashes of the last passwords of each account, which may not come again.';
GRANT SELECT, INSERT, DELETE ON old_passwords TO mingpiao_system;
