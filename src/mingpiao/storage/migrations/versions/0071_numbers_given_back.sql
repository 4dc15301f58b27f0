-- 退回注销: why numbers were given back, and by whom. Rows of before have no words.
ALTER TABLE returned_numbers
    ADD COLUMN way text NOT NULL DEFAULT '' CHECK (way IN ('', 'unit', 'withdraw', 'close')),
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD COLUMN made_by_name text NOT NULL DEFAULT '';
COMMENT ON TABLE returned_numbers IS 'room: numbering. The unused end of each segment that a unit gave back; it is cancelled, and nobody gets it again.';
GRANT INSERT (way, reason, made_by_name) ON returned_numbers TO mingpiao_system;
CREATE INDEX returned_numbers_newest ON returned_numbers (returned_at DESC, segment_id DESC);
-- Of segments of before nobody knows; those of online units were drawn.
ALTER TABLE segments ADD COLUMN drawn_by_bill boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN segments.drawn_by_bill IS 'Whether it was drawn when a bill needed a number (即领即开); otherwise it was granted.';
GRANT INSERT (drawn_by_bill) ON segments TO mingpiao_system;
