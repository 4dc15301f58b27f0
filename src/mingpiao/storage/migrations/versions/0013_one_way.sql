-- History goes one way. What the platform's login may write is given column by column; what may change at all,
-- and in which direction, is held by triggers, which bind the owner of the tables as well.

-- ---------------------------------------------------------------- who wrote an audit row, and when
-- Rows from before this migration do not know their login.
ALTER TABLE audit_log ADD COLUMN login text;
ALTER TABLE audit_log ALTER COLUMN login SET DEFAULT session_user;
COMMENT ON COLUMN audit_log.login IS 'The database login that wrote the row, set by the database itself.';

-- ---------------------------------------------------------------- one red bill a blue one
CREATE TABLE reversals (
    unit_id bigint NOT NULL,
    blue_id bigint NOT NULL,
    red_id bigint NOT NULL,
    PRIMARY KEY (unit_id, blue_id),
    UNIQUE (unit_id, red_id)
);
COMMENT ON TABLE reversals IS 'room: issuing. Written by the database with each red bill: bills are partitioned, so that no index of theirs could hold one red bill a blue one.';
INSERT INTO reversals (unit_id, blue_id, red_id)
    SELECT unit_id, related_bill_id, min(bill_id) FROM bills WHERE color = 'red' GROUP BY unit_id, related_bill_id;
GRANT SELECT ON reversals TO mingpiao_system, mingpiao_unit, mingpiao_department;
ALTER TABLE reversals ENABLE ROW LEVEL SECURITY;
CREATE POLICY system_all ON reversals TO mingpiao_system USING (true);
CREATE POLICY unit_own ON reversals FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON reversals FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));

-- What a check compares: the sealed original beside the columns, and the reversal beside the state.
CREATE OR REPLACE VIEW registered_bills WITH (security_invoker = true) AS
    SELECT bills.unit_id, bill_id, kind_code, color, state, check_code, issued_at, total, related_bill_id,
           unit_key_id, supervisor_key_id, xml_sm3, xml,
           (SELECT red_id FROM reversals WHERE reversals.unit_id = bills.unit_id AND blue_id = bill_id) AS red_id
    FROM bills;

-- ---------------------------------------------------------------- what a check of everything reads and finds
CREATE TABLE integrity_findings (
    unit_id bigint NOT NULL,
    subject text NOT NULL,
    difference text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit_id, subject, difference)
);
COMMENT ON TABLE integrity_findings IS 'room: issuing. Where records contradict one another; rows go when a later check no longer finds them.';
GRANT SELECT, INSERT, DELETE ON integrity_findings TO mingpiao_system;
CREATE OR REPLACE VIEW recorded_events WITH (security_invoker = true) AS
    SELECT txid, event_id, unit_id, bill_id, type, body, leaf_hash FROM events;
CREATE VIEW used_numbers WITH (security_invoker = true) AS
    SELECT segments.unit_id, segments.kind_code, segments.code, segments.first_number, segments.last_number,
           CASE segments.state
               WHEN 'in_stock' THEN 0
               WHEN 'in_use' THEN coalesce(stocks.next_number - segments.first_number, -1)
               ELSE segments.last_number - segments.first_number + 1
           END AS used
    FROM segments LEFT JOIN stocks USING (segment_id);
COMMENT ON VIEW used_numbers IS 'room: numbering. How many numbers of each segment were taken, from its first on; -1 where none can tell.';
CREATE VIEW told_of_bills WITH (security_invoker = true) AS
    SELECT unit_id, subject, action FROM audit_log
    WHERE action IN ('bill:issued', 'bill:reversal_issued', 'bill:reversed');
COMMENT ON VIEW told_of_bills IS 'room: identity. What the audit trail says of bills.';
GRANT SELECT ON used_numbers, told_of_bills TO mingpiao_system;

-- ---------------------------------------------------------------- the time of a stock row
ALTER TABLE stocks ADD COLUMN last_issued_at timestamptz;
COMMENT ON COLUMN stocks.last_issued_at IS 'When its last number was taken: no later number bears an earlier time.';
UPDATE stocks SET last_issued_at = (
    SELECT issued_at FROM bills
    WHERE bills.unit_id = stocks.unit_id
      AND bills.bill_id = stocks.code::bigint * 10000000000 + stocks.next_number - 1
) WHERE code IS NOT NULL;

-- ---------------------------------------------------------------- rights, column by column
REVOKE INSERT ON bills, events, audit_log, stocks, segments, number_pools FROM mingpiao_system;
GRANT INSERT (unit_id, bill_id, kind_code, region_code, color, business_no, check_code, issued_at, payer_type,
              payer_code, payer_name, total, handler, extension, items, related_bill_id, reason, unit_key_id,
              supervisor_key_id, xml_sm3, xml, ruleset_version) ON bills TO mingpiao_system;
GRANT INSERT (unit_id, bill_id, type, occurred_at, body, leaf_hash) ON events TO mingpiao_system;
GRANT INSERT (actor, action, subject, unit_id, address, details) ON audit_log TO mingpiao_system;
GRANT INSERT (unit_id, kind_code, locks, valid_until) ON stocks TO mingpiao_system;
GRANT INSERT (unit_id, kind_code, code, first_number, last_number) ON segments TO mingpiao_system;
REVOKE UPDATE ON signing_keys, stocks, segments, number_pools FROM mingpiao_system;
GRANT UPDATE (encrypted_key, retired_at) ON signing_keys TO mingpiao_system;
GRANT UPDATE (segment_id, code, next_number, last_number, last_issued_at, locks, valid_until) ON stocks
    TO mingpiao_system;
GRANT UPDATE (state) ON segments TO mingpiao_system;
GRANT UPDATE (next_number) ON number_pools TO mingpiao_system;

