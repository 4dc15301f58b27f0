-- From which networks people of a department, or administrators, may work.
CREATE TABLE address_lists (
    place text PRIMARY KEY CHECK (place ~ '^[0-9]{6}$' OR place = 'admin'),
    networks text[] NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE address_lists IS 'room: identity. Networks in CIDR form; an empty list lets everybody in. The place is a department''s region, or that of administrators.';
GRANT SELECT, INSERT, UPDATE ON address_lists TO mingpiao_system;
