-- The moment of a print order is the program's, as those of all steps are.
GRANT INSERT (ordered_at) ON paper_batches TO mingpiao_system;
