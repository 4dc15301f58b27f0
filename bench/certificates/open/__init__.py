"""Hands whose certificates may be looked at by whoever works on the reader."""
