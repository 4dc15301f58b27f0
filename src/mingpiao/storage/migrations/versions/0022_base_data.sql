-- Base data with history: dated rates and conditions of items, regions that end, libraries, code lists, versions.
ALTER TABLE regions
    ADD COLUMN earlier jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN ended_on date,
    ADD COLUMN successors text[] NOT NULL DEFAULT '{}';
ALTER TABLE bill_categories ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE charge_items
    ADD COLUMN later_rates jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN unit_types text[] NOT NULL DEFAULT '{}',
    ADD COLUMN regions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN basis_number text NOT NULL DEFAULT '',
    ADD COLUMN basis_date date,
    ADD COLUMN valid_from date,
    ADD COLUMN valid_until date,
    ADD CHECK (valid_from <= valid_until);

CREATE TABLE item_libraries (
    code text PRIMARY KEY,
    name text NOT NULL,
    industry text NOT NULL,
    items text[] NOT NULL,
    retired boolean NOT NULL DEFAULT false
);
CREATE TABLE code_lists (
    code text PRIMARY KEY,
    name text NOT NULL,
    entries jsonb NOT NULL,
    retired boolean NOT NULL DEFAULT false
);
-- Every content that base data ever had.
CREATE TABLE catalog_versions (
    subject text NOT NULL,
    code text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    value jsonb NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    actor_name text NOT NULL,
    moment timestamptz NOT NULL DEFAULT now(),
    valid_from date NOT NULL,
    PRIMARY KEY (subject, code, version)
);
COMMENT ON TABLE item_libraries IS 'room: catalog';
COMMENT ON TABLE code_lists IS 'room: catalog';
COMMENT ON TABLE catalog_versions IS 'room: catalog';
GRANT SELECT, INSERT, UPDATE ON item_libraries, code_lists TO mingpiao_system;
GRANT SELECT, INSERT ON catalog_versions TO mingpiao_system;
GRANT SELECT ON item_libraries, code_lists TO mingpiao_unit, mingpiao_department;
GRANT SELECT ON catalog_versions TO mingpiao_department;
CREATE TRIGGER inserted_only BEFORE UPDATE OR DELETE ON catalog_versions FOR EACH ROW
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON catalog_versions FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change();
