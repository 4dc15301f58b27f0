"""Papers of a district bureau of land, housing and urban management."""
