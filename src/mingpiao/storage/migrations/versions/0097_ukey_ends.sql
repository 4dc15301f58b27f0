-- How many days before a UKey ends its person and the unit's managers are told, by department; the most days first.
ALTER TABLE ukey_policies ADD COLUMN told_before integer[] NOT NULL DEFAULT '{30,7,1}'
    CHECK (cardinality(told_before) BETWEEN 1 AND 5 AND 1 <= ALL (told_before) AND 180 >= ALL (told_before));
CREATE INDEX ukeys_ending ON ukeys (valid_to) WHERE state = 'active';
