"""Tables have owners: SQL goes through the walls of a room no more than imports do.

Whose a table is, and what a room publishes as a view, the database itself says in comments (docs/decisions/0019).
The statements in the source are taken apart: a room touches its own tables and published views only; the few
exceptions stand in `EXCEPTIONS`, each with its reason. Next to it the hand-written `tables.py` are held against
the schema that the migrations make.
"""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import asyncpg
import msgspec
import pytest
import sqlglot
from sqlalchemy import Column, Numeric, String, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import ARRAY
from sqlglot import exp

import mingpiao
from mingpiao.house.rooms import rooms
from mingpiao.storage.metadata import METADATA

SOURCE = Path(mingpiao.__file__).parent

#: Table and file that touches it though its room is another one, and why it may.
EXCEPTIONS = {
    ("qualifications", "demo/certificates.py"): (
        "makes up a certificate that ended: no unit could hand such a one in, and no verb may"
    ),
}

_STATEMENT = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|LOCK TABLE|TRUNCATE)\b")
_AFTER = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE|TRUNCATE)\s+(?:ONLY\s+)?([a-z_]+(?:\s*,\s*[a-z_]+)*)"
)


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """A table or view; `room` is what its comment says, empty where it says nothing."""

    name: str
    room: str
    published: bool


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """A statement in a file of a room names a relation."""

    name: str
    room: str
    file: str
    line: int


async def relations_of(url: str) -> dict[str, Relation]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT relname, relkind = 'v' AS published, coalesce(obj_description(oid, 'pg_class'), '') AS told "
            "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') "
            "AND NOT relispartition"
        )
    finally:
        await connection.close()
    return {
        row["relname"]: Relation(name=row["relname"], room=_room_of(row["told"]), published=row["published"])
        for row in rows
    }


def _room_of(comment: str) -> str:
    match = re.match(r"room: ([a-z]+)", comment)
    return match[1] if match else ""


def touches(source: Path) -> Iterator[Touch]:
    """Every relation, as far as it can be seen, that a statement in the source names."""
    for file in sorted(source.rglob("*.py")):
        place = file.relative_to(source)
        if "migrations" in place.parts:
            continue
        room = place.parts[0].removesuffix(".py")
        for text, line in _texts(ast.parse(file.read_text(encoding="utf-8"))):
            for name in relations_in(text):
                yield Touch(name=name, room=room, file=place.as_posix(), line=line)


