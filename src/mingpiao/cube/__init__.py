"""数据查询: measures of bills by what describes them, asked of the lake."""
