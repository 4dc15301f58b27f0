-- Changes of units with their days, numbers that a closed unit gave back, and places where units issue.
CREATE TABLE unit_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    kind text NOT NULL CHECK (kind IN ('name', 'uscc', 'region', 'mode', 'suspend', 'resume', 'close')),
    before text NOT NULL,
    after text NOT NULL,
    effective_on date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    made_by text NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    decided_by text,
    decided_by_name text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'applied', 'withdrawn', 'failed')),
    settled_at timestamptz,
    note text NOT NULL DEFAULT '',
    CHECK ((state = 'planned') = (settled_at IS NULL)),
    -- A new code and closing are never one person's alone.
    CHECK (kind NOT IN ('uscc', 'close') OR (decided_by IS NOT NULL AND decided_by <> made_by))
);
CREATE UNIQUE INDEX unit_changes_planned ON unit_changes (unit_id, kind) WHERE state = 'planned';
CREATE INDEX unit_changes_unit ON unit_changes (unit_id, effective_on DESC, change_id DESC);
CREATE INDEX unit_changes_due ON unit_changes (effective_on) WHERE state = 'planned';
COMMENT ON TABLE unit_changes IS 'room: units';
GRANT SELECT ON unit_changes TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT (unit_id, kind, before, after, effective_on, reason, made_by, made_by_name, decided_by, decided_by_name)
    ON unit_changes TO mingpiao_system;
GRANT UPDATE (state, settled_at, note) ON unit_changes TO mingpiao_system;
CREATE TRIGGER never_deleted BEFORE DELETE ON unit_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE returned_numbers (
    segment_id bigint PRIMARY KEY REFERENCES segments,
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL,
    code char(8) NOT NULL,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    returned_at timestamptz NOT NULL DEFAULT now(),
    CHECK (first_number <= last_number)
);
CREATE INDEX returned_numbers_unit ON returned_numbers (unit_id);
COMMENT ON TABLE returned_numbers IS 'room: numbering. The unused end of each segment that a closed unit gave back; nobody gets it again.';
GRANT SELECT ON returned_numbers TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT (segment_id, unit_id, kind_code, code, first_number, last_number) ON returned_numbers TO mingpiao_system;
CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON returned_numbers FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE issuing_points (
    unit_id bigint NOT NULL REFERENCES units,
    code text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    people text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit_id, code)
);
COMMENT ON TABLE issuing_points IS 'room: units';
GRANT SELECT ON issuing_points TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT (unit_id, code, name, address, people, active) ON issuing_points TO mingpiao_system;
GRANT UPDATE (name, address, people, active) ON issuing_points TO mingpiao_system;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['unit_changes', 'returned_numbers', 'issuing_points'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END $$;

ALTER TABLE segments DROP CONSTRAINT segments_state_check;
ALTER TABLE segments ADD CONSTRAINT segments_state_check CHECK (state IN ('in_stock', 'in_use', 'used', 'returned'));
-- A segment is used up, or given back with what is left of it; both are final.
CREATE OR REPLACE FUNCTION keep_segment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record := OLD;
BEGIN
    kept.state := NEW.state;
    IF kept IS DISTINCT FROM NEW OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('in_stock', 'in_use'), ('in_stock', 'used'), ('in_use', 'used'), ('in_stock', 'returned'), ('in_use', 'returned')
    )) THEN
        RAISE EXCEPTION 'segment % is only used up or given back', OLD.segment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE VIEW used_numbers WITH (security_invoker = true) AS
    SELECT segments.unit_id, segments.kind_code, segments.code, segments.first_number, segments.last_number,
           CASE segments.state
               WHEN 'in_stock' THEN 0
               WHEN 'in_use' THEN coalesce(stocks.next_number - segments.first_number, -1)
               WHEN 'returned' THEN coalesce(returned.first_number - segments.first_number, -1)
               ELSE segments.last_number - segments.first_number + 1
           END AS used
    FROM segments LEFT JOIN stocks USING (segment_id)
    LEFT JOIN returned_numbers AS returned ON returned.segment_id = segments.segment_id;
