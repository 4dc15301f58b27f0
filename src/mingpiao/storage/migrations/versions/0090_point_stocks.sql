-- 开票点 may have numbers of their own. A segment is in the stock of its unit, or of one of its points; its unused end
-- may go to another holder within the unit, as a segment of its own.
ALTER TABLE segments ADD COLUMN point_code text NOT NULL DEFAULT '';
COMMENT ON COLUMN segments.point_code IS 'The issuing point that has it; empty: the unit''s common stock.';
GRANT INSERT (point_code, allotted_at), UPDATE (point_code, last_number) ON segments TO mingpiao_system;
DROP INDEX segments_waiting;
CREATE INDEX segments_waiting ON segments (unit_id, kind_code, point_code, segment_id) WHERE state = 'in_stock';

CREATE TABLE point_stocks (
    unit_id bigint NOT NULL,
    kind_code char(4) NOT NULL,
    point_code text NOT NULL,
    segment_id bigint REFERENCES segments,
    code char(8),
    next_number bigint NOT NULL DEFAULT 1,
    last_number bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, kind_code, point_code),
    FOREIGN KEY (unit_id, kind_code) REFERENCES stocks,
    FOREIGN KEY (unit_id, point_code) REFERENCES issuing_points,
    CHECK (next_number <= last_number + 1)
);
COMMENT ON TABLE point_stocks IS 'room: numbering. Where an issuing point with numbers of its own stands in its segment; read and changed under the lock of the unit''s stock row.';

CREATE TABLE number_transfers (
    transfer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL,
    code char(8) NOT NULL REFERENCES number_pools,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    from_point text NOT NULL,
    to_point text NOT NULL,
    request_no text NOT NULL CHECK (request_no <> ''),
    made_by text NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    CHECK (first_number <= last_number),
    CHECK (from_point <> to_point),
    UNIQUE (unit_id, request_no)
);
CREATE INDEX number_transfers_place ON number_transfers (code, first_number);
COMMENT ON TABLE number_transfers IS 'room: numbering. 调拨 of numbers between issuing points of a unit and its common stock (the empty point).';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['point_stocks', 'number_transfers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                       guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE ON number_transfers FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT INSERT (unit_id, kind_code, point_code) ON point_stocks TO mingpiao_system;
GRANT UPDATE (segment_id, code, next_number, last_number) ON point_stocks TO mingpiao_system;
GRANT INSERT (unit_id, kind_code, code, first_number, last_number, from_point, to_point, request_no, made_by,
              made_by_name) ON number_transfers TO mingpiao_system;

-- A segment is used up or given back, as before; its unused end, of which no bill has a number, may leave it; and what
-- nobody has begun may change hands.
CREATE OR REPLACE FUNCTION keep_segment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.state := NEW.state;
    kept.last_number := NEW.last_number;
    kept.point_code := NEW.point_code;
    IF kept IS DISTINCT FROM NEW OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('in_stock', 'in_use'), ('in_stock', 'used'), ('in_use', 'used'), ('in_stock', 'returned'), ('in_use', 'returned')
    )) THEN
        RAISE EXCEPTION 'segment % is only used up or given back', OLD.segment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.point_code <> OLD.point_code AND (OLD.state, NEW.state) <> ('in_stock', 'in_stock') THEN
        RAISE EXCEPTION 'segment % was begun, and stays where it is', OLD.segment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.last_number <> OLD.last_number AND (
        NEW.last_number > OLD.last_number OR OLD.state NOT IN ('in_stock', 'in_use') OR EXISTS (
            SELECT FROM bills WHERE unit_id = OLD.unit_id
                AND bill_id BETWEEN OLD.code::bigint * 10000000000 + NEW.last_number + 1
                                AND OLD.code::bigint * 10000000000 + OLD.last_number
        )
    ) THEN
        RAISE EXCEPTION 'only the unused end of segment % may leave it', OLD.segment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- What left a segment is with the same unit when the transaction ends.
CREATE FUNCTION refuse_lost_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint;
BEGIN
    SELECT coalesce(sum(last_number - first_number + 1), 0) INTO held FROM segments
    WHERE code = NEW.code AND first_number BETWEEN NEW.last_number + 1 AND OLD.last_number
        AND last_number <= OLD.last_number AND (unit_id, kind_code) = (NEW.unit_id, NEW.kind_code)
        AND lot_id IS NOT DISTINCT FROM NEW.lot_id;
    IF held <> OLD.last_number - NEW.last_number THEN
        RAISE EXCEPTION 'numbers % to % of code % left their segment, and nobody has them',
            NEW.last_number + 1, OLD.last_number, NEW.code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER end_held AFTER UPDATE OF last_number ON segments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.last_number < OLD.last_number) EXECUTE FUNCTION refuse_lost_end();

