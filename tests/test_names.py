"""A name means one thing: public classes across rooms, and whatever stands at the top of one module."""

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


def doubled(source: str) -> list[str]:
    """Names that a module's top level gives twice, so that the second silently takes the first one's place."""
    seen: set[str] = set()
    twice: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        else:
            names = []
        twice += [name for name in names if name in seen]
        seen.update(names)
    return twice


def test_no_module_gives_one_name_twice() -> None:
    found = {
        file.relative_to(SOURCE).as_posix(): names
        for file in sorted(SOURCE.rglob("*.py"))
        if (names := doubled(file.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_a_name_given_twice_is_found() -> None:
    assert doubled("_ADD = 1\nOTHER = 2\ndef run(): ...\n_ADD = 3\ndef run(): ...") == ["_ADD", "run"]
