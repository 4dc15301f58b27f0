-- 申领: units ask for numbers, and an audit grants them in the same transaction, or says why not.
CREATE TABLE supply_policies (
    region_code char(6) PRIMARY KEY CHECK (region_code ~ '^[0-9]{2}0000$'),
    months_at_most integer NOT NULL CHECK (months_at_most BETWEEN 1 AND 12),
    months_proposed integer NOT NULL CHECK (months_proposed BETWEEN 1 AND months_at_most),
    review_above integer NOT NULL CHECK (review_above BETWEEN 1 AND 1000000),
    all_written_off boolean NOT NULL,
    revision integer NOT NULL,
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE supply_policies IS 'room: supply. 申领设置: how many numbers a unit may get, and who decides.';

CREATE TABLE requisitions (
    requisition_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    purpose text NOT NULL,
    request_no text NOT NULL CHECK (request_no <> ''),
    estimate integer CHECK (estimate BETWEEN 1 AND 1000000),
    approved_estimate integer CHECK (approved_estimate BETWEEN 1 AND 1000000),
    origin text NOT NULL CHECK (origin IN ('page', 'api', 'order')),
    state text NOT NULL CHECK (state IN ('granted', 'refused', 'review', 'withdrawn')),
    proposed integer,
    free bigint NOT NULL,
    findings jsonb NOT NULL,
    granted integer NOT NULL DEFAULT 0 CHECK (granted BETWEEN 0 AND quantity),
    code text NOT NULL DEFAULT '',
    first bigint,
    last bigint,
    asked_by text NOT NULL,
    asked_by_name text NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,
    UNIQUE (unit_id, request_no),
    CHECK ((state = 'granted') = (granted > 0)),
    CHECK ((granted > 0) = (first IS NOT NULL AND last = first + granted - 1 AND code <> '')),
    CHECK ((state = 'review') = (decided_at IS NULL))
);
COMMENT ON TABLE requisitions IS 'room: supply. 申领: what units asked for, what the audit found, and the numbers granted.';
-- A unit waits for one decision about a kind at a time.
CREATE UNIQUE INDEX requisitions_open ON requisitions (unit_id, kind_code) WHERE state = 'review';
CREATE INDEX requisitions_waiting ON requisitions (requisition_id) WHERE state = 'review';
CREATE INDEX requisitions_unit ON requisitions (unit_id, requisition_id DESC);
CREATE INDEX requisitions_estimates ON requisitions (unit_id, kind_code, requisition_id DESC)
    WHERE approved_estimate IS NOT NULL;

CREATE TABLE supply_orders (
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL,
    below integer NOT NULL CHECK (below BETWEEN 1 AND 1000000),
    active boolean NOT NULL,
    told text NOT NULL DEFAULT '',
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, kind_code)
);
COMMENT ON TABLE supply_orders IS 'room: supply. 自动申领: below which stock the platform asks for a unit. told: the reasons of which the unit was told last.';
CREATE INDEX supply_orders_active ON supply_orders (unit_id) WHERE active;

-- What was decided stays as it is.
CREATE FUNCTION keep_decided_requisition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'review' THEN
        RAISE EXCEPTION 'requisition % was decided', OLD.requisition_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requisitions_decided BEFORE UPDATE ON requisitions
    FOR EACH ROW EXECUTE FUNCTION keep_decided_requisition();

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['requisitions', 'supply_orders'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
        EXECUTE format('GRANT SELECT ON %I TO mingpiao_system, mingpiao_unit, mingpiao_department', guarded);
    END LOOP;
END $$;
GRANT INSERT ON requisitions TO mingpiao_system;
GRANT UPDATE (state, approved_estimate, granted, code, first, last, decided_by_name, decided_at, reason, revision)
    ON requisitions TO mingpiao_system;
GRANT INSERT ON supply_orders TO mingpiao_system;
GRANT UPDATE (below, active, told, changed_by_name, changed_at) ON supply_orders TO mingpiao_system;
GRANT SELECT ON supply_policies TO mingpiao_system, mingpiao_unit, mingpiao_department;
GRANT INSERT, UPDATE ON supply_policies TO mingpiao_system;
