"""Qualifications of other hands: how well they are read, at first sight, by field and by how they were brought."""
