-- 三员分立. An account begins without a role that lets it do anything; what it may do is a grant, and a grant has two
-- people. The three kinds of administrators exclude one another and do no business. Triggers hold this against every
-- statement, also one that no verb of the platform makes.
ALTER TABLE accounts DROP CONSTRAINT accounts_role_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_role_check CHECK (role IN (
    'ungranted', 'unit_handler', 'unit_checker', 'unit_manager', 'department_officer', 'department_head',
    'administrator', 'security_administrator', 'audit_administrator'));

-- Whoever grants, or takes an administrator away, locks this row first: of two at a time the second sees the first.
CREATE TABLE granting (
    is_row boolean PRIMARY KEY DEFAULT true CHECK (is_row),
    founded_at timestamptz
);
COMMENT ON TABLE granting IS 'room: identity. From founded_at on, roles are granted by two people and no longer by the founding.';
-- A province at work was founded; one whose first setup is under way goes on with it.
INSERT INTO granting (founded_at)
    SELECT CASE WHEN EXISTS (SELECT FROM accounts WHERE unit_id IS NULL)
        AND NOT EXISTS (SELECT FROM foundings WHERE completed_at IS NULL) THEN now() END;
GRANT SELECT, UPDATE (founded_at) ON granting TO mingpiao_system;
CREATE FUNCTION keep_founded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the province is founded' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON granting FOR EACH ROW WHEN (OLD.founded_at IS NOT NULL)
    EXECUTE FUNCTION keep_founded();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON granting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE role_grants (
    grant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    role text NOT NULL CHECK (role IN ('ungranted', 'department_officer', 'department_head', 'administrator',
                                       'security_administrator', 'audit_administrator')),
    region_code char(6) REFERENCES departments,
    way text NOT NULL CHECK (way IN ('founding', 'migration', 'console', 'two_people', 'one_and_console')),
    proposed_by bigint REFERENCES accounts,
    confirmed_by bigint REFERENCES accounts,
    confirmed_name text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((role LIKE 'department\_%') = (region_code IS NOT NULL)),
    CHECK ((proposed_by IS NOT NULL) = (way IN ('two_people', 'one_and_console'))),
    CHECK ((confirmed_by IS NOT NULL) = (way = 'two_people')),
    -- Nobody confirms what they proposed, and nobody has a part in what they get themselves.
    CHECK (proposed_by <> confirmed_by),
    CHECK (proposed_by <> account_id),
    CHECK (confirmed_by <> account_id),
    CHECK (way <> 'console' OR role LIKE '%administrator')
);
CREATE INDEX role_grants_account ON role_grants (account_id, grant_id DESC);
COMMENT ON TABLE role_grants IS 'room: identity. What each account of departments and administrators was given, by whom; the newest row is what it has.';
INSERT INTO role_grants (account_id, role, region_code, way, confirmed_name, granted_at)
    SELECT account_id, role, region_code, 'migration', '', created_at FROM accounts WHERE unit_id IS NULL
    ORDER BY account_id;
GRANT SELECT, INSERT (account_id, role, region_code, way, proposed_by, confirmed_by, confirmed_name) ON role_grants
    TO mingpiao_system;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON role_grants FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON role_grants FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Administrators of a kind who can sign in today.
