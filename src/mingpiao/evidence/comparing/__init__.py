"""The parts of the comparison: names, money, and what the file is about."""
