"""The demonstration province: Inner Mongolia with made-up units, people and bills."""