CREATE FUNCTION can_administer(given accounts, kind text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT given.role = kind AND given.active AND given.password_hash <> ''
        AND (given.valid_until IS NULL OR given.valid_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
$$;
CREATE FUNCTION count_administrators(kind text, besides bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT count(*) FROM accounts WHERE can_administer(accounts, kind) AND account_id IS DISTINCT FROM besides
$$;
CREATE FUNCTION refuse_grant(why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION hold_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended timestamptz;
    present accounts;
    proposer accounts;
    confirmer accounts;
BEGIN
    SELECT founded_at INTO ended FROM granting FOR UPDATE;
    SELECT * INTO present FROM accounts WHERE account_id = NEW.account_id FOR UPDATE;
    SELECT * INTO proposer FROM accounts WHERE account_id = NEW.proposed_by;
    SELECT * INTO confirmer FROM accounts WHERE account_id = NEW.confirmed_by;
    IF present.unit_id IS NOT NULL THEN
        PERFORM refuse_grant('people of units get their role with their account');
    END IF;
    IF NEW.way = 'migration' OR (NEW.way = 'founding' AND ended IS NOT NULL) THEN
        PERFORM refuse_grant('the province is founded: two people grant');
    END IF;
    IF NEW.way IN ('two_people', 'one_and_console')
            AND NOT can_administer(proposer, 'security_administrator') THEN
        PERFORM refuse_grant('only a security administrator proposes');
    END IF;
    IF NEW.way = 'two_people' AND NOT can_administer(confirmer, 'security_administrator') THEN
        PERFORM refuse_grant('only a security administrator confirms');
    END IF;
    IF NEW.way = 'one_and_console' AND count_administrators('security_administrator', NEW.proposed_by) > 0 THEN
        PERFORM refuse_grant('another security administrator can confirm');
    END IF;
    IF NEW.way = 'console' AND count_administrators(NEW.role, NEW.account_id) >= 2 THEN
        PERFORM refuse_grant('there are two of this kind: two people grant');
    END IF;
    -- One kind of work for the life of an account: the business of departments, or one of the three.
    IF NEW.role <> 'ungranted' AND EXISTS (
        SELECT FROM role_grants WHERE account_id = NEW.account_id AND role <> 'ungranted'
            AND CASE WHEN role LIKE '%administrator' OR NEW.role LIKE '%administrator' THEN role <> NEW.role
                ELSE false END
    ) THEN
        PERFORM refuse_grant('administrators of one kind do nothing else, before or after');
    END IF;
    IF present.role LIKE '%administrator' AND NEW.role <> present.role
            AND can_administer(present, present.role) AND count_administrators(present.role, present.account_id) = 0 THEN
        PERFORM refuse_grant('the last administrator of a kind stays');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold BEFORE INSERT ON role_grants FOR EACH ROW EXECUTE FUNCTION hold_grant();
CREATE FUNCTION carry_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts SET role = NEW.role, region_code = NEW.region_code WHERE account_id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER carry AFTER INSERT ON role_grants FOR EACH ROW EXECUTE FUNCTION carry_grant();

-- What an account may do comes from its unit when it is made, or from its newest grant.
CREATE FUNCTION hold_made_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.role <> 'ungranted' AND NEW.unit_id IS NULL THEN
        PERFORM refuse_grant('an account is made without a role: role_grants gives one');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER made_without_role BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION hold_made_role();
CREATE FUNCTION hold_granted_role() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given role_grants;
BEGIN
    SELECT * INTO given FROM role_grants WHERE account_id = NEW.account_id ORDER BY grant_id DESC LIMIT 1;
    IF given.role IS DISTINCT FROM NEW.role OR given.region_code IS DISTINCT FROM NEW.region_code
            OR NEW.unit_id IS NOT NULL OR OLD.unit_id IS NOT NULL OR OLD.account_id <> NEW.account_id THEN
        PERFORM refuse_grant('roles are changed by role_grants alone');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER as_granted BEFORE UPDATE OF account_id, role, unit_id, region_code ON accounts FOR EACH ROW
    WHEN (OLD.account_id <> NEW.account_id OR OLD.role <> NEW.role OR OLD.unit_id IS DISTINCT FROM NEW.unit_id
          OR OLD.region_code IS DISTINCT FROM NEW.region_code)
    EXECUTE FUNCTION hold_granted_role();
-- Somebody of each kind can always sign in.
CREATE FUNCTION keep_last_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM granting FOR UPDATE;
    IF can_administer(OLD, OLD.role) AND NOT can_administer(NEW, OLD.role)
            AND count_administrators(OLD.role, OLD.account_id) = 0 THEN
        PERFORM refuse_grant('the last administrator of a kind stays');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_last BEFORE UPDATE OF active, valid_until, password_hash ON accounts FOR EACH ROW
    WHEN (OLD.role LIKE '%administrator' AND OLD.role = NEW.role
          AND (NOT NEW.active OR NEW.password_hash = '' OR NEW.valid_until IS DISTINCT FROM OLD.valid_until))
    EXECUTE FUNCTION keep_last_administrator();

-- Every verb that changes something writes a row of the trail in its transaction. What may not stand there, may not be
-- done: none of the three issues, reviews or allots, a 系统管理员 grants nothing, a 安全管理员 makes no accounts, and an
-- 审计管理员 changes nothing but what is their own.
CREATE FUNCTION administrator_may(kind text, who text, what text, about text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT about = who OR split_part(what, ':', 1) = 'session'
        OR split_part(what, ':', 2) IN ('export', 'download', 'print', 'preview', 'original', 'certificate')
        OR (kind <> 'audit_administrator'
            AND split_part(what, ':', 1) NOT IN (
                'application', 'asked_request', 'batch', 'bill', 'campaign', 'catalog', 'checking_demand', 'cycle',
                'draft', 'evidence', 'evidence_caution', 'exception', 'face', 'former', 'former_certificate',
                'issuing_point', 'kind', 'numbers', 'payer', 'qualification', 'receipt', 'rectification',
                'requisition', 'rule', 'segment', 'statement', 'stock', 'supply_order', 'supply_policy', 'template',
                'totals', 'unit', 'writeoff', 'writeoff_order', 'writeoff_policy')
            AND CASE kind
                WHEN 'administrator' THEN split_part(what, ':', 1) NOT IN ('proposal', 'role', 'password_policy')
                ELSE split_part(what, ':', 1) NOT IN ('account', 'founding', 'interface_app', 'signing_key')
            END)
$$;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_three_administrators CHECK (
    actor_role NOT IN ('administrator', 'security_administrator', 'audit_administrator')
    OR administrator_may(actor_role, actor, action, subject)) NOT VALID;

-- A proposal is decided among people of departments, or among 安全管理员; those have no department.
ALTER TABLE proposals ALTER COLUMN region_code DROP NOT NULL;
ALTER TABLE proposals ADD COLUMN among text NOT NULL DEFAULT 'department' CHECK (among IN ('department', 'security')),
    ADD CHECK ((among = 'department') = (region_code IS NOT NULL));
