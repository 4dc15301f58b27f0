"""逐级下发: departments have stocks of numbers, as lots. The province draws them from pools, the others get them from above.

The front of a lot goes to a unit, to a department below, or back up; so each number has one holder. The database holds
this too: what is left of lots never overlaps, and what was drawn has a holder when its transaction ends.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, RowMapping, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import NUMBER_SPACE
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.numbering.model import MoveFilter, MoveWay, NumberMove, RegionStock, WantedMove
from mingpiao.numbering.tables import number_moves
from mingpiao.storage.database import driver_of
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page

NUMBER_LOTS = NamedLock("number lots")
NUMBER_POOLS = NamedLock("number pools")

_NEWEST = Keyset(KeyColumn("move_id", int, descending=True))

_SOURCES = """
SELECT unit_id, region_code FROM listed_units
WHERE unit_id = ANY ($1::bigint[]) AND (SELECT by_levels FROM number_flow)
"""
_DRAW_FROM_LOT = NUMBER_LOTS.statement("""
WITH chosen AS MATERIALIZED (
    SELECT lot_id, next_number FROM number_lots
    WHERE region_code = $1 AND code = $2 AND next_number <= last_number AND last_number - next_number + 1 >= $3
    ORDER BY lot_id LIMIT 1 FOR UPDATE
)
UPDATE number_lots AS lot
SET next_number = chosen.next_number + least($4, lot.last_number - chosen.next_number + 1)
FROM chosen WHERE lot.lot_id = chosen.lot_id
RETURNING lot.lot_id, chosen.next_number AS first, lot.next_number - 1 AS last
""")
_DRAW_FROM_POOL = NUMBER_POOLS.statement("""
UPDATE number_pools SET next_number = next_number + $2
WHERE code = $1 AND next_number + $2 <= 10000000000
RETURNING next_number - $2
""")
_HOLD_LOTS = NUMBER_LOTS.statement("""
SELECT lot_id, next_number, last_number FROM number_lots
WHERE region_code = :region AND code = :code AND next_number <= last_number ORDER BY lot_id FOR UPDATE
""")
_MOVE = text("""
INSERT INTO number_moves (way, from_region, to_region, kind_code, code, quantity, note, request_no, made_by, made_by_name)
VALUES (:way, :from_region, :to_region, :kind_code, :code, :quantity, :note, :request_no, :made_by, :made_by_name)
ON CONFLICT (from_region, request_no) DO NOTHING RETURNING move_id
""")
_ADD_LOT = text("""
INSERT INTO number_lots (move_id, source_lot_id, region_code, kind_code, code, first_number, last_number, next_number)
VALUES (:move_id, :source, :region, :kind_code, :code, :first, :last, :first)
""")
_SPANS = text("""
SELECT move_id, first_number, last_number FROM number_lots WHERE move_id = ANY (:ids) ORDER BY lot_id
""")
_LEFT = text("""
SELECT region_code, kind_code, code, CAST(sum(last_number - next_number + 1) AS bigint) AS left
FROM number_lots WHERE region_code = ANY (:regions) AND next_number <= last_number GROUP BY 1, 2, 3
""")
_LEFT_OF_AREAS = text("""
SELECT region_code, code, CAST(sum(last_number - next_number + 1) AS bigint) AS left
FROM unnest(CAST(:lows AS text[]), CAST(:highs AS text[])) AS area(low, high)
JOIN number_lots ON region_code BETWEEN low AND high
WHERE next_number <= last_number GROUP BY region_code, code
""")
_MOVED = text("""
SELECT region_code, kind_code, code, CAST(sum(received) AS bigint) AS received, CAST(sum(down) AS bigint) AS down,
       CAST(sum(back) AS bigint) AS back FROM (
    SELECT to_region AS region_code, kind_code, code, quantity AS received, 0 AS down, 0 AS back
    FROM number_moves WHERE to_region = ANY (:regions)
    UNION ALL
    SELECT from_region, kind_code, code, 0, CASE way WHEN 'allot' THEN quantity ELSE 0 END,
           CASE way WHEN 'allot' THEN 0 ELSE quantity END
    FROM number_moves WHERE from_region = ANY (:regions)
) AS moved GROUP BY 1, 2, 3
""")


class DrawnNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that just left a lot, or the pool (`lot_id` None); both ends are inclusive."""

    lot_id: int | None
    first: int
    last: int


def province_of(code: str) -> str:
    """The region that the pool of a 票据代码 belongs to."""
    return f"{code[:2]}0000"


async def set_flow(connection: AsyncConnection, *, by_levels: bool) -> None:
    """Say from which stock units get numbers from now on: their own department's, or the province's."""
    await connection.execute(
        text(
            "INSERT INTO number_flow (by_levels) VALUES (:by_levels) "
            "ON CONFLICT (is_row) DO UPDATE SET by_levels = excluded.by_levels"
        ),
        {"by_levels": by_levels},
    )


