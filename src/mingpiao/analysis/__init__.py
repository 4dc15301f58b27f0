"""智能分析 and 关联分析: what months of bills say of units, and who is tied to whom."""
