"""核销: months of units, what arrived for them, and their write-off."""
