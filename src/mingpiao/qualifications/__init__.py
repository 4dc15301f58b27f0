"""资质证书: legal papers of a unit, and the lock on the day after they expire."""
