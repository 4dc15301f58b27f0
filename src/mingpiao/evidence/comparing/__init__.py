"""The parts of the comparison of a bill with its evidence: names, money, dates and purpose."""
