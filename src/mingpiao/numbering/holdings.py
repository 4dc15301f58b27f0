"""What a unit holds: its segments; and 退回注销, what it gave back of them. What is given back is cancelled: nobody gets
it again, and so each number keeps one holder.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import SHANGHAI, to_shanghai
from mingpiao.numbering.model import (
    HeldSegment,
    ReturnedFilter,
    ReturnedNumbers,
    ReturnWay,
    SegmentFilter,
    SegmentState,
)
from mingpiao.storage.paging import KeyColumn, Keyset, Page

_NEWEST = Keyset(KeyColumn("segment_id", int, descending=True))
_RETURNED = Keyset(KeyColumn("number", int, descending=True), KeyColumn("segment_id", int, descending=True))
_NO_BOUND = 2**63 - 1
_SEGMENTS = """
SELECT segment.segment_id, segment.kind_code, segment.code, segment.first_number AS first, segment.last_number AS last,
       segment.state, segment.drawn_by_bill, segment.allotted_at, segment.point_code,
       CASE segment.state
           WHEN 'in_stock' THEN segment.first_number
           WHEN 'in_use' THEN cursors.next_number
           WHEN 'returned' THEN back.first_number
           ELSE segment.last_number + 1 END AS next
FROM segments AS segment LEFT JOIN segment_cursors AS cursors
    ON segment.state = 'in_use' AND cursors.unit_id = segment.unit_id AND cursors.kind_code = segment.kind_code
    AND cursors.segment_id = segment.segment_id
LEFT JOIN returned_numbers AS back ON back.segment_id = segment.segment_id
WHERE segment.unit_id = :unit_id AND segment.segment_id < :before
  AND (:kind_code = '' OR segment.kind_code = :kind_code) AND (:state = '' OR segment.state = :state)
  AND (CAST(:point_code AS text) IS NULL OR segment.point_code = :point_code)
  AND (CAST(:segment_id AS bigint) IS NULL OR segment.segment_id = :segment_id)
ORDER BY segment.segment_id DESC LIMIT :limit
"""
_OF_POINTS = text("""
SELECT segment.point_code, segment.kind_code, CAST(sum(
    segment.last_number - coalesce(cursors.next_number, segment.first_number) + 1) AS bigint) AS free
FROM segments AS segment LEFT JOIN segment_cursors AS cursors
    ON segment.state = 'in_use' AND cursors.unit_id = segment.unit_id AND cursors.kind_code = segment.kind_code
    AND cursors.segment_id = segment.segment_id
WHERE segment.unit_id = :unit_id AND segment.point_code <> '' AND segment.state IN ('in_stock', 'in_use')
GROUP BY segment.point_code, segment.kind_code
""")
_GIVEN_BACK = """
SELECT back.segment_id, back.unit_id, unit.name AS unit_name, back.kind_code, back.code, back.first_number AS first,
       back.last_number AS last, back.returned_at, back.way, back.reason, back.made_by_name,
       CAST(extract(epoch FROM back.returned_at) * 1000000 AS bigint) AS number
FROM returned_numbers AS back JOIN listed_units AS unit USING (unit_id)
WHERE (CAST(:unit_id AS bigint) IS NULL OR back.unit_id = :unit_id)
  AND unit.region_code LIKE :region AND (:kind_code = '' OR back.kind_code = :kind_code)
  AND (:way = '' OR back.way = :way)
  AND (CAST(:segment_id AS bigint) IS NULL OR back.segment_id = :segment_id)
  AND (CAST(:since AS timestamptz) IS NULL OR back.returned_at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR back.returned_at < :until)
  AND (back.returned_at, back.segment_id) < (
      CASE WHEN CAST(:number AS bigint) IS NULL THEN CAST('infinity' AS timestamptz)
           ELSE timestamptz 'epoch' + CAST(:number AS bigint) * interval '1 microsecond' END, :before)
ORDER BY back.returned_at DESC, back.segment_id DESC LIMIT :limit
"""


async def list_segments(
    connection: AsyncConnection, wanted: SegmentFilter, *, after: str = "", limit: int = 50
) -> Page[HeldSegment]:
    """A page of a unit's segments within the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    before = _NEWEST.read(after)[0] if after else _NO_BOUND
    given: dict[str, Any] = {
        "unit_id": wanted.unit_id,
        "kind_code": wanted.kind_code,
        "state": wanted.state,
        "segment_id": wanted.segment_id,
        "point_code": wanted.point_code,
        "before": before,
        "limit": limit + 1,
    }
    rows = (await connection.execute(text(_SEGMENTS), given)).mappings()
    return _NEWEST.page([_held(row) for row in rows], limit)


def _held(row: Any) -> HeldSegment:
    values = {name: row[name] for name in HeldSegment.__struct_fields__}
    return HeldSegment(
        **values | {"state": SegmentState(row["state"]), "allotted_at": to_shanghai(row["allotted_at"])}
    )


async def find_segment(connection: AsyncConnection, unit_id: int, code: str, first: int) -> int | None:
    """The id of a unit's segment of a 票据代码 by its first number, within the scope; None when there is none."""
    query = text(
        "SELECT segment_id FROM segments WHERE unit_id = :unit_id AND code = :code AND first_number = :first"
    )
    found: int | None = await connection.scalar(query, {"unit_id": unit_id, "code": code, "first": first})
    return found


async def numbers_of_points(connection: AsyncConnection, unit_id: int) -> dict[str, dict[str, int]]:
    """Free numbers of a unit's points by kind, within the scope; points without any are left out."""
    free: dict[str, dict[str, int]] = {}
    for row in await connection.execute(_OF_POINTS, {"unit_id": unit_id}):
        free.setdefault(row.point_code, {})[row.kind_code] = row.free
    return free


async def list_returned(
    connection: AsyncConnection, wanted: ReturnedFilter, *, after: str = "", limit: int = 50
) -> Page[ReturnedNumbers]:
    """A page of 退回注销 within the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    number, before = _RETURNED.read(after) if after else (None, _NO_BOUND)
    given: dict[str, Any] = {
        "unit_id": wanted.unit_id,
        "region": f"{wanted.region_prefix}%",
        "kind_code": wanted.kind_code,
        "way": wanted.way,
        "segment_id": wanted.segment_id,
        "since": None if wanted.since is None else _midnight(wanted.since),
        "until": None if wanted.until is None else _midnight(wanted.until + timedelta(days=1)),
        "number": number,
        "before": before,
        "limit": limit + 1,
    }
    rows = list((await connection.execute(text(_GIVEN_BACK), given)).mappings())
    found = [_returned(row) for row in rows]
    keys = {row["segment_id"]: row["number"] for row in rows}
    return _RETURNED.page(found, limit, lambda each: (keys[each.segment_id], each.segment_id))


def _returned(row: Any) -> ReturnedNumbers:
    values = {name: row[name] for name in ReturnedNumbers.__struct_fields__}
    at = to_shanghai(row["returned_at"])
    return ReturnedNumbers(**values | {"way": ReturnWay(row["way"]), "returned_at": at})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
