"""The lake: facts of all bills as Parquet, and what DuckDB makes of them."""
