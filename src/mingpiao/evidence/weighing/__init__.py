"""Facts by weight: every amount, name, date, number and phrase of a file is a candidate, and weights decide."""
