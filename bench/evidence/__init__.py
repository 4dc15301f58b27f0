"""A made set of supporting papers with their truth, and the measure of how well they are read."""
