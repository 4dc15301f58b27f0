"""Taking numbers along a holder's segments: those of a unit's common stock, or of one of its 开票点."""

from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import msgspec

from mingpiao.kernel.codes import BillIdentity

#: Numbers of an issuing point: unit id, code of the bill kind, code of the point.
PointKey = tuple[int, str, str]

_NEXT_SEGMENT = """
UPDATE segments SET state = 'in_use'
WHERE segment_id = (
    SELECT min(segment_id) FROM segments
    WHERE unit_id = $1 AND kind_code = $2 AND point_code = $3 AND state = 'in_stock'
)
RETURNING segment_id, code, first_number, last_number
"""
_READ = """
SELECT unit_id, kind_code, point_code, segment_id, code, next_number, last_number FROM point_stocks
WHERE (unit_id, kind_code, point_code) IN (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]))
"""
_ADVANCE = """
UPDATE point_stocks SET next_number = fresh.next_number
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS fresh(unit_id, kind_code, point_code, next_number)
WHERE point_stocks.unit_id = fresh.unit_id AND point_stocks.kind_code = fresh.kind_code
  AND point_stocks.point_code = fresh.point_code
"""
_MOVE_ON = """
UPDATE point_stocks SET segment_id = $4, code = $5, next_number = $6, last_number = $7
WHERE unit_id = $1 AND kind_code = $2 AND point_code = $3
"""


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a holder stands: numbers `next` to `last` of `code` are free in the segment in use."""

    segment_id: int | None
    code: str
    next: int
    last: int

    @property
    def free(self) -> int:
        return self.last - self.next + 1


def identities(code: str, first: int, count: int) -> list[BillIdentity]:
    """`count` numbers of a code, from `first` on."""
    return [BillIdentity(code=code, number=f"{first + offset:010d}") for offset in range(count)]


async def take_along(
    connection: asyncpg.Connection,
    holder: PointKey,
    cursor: Cursor,
    wanted: int,
    refill: Callable[[int], Awaitable[bool]] | None = None,
) -> tuple[list[BillIdentity], Cursor]:
    """Take numbers from the segment in use and the next ones in stock; fewer than wanted when these run out.

    `refill` gets the holder a segment for as many as are missing, where there can be one. Answers the numbers, and
    where the holder stands then, which the caller writes down.
    """
    count = min(wanted, cursor.free)
    taken = identities(cursor.code, cursor.next, count)
    cursor = msgspec.structs.replace(cursor, next=cursor.next + count)
    while missing := wanted - len(taken):
        row = await connection.fetchrow(_NEXT_SEGMENT, *holder)
        if row is None and refill is not None and await refill(missing):
            row = await connection.fetchrow(_NEXT_SEGMENT, *holder)
        if row is None:
            break
        if cursor.segment_id is not None:
            await connection.execute(
                "UPDATE segments SET state = 'used' WHERE segment_id = $1", cursor.segment_id
            )
        segment_id, code, first, last = tuple(row)
        count = min(missing, last - first + 1)
        taken += identities(code, first, count)
        cursor = Cursor(segment_id=segment_id, code=code, next=first + count, last=last)
    return taken, cursor


async def take_at_points(
    connection: asyncpg.Connection, wanted: Mapping[PointKey, int]
) -> dict[PointKey, list[BillIdentity]]:
    """Take numbers from the own stocks of points, in the transaction that holds their units' stock rows.

    A point gets fewer than wanted when it has fewer, and none when it has no numbers of its own.
    """
    keys = list(wanted)
    columns = ([key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys])
    taken: dict[PointKey, list[BillIdentity]] = {key: [] for key in keys}
    advanced: list[tuple[PointKey, int]] = []
    for row in await connection.fetch(_READ, *columns):
        key = (row["unit_id"], row["kind_code"], row["point_code"])
        was = Cursor(
            segment_id=row["segment_id"],
            code=row["code"] or "",
            next=row["next_number"],
            last=row["last_number"],
        )
        taken[key], cursor = await take_along(connection, key, was, wanted[key])
        if cursor.segment_id == was.segment_id:
            advanced.append((key, cursor.next))
        else:
            await connection.execute(_MOVE_ON, *key, cursor.segment_id, cursor.code, cursor.next, cursor.last)
    if advanced:
        await connection.execute(
            _ADVANCE,
            [key[0] for key, _ in advanced],
            [key[1] for key, _ in advanced],
            [key[2] for key, _ in advanced],
            [number for _, number in advanced],
        )
    return taken
