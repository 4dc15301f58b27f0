-- Stock pages, lists of units and requests for numbers add up the segments of a unit, of five million in a province.
CREATE INDEX segments_unit ON segments (unit_id, kind_code);
