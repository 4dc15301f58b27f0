-- One name for one thing: a unit's evidence file, and its content, which is kept once for all units;
-- a qualification's type, in its column and in what is stored as JSON.
ALTER TABLE evidence_files RENAME TO evidence_contents;
ALTER INDEX evidence_files_pkey RENAME TO evidence_contents_pkey;
ALTER TABLE evidence_documents RENAME TO evidence_files;
ALTER INDEX evidence_documents_pkey RENAME TO evidence_files_pkey;
ALTER INDEX evidence_documents_recent RENAME TO evidence_files_recent;
ALTER INDEX evidence_documents_region RENAME TO evidence_files_region;
ALTER INDEX evidence_documents_waiting RENAME TO evidence_files_waiting;
ALTER INDEX evidence_documents_open RENAME TO evidence_files_open;
ALTER INDEX evidence_uses_paper RENAME TO evidence_uses_digest;
ALTER TABLE evidence_contents RENAME CONSTRAINT evidence_files_digest_check TO evidence_contents_digest_check;
ALTER TABLE evidence_files RENAME CONSTRAINT evidence_documents_digest_check TO evidence_files_digest_check;
ALTER TABLE evidence_files RENAME CONSTRAINT evidence_documents_state_check TO evidence_files_state_check;
ALTER TABLE evidence_files RENAME CONSTRAINT evidence_documents_unit_id_fkey TO evidence_files_unit_id_fkey;

ALTER TABLE qualifications RENAME COLUMN paper_type TO qualification_type;
UPDATE qualifications SET
    reading = CASE WHEN reading -> 'fields' ? 'paper_type' THEN jsonb_set(
        reading, '{fields}',
        (reading -> 'fields') - 'paper_type'
            || jsonb_build_object('qualification_type', reading -> 'fields' -> 'paper_type')) ELSE reading END,
    stated = CASE WHEN stated ? 'paper_type'
        THEN stated - 'paper_type' || jsonb_build_object('qualification_type', stated -> 'paper_type') ELSE stated END,
    differences = (
        SELECT coalesce(jsonb_agg(
            CASE WHEN each ->> 'field' = 'paper_type' THEN each || '{"field": "qualification_type"}' ELSE each END
            ORDER BY place), '[]')
        FROM jsonb_array_elements(differences) WITH ORDINALITY AS listed(each, place))
WHERE reading -> 'fields' ? 'paper_type' OR stated ? 'paper_type' OR differences @> '[{"field": "paper_type"}]';
