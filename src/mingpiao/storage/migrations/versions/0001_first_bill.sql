-- The house's first tables. Read with docs/architecture.md: who owns what, and which lock comes first.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Roles. A login never touches a table as itself: every transaction runs as one of these.
-- They are cluster-wide, so that two databases of one cluster share them.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['mingpiao_system', 'mingpiao_unit', 'mingpiao_department'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this cluster made it at the same moment
            END;
        END IF;
        -- From 16 on, who makes a role may grant it but not yet become it.
        IF NOT pg_has_role(current_user, wanted,
                           CASE WHEN current_setting('server_version_num')::int >= 160000
                                THEN 'SET' ELSE 'MEMBER' END) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO mingpiao_system, mingpiao_unit, mingpiao_department;

-- ---------------------------------------------------------------- catalog
CREATE TABLE regions (
    code char(6) PRIMARY KEY,
    name text NOT NULL,
    parent text NOT NULL,
    level text NOT NULL CHECK (level IN ('province', 'city', 'county'))
);
CREATE TABLE departments (
    region_code char(6) PRIMARY KEY REFERENCES regions,
    name text NOT NULL
);
CREATE TABLE bill_categories (
    code char(2) PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE bill_kinds (
    code char(4) PRIMARY KEY,
    name text NOT NULL,
    category_code char(2) NOT NULL REFERENCES bill_categories,
    template text NOT NULL,
    template_year integer NOT NULL,
    template_version char(2) NOT NULL,
    extension_fields jsonb NOT NULL,
    sum_rules jsonb NOT NULL,
    needs_evidence boolean NOT NULL,
    retired boolean NOT NULL DEFAULT false
);
CREATE TABLE charge_items (
    code text PRIMARY KEY,
    name text NOT NULL,
    pinyin text NOT NULL,
    measure_unit text NOT NULL,
    rate_kind text NOT NULL CHECK (rate_kind IN ('fixed', 'bounded', 'free')),
    rate_minimum numeric(20, 6) NOT NULL CHECK (rate_minimum >= 0),
    rate_maximum numeric(20, 6) NOT NULL,
    kinds text[] NOT NULL,
    basis text NOT NULL,
    retired boolean NOT NULL DEFAULT false,
    CHECK (rate_minimum <= rate_maximum)
);

-- ---------------------------------------------------------------- units
CREATE TABLE units (
    unit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uscc char(18) NOT NULL UNIQUE,
    name text NOT NULL,
    region_code char(6) NOT NULL REFERENCES regions,
    mode text NOT NULL CHECK (mode IN ('ONLINE', 'INTERFACE')),
    unit_type text NOT NULL,
    receiving_account text NOT NULL,
    receiving_bank text NOT NULL,
    address text NOT NULL,
    phone text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX units_region ON units (region_code, unit_id);
CREATE TABLE unit_charge_items (
    unit_id bigint NOT NULL REFERENCES units,
    item_code text NOT NULL REFERENCES charge_items,
    PRIMARY KEY (unit_id, item_code)
);
CREATE TABLE interface_apps (
    app_id text PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    name text NOT NULL,
    encrypted_secret bytea NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Nonces are only worth keeping for the ten minutes in which a timestamp is accepted.
CREATE UNLOGGED TABLE interface_nonces (
    app_id text NOT NULL,
    nonce text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (app_id, nonce)
);
CREATE INDEX interface_nonces_age ON interface_nonces (seen_at);

-- ---------------------------------------------------------------- identity
CREATE TABLE accounts (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    must_change_password boolean NOT NULL DEFAULT false,
    role text NOT NULL CHECK (role IN ('unit_handler', 'unit_checker', 'unit_manager',
                                       'department_officer', 'department_head', 'administrator')),
    unit_id bigint REFERENCES units,
    region_code char(6) REFERENCES departments,
    active boolean NOT NULL DEFAULT true,
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((role LIKE 'unit\_%') = (unit_id IS NOT NULL)),
    CHECK ((role LIKE 'department\_%') = (region_code IS NOT NULL))
);
CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    factors text[] NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    address text NOT NULL,
    csrf_token text NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_age ON sessions (seen_at);
CREATE TABLE audit_log (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    unit_id bigint,
    address text NOT NULL,
    details jsonb NOT NULL
);
CREATE INDEX audit_log_unit ON audit_log (unit_id, audit_id);
CREATE INDEX audit_log_subject ON audit_log (subject, audit_id);

-- ---------------------------------------------------------------- sealing
CREATE TABLE signing_keys (
    key_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_kind text NOT NULL CHECK (owner_kind IN ('authority', 'maker', 'department', 'unit')),
    owner text NOT NULL,
    certificate bytea NOT NULL,
    encrypted_key bytea NOT NULL,
    seal bytea NOT NULL,
    seal_id text NOT NULL,
    seal_name text NOT NULL,
    seal_hash text NOT NULL,
    serial text NOT NULL,
    issuer text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    UNIQUE (serial, issuer)
);
-- One key in use an owner; retired ones stay for ever, so that what they sealed keeps verifying.
CREATE UNIQUE INDEX signing_keys_in_use ON signing_keys (owner_kind, owner) WHERE retired_at IS NULL;

-- ---------------------------------------------------------------- numbering
-- What of a 票据代码 the province has not yet allotted: numbers from next_number on.
CREATE TABLE number_pools (
    code char(8) PRIMARY KEY,
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    next_number bigint NOT NULL DEFAULT 1 CHECK (next_number BETWEEN 1 AND 10000000000)
);
-- 号段: a run of numbers allotted to a unit. It waits in stock, is the one in use, or is used up.
CREATE TABLE segments (
    segment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    code char(8) NOT NULL REFERENCES number_pools,
    first_number bigint NOT NULL CHECK (first_number >= 1),
    last_number bigint NOT NULL CHECK (last_number <= 9999999999),
    state text NOT NULL DEFAULT 'in_stock' CHECK (state IN ('in_stock', 'in_use', 'used')),
    allotted_at timestamptz NOT NULL DEFAULT now(),
    CHECK (first_number <= last_number),
    EXCLUDE USING gist (code WITH =, int8range(first_number, last_number, '[]') WITH &&)
);
CREATE INDEX segments_place ON segments (code, first_number);
CREATE INDEX segments_waiting ON segments (unit_id, kind_code, segment_id) WHERE state = 'in_stock';
-- The row that every issue of a unit in a kind locks: the segment in use and where it stands
-- (next_number up to last_number are free), and what stops the unit. A lock written here works from
-- its commit on; valid_until is the last day of a qualification, and needs no job at midnight.
CREATE TABLE stocks (
    unit_id bigint NOT NULL REFERENCES units,
    kind_code char(4) NOT NULL REFERENCES bill_kinds,
    segment_id bigint REFERENCES segments,
    code char(8),
    next_number bigint NOT NULL DEFAULT 1,
    last_number bigint NOT NULL DEFAULT 0,
    locks text[] NOT NULL DEFAULT '{}',
    valid_until date,
    PRIMARY KEY (unit_id, kind_code),
    CHECK (next_number <= last_number + 1)
);

-- ---------------------------------------------------------------- issuing
CREATE TABLE bills (
    unit_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    kind_code char(4) NOT NULL,
    region_code char(6) NOT NULL,
    color text NOT NULL CHECK (color IN ('blue', 'red')),
    state text NOT NULL DEFAULT 'normal' CHECK (state IN ('normal', 'reversed')),
    business_no text NOT NULL,
    check_code text NOT NULL,
    issued_at timestamptz NOT NULL,
    payer_type char(1) NOT NULL,
    payer_code text NOT NULL,
    payer_name text NOT NULL,
    total numeric(16, 2) NOT NULL CHECK (total <> 0 AND (color = 'blue') = (total > 0)),
    handler text NOT NULL,
    extension jsonb NOT NULL,
    items jsonb NOT NULL,
    related_bill_id bigint,
    reason text NOT NULL DEFAULT '',
    unit_key_id bigint NOT NULL,
    supervisor_key_id bigint NOT NULL,
    xml_sm3 bytea NOT NULL,
    txid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    xml bytea NOT NULL,
    PRIMARY KEY (unit_id, bill_id),
    CHECK (color = 'blue' OR (related_bill_id IS NOT NULL AND state = 'normal')),
    CHECK ((state = 'reversed') = (color = 'blue' AND related_bill_id IS NOT NULL))
) PARTITION BY RANGE (bill_id);
-- The signed bytes stay as they are: neither compressed nor, while they fit, moved out of the row.
ALTER TABLE bills ALTER COLUMN xml SET STORAGE EXTERNAL;
CREATE INDEX bills_by_time ON bills (unit_id, issued_at, bill_id);
CREATE INDEX bills_by_region ON bills (region_code, issued_at, bill_id);
CREATE INDEX bills_by_commit ON bills (unit_id, txid, bill_id);
CREATE INDEX bills_by_hash ON bills USING hash (xml_sm3);

CREATE TABLE business_numbers (
    unit_id bigint NOT NULL,
    business_no text NOT NULL,
    bill_id bigint NOT NULL,
    request_digest bytea NOT NULL,
    PRIMARY KEY (unit_id, business_no)
);
CREATE TABLE daily_totals (
    unit_id bigint NOT NULL,
    kind_code char(4) NOT NULL,
    day date NOT NULL,
    region_code char(6) NOT NULL,
    issued_count bigint NOT NULL DEFAULT 0,
    issued_amount numeric(20, 2) NOT NULL DEFAULT 0,
    reversed_count bigint NOT NULL DEFAULT 0,
    reversed_amount numeric(20, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, kind_code, day)
);
CREATE INDEX daily_totals_region ON daily_totals (day, region_code);
-- The same by region, for days that are over: made by the worker, so that a province's overview
-- never adds up 36,000 units × 30 days.
CREATE TABLE region_totals (
    region_code char(6) NOT NULL,
    kind_code char(4) NOT NULL,
    day date NOT NULL,
    issued_count bigint NOT NULL,
    issued_amount numeric(20, 2) NOT NULL,
    reversed_count bigint NOT NULL,
    reversed_amount numeric(20, 2) NOT NULL,
    PRIMARY KEY (day, region_code, kind_code)
);

-- ---------------------------------------------------------------- journal
CREATE TABLE events (
    event_id bigint GENERATED ALWAYS AS IDENTITY,
    unit_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    txid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    body text NOT NULL,
    leaf_hash bytea NOT NULL,
    PRIMARY KEY (unit_id, event_id)
);
CREATE INDEX events_bill ON events (unit_id, bill_id);
CREATE INDEX events_order ON events (txid, event_id);

-- ---------------------------------------------------------------- verification
CREATE TABLE verification_counts (
    unit_id bigint NOT NULL,
    bill_id bigint NOT NULL,
    checks bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, bill_id)
);
CREATE TABLE verification_failures (
    subject text NOT NULL,
    day date NOT NULL,
    failures integer NOT NULL,
    PRIMARY KEY (subject, day)
);

-- ---------------------------------------------------------------- jobs
CREATE TABLE worker_heartbeats (
    worker text PRIMARY KEY,
    beat_at timestamptz NOT NULL
);

-- A 票据代码 gets its pool and its partition in one go. The owner's rights are needed for the
-- partition, so the verb is a function of the owner's that the platform may call.
CREATE FUNCTION open_bill_code(wanted_code text, wanted_kind text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF wanted_code !~ '^[0-9]{8}$' THEN
        RAISE EXCEPTION 'malformed bill code';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('open_bill_code'));
    INSERT INTO number_pools (code, kind_code) VALUES (wanted_code, wanted_kind) ON CONFLICT DO NOTHING;
    IF to_regclass('bills_' || wanted_code) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF bills FOR VALUES FROM (%s) TO (%s) WITH (toast_tuple_target = 8160)',
            'bills_' || wanted_code, wanted_code || '0000000000', (wanted_code::bigint + 1) || '0000000000');
    END IF;
END $$;
REVOKE ALL ON FUNCTION open_bill_code(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_bill_code(text, text) TO mingpiao_system;

-- ---------------------------------------------------------------- rights
GRANT SELECT, INSERT, UPDATE ON regions, departments, bill_categories, bill_kinds, charge_items,
    units, interface_apps, accounts, signing_keys, number_pools, segments, stocks,
    daily_totals, region_totals, verification_counts, verification_failures, worker_heartbeats
    TO mingpiao_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_charge_items, interface_nonces, sessions,
    verification_failures, region_totals, worker_heartbeats TO mingpiao_system;
-- Nothing that was sealed or recorded is edited or deleted. Of a bill only its state and the bill
-- that reverses it may change.
GRANT SELECT, INSERT ON bills, business_numbers, events, audit_log TO mingpiao_system;
GRANT UPDATE (state, related_bill_id) ON bills TO mingpiao_system;

GRANT SELECT ON regions, departments, bill_categories, bill_kinds, charge_items
    TO mingpiao_unit, mingpiao_department;
GRANT SELECT ON units, unit_charge_items, bills, events, audit_log, stocks, segments, daily_totals,
    business_numbers, verification_counts TO mingpiao_unit;
GRANT SELECT ON units, unit_charge_items, bills, events, audit_log, stocks, segments, daily_totals,
    region_totals, verification_counts TO mingpiao_department;

-- ---------------------------------------------------------------- row-level security
-- Two settings a transaction carries: mingpiao.unit_id, or mingpiao.region_low and _high. Without
-- them the unit and department roles see nothing.
CREATE FUNCTION scope_unit_id() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('mingpiao.unit_id', true), '')::bigint $$;
CREATE FUNCTION scope_region_low() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('mingpiao.region_low', true), '') $$;
CREATE FUNCTION scope_region_high() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('mingpiao.region_high', true), '') $$;

