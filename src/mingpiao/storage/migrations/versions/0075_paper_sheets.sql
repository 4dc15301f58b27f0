-- 纸质票据: a sheet is named by code × 10¹⁰ + number, as a bill is; so sets of sheets are multiranges of such numbers.
CREATE FUNCTION sheet_count(sheets int8multirange) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    $$ SELECT coalesce(sum(upper(piece) - lower(piece)), 0)::bigint FROM unnest(sheets) AS piece $$;

CREATE FUNCTION sheet_firsts(sheets int8multirange) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS
    $$ SELECT array(SELECT lower(piece) FROM unnest(sheets) AS piece ORDER BY 1) $$;
CREATE FUNCTION sheet_ends(sheets int8multirange) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS
    $$ SELECT array(SELECT upper(piece) FROM unnest(sheets) AS piece ORDER BY 1) $$;

CREATE TABLE paper_batches (
    batch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code char(8) NOT NULL CHECK (code ~ '^[0-9]{8}$'),
    kind_code char(4) NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('exchange', 'ordinary')),
    first_sheet bigint NOT NULL,
    last_sheet bigint NOT NULL,
    printer text NOT NULL,
    plan_no text NOT NULL,
    note text NOT NULL,
    request_no text NOT NULL UNIQUE CHECK (request_no <> ''),
    received int8multirange NOT NULL DEFAULT '{}',
    ordered_by text NOT NULL,
    ordered_by_name text NOT NULL,
    ordered_at timestamptz NOT NULL DEFAULT now(),
    CHECK (first_sheet <= last_sheet),
    CHECK (first_sheet / 10000000000 = code::bigint AND last_sheet / 10000000000 = code::bigint),
    CHECK (first_sheet % 10000000000 > 0),
    CHECK (received <@ int8multirange(int8range(first_sheet, last_sheet, '[]'))),
    CONSTRAINT paper_batches_apart EXCLUDE USING gist (int8range(first_sheet, last_sheet, '[]') WITH &&)
);
COMMENT ON TABLE paper_batches IS 'room: paper. 印制批次: sheets that were ordered from a printer, and which of them arrived.';

CREATE TABLE paper_holdings (
    holding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id bigint NOT NULL REFERENCES paper_batches,
    region_code char(6),
    unit_id bigint REFERENCES units,
    point text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('transit', 'stock', 'used', 'void', 'lost', 'listed', 'destroyed')),
    sheets int8multirange NOT NULL,
    CHECK ((region_code IS NULL) <> (unit_id IS NULL)),
    CHECK (point = '' OR unit_id IS NOT NULL),
    UNIQUE NULLS NOT DISTINCT (batch_id, region_code, unit_id, point, state),
    -- A sheet has one holder and one state.
    CONSTRAINT paper_holdings_one_holder EXCLUDE USING gist (sheets WITH &&)
);
CREATE INDEX paper_holdings_unit ON paper_holdings (unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX paper_holdings_region ON paper_holdings (region_code) WHERE region_code IS NOT NULL;
COMMENT ON TABLE paper_holdings IS 'room: paper. Which sheets of a batch somebody holds in a state.';

CREATE TABLE paper_steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    way text NOT NULL CHECK (way IN ('receive', 'allot', 'return', 'accept', 'decline', 'hand_out', 'take_back', 'use',
                                     'void', 'lose', 'list', 'unlist', 'destroy', 'reform')),
    sheets int8multirange NOT NULL CHECK (NOT isempty(sheets)),
    from_region char(6),
    from_unit bigint REFERENCES units,
    from_point text NOT NULL,
    to_region char(6),
    to_unit bigint REFERENCES units,
    to_point text NOT NULL,
    note text NOT NULL,
    reference text NOT NULL,
    answers bigint UNIQUE REFERENCES paper_steps,
    owner text NOT NULL,
    request_no text NOT NULL CHECK (request_no <> ''),
    made_by text NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL,
    CHECK ((answers IS NOT NULL) = (way IN ('accept', 'decline'))),
    UNIQUE (owner, request_no),
    -- What is used, spoilt, lost or destroyed is so once.
    CONSTRAINT paper_steps_once EXCLUDE USING gist (way WITH =, sheets WITH &&)
        WHERE (way IN ('use', 'void', 'lose', 'destroy'))
);
CREATE INDEX paper_steps_sheets ON paper_steps USING gist (sheets);
CREATE INDEX paper_steps_from_unit ON paper_steps (from_unit, step_id DESC) WHERE from_unit IS NOT NULL;
CREATE INDEX paper_steps_to_unit ON paper_steps (to_unit, step_id DESC) WHERE to_unit IS NOT NULL;
CREATE INDEX paper_steps_from_region ON paper_steps (from_region, step_id DESC) WHERE from_region IS NOT NULL;
CREATE INDEX paper_steps_to_region ON paper_steps (to_region, step_id DESC) WHERE to_region IS NOT NULL;
COMMENT ON TABLE paper_steps IS 'room: paper. What happened to sheets: who gave them to whom, or what became of them.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['paper_batches', 'paper_holdings', 'paper_steps'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                       guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;
CREATE POLICY everybody ON paper_batches FOR SELECT TO mingpiao_unit, mingpiao_department USING (true);
CREATE POLICY unit_own ON paper_holdings FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY department_area ON paper_holdings FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low() AND scope_region_high() OR unit_id IN (SELECT unit_id FROM units));
CREATE POLICY unit_own ON paper_steps FOR SELECT TO mingpiao_unit
    USING (from_unit = scope_unit_id() OR to_unit = scope_unit_id());
