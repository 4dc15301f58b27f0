-- A message is not for the person whose doing it tells of, and needs no reader once what it asked for is done.
ALTER TABLE messages
    ADD COLUMN author text NOT NULL DEFAULT '',
    ADD COLUMN settled_at timestamptz;
COMMENT ON COLUMN messages.author IS 'The actor whose doing it tells of; empty where everybody is told.';
COMMENT ON COLUMN messages.settled_at IS 'When what it asked for was done; from then on it counts as read by all.';
GRANT UPDATE (settled_at) ON messages TO mingpiao_system;