DO $$
DECLARE
    guarded text;
BEGIN
    -- Rows of a unit.
    FOREACH guarded IN ARRAY ARRAY['units', 'unit_charge_items', 'bills', 'events', 'audit_log', 'stocks',
                                   'segments', 'daily_totals', 'business_numbers', 'verification_counts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY system_all ON %I TO mingpiao_system USING (true) WITH CHECK (true)', guarded);
        EXECUTE format('CREATE POLICY unit_own ON %I FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id())', guarded);
    END LOOP;
    -- Rows that bear their region.
    FOREACH guarded IN ARRAY ARRAY['units', 'bills', 'daily_totals', 'region_totals'] LOOP
        EXECUTE format('CREATE POLICY department_region ON %I FOR SELECT TO mingpiao_department '
                       'USING (region_code BETWEEN scope_region_low() AND scope_region_high())', guarded);
    END LOOP;
    -- Rows whose unit bears it.
    FOREACH guarded IN ARRAY ARRAY['unit_charge_items', 'events', 'audit_log', 'stocks', 'segments',
                                   'verification_counts'] LOOP
        EXECUTE format('CREATE POLICY department_units ON %I FOR SELECT TO mingpiao_department '
                       'USING (unit_id IN (SELECT unit_id FROM units))', guarded);
    END LOOP;
    EXECUTE 'ALTER TABLE region_totals ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE region_totals FORCE ROW LEVEL SECURITY';
    EXECUTE 'CREATE POLICY system_all ON region_totals TO mingpiao_system USING (true) WITH CHECK (true)';
END $$;
