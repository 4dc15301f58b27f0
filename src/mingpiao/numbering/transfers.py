"""调拨: unused numbers go from a unit's common stock to one of its 开票点, between points, and back.

A segment's numbers leave it from its end, so that what was taken of it stays one run from its beginning. Whoever
transfers holds the unit's stock rows, as trains do.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.numbering.model import NumberTransfer

_HELD = text("""
SELECT segments.kind_code, segments.code, segments.point_code, segments.state, segments.last_number,
       CASE segments.state WHEN 'in_use' THEN cursors.next_number ELSE segments.first_number END AS next_number
FROM segments LEFT JOIN segment_cursors AS cursors
    ON cursors.unit_id = segments.unit_id AND cursors.kind_code = segments.kind_code
    AND cursors.segment_id = segments.segment_id
WHERE segments.unit_id = :unit_id AND segments.segment_id = :segment_id AND segments.state IN ('in_stock', 'in_use')
""")
_RECORD = text("""
INSERT INTO number_transfers (unit_id, kind_code, code, first_number, last_number, from_point, to_point, request_no,
                              made_by, made_by_name)
VALUES (:unit_id, :kind_code, :code, :first, :last, :from_point, :to_point, :request_no, :made_by, :made_by_name)
""")
_KNOWN = text("""
SELECT kind_code, code, first_number, last_number, from_point, to_point, made_by_name, made_at
FROM number_transfers WHERE unit_id = :unit_id AND request_no = :request_no
""")
_OF_NUMBER = text("""
SELECT kind_code, code, first_number, last_number, from_point, to_point, made_by_name, made_at FROM number_transfers
WHERE code = :code AND first_number <= :number AND last_number >= :number ORDER BY transfer_id
""")
_OPEN_POINT = text("""
INSERT INTO point_stocks (unit_id, kind_code, point_code) VALUES (:unit_id, :kind_code, :point)
ON CONFLICT DO NOTHING
""")
_GIVE_WHOLE = text("UPDATE segments SET point_code = :to_point WHERE segment_id = :segment_id")
_SHORTEN = text("UPDATE segments SET last_number = :cut, state = :state WHERE segment_id = :segment_id")
# Where a unit stands follows its segments: a nearer end, or nowhere when nothing of the segment is left to it.
_FOLLOW = text("""
UPDATE stocks SET
    segment_id = CASE segments.state WHEN 'in_use' THEN stocks.segment_id END,
    code = CASE segments.state WHEN 'in_use' THEN stocks.code END,
    next_number = CASE segments.state WHEN 'in_use' THEN stocks.next_number ELSE 1 END,
    last_number = CASE segments.state WHEN 'in_use' THEN segments.last_number ELSE 0 END
FROM segments
WHERE stocks.unit_id = :unit_id AND segments.segment_id = stocks.segment_id
  AND (segments.state IN ('used', 'returned') OR segments.last_number <> stocks.last_number)
""")
_FOLLOW_AT_POINTS = text("""
UPDATE point_stocks SET
    segment_id = CASE segments.state WHEN 'in_use' THEN point_stocks.segment_id END,
    code = CASE segments.state WHEN 'in_use' THEN point_stocks.code END,
    next_number = CASE segments.state WHEN 'in_use' THEN point_stocks.next_number ELSE 1 END,
    last_number = CASE segments.state WHEN 'in_use' THEN segments.last_number ELSE 0 END
FROM segments
WHERE point_stocks.unit_id = :unit_id AND segments.segment_id = point_stocks.segment_id
  AND (segments.state IN ('used', 'returned') OR segments.last_number <> point_stocks.last_number)
