"""资质证书: the legal certificates of a unit. It cannot issue bills from the day after they expire."""
