"""Pages about the exports that a worker writes."""
