"""Pages of exceptions of write-off and of rectification."""
