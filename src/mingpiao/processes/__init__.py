"""Child processes: confined ones that work for a room, and programs that run side by side."""
