"""监管: what happens now beside what is usual, and what stands out of it."""