CREATE POLICY department_area ON paper_steps FOR SELECT TO mingpiao_department
    USING (from_region BETWEEN scope_region_low() AND scope_region_high()
           OR to_region BETWEEN scope_region_low() AND scope_region_high()
           OR from_unit IN (SELECT unit_id FROM units) OR to_unit IN (SELECT unit_id FROM units));
GRANT INSERT (code, kind_code, purpose, first_sheet, last_sheet, printer, plan_no, note, request_no, ordered_by,
              ordered_by_name) ON paper_batches TO mingpiao_system;
GRANT UPDATE (received) ON paper_batches TO mingpiao_system;
GRANT INSERT (batch_id, region_code, unit_id, point, state, sheets) ON paper_holdings TO mingpiao_system;
GRANT UPDATE (sheets) ON paper_holdings TO mingpiao_system;
GRANT INSERT (way, sheets, from_region, from_unit, from_point, to_region, to_unit, to_point, note, reference, answers,
              owner, request_no, made_by, made_by_name, made_at) ON paper_steps TO mingpiao_system;
CREATE TRIGGER never_changed BEFORE UPDATE ON paper_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_paper_batch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.received := NEW.received;
    IF kept IS DISTINCT FROM NEW OR NOT OLD.received <@ NEW.received THEN
        RAISE EXCEPTION 'of batch % more may arrive, nothing else changes', OLD.batch_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON paper_batches FOR EACH ROW EXECUTE FUNCTION keep_paper_batch();

-- Nobody holds a sheet that did not arrive, and a sheet that arrived has a holder when the transaction ends; what is
-- destroyed stays so.
CREATE FUNCTION keep_paper_holding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := NEW;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        kept := OLD;
        kept.sheets := NEW.sheets;
        IF OLD.state = 'destroyed' AND NOT OLD.sheets <@ NEW.sheets THEN
            RAISE EXCEPTION 'destroyed sheets stay so' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF kept IS DISTINCT FROM NEW
        OR NOT NEW.sheets <@ (SELECT received FROM paper_batches WHERE batch_id = NEW.batch_id) THEN
        RAISE EXCEPTION 'a holding has sheets of its batch that arrived' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON paper_holdings FOR EACH ROW EXECUTE FUNCTION keep_paper_holding();
CREATE FUNCTION refuse_lost_sheets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved int8multirange;
BEGIN
    IF TG_TABLE_NAME = 'paper_holdings' THEN
        moved := (to_jsonb(OLD) ->> 'sheets')::int8multirange - (to_jsonb(NEW) ->> 'sheets')::int8multirange;
    ELSE
        moved := (to_jsonb(NEW) ->> 'received')::int8multirange - (to_jsonb(OLD) ->> 'received')::int8multirange;
    END IF;
    IF NOT isempty(moved) AND NOT moved <@ coalesce(
        (SELECT range_agg(sheets) FROM paper_holdings WHERE sheets && moved), '{}') THEN
        RAISE EXCEPTION 'sheets % have no holder', moved USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER held AFTER UPDATE OF sheets ON paper_holdings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_lost_sheets();
CREATE CONSTRAINT TRIGGER held AFTER UPDATE OF received ON paper_batches DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_lost_sheets();
