-- A change that one person proposes and another one decides. The department of `region_code` owns it.
CREATE TABLE proposals (
    proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    title text NOT NULL,
    payload jsonb NOT NULL,
    affects text[] NOT NULL,
    -- What the payload would change, for people: as of the proposal, then as of the approval.
    changes jsonb NOT NULL,
    consequence text NOT NULL,
    region_code char(6) NOT NULL REFERENCES departments,
    reason text NOT NULL,
    author text NOT NULL,
    author_name text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'returned', 'withdrawn')),
    decided_by text,
    decided_by_name text,
    decided_at timestamptz,
    opinion text NOT NULL DEFAULT '',
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'open') = (decided_by_name IS NULL)),
    -- Whoever proposed may withdraw, and nothing else.
    CHECK (CASE WHEN state = 'withdrawn' THEN decided_by = author ELSE decided_by <> author END)
);
CREATE UNIQUE INDEX proposals_one_open ON proposals (kind, key) WHERE state = 'open';
CREATE INDEX proposals_region ON proposals (region_code, proposal_id DESC);
COMMENT ON TABLE proposals IS 'room: approvals';
GRANT SELECT, INSERT ON proposals TO mingpiao_system;
GRANT UPDATE (changes, consequence, state, decided_by, decided_by_name, decided_at, opinion) ON proposals
    TO mingpiao_system;
GRANT SELECT ON proposals TO mingpiao_department;

ALTER TABLE proposals ENABLE ROW LEVEL SECURITY;
ALTER TABLE proposals FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON proposals TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY department_region ON proposals FOR SELECT TO mingpiao_department
    USING (region_code BETWEEN scope_region_low()::char(6) AND scope_region_high()::char(6));

CREATE FUNCTION keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'proposal % is decided', OLD.proposal_id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON proposals FOR EACH ROW WHEN (OLD.state <> 'open')
    EXECUTE FUNCTION keep_proposal();
CREATE TRIGGER never_deleted BEFORE DELETE ON proposals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON proposals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
