"""重点监控: a department watches a unit for a time, for a reason, and is told at once what it does."""
