"""佐证材料: supporting files are kept, read, and compared with the bill."""