def _texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """String literals with their line; of an f-string what is fixed, with a word for what is put in."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else " put_in " for part in node.values]
            yield "".join(str(part) for part in parts), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value, node.lineno


def relations_in(text: str) -> set[str]:
    """The relations that a text names, if it is SQL or a piece of it: as parsed, and as written."""
    found = {
        name.strip() for match in _AFTER.findall(text) for name in match.split(",") if name.strip() != "only"
    }
    if _STATEMENT.match(text):
        found |= _parsed(text)
    return found


@cache
def _parsed(text: str) -> frozenset[str]:
    # Parameters of either kind stand for values.
    plain = re.sub(r"(?<![:\w]):(\w+)|\$(\d+)", "NULL", text)
    try:
        statements = [each for each in sqlglot.parse(plain, dialect="postgres") if each is not None]
    except sqlglot.errors.SqlglotError:
        return frozenset()
    named = {cte.alias_or_name for statement in statements for cte in statement.find_all(exp.CTE)}
    return frozenset(
        table.name for statement in statements for table in statement.find_all(exp.Table)
    ) - frozenset(named)


def foreign(found: Iterator[Touch], relations: dict[str, Relation]) -> list[str]:
    """Touches of tables that belong to another room and are not published."""
    return [
        f"{touch.file}:{touch.line} touches {touch.name}, which is of {relations[touch.name].room}"
        for touch in found
        if touch.name in relations
        and not relations[touch.name].published
        and relations[touch.name].room != touch.room
        and (touch.name, touch.file) not in EXCEPTIONS
    ]


def without_room(relations: dict[str, Relation], more: Iterable[str] = ()) -> dict[str, str]:
    """Relations whose comment names no room; `more` are rooms beside those in the source."""
    packages = {*more, *(file.parent.name for file in SOURCE.glob("*/__init__.py"))}
    return {each.name: each.room for each in relations.values() if each.room not in packages}


async def test_every_table_and_view_names_its_room(database_url: str) -> None:
    assert without_room(await relations_of(database_url)) == {}


async def test_rooms_touch_their_own_tables_and_what_is_published(database_url: str) -> None:
    relations = await relations_of(database_url)
    found = [touch for touch in touches(SOURCE) if touch.name in relations]
    assert foreign(iter(found), relations) == []
    assert len({touch.name for touch in found}) > 40, "the statements are found"


async def test_every_published_view_is_used_and_every_exception_is_needed(database_url: str) -> None:
    found = list(touches(SOURCE))
    views = {each.name for each in (await relations_of(database_url)).values() if each.published}
    assert views - {touch.name for touch in found} == set()
    assert set(EXCEPTIONS) - {(touch.name, touch.file) for touch in found} == set()


async def test_rooms_purge_their_own_tables(database_url: str) -> None:
    relations = await relations_of(database_url)
    purged = {table: name for name, room in rooms().items() for each in room.purges for table in each.tables}
    assert {table: relations[table].room for table in purged} == purged


@pytest.mark.parametrize(
    "line",
    [
        'Q = "SELECT name FROM units WHERE unit_id = $1"',
        'Q = text("SELECT 1 FROM bills JOIN units USING (unit_id)")',
        'Q = "DELETE FROM units"',
        'Q = "UPDATE units SET name = :name"',
        'Q = f"INSERT INTO units ({COLUMNS}) VALUES (1)"',
        'Q = "JOIN units ON true"',
        'Q = "SELECT * FROM bills, units"',
        'Q = "WITH x AS (SELECT 1 FROM units) SELECT * FROM x"',
        'Q = f"{HEAD} FROM units"',
    ],
)
def test_a_planted_wall_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "issuing").mkdir()
    (tmp_path / "issuing" / "queries.py").write_text(line + "\n")
    owners = {
        name: Relation(name=name, room=room, published=False)
        for name, room in (("units", "units"), ("bills", "issuing"))
    }
    assert set(foreign(touches(tmp_path), owners)) == {
        "issuing/queries.py:1 touches units, which is of units"
    }


def test_only_storage_unwraps_the_driver() -> None:
    found = [
        file.relative_to(SOURCE).as_posix()
        for file in sorted(SOURCE.rglob("*.py"))
        if "driver_connection" in (text := file.read_text(encoding="utf-8")) or "get_raw_connection" in text
    ]
    assert found == ["storage/database.py"]


# -- tables.py against the schema ----------------------------------------------------------------


class Shape(msgspec.Struct, frozen=True):
    """A column as both sides tell it."""

    kind: str
    nullable: bool
    key: bool


async def _migrated(url: str) -> dict[str, dict[str, Shape]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT relname, attname, format_type(atttypid, atttypmod) AS kind, NOT attnotnull AS nullable, "
            "coalesce(attnum = ANY (conkey), false) AS key "
            "FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped "
            "LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p' "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
        )
    finally:
        await connection.close()
    tables: dict[str, dict[str, Shape]] = {}
    for row in rows:
        # A bound value is cast to the type of the column, and a cast to char(n) would cut a longer value off in
        # silence: texts of a fixed length are String(n) here.
        kind = re.sub(r"^character\((\d+)\)$", r"character varying(\1)", row["kind"])
        tables.setdefault(row["relname"], {})[row["attname"]] = Shape(kind, row["nullable"], row["key"])
    return tables


def _written(table: Table) -> dict[str, Shape]:
    return {
        column.name: Shape(_kind(column), bool(column.nullable), bool(column.primary_key))
        for column in table.columns
    }


def _kind(column: "Column[object]") -> str:
    kind = column.type
    inner = kind.item_type if isinstance(kind, ARRAY) else kind
    name = inner.compile(dialect=postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
    if isinstance(inner, String) and inner.length:
        name = f"character varying({inner.length})"
    if isinstance(inner, Numeric) and inner.precision is not None:
        name = f"numeric({inner.precision},{inner.scale})"
    return name + ("[]" if isinstance(kind, ARRAY) else "")


async def written_wrong(url: str, names: Iterable[str]) -> dict[str, dict[str, Shape]]:
    """The tables in Python, of those named, that are not as the migrations make them."""
    migrated = await _migrated(url)
    written = {name: _written(METADATA.tables[name]) for name in names}
    return {name: shapes for name, shapes in written.items() if shapes != migrated.get(name)}


async def test_tables_in_python_are_those_of_the_migrations(database_url: str) -> None:
    files = sorted(SOURCE.glob("*/tables.py"))
    for file in files:
        importlib.import_module(f"mingpiao.{file.parent.name}.tables")
    relations = await relations_of(database_url)
    assert await written_wrong(database_url, METADATA.tables) == {}
    assert len(METADATA.tables) >= 15, "the tables are loaded"
    owners = {
        name: relations[name].room
        for file in files
        for name in re.findall(r'Table\(\s*"([a-z_]+)"', file.read_text(encoding="utf-8"))
        if relations[name].room != file.parent.name
    }
    assert owners == {}
