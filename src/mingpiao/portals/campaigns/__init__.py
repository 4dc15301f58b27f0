"""Pages of 补核销专项."""
