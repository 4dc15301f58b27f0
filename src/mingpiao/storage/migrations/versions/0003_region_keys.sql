-- A department's rows are found by the index on their region: compared as text, a char(6) column has none.
-- Not so on bills: there the planner, which cannot know the bounds, would prefer a whole region's bills
-- to one unit's. Lists of bills name each region themselves.
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['units', 'daily_totals', 'region_totals'] LOOP
        EXECUTE format('ALTER POLICY department_region ON %I '
                       'USING (region_code BETWEEN scope_region_low()::char(6) AND scope_region_high()::char(6))',
                       guarded);
    END LOOP;
END $$;
