"""佐证材料: supporting papers are kept, read, and compared with the bill."""
