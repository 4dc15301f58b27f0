-- 逐级下发: numbers flow from the pool of their code to cities, from cities to counties, and to units from the stock of
-- their department. What a department has of a 票据代码 are lots; a lot's numbers leave it from its front only.
CREATE TABLE number_flow (
    is_row boolean PRIMARY KEY DEFAULT true CHECK (is_row),
    by_levels boolean NOT NULL
);
COMMENT ON TABLE number_flow IS 'room: numbering. Whether units get numbers from their own department''s stock, or all from the province.';
GRANT SELECT ON number_flow TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT, UPDATE ON number_flow TO mingpiao_system;
ALTER TABLE supply_policies ADD COLUMN by_levels boolean NOT NULL DEFAULT false;

CREATE TABLE number_moves (
    move_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    way text NOT NULL CHECK (way IN ('allot', 'return', 'reform')),
    from_region char(6) NOT NULL,
    to_region char(6) NOT NULL,
    kind_code char(4) NOT NULL,
    code char(8) NOT NULL REFERENCES number_pools,
    quantity bigint NOT NULL CHECK (quantity > 0),
    note text NOT NULL,
    request_no text NOT NULL CHECK (request_no <> ''),
    made_by text NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    CHECK (from_region <> to_region),
    UNIQUE (from_region, request_no)
);
CREATE INDEX number_moves_to ON number_moves (to_region, move_id DESC);
COMMENT ON TABLE number_moves IS 'room: numbering. 下发 and 退回 of numbers between departments.';

CREATE TABLE number_lots (
    lot_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    move_id bigint NOT NULL REFERENCES number_moves,
    source_lot_id bigint REFERENCES number_lots,
    region_code char(6) NOT NULL,
    kind_code char(4) NOT NULL,
    code char(8) NOT NULL REFERENCES number_pools,
    first_number bigint NOT NULL CHECK (first_number >= 1),
    last_number bigint NOT NULL CHECK (last_number <= 9999999999),
    next_number bigint NOT NULL,
    CHECK (first_number <= last_number),
    CHECK (next_number BETWEEN first_number AND last_number + 1),
    -- What is left of two lots never overlaps: a number is in the stock of one department at most.
    CONSTRAINT number_lots_one_holder EXCLUDE USING gist (code WITH =, int8range(next_number, last_number + 1) WITH &&)
);
CREATE INDEX number_lots_region ON number_lots (region_code, code);
CREATE INDEX number_lots_left ON number_lots (region_code, code, lot_id) WHERE next_number <= last_number;
CREATE INDEX number_lots_place ON number_lots (code, first_number);
CREATE INDEX number_lots_move ON number_lots (move_id);
COMMENT ON TABLE number_lots IS 'room: numbering. 号段 in the stock of departments: numbers from next_number on are left. Without a source it was drawn from the pool.';
ALTER TABLE segments ADD COLUMN lot_id bigint REFERENCES number_lots;
COMMENT ON COLUMN segments.lot_id IS 'The lot of a department that it was drawn from; NULL: the pool.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['number_moves', 'number_lots'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_department', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                       guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
CREATE POLICY department_region ON number_lots FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high());
CREATE POLICY department_region ON number_moves FOR SELECT TO mingpiao_department
    USING (from_region BETWEEN scope_region_low() AND scope_region_high()
           OR to_region BETWEEN scope_region_low() AND scope_region_high());
GRANT INSERT (way, from_region, to_region, kind_code, code, quantity, note, request_no, made_by, made_by_name)
    ON number_moves TO mingpiao_system;
GRANT INSERT (move_id, source_lot_id, region_code, kind_code, code, first_number, last_number, next_number)
    ON number_lots TO mingpiao_system;
GRANT UPDATE (next_number) ON number_lots TO mingpiao_system;
GRANT INSERT (lot_id) ON segments TO mingpiao_system;
CREATE TRIGGER never_changed BEFORE UPDATE ON number_moves FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_lot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.next_number := NEW.next_number;
    IF kept IS DISTINCT FROM NEW OR NEW.next_number < OLD.next_number THEN
        RAISE EXCEPTION 'lot % is only drawn from', OLD.lot_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON number_lots FOR EACH ROW EXECUTE FUNCTION keep_lot();

