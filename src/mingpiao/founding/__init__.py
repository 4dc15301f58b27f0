"""首次设置: from an empty database to a province that can be used."""
