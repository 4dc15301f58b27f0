"""历史票据: bills of an old system, for units and departments."""
