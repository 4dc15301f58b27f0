"""智能分析 and 关联分析: what the nightly analysis found, for departments alone."""
