"""Hands whose papers are read for the figure alone; whoever works on the reader does not open them."""
