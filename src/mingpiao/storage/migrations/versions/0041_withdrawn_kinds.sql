-- 收回票据种类: a unit's stock row of a kind may be withdrawn; it is kept for the reversal of old bills.
ALTER TABLE stocks ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
GRANT UPDATE (withdrawn) ON stocks TO mingpiao_system;

-- As before, and a stock whose segment was returned may be emptied.
CREATE OR REPLACE FUNCTION keep_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forward boolean;
BEGIN
    IF NEW.segment_id IS NOT DISTINCT FROM OLD.segment_id THEN
        forward := (NEW.code, NEW.last_number) IS NOT DISTINCT FROM (OLD.code, OLD.last_number)
            AND NEW.next_number >= OLD.next_number;
    ELSIF NEW.segment_id IS NULL THEN
        forward := NEW.code IS NULL AND NEW.next_number = NEW.last_number + 1 AND EXISTS (
            SELECT FROM segments WHERE segment_id = OLD.segment_id AND state = 'returned'
        );
    ELSE
        forward := EXISTS (
            SELECT FROM segments
            WHERE segment_id = NEW.segment_id AND unit_id = NEW.unit_id AND kind_code = NEW.kind_code
              AND code = NEW.code AND last_number = NEW.last_number AND first_number <= NEW.next_number
              AND state = 'in_use'
        ) AND (OLD.segment_id IS NULL OR EXISTS (
            SELECT FROM segments WHERE segment_id = OLD.segment_id AND state = 'used'
        ));
    END IF;
    IF NOT forward OR (NEW.unit_id, NEW.kind_code) IS DISTINCT FROM (OLD.unit_id, OLD.kind_code)
       OR (OLD.last_issued_at IS NOT NULL AND coalesce(NEW.last_issued_at < OLD.last_issued_at, true)) THEN
        RAISE EXCEPTION 'the stock of unit % in kind % only goes forward', OLD.unit_id, OLD.kind_code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
