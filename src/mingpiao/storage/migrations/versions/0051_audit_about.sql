-- A department reads what was done about its own people and its own key, also by administrators.
ALTER TABLE audit_log ADD COLUMN about_region text;
COMMENT ON COLUMN audit_log.about_region IS 'The region of the department whose account or key the row concerns.';
GRANT INSERT (about_region) ON audit_log TO mingpiao_system;
CREATE POLICY department_own ON audit_log FOR SELECT TO mingpiao_department
    USING (about_region BETWEEN scope_region_low() AND scope_region_high());
