-- A trait is of one unit (its hash XOR the unit's id), so that the index brings no files of other units that hold the same
-- notice. Files that were read before get the traits that they would get now.
-- The owner is bound by the policies of files; for this one statement it is not.
ALTER TABLE evidence_files NO FORCE ROW LEVEL SECURITY;
UPDATE evidence_files SET traits = ARRAY(
    SELECT trait # unit_id FROM unnest(traits) WITH ORDINALITY AS given(trait, place) ORDER BY place
) WHERE traits <> '{}';
ALTER TABLE evidence_files FORCE ROW LEVEL SECURITY;
