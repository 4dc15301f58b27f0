-- The same paper in another file of its unit: `paper` is the first file of it (none: the file itself), whose counters
-- are those of all. `resembles` is a file that may be the same paper. `traits` find such files.
ALTER TABLE evidence_files
    ADD COLUMN paper bytea,
    ADD COLUMN resembles bytea,
    ADD COLUMN traits bigint[] NOT NULL DEFAULT '{}',
    ADD FOREIGN KEY (unit_id, paper) REFERENCES evidence_files (unit_id, digest),
    ADD FOREIGN KEY (unit_id, resembles) REFERENCES evidence_files (unit_id, digest),
    ADD CONSTRAINT evidence_files_paper_check CHECK (paper <> digest),
    ADD CONSTRAINT evidence_files_paper_uses CHECK (paper IS NULL OR (used_bills = 0 AND used_amount = 0));
CREATE INDEX evidence_files_traits ON evidence_files USING gin (traits);
CREATE INDEX evidence_files_paper ON evidence_files (paper, unit_id) WHERE paper IS NOT NULL;
CREATE INDEX evidence_files_twins ON evidence_files (digest) WHERE paper IS NOT NULL;
CREATE INDEX evidence_files_resembling ON evidence_files (resembles, unit_id) WHERE resembles IS NOT NULL;
