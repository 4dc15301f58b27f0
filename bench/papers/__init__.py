"""Papers of other hands: evidence files drawn by people who have not seen the reader, and the figure on them."""
