-- 遗失: the notice with which a holder says in public that sheets are lost and count no more.
CREATE TABLE paper_losses (
    step_id bigint PRIMARY KEY REFERENCES paper_steps,
    holder_name text NOT NULL CHECK (holder_name <> ''),
    sheets int8multirange NOT NULL CHECK (NOT isempty(sheets)),
    lost_on date NOT NULL,
    notice text NOT NULL CHECK (length(notice) BETWEEN 10 AND 500),
    published_at timestamptz NOT NULL
);
CREATE INDEX paper_losses_sheets ON paper_losses USING gist (sheets);
COMMENT ON TABLE paper_losses IS 'room: paper. 遗失公告: everybody may read them.';
ALTER TABLE paper_losses ENABLE ROW LEVEL SECURITY;
ALTER TABLE paper_losses FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON paper_losses TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY everybody ON paper_losses FOR SELECT TO mingpiao_unit, mingpiao_department USING (true);
GRANT SELECT ON paper_losses TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT ON paper_losses TO mingpiao_system;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON paper_losses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON paper_losses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- 销毁清册: void sheets that are destroyed: asked by one, approved by another, signed by two.
CREATE TABLE paper_destructions (
    list_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    step_id bigint NOT NULL UNIQUE REFERENCES paper_steps,
    region_code char(6),
    unit_id bigint REFERENCES units,
    holder_name text NOT NULL,
    sheets int8multirange NOT NULL CHECK (NOT isempty(sheets)),
    reason text NOT NULL CHECK (reason <> ''),
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'approved', 'refused', 'signed', 'done')),
    asked_by text NOT NULL,
    asked_by_name text NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decision text NOT NULL DEFAULT '',
    destroyed_on date,
    place text NOT NULL DEFAULT '',
    witnesses text NOT NULL DEFAULT '',
    signed_by text,
    signed_by_name text NOT NULL DEFAULT '',
    signed_at timestamptz,
    countersigned_by text,
    countersigned_by_name text NOT NULL DEFAULT '',
    countersigned_at timestamptz,
    CHECK ((region_code IS NULL) <> (unit_id IS NULL)),
    -- Nobody approves what they asked for, and nobody signs twice.
    CHECK (decided_by IS DISTINCT FROM asked_by),
    CHECK (countersigned_by IS NULL OR countersigned_by <> signed_by),
    CHECK ((decided_by IS NULL) = (state = 'asked')),
    CHECK ((signed_by IS NOT NULL) = (state IN ('signed', 'done'))),
    CHECK ((signed_by IS NOT NULL) = (destroyed_on IS NOT NULL AND place <> '' AND witnesses <> '')),
    CHECK ((countersigned_by IS NOT NULL) = (state = 'done'))
);
CREATE INDEX paper_destructions_unit ON paper_destructions (unit_id, list_id DESC) WHERE unit_id IS NOT NULL;
CREATE INDEX paper_destructions_region ON paper_destructions (region_code, list_id DESC) WHERE region_code IS NOT NULL;
COMMENT ON TABLE paper_destructions IS 'room: paper. 销毁清册.';

-- 盘点: what was found, against what the books say at that moment.
CREATE TABLE paper_stocktakings (
    stocktaking_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code char(6),
    unit_id bigint REFERENCES units,
    booked int8multirange NOT NULL,
    counted int8multirange NOT NULL,
    explanation text NOT NULL,
    counted_by text NOT NULL CHECK (counted_by <> ''),
    owner text NOT NULL,
    request_no text NOT NULL CHECK (request_no <> ''),
    made_by text NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL,
    CHECK ((region_code IS NULL) <> (unit_id IS NULL)),
    CHECK (booked = counted OR explanation <> ''),
    UNIQUE (owner, request_no)
);
CREATE INDEX paper_stocktakings_unit ON paper_stocktakings (unit_id, stocktaking_id DESC) WHERE unit_id IS NOT NULL;
CREATE INDEX paper_stocktakings_region ON paper_stocktakings (region_code, stocktaking_id DESC) WHERE region_code IS NOT NULL;
COMMENT ON TABLE paper_stocktakings IS 'room: paper. 盘点.';

-- 停用纸质票据: units that use no ordinary paper any more.
CREATE TABLE paper_stops (
    unit_id bigint PRIMARY KEY REFERENCES units,
    reason text NOT NULL CHECK (reason <> ''),
    made_by text NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE paper_stops IS 'room: paper. 停用纸质票据.';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['paper_destructions', 'paper_stocktakings', 'paper_stops'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO mingpiao_system', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_unit, mingpiao_department', guarded);
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                       guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['paper_destructions', 'paper_stocktakings'] LOOP
        EXECUTE format('CREATE POLICY department_area ON %I FOR SELECT TO mingpiao_department '
                       'USING (region_code BETWEEN scope_region_low() AND scope_region_high() '
                       'OR unit_id IN (SELECT unit_id FROM units))', guarded);
    END LOOP;
END $$;
CREATE POLICY department_area ON paper_stops FOR SELECT TO mingpiao_department
    USING (unit_id IN (SELECT unit_id FROM units));
GRANT UPDATE (state, decided_by, decided_by_name, decided_at, decision, destroyed_on, place, witnesses, signed_by,
              signed_by_name, signed_at, countersigned_by, countersigned_by_name, countersigned_at)
    ON paper_destructions TO mingpiao_system;
CREATE TRIGGER never_changed BEFORE UPDATE ON paper_stocktakings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON paper_stops FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION keep_paper_destruction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('asked', 'approved'), ('asked', 'refused'), ('approved', 'signed'), ('signed', 'done'))
        OR (OLD.list_id, OLD.step_id, OLD.region_code, OLD.unit_id, OLD.sheets, OLD.reason, OLD.asked_by, OLD.asked_at)
            IS DISTINCT FROM
            (NEW.list_id, NEW.step_id, NEW.region_code, NEW.unit_id, NEW.sheets, NEW.reason, NEW.asked_by, NEW.asked_at)
        OR (OLD.decided_by IS NOT NULL AND OLD.decided_by IS DISTINCT FROM NEW.decided_by)
        OR (OLD.signed_by IS NOT NULL AND (OLD.signed_by, OLD.destroyed_on, OLD.place, OLD.witnesses)
            IS DISTINCT FROM (NEW.signed_by, NEW.destroyed_on, NEW.place, NEW.witnesses)) THEN
        RAISE EXCEPTION 'what was said of list % stays', OLD.list_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON paper_destructions FOR EACH ROW EXECUTE FUNCTION keep_paper_destruction();
