-- What a notice of rectification names and who seals it, as on the day on which it was issued. Notices that were issued
-- before have the names of today, and are sealed with the key in use.
ALTER TABLE rectifications
    ADD COLUMN unit_name text NOT NULL DEFAULT '',
    ADD COLUMN unit_code text NOT NULL DEFAULT '',
    ADD COLUMN department text NOT NULL DEFAULT '',
    ADD COLUMN department_key_id bigint;
UPDATE rectifications SET unit_name = units.name, unit_code = units.uscc FROM units
    WHERE units.unit_id = rectifications.unit_id;
UPDATE rectifications SET department = departments.name FROM departments
    WHERE departments.region_code = rectifications.issuer_code;
ALTER TABLE rectifications
    ALTER COLUMN unit_name DROP DEFAULT,
    ALTER COLUMN unit_code DROP DEFAULT,
    ALTER COLUMN department DROP DEFAULT;

-- What waits longest comes first in every list of exceptions.
CREATE INDEX exception_cases_longest ON exception_cases (waits_since, case_id);
