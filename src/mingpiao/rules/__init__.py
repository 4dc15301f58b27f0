"""监管规则: supervision rules. The rule language, the store of rules, their approval, and judging one bill."""
