"""数据查询 of departments."""
