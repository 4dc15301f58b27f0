-- Whether this is the database of a training site (演练): one row, or none where bills count.
CREATE TABLE trainings (
    training_id integer PRIMARY KEY DEFAULT 1 CHECK (training_id = 1),
    begun_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE trainings IS 'room: founding. A row says that this is a training site, where nothing counts.';
GRANT SELECT, INSERT ON trainings TO mingpiao_system;
CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON trainings FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Bill codes begin with their province, and GB/T 2260 gives 99 to none: so the two kinds of sites never share one.
CREATE FUNCTION keep_training_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_TABLE_NAME = 'trainings' THEN
        IF EXISTS (SELECT FROM regions) THEN
            RAISE EXCEPTION 'base data are here already' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF (NEW.code LIKE '99%') <> EXISTS (SELECT FROM trainings) THEN
        RAISE EXCEPTION 'regions of code 99 belong to training sites, all others to real ones'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_apart BEFORE INSERT ON trainings FOR EACH ROW EXECUTE FUNCTION keep_training_apart();
CREATE TRIGGER keep_apart BEFORE INSERT OR UPDATE OF code ON regions
    FOR EACH ROW EXECUTE FUNCTION keep_training_apart();

-- Whoever writes a message of a training site, it says so; wherever it is delivered to.
CREATE FUNCTION mark_training_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM trainings) THEN
        NEW.title := '【演练】' || NEW.title;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_training BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION mark_training_message();
