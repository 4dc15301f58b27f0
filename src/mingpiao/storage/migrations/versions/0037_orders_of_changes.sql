-- Whose change of a unit it is: the region of the department that made it; none for those of the platform, and of before.
ALTER TABLE unit_changes ADD COLUMN made_in char(6) REFERENCES regions;
GRANT INSERT (made_in) ON unit_changes TO mingpiao_system;
