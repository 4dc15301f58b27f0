"""Values of write-off by subject; `model.py` is their face."""
