"""The values in which rooms declare themselves, and how the house finds rooms and opens their services."""
