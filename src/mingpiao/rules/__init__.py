"""监管规则: the rule language, its store, approval, and judging one bill."""
