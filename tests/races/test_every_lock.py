"""Every lock has a name, a place in docs/architecture.md, and a race that needs it."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import mingpiao
from mingpiao.storage.locks import known_locks

_SOURCE = Path(mingpiao.__file__).parent
_DOCS = (_SOURCE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
_TAKES = re.compile(r"\bFOR (NO KEY )?(UPDATE|SHARE)\b|pg_advisory")
#: Of the migration itself, which runs before there is anything to race for.
_BEFORE_ALL = {"storage/migrate.py"}


def names() -> set[str]:
    """The locks of all rooms."""
    for module in pkgutil.walk_packages(mingpiao.__path__, "mingpiao."):
        if module.name.rpartition(".")[2] in ("store", "service", "attempts", "marks"):
            importlib.import_module(module.name)
    return set(known_locks())


def test_every_lock_is_in_the_docs() -> None:
    section = _DOCS.split("## Locks, in one order", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) == names()


def test_every_lock_has_a_race_that_needs_it() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    rows = re.findall(r'lock_taken_away\("([^"]+)"[^()]*unless=locked\)', text)
    keys = re.findall(r'key_taken_away\([^()]*"([^"]+)"\)', text)
    assert {*rows, *keys} == names()


def test_who_takes_a_lock_says_which() -> None:
    found = [
        f"{file.relative_to(_SOURCE)}:{line}"
        for file in _SOURCE.rglob("*.py")
        if str(file.relative_to(_SOURCE)) not in _BEFORE_ALL
        for line in _nameless(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert found == [], (
        "write `NamedLock(…).statement(…)`, or `NamedLock(…).on(…)`: see mingpiao.storage.locks"
    )


def _nameless(tree: ast.Module) -> Iterator[int]:
    """Lines with a locking statement that is not an argument of `statement`, or with `with_for_update`."""
    named: set[ast.AST] = set()
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, _DOCUMENTED)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "statement"
        ):
            named.update(part for argument in node.args for part in ast.walk(argument))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "with_for_update" and not _in_lock(tree):
            yield node.lineno
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if _TAKES.search(text) and node not in named and text not in docs:
            yield node.lineno


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _in_lock(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.ClassDef) and node.name == "NamedLock" for node in tree.body)
