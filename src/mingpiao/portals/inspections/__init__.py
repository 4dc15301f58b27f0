"""Pages of 监督检查, for departments."""
