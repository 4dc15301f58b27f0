"""docs/glossary.md says what is: each name in code, each table and each text of a page in it exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mingpiao.storage.database import Database

HERE = Path(__file__).parent.parent
GLOSSARY = HERE / "docs" / "glossary.md"
SOURCE = HERE / "src" / "mingpiao"
HEAD = ["Term", "In code", "Table", "On pages", "Meaning"]
NONE = "—"


def rows(document: str) -> Iterator[dict[str, str]]:
    """The rows of the glossary's tables by the names of their columns."""
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells != HEAD and not set(line) <= set("|- "):
            yield dict(zip(HEAD, cells, strict=True))


def class_names() -> set[str]:
    return {
        node.name
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def page_texts() -> str:
    # Words of rooms stand on pages too: those of the audit trail, of duties and of locks.
    pages = SOURCE / "portals"
    files = [*pages.rglob("*.html"), *pages.rglob("*.py"), *SOURCE.glob("*/room.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def missing(entries: list[dict[str, str]], column: str, known: set[str]) -> list[str]:
    """What a column names in backticks and is not known."""
    return [name for row in entries for name in re.findall(r"`(\w+)`", row[column]) if name not in known]


ENTRIES = list(rows(GLOSSARY.read_text(encoding="utf-8")))


def test_the_glossary_has_entries_and_each_term_once() -> None:
    terms = [row["Term"] for row in ENTRIES]
    assert len(terms) > 30
    assert len(set(terms)) == len(terms)
    assert not [row["Term"] for row in ENTRIES if not row["Meaning"]]


def test_each_class_exists() -> None:
    assert missing(ENTRIES, "In code", class_names()) == []


async def test_each_table_exists(database_url: str) -> None:
    database = await Database.open(database_url)
    try:
        async with database.system() as connection:
            found = await connection.scalars(text("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"))
            assert missing(ENTRIES, "Table", set(found)) == []
    finally:
        await database.close()


def test_each_text_stands_on_a_page() -> None:
    shown = page_texts()
    assert [
        row["On pages"]
        for row in ENTRIES
        if row["On pages"] not in (NONE, "") and row["On pages"] not in shown
    ] == []


@pytest.mark.parametrize("column", ["In code", "Table"])
def test_a_name_that_does_not_exist_is_found(column: str) -> None:
    assert missing([{column: "`Nonesuch`"}], column, {"Bill"}) == ["Nonesuch"]
