"""Hands whose papers may be looked at while the reader is worked on."""
