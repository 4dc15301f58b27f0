-- A former bill that was imported wrongly is deleted while no request for write-off has taken its month; a month that
-- lost all its bills goes with them.
CREATE FUNCTION keep_settled_former() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM former_cycles
               WHERE unit_id = OLD.unit_id AND month = date_trunc('month', OLD.issued_on)::date
                 AND kind_code = OLD.kind_code AND writeoff_id IS NOT NULL) THEN
        RAISE EXCEPTION 'former bill % belongs to a month that is being or was written off', OLD.bill_id;
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION keep_counted_former_cycle() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF OLD.writeoff_id IS NOT NULL OR OLD.issued_count <> 0 OR OLD.reversed_count <> 0 THEN
        RAISE EXCEPTION 'former month % of unit % has bills', OLD.month, OLD.unit_id;
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER never_deleted ON former_bills;
DROP TRIGGER never_deleted ON former_cycles;
CREATE TRIGGER settled_never_deleted BEFORE DELETE ON former_bills FOR EACH ROW EXECUTE FUNCTION keep_settled_former();
CREATE TRIGGER counted_never_deleted BEFORE DELETE ON former_cycles FOR EACH ROW EXECUTE FUNCTION keep_counted_former_cycle();
GRANT DELETE ON former_bills, former_cycles TO mingpiao_system;

-- What a person should look at although the bill can be imported.
ALTER TABLE former_verdicts ADD COLUMN notice text NOT NULL DEFAULT '' CHECK (notice = '' OR outcome <> 'refused');
