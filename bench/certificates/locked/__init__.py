"""Hands whose certificates are read for the figure alone."""