-- Where a holder of a unit stands goes forward: within a segment, to the next one when it is used, to a nearer end when
-- the numbers behind it left, and to none when what was left of it was given back or left.
CREATE FUNCTION moves_on(was point_stocks, now_is point_stocks) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF now_is.segment_id IS NOT DISTINCT FROM was.segment_id THEN
        IF (now_is.code, now_is.last_number) IS NOT DISTINCT FROM (was.code, was.last_number) THEN
            RETURN now_is.next_number >= was.next_number;
        END IF;
        RETURN now_is.code IS NOT DISTINCT FROM was.code AND now_is.next_number = was.next_number AND EXISTS (
            SELECT FROM segments
            WHERE segment_id = now_is.segment_id AND last_number = now_is.last_number AND state = 'in_use'
        );
    ELSIF now_is.segment_id IS NULL THEN
        RETURN now_is.code IS NULL AND now_is.next_number = now_is.last_number + 1 AND EXISTS (
            SELECT FROM segments WHERE segment_id = was.segment_id
                AND (state = 'returned' OR (state = 'used' AND last_number = was.next_number - 1))
        );
    END IF;
    RETURN EXISTS (
        SELECT FROM segments
        WHERE segment_id = now_is.segment_id AND unit_id = now_is.unit_id AND kind_code = now_is.kind_code
          AND point_code = now_is.point_code AND code = now_is.code AND last_number = now_is.last_number
          AND first_number <= now_is.next_number AND state = 'in_use'
    ) AND (was.segment_id IS NULL OR EXISTS (
        SELECT FROM segments WHERE segment_id = was.segment_id AND state = 'used'
    ));
END $$;
CREATE OR REPLACE FUNCTION keep_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forward boolean;
BEGIN
    IF (NEW.segment_id, NEW.code, NEW.last_number) IS NOT DISTINCT FROM (OLD.segment_id, OLD.code, OLD.last_number) THEN
        forward := NEW.next_number >= OLD.next_number;
    ELSE
        forward := moves_on(
            (OLD.unit_id, OLD.kind_code, '', OLD.segment_id, OLD.code, OLD.next_number, OLD.last_number)::point_stocks,
            (NEW.unit_id, NEW.kind_code, '', NEW.segment_id, NEW.code, NEW.next_number, NEW.last_number)::point_stocks
        );
    END IF;
    IF NOT forward OR (NEW.unit_id, NEW.kind_code) IS DISTINCT FROM (OLD.unit_id, OLD.kind_code)
       OR (OLD.last_issued_at IS NOT NULL AND coalesce(NEW.last_issued_at < OLD.last_issued_at, true)) THEN
        RAISE EXCEPTION 'the stock of unit % in kind % only goes forward', OLD.unit_id, OLD.kind_code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION keep_point_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT moves_on(OLD, NEW)
       OR (NEW.unit_id, NEW.kind_code, NEW.point_code) IS DISTINCT FROM (OLD.unit_id, OLD.kind_code, OLD.point_code) THEN
        RAISE EXCEPTION 'the stock of point % of unit % only goes forward', OLD.point_code, OLD.unit_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON point_stocks FOR EACH ROW EXECUTE FUNCTION keep_point_stock();

CREATE VIEW segment_cursors WITH (security_invoker = true) AS
    SELECT unit_id, kind_code, segment_id, next_number FROM stocks
    UNION ALL
    SELECT unit_id, kind_code, segment_id, next_number FROM point_stocks;
COMMENT ON VIEW segment_cursors IS 'room: numbering. The next number of each segment in use.';
GRANT SELECT ON segment_cursors TO mingpiao_system, mingpiao_unit, mingpiao_department;
CREATE OR REPLACE VIEW used_numbers WITH (security_invoker = true) AS
    SELECT segments.unit_id, segments.kind_code, segments.code, segments.first_number, segments.last_number,
           CASE segments.state
               WHEN 'in_stock' THEN 0
               WHEN 'in_use' THEN coalesce(cursors.next_number - segments.first_number, -1)
               WHEN 'returned' THEN coalesce(returned.first_number - segments.first_number, -1)
               ELSE segments.last_number - segments.first_number + 1
           END AS used
    FROM segments LEFT JOIN segment_cursors AS cursors
        ON cursors.unit_id = segments.unit_id AND cursors.kind_code = segments.kind_code
        AND cursors.segment_id = segments.segment_id
    LEFT JOIN returned_numbers AS returned ON returned.segment_id = segments.segment_id;

-- A bill bears the point in whose name it was issued; its face does not show it.
ALTER TABLE bills ADD COLUMN point_code text NOT NULL DEFAULT '';
COMMENT ON COLUMN bills.point_code IS 'The issuing point in whose name it was issued; empty: none was named.';
GRANT INSERT (point_code) ON bills TO mingpiao_system;

-- Which point a person of a unit issues for, until another one is chosen.
CREATE TABLE point_choices (
    account_id bigint PRIMARY KEY REFERENCES accounts,
    unit_id bigint NOT NULL REFERENCES units,
    point_code text NOT NULL,
    chosen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX point_choices_unit ON point_choices (unit_id);
COMMENT ON TABLE point_choices IS 'room: units. The issuing point that a person issues for; empty: none.';
ALTER TABLE point_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_choices FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON point_choices TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON point_choices FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_units ON point_choices FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
GRANT SELECT ON point_choices TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT (account_id, unit_id, point_code), UPDATE (point_code, chosen_at) ON point_choices TO mingpiao_system;
