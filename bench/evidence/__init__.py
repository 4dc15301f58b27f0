"""A made set of supporting specimens with their truth, and the measure of how well they are read."""
