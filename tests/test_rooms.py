"""The house rules about rooms that import-linter does not hold: doors and circles.

Of another room only its `service.py` (verbs) and `model.py` (values) are used; its `room.py` (what the
house needs of it) and `settings.py` by other rooms' `room.py` and by faces. Rooms of the cellar are open as they are, and
the single modules at the top (command line, composition, worker) may enter anywhere, for they put the
house together. No two rooms need each other, however indirectly.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import msgspec
import pytest

SOURCE = Path(__file__).parent.parent / "src" / "mingpiao"
DOORS = {"service", "model"}
CELLAR = {"kernel", "storage", "crypto", "house", "jobs", "processes"}
#: What a room tells the house, and what can be set of it.
WIRES = {"room", "settings"}
FACES = {"demo", "gateway", "portals", "setup"}


class Import(msgspec.Struct, frozen=True):
    """`room` uses `target` (a module below `mingpiao`, dotted)."""

    room: str
    target: str
    place: str

    @property
    def target_room(self) -> str:
        return self.target.split(".")[0]


def rooms_of(source: Path) -> set[str]:
    return {directory.parent.name for directory in source.glob("*/__init__.py")}


def imports_of(source: Path) -> Iterator[Import]:
    for file in sorted(source.rglob("*.py")):
        parts = file.relative_to(source).with_suffix("").parts
        package = [*parts] if file.name == "__init__.py" else [*parts[:-1]]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for target in _targets(node, [part for part in package if part != "__init__"]):
                place = f"{'/'.join(parts)}.py:{getattr(node, 'lineno', 0)}"
                yield Import(room=parts[0], target=target, place=place)


def _targets(node: ast.AST, package: list[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package[: len(package) - node.level + 1]
            base = ".".join(["mingpiao", *above, *([base] if base else [])])
        names = [f"{base}.{alias.name}" for alias in node.names]
    else:
        return
    for name in names:
        head, _, rest = name.partition(".")
        if head == "mingpiao" and rest:
            yield rest


def wrong_doors(imports: Iterable[Import], rooms: set[str]) -> list[str]:
    return [
        f"{i.place} uses {i.target}: only {i.target_room}.service and {i.target_room}.model are open"
        for i in imports
        if i.room in rooms and i.target_room in rooms - CELLAR - {i.room} and not _through_a_door(i)
    ]


def _through_a_door(i: Import) -> bool:
    parts = i.target.split(".")
    if len(parts) < 2:
        return False
    wires = i.room in FACES or i.place.startswith(f"{i.room}/room.py:")
    return parts[1] in DOORS or (parts[1] in WIRES and wires)


def circle(imports: Iterable[Import], rooms: set[str]) -> list[str]:
    """Rooms that need each other in a circle, or none."""
    needs: dict[str, set[str]] = {room: set() for room in rooms}
    for i in imports:
        if i.room in rooms and i.target_room in rooms and i.room != i.target_room:
            needs[i.room].add(i.target_room)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@cache
def _of_the_house() -> tuple[Import, ...]:
    return tuple(imports_of(SOURCE))


def test_rooms_are_entered_by_their_doors() -> None:
    assert wrong_doors(_of_the_house(), rooms_of(SOURCE)) == []


def test_rooms_need_each_other_in_no_circle() -> None:
    assert circle(_of_the_house(), rooms_of(SOURCE)) == []


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    for room in ("catalog", "units", "storage"):
        (tmp_path / room).mkdir()
        for name in ("__init__", "service", "model", "tables"):
            (tmp_path / room / f"{name}.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "line",
    [
        "from mingpiao.units.tables import units",
        "from mingpiao.units import tables",
        "import mingpiao.units.tables",
        "from ..units import tables",
        "from ..units.tables import units",
        "from mingpiao import units",
        "def later():\n    from mingpiao.units.tables import units",
    ],
)
def test_a_planted_wrong_door_is_found(small_house: Path, line: str) -> None:
    (small_house / "catalog" / "service.py").write_text(line + "\n")
    found = wrong_doors(imports_of(small_house), rooms_of(small_house))
    assert len(found) == 1
    assert found[0].startswith("catalog/service.py:")


def test_doors_the_cellar_and_the_own_room_are_open(small_house: Path) -> None:
    (small_house / "catalog" / "service.py").write_text(
        "from mingpiao.units.service import find\nfrom mingpiao.units import model\n"
        "from mingpiao.storage.tables import metadata\nfrom mingpiao.catalog.tables import kinds\n"
        "from .tables import items\n"
    )
    (small_house / "composition.py").write_text("from mingpiao.units.tables import units\n")
    assert wrong_doors(imports_of(small_house), rooms_of(small_house)) == []


def test_rooms_are_wired_by_their_room_files_alone(small_house: Path) -> None:
    line = "from mingpiao.units.room import UNITS\n"
    (small_house / "catalog" / "room.py").write_text(line)
    assert wrong_doors(imports_of(small_house), rooms_of(small_house)) == []
    (small_house / "catalog" / "service.py").write_text(line)
    assert len(wrong_doors(imports_of(small_house), rooms_of(small_house))) == 1


def test_a_planted_circle_is_found(small_house: Path) -> None:
    (small_house / "catalog" / "service.py").write_text("from mingpiao.units.service import find\n")
    (small_house / "units" / "model.py").write_text("from mingpiao.catalog.model import Kind\n")
    assert set(circle(imports_of(small_house), rooms_of(small_house))) == {"catalog", "units"}
