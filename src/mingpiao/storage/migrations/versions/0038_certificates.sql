-- What a certificate of write-off names and who seals it, as on the day on which the month was written off.
ALTER TABLE writeoffs
    ADD COLUMN unit_name text NOT NULL DEFAULT '',
    ADD COLUMN unit_code text NOT NULL DEFAULT '',
    ADD COLUMN department text NOT NULL DEFAULT '',
    ADD COLUMN unit_key_id bigint,
    ADD COLUMN department_key_id bigint;
GRANT UPDATE (unit_name, unit_code, department, unit_key_id, department_key_id) ON writeoffs TO mingpiao_system;
