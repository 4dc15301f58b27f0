"""What characters are is told by pinned tables, never by those of the Python in use."""

import re
from pathlib import Path

import unicodedata2

import mingpiao

SOURCE = Path(mingpiao.__file__).parent


def test_no_module_asks_the_tables_of_python() -> None:
    asking = [
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(
            r"^\s*(import unicodedata\b(?!2)|from unicodedata import)", file.read_text("utf-8"), re.MULTILINE
        )
    ]
    assert asking == []
    assert unicodedata2.unidata_version == "18.0.0"
