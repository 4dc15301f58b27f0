-- The audit trail for people: who acted, by the names of that day, and what a change found and left.
ALTER TABLE audit_log
    ADD COLUMN actor_name text NOT NULL DEFAULT '',
    ADD COLUMN actor_user text NOT NULL DEFAULT '',
    ADD COLUMN actor_role text NOT NULL DEFAULT '',
    ADD COLUMN actor_region text,
    ADD COLUMN changed jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN audit_log.actor_name IS 'The name of the acting person on that day; empty in rows of releases that did not record it.';
COMMENT ON COLUMN audit_log.actor_region IS 'The region of an acting person who works for a department.';
COMMENT ON COLUMN audit_log.changed IS 'What a change found and left: a list of name, before, after.';
GRANT INSERT (actor_name, actor_user, actor_role, actor_region, changed) ON audit_log TO mingpiao_system;

-- A department reads what concerns its units, and what the people of its region's departments did.
CREATE POLICY department_people ON audit_log FOR SELECT TO mingpiao_department
    USING (actor_region BETWEEN scope_region_low() AND scope_region_high());

-- People read by time, all rows or those of a unit.
CREATE INDEX audit_log_at ON audit_log (at, audit_id);
CREATE INDEX audit_log_unit_at ON audit_log (unit_id, at, audit_id);
DROP INDEX audit_log_unit;
