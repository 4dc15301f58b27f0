"""Public classes have names of their own across rooms, so that a name found is the thing meant."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "mingpiao"

#: Names that stand in more than one place, each with the reason.
ALLOWED: dict[str, str] = {}


def repeated(files: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Public classes at the top of more than one module: name and modules. `files` are (module, source)."""
    places: dict[str, list[str]] = defaultdict(list)
    for module, source in files:
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    return {name: modules for name, modules in places.items() if len(modules) > 1}


def test_public_class_names_are_unique() -> None:
    sources = (
        (file.relative_to(SOURCE).as_posix(), file.read_text(encoding="utf-8"))
        for file in sorted(SOURCE.rglob("*.py"))
    )
    found = repeated(sources)
    assert {name: modules for name, modules in found.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(found), "allowed, but no longer repeated"


def test_a_repeated_name_is_found_and_a_private_one_is_not() -> None:
    sources = [("a", "class Draft: ...\nclass _Row: ..."), ("b", "class Draft: ...\nclass _Row: ...")]
    assert repeated(sources) == {"Draft": ["a", "b"]}
