-- Segments of a code never overlap. So numbers have a holder just where the last segment that begins before their end
-- reaches them: one look into the index of places, where all segments of the code were compared before. A plan that was
-- made while the table was empty would read the whole table for each segment from then on, so it may not.
CREATE OR REPLACE FUNCTION refuse_undrawn(source bigint, wanted_code char, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    is_drawn boolean;
    reaches bigint;
BEGIN
    IF source IS NULL THEN
        SELECT last < next_number INTO is_drawn FROM number_pools WHERE code = wanted_code FOR UPDATE;
    ELSE
        SELECT code = wanted_code AND first_number <= first AND last < next_number INTO is_drawn
        FROM number_lots WHERE lot_id = source FOR UPDATE;
    END IF;
    SELECT last_number INTO reaches FROM segments
    WHERE code = wanted_code AND first_number <= last ORDER BY first_number DESC LIMIT 1;
    IF NOT coalesce(is_drawn, false) OR coalesce(reaches >= first, false) OR EXISTS (
        SELECT FROM number_lots WHERE code = wanted_code
            AND int8range(next_number, last_number + 1) && int8range(first, last + 1)
    ) THEN
        RAISE EXCEPTION 'numbers % to % of code % were not drawn, or have a holder', first, last, wanted_code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
