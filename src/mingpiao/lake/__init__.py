"""Facts of bills in Parquet, and questions that read many of them: back-tests of rules."""
