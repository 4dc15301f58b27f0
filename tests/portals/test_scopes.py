"""Pages read within the scope of the account; whatever goes beyond it says why, beside it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PORTALS = Path(__file__).parents[2] / "src" / "mingpiao" / "portals"
#: Opens the account's own scope for every page.
DEPENDENCY = ("session.py", "scoped_reads")


def openings(text: str, word: str) -> Iterator[tuple[int, bool]]:
    """Each call of a method `word` in a module: its line, and whether a reason `# word:` stands there or above."""
    lines = text.splitlines()
    marker = f"# {'scope' if word == 'scoped' else word}: "
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == word:
            near = lines[max(node.lineno - 2, 0) : node.end_lineno]
            yield node.lineno, any(marker in line for line in near)


def inside_dependency(file: Path, line: int) -> bool:
    name, function = DEPENDENCY
    return file.name == name and any(
        isinstance(node, ast.FunctionDef)
        and node.name == function
        and node.lineno <= line <= (node.end_lineno or 0)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )


@pytest.mark.parametrize("word", ["system", "scoped"])
def test_pages_that_choose_a_scope_say_why(word: str) -> None:
    unexplained = [
        f"{file.relative_to(PORTALS)}:{line}"
        for file in sorted(PORTALS.rglob("*.py"))
        for line, explained in openings(file.read_text(encoding="utf-8"), word)
        if not explained and not inside_dependency(file, line)
    ]
    assert unexplained == []


def test_pages_reach_the_database_in_no_other_way() -> None:
    found = [
        f"{file.relative_to(PORTALS)}:{node.lineno}"
        for file in sorted(PORTALS.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("engine", "pool")
        and ast.unparse(node.value).endswith("database")
    ]
    assert found == []


def test_a_reason_stands_on_the_line_or_on_the_one_above() -> None:
    text = (
        "database.system()  # system: a verb writes\n"
        "# system: a verb writes\n"
        "database.system()\n"
        "database.system()\n"
        "database.scoped(scope)  # system: not a reason for a scope\n"
    )
    assert list(openings(text, "system")) == [(1, True), (3, True), (4, False)]
    assert list(openings(text, "scoped")) == [(5, False)]
