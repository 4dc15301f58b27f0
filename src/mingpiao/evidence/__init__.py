"""佐证材料: evidence files are stored, read, and compared with the bill."""
