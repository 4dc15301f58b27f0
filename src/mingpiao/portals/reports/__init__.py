"""统计报表: what a unit issued in a day, month, quarter or year."""
