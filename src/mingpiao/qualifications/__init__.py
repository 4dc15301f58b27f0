"""资质证书: legal qualifications of a unit, and the lock on the day after they expire."""
