-- Payer books grow by a duty of the worker, whose mark is a row of reading_marks like those of other readers. It
-- begins anew with the first bill; payers that a book has already stay as they are.
DROP TABLE payer_marks;
CREATE OR REPLACE VIEW listed_units WITH (security_invoker = true) AS
    SELECT unit_id, uscc, name, region_code, unit_type, mode FROM units;
COMMENT ON VIEW listed_units IS 'room: units. Name, place, type and mode of each unit.';
