"""监督检查: what an officer wants to inspect in plain Chinese, the bills that are drawn for it, and what was found."""
