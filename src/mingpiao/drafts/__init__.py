"""草稿: bills that are being filled in, and what an account is used to filling in."""
