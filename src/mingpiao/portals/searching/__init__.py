"""The search box in the head of every page: bills by number, payer or business number, and units."""
