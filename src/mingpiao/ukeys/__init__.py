"""UKey: certificates of persons, with which they sign in."""
