"""Child processes: confined ones that work for a room, and programs that are started side by side."""