async def sources_of(
    connection: asyncpg.Connection, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], str]:
    """The region whose stock each (unit, 票据代码) draws from."""
    if not wanted:
        return {}
    rows = await connection.fetch(_SOURCES, sorted({unit_id for unit_id, _ in wanted}))
    own = {row["unit_id"]: row["region_code"] for row in rows}
    return {(unit_id, code): own.get(unit_id, province_of(code)) for unit_id, code in wanted}


async def source_of_unit(connection: AsyncConnection, unit_id: int) -> str:
    """The region whose department's stock a unit draws from; empty where it is the province's pool."""
    query = text(
        "SELECT region_code FROM listed_units WHERE unit_id = :unit_id AND region_code NOT LIKE '%0000' "
        "AND (SELECT by_levels FROM number_flow)"
    )
    found: str | None = await connection.scalar(query, {"unit_id": unit_id})
    return found or ""


async def draw(
    connection: asyncpg.Connection, region: str, code: str, count: int, *, least: int
) -> DrawnNumbers | None:
    """Take numbers from the front of the oldest lot of a region that has `least` of them, at most `count`.

    The province's pool comes after its lots, and gives all or nothing. None when there are none.
    """
    row = await connection.fetchrow(_DRAW_FROM_LOT.sql, region, code, least, count)
    if row is not None:
        return DrawnNumbers(lot_id=row["lot_id"], first=row["first"], last=row["last"])
    if region != province_of(code):
        return None
    first = await connection.fetchval(_DRAW_FROM_POOL.sql, code, count)
    return None if first is None else DrawnNumbers(lot_id=None, first=first, last=first + count - 1)


async def hold_lots(connection: AsyncConnection, region: str, code: str) -> list[int]:
    """Lock what a department has of a 票据代码, and return how many numbers are left in each lot, oldest first."""
    rows = await connection.execute(_HOLD_LOTS.clause, {"region": region, "code": code})
    return [row.last_number - row.next_number + 1 for row in rows]


async def move_numbers(
    connection: AsyncConnection, wanted: WantedMove, *, acting: Acting
) -> tuple[int, bool]:
    """Pass numbers from one department's stock to another's; the id of the move, and whether it was made now.

    The province draws what its stock lacks from the pool. Whether the departments may do this is the caller's to
    decide. Raises `Refusal`: `numbering.request_no_used` (409) where the number was used for another move, and
    `numbering.region_short` (409) where the department has fewer numbers.
    """
    values = msgspec.structs.asdict(wanted) | {"way": wanted.way.value}
    made_by = {"made_by": acting.actor, "made_by_name": acting.name}
    move_id = (await connection.execute(_MOVE, values | made_by)).scalar_one_or_none()
    if move_id is None:
        return await _same(connection, wanted), False
    given = {"region": wanted.from_region, "code": wanted.code}
    missing = wanted.quantity
    spans: list[tuple[int | None, int, int]] = []
    for row in (await connection.execute(_HOLD_LOTS.clause, given)).all():
        count = min(missing, row.last_number - row.next_number + 1)
        if not count:
            break
        await connection.execute(
            text("UPDATE number_lots SET next_number = :next WHERE lot_id = :lot_id"),
            {"next": row.next_number + count, "lot_id": row.lot_id},
        )
        spans.append((row.lot_id, row.next_number, row.next_number + count - 1))
        missing -= count
    if missing and wanted.from_region == province_of(wanted.code):
        driver = await driver_of(connection)
        first = await driver.fetchval(_DRAW_FROM_POOL.sql, wanted.code, missing)
        if first is not None:
            spans.append((None, first, first + missing - 1))
            missing = 0
    if missing:
        raise _short(wanted, wanted.quantity - missing)
    for source, first, last in spans:
        lot = {"move_id": move_id, "source": source, "region": wanted.to_region, "first": first, "last": last}
        await connection.execute(_ADD_LOT, lot | {"kind_code": wanted.kind_code, "code": wanted.code})
    await _record(connection, wanted, spans, acting=acting)
    return move_id, True


async def _same(connection: AsyncConnection, wanted: WantedMove) -> int:
    columns = number_moves.c
    row = (
        await connection.execute(
            select(number_moves).where(
                columns.from_region == wanted.from_region, columns.request_no == wanted.request_no
            )
        )
    ).one()
    was = (row.way, row.to_region, row.code, row.quantity, row.note)
    if was != (wanted.way.value, wanted.to_region, wanted.code, wanted.quantity, wanted.note):
        raise refuse(
            "numbering.request_no_used",
            "这张表单已经用于另一次下发或退回，请从库存页面重新打开表单。",
            status=409,
        )
    move_id: int = row.move_id
    return move_id


def _short(wanted: WantedMove, left: int) -> Refusal:
    message = f"票据代码{wanted.code}的库存只有{left:,}个号码，请减少数量，或先由上级下发。"
    return refuse("numbering.region_short", message, field="quantity", status=409)