-- ---------------------------------------------------------------- one way
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was recorded stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Of a bill only this may change: a blue one becomes reversed, once, by a red one that names it.
CREATE FUNCTION keep_bill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.state := NEW.state;
    kept.related_bill_id := NEW.related_bill_id;
    IF kept IS DISTINCT FROM NEW OR OLD.state <> 'normal' OR OLD.related_bill_id IS NOT NULL
       OR NEW.state <> 'reversed' OR NOT EXISTS (
            SELECT FROM reversals
            WHERE unit_id = NEW.unit_id AND blue_id = NEW.bill_id AND red_id = NEW.related_bill_id
    ) THEN
        RAISE EXCEPTION 'bill % may only become reversed, by its red bill', OLD.bill_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON bills FOR EACH ROW EXECUTE FUNCTION keep_bill();

-- The owner writes the reversal, so that no login can write one without its red bill.
CREATE FUNCTION record_reversal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM bills AS blue
        WHERE blue.unit_id = NEW.unit_id AND blue.bill_id = NEW.related_bill_id
          AND blue.color = 'blue' AND blue.total = -NEW.total
    ) THEN
        RAISE EXCEPTION 'bill % reverses no blue bill of its unit and amount', NEW.bill_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO reversals (unit_id, blue_id, red_id) VALUES (NEW.unit_id, NEW.related_bill_id, NEW.bill_id);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION record_reversal() FROM PUBLIC;
CREATE TRIGGER record_reversal AFTER INSERT ON bills FOR EACH ROW WHEN (NEW.color = 'red')
    EXECUTE FUNCTION record_reversal();

-- A certificate belongs to its key for ever; a key is retired once. The wrapped private key may be wrapped anew.
CREATE FUNCTION keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.encrypted_key := NEW.encrypted_key;
    IF OLD.retired_at IS NULL THEN
        kept.retired_at := NEW.retired_at;
    END IF;
    IF kept IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'signing key % may only be retired', OLD.key_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON signing_keys FOR EACH ROW EXECUTE FUNCTION keep_key();

-- What was decided is decided; a version's code and number are its name.
CREATE FUNCTION keep_rule_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('approved', 'withdrawn')
       OR (NEW.code, NEW.version, NEW.created_at) IS DISTINCT FROM (OLD.code, OLD.version, OLD.created_at)
       OR (NEW.state = 'approved' AND (OLD.state <> 'submitted' OR NEW.content <> OLD.content
                                       OR NEW.makers <> OLD.makers)) THEN
        RAISE EXCEPTION 'version % of rule % was decided, or is decided as it was submitted', OLD.version, OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON rule_versions FOR EACH ROW EXECUTE FUNCTION keep_rule_version();

-- Within a segment numbers and their time only go forward; the next segment comes when the one before is used.
CREATE FUNCTION keep_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forward boolean;
BEGIN
    IF NEW.segment_id IS NOT DISTINCT FROM OLD.segment_id THEN
        forward := (NEW.code, NEW.last_number) IS NOT DISTINCT FROM (OLD.code, OLD.last_number)
            AND NEW.next_number >= OLD.next_number;
    ELSE
        forward := EXISTS (
            SELECT FROM segments
            WHERE segment_id = NEW.segment_id AND unit_id = NEW.unit_id AND kind_code = NEW.kind_code
              AND code = NEW.code AND last_number = NEW.last_number AND first_number <= NEW.next_number
              AND state = 'in_use'
        ) AND (OLD.segment_id IS NULL OR EXISTS (
            SELECT FROM segments WHERE segment_id = OLD.segment_id AND state = 'used'
        ));
    END IF;
    IF NOT forward OR (NEW.unit_id, NEW.kind_code) IS DISTINCT FROM (OLD.unit_id, OLD.kind_code)
       OR (OLD.last_issued_at IS NOT NULL AND coalesce(NEW.last_issued_at < OLD.last_issued_at, true)) THEN
        RAISE EXCEPTION 'the stock of unit % in kind % only goes forward', OLD.unit_id, OLD.kind_code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE OF unit_id, kind_code, segment_id, code, next_number, last_number, last_issued_at
    ON stocks FOR EACH ROW EXECUTE FUNCTION keep_stock();

CREATE FUNCTION keep_segment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.state := NEW.state;
    IF kept IS DISTINCT FROM NEW
       OR array_position(ARRAY['in_stock', 'in_use', 'used'], NEW.state)
          < array_position(ARRAY['in_stock', 'in_use', 'used'], OLD.state) THEN
        RAISE EXCEPTION 'segment % is only used up', OLD.segment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON segments FOR EACH ROW EXECUTE FUNCTION keep_segment();

CREATE FUNCTION keep_pool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.code, NEW.kind_code) IS DISTINCT FROM (OLD.code, OLD.kind_code) OR NEW.next_number < OLD.next_number THEN
        RAISE EXCEPTION 'the pool of code % only goes forward', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON number_pools FOR EACH ROW EXECUTE FUNCTION keep_pool();

-- Whoever inserts, the database says who and when.
CREATE FUNCTION stamp_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := now();
    NEW.login := session_user;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON audit_log FOR EACH ROW
    WHEN (NEW.at <> now() OR NEW.login IS DISTINCT FROM session_user) EXECUTE FUNCTION stamp_audit();

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['events', 'audit_log', 'business_numbers', 'reversals', 'rule_sets'] LOOP
        EXECUTE format('CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['bills', 'signing_keys', 'rule_versions', 'stocks', 'segments', 'number_pools'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['events', 'audit_log', 'business_numbers', 'reversals', 'rule_sets', 'bills',
                                   'signing_keys', 'rule_versions', 'stocks', 'segments', 'number_pools'] LOOP
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
