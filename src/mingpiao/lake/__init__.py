"""The lake: facts of all bills in Parquet files, and queries over them with DuckDB."""
