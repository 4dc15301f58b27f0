"""UKey: certificates of persons, for units and departments."""
