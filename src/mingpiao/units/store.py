"""Finds and locks the rows of units."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    RowMapping,
    Text,
    column,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.units.model import Unit, UnitMode, UnitState, UnitType
from mingpiao.units.tables import units

CHANNEL = "unit_changed"
PAGE_SIZE = 50


async def get(connection: AsyncConnection, unit_id: int) -> Unit:
    """A unit within the connection's scope; raises `Refusal` (`unit.unknown`, 404) outside it."""
    row = (await connection.execute(select(units).where(units.c.unit_id == unit_id))).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return unit_of(row)


def _unknown() -> Refusal:
    return refuse("unit.unknown", "没有找到该用票单位，或您无权查看。", status=404)


async def lock_managed(connection: AsyncConnection, unit_id: int, *, acting: Acting) -> Unit:
    """A unit that the acting person's department is responsible for, locked until the transaction ends.

    Raises `Refusal`: `unit.unknown` (404) for one outside the department's region, `access.denied` (403) for
    a person who works for no department. The platform itself may change any.
    """
    await lock_unit(connection, unit_id)
    unit = await get(connection, unit_id)
    if not may_manage(unit.region_code, acting=acting):
        raise _unknown()
    return unit


def may_manage(region_code: str, *, acting: Acting) -> bool:
    """Whether a unit of a region is the acting person's to register and change.

    Raises `Refusal` (`access.denied`, 403) for a person who works for no department.
    """
    if acting.account is None:
        return True
    if acting.region_code is None:
        raise refuse("access.denied", "用票单位由财政部门管理，请用财政部门的账户办理。", status=403)
    return region_covers(acting.region_code, region_code)


def refuse_closed(unit: Unit) -> None:
    """Raise `Refusal` (`unit.closed`, 409) for a closed unit."""
    if unit.state is UnitState.CLOSED:
        raise refuse("unit.closed", "该单位已注销用票资格，不能再办理。", status=409)


async def lock_unit(connection: AsyncConnection, unit_id: int) -> None:
    """Lock a unit until the transaction ends, so that one transaction at a time changes, say, its qualifications."""
    await connection.execute(_LOCK_UNIT.clause, {"unit_id": unit_id})


UNITS = NamedLock("units")

_LOCK_UNIT = UNITS.statement("SELECT 1 FROM units WHERE unit_id = :unit_id FOR NO KEY UPDATE")


_ORDERS = {
    "": Keyset(KeyColumn("unit_id", int)),
    "name": Keyset(KeyColumn("name", str), KeyColumn("unit_id", int)),
}


#: What numbering publishes of a unit's numbers and limits.
_STANDINGS = table(
    "unit_standings",
    column("unit_id"),
    column("locks", ARRAY(Text)),
    column("valid_until", Date),
    column("kinds", Integer),
    column("last_issued_at", DateTime),
)
_SOON = timedelta(days=30)


def _standing(word: str) -> ColumnElement[bool]:
    """The condition for "stopped", "ending" (within 30 days), "idle" (no bill yet) or "no_kinds". Raises KeyError."""
    columns = _STANDINGS.c
    return {
        "stopped": (func.cardinality(columns.locks) > 0) | (columns.valid_until < today()),
        "ending": columns.valid_until.between(today(), today() + _SOON),
        "idle": columns.last_issued_at.is_(None),
        "no_kinds": columns.kinds == 0,
    }[word]


async def search(
    connection: AsyncConnection,
    *,
    words: str = "",
    mode: str = "",
    unit_type: str = "",
    state: str = "",
    standing: str = "",
    region_prefix: str = "",
    order: str = "",
    after: str = "",
    limit: int = PAGE_SIZE,
) -> Page[Unit]:
    """A page of the units of the connection's scope, with their total number.

    `words` is searched in the name and the 统一社会信用代码. `order` is "name", or units come in the order in
    which they were registered. `standing` is a word of `_standing`. `after` is the `next_key` of an earlier page; any other text raises
    `Refusal` (`list.key_malformed`).
    """
    keys = _ORDERS[order]
    query = select(units)
    if words:
        query = query.where(or_(units.c.name.contains(words, autoescape=True), units.c.uscc == words.upper()))
    for each, wanted in ((units.c.mode, mode), (units.c.unit_type, unit_type), (units.c.state, state)):
        query = query.where(each == wanted) if wanted else query
    if standing:
        query = query.where(units.c.unit_id.in_(select(_STANDINGS.c.unit_id).where(_standing(standing))))
    if region_prefix:
        query = query.where(units.c.region_code.startswith(region_prefix, autoescape=True))
    total = await connection.scalar(select(func.count()).select_from(query.subquery()))
    query = query.where(keys.beyond(units.c, after)) if after else query
    found = await connection.execute(query.order_by(*keys.order(units.c)).limit(limit + 1))
    return keys.page([unit_of(row) for row in found.mappings()], limit, total=total)


async def names_of(connection: AsyncConnection, unit_ids: Iterable[int]) -> dict[int, str]:
    """Names of units by id; those outside the connection's scope are left out."""
    query = select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_(sorted(set(unit_ids))))
    return {row.unit_id: row.name for row in await connection.execute(query)}


async def find_by_name(connection: AsyncConnection, text: str) -> list[int]:
    """Ids of the units, at most two, whose whole name or 统一社会信用代码 a text is; closed ones are left out."""
    query = (
        select(units.c.unit_id)
        .where((units.c.name == text) | (units.c.uscc == text), units.c.state != UnitState.CLOSED.value)
        .limit(2)
    )
    return list((await connection.execute(query)).scalars())


def unit_of(row: RowMapping) -> Unit:
    """A unit from its row."""
    values: dict[str, Any] = dict(row)
    del values["created_at"]
    values["mode"] = UnitMode(values["mode"])
    values["unit_type"] = UnitType(values["unit_type"])
    values["state"] = UnitState(values["state"])
    return Unit(**values)
