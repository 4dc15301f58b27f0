-- Whoever traces a number that no unit has learns that it is in the pool, or that its code is none.
GRANT SELECT ON number_pools TO mingpiao_department;
