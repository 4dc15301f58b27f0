-- 情况问询: what departments ask units because of a tip. A unit reads its question, and not of which tip it is.
CREATE TABLE tip_inquiries (
    inquiry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tip_id bigint NOT NULL REFERENCES tips,
    unit_id bigint NOT NULL REFERENCES units,
    region_code char(6) NOT NULL,
    question text NOT NULL CHECK (question <> ''),
    due_on date NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by_name text NOT NULL,
    answer text NOT NULL DEFAULT '',
    answered_at timestamptz,
    answered_by_name text NOT NULL DEFAULT '',
    CHECK ((answered_at IS NULL) = (answer = ''))
);
CREATE UNIQUE INDEX tip_inquiries_open ON tip_inquiries (tip_id) WHERE answered_at IS NULL;
CREATE INDEX tip_inquiries_tip ON tip_inquiries (tip_id, inquiry_id);
CREATE INDEX tip_inquiries_unit ON tip_inquiries (unit_id, inquiry_id DESC);
COMMENT ON TABLE tip_inquiries IS 'room: tips. 情况问询: what a department asks the unit of a tip, and its answer.';
ALTER TABLE tip_inquiries ENABLE ROW LEVEL SECURITY;
ALTER TABLE tip_inquiries FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON tip_inquiries TO mingpiao_system USING (true) WITH CHECK (true);
CREATE POLICY unit_own ON tip_inquiries FOR SELECT TO mingpiao_unit USING (unit_id = scope_unit_id());
CREATE POLICY of_tip ON tip_inquiries FOR SELECT TO mingpiao_department USING (tip_id IN (SELECT tip_id FROM tips));
GRANT SELECT ON tip_inquiries TO mingpiao_system, mingpiao_department;
GRANT SELECT (inquiry_id, unit_id, region_code, question, due_on, asked_at, asked_by_name, answer, answered_at, answered_by_name)
    ON tip_inquiries TO mingpiao_unit;
GRANT INSERT ON tip_inquiries TO mingpiao_system;
GRANT UPDATE (answer, answered_at, answered_by_name) ON tip_inquiries TO mingpiao_system;
CREATE TRIGGER never_deleted BEFORE DELETE ON tip_inquiries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON tip_inquiries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
