"""What the rooms of the house tell about themselves, and how the house finds and opens them."""
