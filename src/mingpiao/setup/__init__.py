"""首次设置 and 检查: how people set a province up, at a terminal, by a file or on pages, and see what is missing."""
