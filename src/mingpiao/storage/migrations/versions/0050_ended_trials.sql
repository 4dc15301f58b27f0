-- A version on trial may be taken back after it was approved: it touched no bill. Else what was decided is decided.
CREATE OR REPLACE FUNCTION keep_rule_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended rule_versions := OLD;
BEGIN
    ended.state := 'withdrawn';
    ended.revision := NEW.revision;
    IF OLD.state = 'approved' AND OLD.content ->> 'mode' = 'shadow' AND NEW IS NOT DISTINCT FROM ended THEN
        RETURN NEW;
    END IF;
    IF OLD.state IN ('approved', 'withdrawn')
       OR (NEW.code, NEW.version, NEW.created_at) IS DISTINCT FROM (OLD.code, OLD.version, OLD.created_at)
       OR (NEW.state = 'approved' AND (OLD.state <> 'submitted' OR NEW.content <> OLD.content
                                       OR NEW.makers <> OLD.makers)) THEN
        RAISE EXCEPTION 'version % of rule % was decided, or is decided as it was submitted', OLD.version, OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