async def _record(
    connection: AsyncConnection,
    wanted: WantedMove,
    spans: Sequence[tuple[int | None, int, int]],
    *,
    acting: Acting,
) -> None:
    details = {
        "from_region": wanted.from_region,
        "to_region": wanted.to_region,
        "kind": wanted.kind_code,
        "code": wanted.code,
        "quantity": str(wanted.quantity),
        "spans": "、".join(f"{first:010d}至{last:010d}" for _, first, last in spans),
    }
    if wanted.note:
        details["note"] = wanted.note
    entry = AuditEntry(
        acting=acting,
        action=f"numbers:{wanted.way.value}",
        subject=f"region:{wanted.from_region}",
        details=details,
        region_code=wanted.from_region,
    )
    await record(connection, entry)


async def rest_of_region(connection: AsyncConnection, region: str) -> list[RegionStock]:
    """What a department still has, by 票据代码; codes of which nothing is left are left out."""
    return [each for each in await region_stocks(connection, [region]) if each.left]


async def region_stocks(connection: AsyncConnection, regions: Sequence[str]) -> list[RegionStock]:
    """库存 of departments by region and 票据代码, as far as they ever had numbers, within the scope.

    A province has all codes of pools: what no lot holds is in its pool.
    """
    given = {"regions": list(regions)}
    left = {_key(row): row.left for row in await connection.execute(_LEFT, given)}
    moved = {_key(row): (row.received, row.down, row.back) for row in await connection.execute(_MOVED, given)}
    pools = await _pools_of(connection, regions)
    keys = sorted({*left, *moved, *pools})
    return [_stock(key, left, moved, pools) for key in keys]


async def left_of_areas(
    connection: AsyncConnection, areas: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Numbers in the stock of departments by region and 票据代码, where the region is in one of the areas.

    An area is a first and a last region code, both inclusive; what is in pools is not counted.
    """
    given = {"lows": [low for low, _ in areas], "highs": [high for _, high in areas]}
    rows = await connection.execute(_LEFT_OF_AREAS, given)
    return {(row.region_code, row.code): row.left for row in rows}


def _stock(
    key: tuple[str, str, str],
    left: Mapping[tuple[str, str, str], int],
    moved: Mapping[tuple[str, str, str], tuple[int, int, int]],
    pools: Mapping[tuple[str, str, str], int],
) -> RegionStock:
    received, down, back = moved.get(key, (0, 0, 0))
    return RegionStock(
        region_code=key[0],
        code=key[1],
        kind_code=key[2],
        received=received + (NUMBER_SPACE - 1 if key in pools else 0),
        passed_down=down,
        given_back=back,
        left=left.get(key, 0) + pools.get(key, 0),
    )


def _key(row: Any) -> tuple[str, str, str]:
    return (row.region_code, row.code, row.kind_code)


async def _pools_of(connection: AsyncConnection, regions: Sequence[str]) -> dict[tuple[str, str, str], int]:
    if not any(region.endswith("0000") for region in regions):
        return {}
    rows = await connection.execute(text("SELECT code, kind_code, next_number FROM number_pools"))
    return {
        (province_of(row.code), row.code, row.kind_code): NUMBER_SPACE - row.next_number
        for row in rows
        if province_of(row.code) in regions
    }


async def list_moves(
    connection: AsyncConnection, wanted: MoveFilter, *, after: str = "", limit: int = 50
) -> Page[NumberMove]:
    """A page of moves of the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    query = select(number_moves)
    for condition in _conditions(wanted):
        query = query.where(condition)
    if after:
        query = query.where(_NEWEST.beyond(number_moves.c, after))
    query = query.order_by(*_NEWEST.order(number_moves.c)).limit(limit + 1)
    rows = list((await connection.execute(query)).mappings())
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in await connection.execute(_SPANS, {"ids": [each["move_id"] for each in rows]}):
        spans.setdefault(row.move_id, []).append((row.first_number, row.last_number))
    found = [_move(row, tuple(spans.get(row["move_id"], ()))) for row in rows]
    return _NEWEST.page(found, limit)


def _conditions(wanted: MoveFilter) -> list[ColumnElement[bool]]:
    columns = number_moves.c
    either = or_(columns.from_region == wanted.region, columns.to_region == wanted.region)
    asked: list[tuple[str, ColumnElement[bool]]] = [
        (wanted.region, either),
        (wanted.kind_code, columns.kind_code == wanted.kind_code),
        (wanted.code, columns.code == wanted.code),
        (wanted.way, columns.way == wanted.way),
    ]
    return [condition for value, condition in asked if value]


def _move(row: RowMapping, spans: tuple[tuple[int, int], ...]) -> NumberMove:
    values = {name: row[name] for name in NumberMove.__struct_fields__ if name != "spans"}
    at = to_shanghai(row["made_at"])
    return NumberMove(**values | {"way": MoveWay(row["way"]), "made_at": at, "spans": spans})
