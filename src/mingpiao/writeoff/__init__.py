"""核销: a unit's closed month is held against what arrived, checked by rules, and written off."""
