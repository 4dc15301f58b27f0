"""The parts of the comparison: names, money, and what the paper is about."""