""")
_ADD_END = text("""
INSERT INTO segments (unit_id, kind_code, code, first_number, last_number, lot_id, drawn_by_bill, allotted_at, point_code)
SELECT unit_id, kind_code, code, :first, :last, lot_id, drawn_by_bill, allotted_at, :to_point
FROM segments WHERE segment_id = :segment_id
""")


async def open_point_stock(connection: AsyncConnection, unit_id: int, kind_code: str, point: str) -> None:
    """Let a point of a unit have numbers of a kind; nothing changes where it may, or for the common stock (empty)."""
    if point:
        await connection.execute(_OPEN_POINT, {"unit_id": unit_id, "kind_code": kind_code, "point": point})


async def transfer_numbers(
    connection: AsyncConnection,
    unit_id: int,
    segment_id: int,
    to_point: str,
    quantity: int,
    request_no: str,
    *,
    acting: Acting,
) -> NumberTransfer:
    """Give the last `quantity` unused numbers of a segment to a point of its unit, or to its common stock (empty).

    The caller holds the unit's stock rows. The same `request_no` again is the same transfer. Raises `Refusal`:
    `numbering.request_no_used` (409) where it was another one, `numbering.segment_spent` (409) where nothing is left,
    `numbering.segment_short` (409) where fewer are, and `numbering.same_holder` (422).
    """
    given = {"unit_id": unit_id, "segment_id": segment_id, "to_point": to_point}
    known = (await connection.execute(_KNOWN, given | {"request_no": request_no})).one_or_none()
    if known is not None:
        return _same(_transfer(known), to_point, quantity)
    held = (await connection.execute(_HELD, given)).one_or_none()
    free = 0 if held is None else held.last_number - held.next_number + 1
    if held is None or not free:
        message = "这个号段已经用完或退回，没有可以调拨的号码，请选择别的号段。"
        raise refuse("numbering.segment_spent", message, status=409)
    if held.point_code == to_point:
        message = "号码已经在那里，请选择另一个开票点，或者单位公共库存。"
        raise refuse("numbering.same_holder", message, field="to_point", status=422)
    if quantity > free:
        message = f"这个号段只剩{free:,}个没有使用的号码，请减少数量。"
        raise refuse("numbering.segment_short", message, field="quantity", status=409)
    first = held.last_number - quantity + 1
    await open_point_stock(connection, unit_id, held.kind_code, to_point)
    if held.state == "in_stock" and quantity == free:
        await connection.execute(_GIVE_WHOLE, given)
    else:
        state = "used" if quantity == free else held.state
        await connection.execute(_SHORTEN, given | {"cut": first - 1, "state": state})
        await follow_segments(connection, unit_id)
        await connection.execute(_ADD_END, given | {"first": first, "last": held.last_number})
    span = {"kind_code": held.kind_code, "code": held.code, "first": first, "last": held.last_number}
    made_by = {"request_no": request_no, "made_by": acting.actor, "made_by_name": acting.name}
    await connection.execute(_RECORD, given | span | made_by | {"from_point": held.point_code})
    made = _transfer((await connection.execute(_KNOWN, given | {"request_no": request_no})).one())
    await _audit(connection, unit_id, made, acting=acting)
    return made


async def follow_segments(connection: AsyncConnection, unit_id: int) -> None:
    """Let the stocks of a unit and its points stand where their segments say, of which numbers were given away."""
    await connection.execute(_FOLLOW, {"unit_id": unit_id})
    await connection.execute(_FOLLOW_AT_POINTS, {"unit_id": unit_id})


async def transfers_of_number(
    connection: AsyncConnection, code: str, number: int
) -> tuple[NumberTransfer, ...]:
    """The transfers that a number was in, oldest first, within the scope."""
    rows = await connection.execute(_OF_NUMBER, {"code": code, "number": number})
    return tuple(map(_transfer, rows))


def _same(known: NumberTransfer, to_point: str, quantity: int) -> NumberTransfer:
    if (known.to_point, known.last - known.first + 1) == (to_point, quantity):
        return known
    raise _used()


def _used() -> Refusal:
    return refuse(
        "numbering.request_no_used", "这张表单已经用于另一次调拨，请从号段列表重新打开表单。", status=409
    )


def _transfer(row: Any) -> NumberTransfer:
    return NumberTransfer(
        kind_code=row.kind_code,
        code=row.code,
        first=row.first_number,
        last=row.last_number,
        from_point=row.from_point,
        to_point=row.to_point,
        made_by_name=row.made_by_name,
        made_at=to_shanghai(row.made_at),
    )


async def _audit(connection: AsyncConnection, unit_id: int, made: NumberTransfer, *, acting: Acting) -> None:
    details = {
        "kind": made.kind_code,
        "code": made.code,
        "first": str(made.first),
        "last": str(made.last),
        "from_point": made.from_point or "单位公共库存",
        "to_point": made.to_point or "单位公共库存",
    }
    entry = AuditEntry(
        acting=acting,
        action="segment:transfer",
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details=details,
    )
    await record(connection, entry)