-- A holder gets what was drawn from its source, and nothing that another one holds. The source's row is locked, so that
-- of two that would get the same numbers the second sees the first.
CREATE FUNCTION refuse_undrawn(source bigint, wanted_code char, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    is_drawn boolean;
BEGIN
    IF source IS NULL THEN
        SELECT last < next_number INTO is_drawn FROM number_pools WHERE code = wanted_code FOR UPDATE;
    ELSE
        SELECT code = wanted_code AND first_number <= first AND last < next_number INTO is_drawn
        FROM number_lots WHERE lot_id = source FOR UPDATE;
    END IF;
    IF NOT coalesce(is_drawn, false) OR EXISTS (
        SELECT FROM number_lots WHERE code = wanted_code
            AND int8range(next_number, last_number + 1) && int8range(first, last + 1)
    ) OR EXISTS (
        SELECT FROM segments WHERE code = wanted_code
            AND int8range(first_number, last_number, '[]') && int8range(first, last, '[]')
    ) THEN
        RAISE EXCEPTION 'numbers % to % of code % were not drawn, or have a holder', first, last, wanted_code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
CREATE FUNCTION hold_drawn_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.next_number <> NEW.first_number THEN
        RAISE EXCEPTION 'a lot begins whole' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM refuse_undrawn(NEW.source_lot_id, NEW.code, NEW.first_number, NEW.last_number);
    RETURN NEW;
END $$;
CREATE TRIGGER drawn BEFORE INSERT ON number_lots FOR EACH ROW EXECUTE FUNCTION hold_drawn_lot();
CREATE FUNCTION hold_drawn_segment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_undrawn(NEW.lot_id, NEW.code, NEW.first_number, NEW.last_number);
    RETURN NEW;
END $$;
CREATE TRIGGER drawn BEFORE INSERT ON segments FOR EACH ROW EXECUTE FUNCTION hold_drawn_segment();

-- And the other way round: what was drawn has a holder when the transaction ends.
CREATE FUNCTION refuse_lost() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source bigint := CASE TG_TABLE_NAME WHEN 'number_lots' THEN (to_jsonb(NEW) ->> 'lot_id')::bigint END;
    held bigint;
BEGIN
    SELECT (
        SELECT coalesce(sum(last_number - first_number + 1), 0) FROM number_lots
        WHERE code = NEW.code AND first_number BETWEEN OLD.next_number AND NEW.next_number - 1
            AND last_number < NEW.next_number AND source_lot_id IS NOT DISTINCT FROM source
    ) + (
        SELECT coalesce(sum(last_number - first_number + 1), 0) FROM segments
        WHERE code = NEW.code AND first_number BETWEEN OLD.next_number AND NEW.next_number - 1
            AND last_number < NEW.next_number AND lot_id IS NOT DISTINCT FROM source
    ) INTO held;
    IF held <> NEW.next_number - OLD.next_number THEN
        RAISE EXCEPTION 'numbers % to % of code % were drawn, and nobody has them',
            OLD.next_number, NEW.next_number - 1, NEW.code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER held AFTER UPDATE OF next_number ON number_lots DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.next_number > OLD.next_number) EXECUTE FUNCTION refuse_lost();
CREATE CONSTRAINT TRIGGER held AFTER UPDATE OF next_number ON number_pools DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.next_number > OLD.next_number) EXECUTE FUNCTION refuse_lost();

-- How long a department's stock lasts follows from what its region's units use.
CREATE VIEW region_day_sums WITH (security_invoker = true) AS
    SELECT region_code, kind_code, day, issued_count, reversed_count FROM region_totals;
COMMENT ON VIEW region_day_sums IS 'room: issuing. Bills of each region, kind and closed day, added up.';
GRANT SELECT ON region_day_sums TO mingpiao_system, mingpiao_department;
CREATE INDEX region_totals_region ON region_totals (region_code, day);
