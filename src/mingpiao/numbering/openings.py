"""Segments for many units at once, in the transaction of one who holds their stock rows: the start of a year's code."""

from collections.abc import Mapping, Sequence

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.numbering.lots import DrawnNumbers, draw, province_of, sources_of
from mingpiao.storage.database import driver_of

# What stops supply stops this too; and a unit that has a segment of the code already needs no other first one.
_LACKING = text("""
SELECT stocks.unit_id, wanted.code, wanted.kind_code
FROM stocks JOIN unnest(CAST(:kinds AS text[]), CAST(:codes AS text[])) AS wanted(kind_code, code) USING (kind_code)
LEFT JOIN stock_limits AS limits USING (unit_id)
WHERE stocks.unit_id = ANY (:ids) AND NOT stocks.withdrawn
  AND (limits.supply_until IS NULL OR limits.supply_until >= :today)
  AND (limits.valid_until IS NULL OR limits.valid_until >= :today)
  AND NOT EXISTS (
      SELECT FROM segments
      WHERE segments.unit_id = stocks.unit_id AND segments.kind_code = stocks.kind_code AND segments.code = wanted.code
  )
ORDER BY wanted.code, stocks.unit_id
""")
_ADD = """
INSERT INTO segments (unit_id, kind_code, code, first_number, last_number, lot_id)
SELECT unit_id, $4, $5, first, last, $6
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted(unit_id, first, last)
"""


class FirstSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that has no number of a kind's code yet."""

    unit_id: int
    kind_code: str
    code: str


class _Span(msgspec.Struct, frozen=True):
    unit_id: int
    first: int
    last: int


async def lacking_first(
    connection: AsyncConnection, unit_ids: Sequence[int], codes: Mapping[str, str]
) -> list[FirstSegment]:
    """Which of the units, that the caller holds, have a kind and no number of its code in `codes` (kind to code).

    Units whose supply is stopped, or whose certificate has ended, are not among them.
    """
    kinds = sorted(codes)
    given = {
        "ids": list(unit_ids),
        "kinds": kinds,
        "codes": [codes[kind] for kind in kinds],
        "today": today(),
    }
    rows = await connection.execute(_LACKING, given)
    return [FirstSegment(unit_id=row.unit_id, kind_code=row.kind_code, code=row.code) for row in rows]


async def add_first_segments(
    connection: AsyncConnection, wanted: Sequence[FirstSegment], quantities: Mapping[tuple[int, str], int]
) -> dict[int, int]:
    """Give each its numbers, by (unit, kind), as far as its source has a run of so many; numbers given, by unit.

    Lots and pools are locked in the order of codes, and of one code by region.
    """
    driver = await driver_of(connection)
    sources = await sources_of(driver, [(each.unit_id, each.code) for each in wanted])
    places: dict[tuple[str, str, str], list[FirstSegment]] = {}
    for each in wanted:
        place = (each.code, sources[each.unit_id, each.code], each.kind_code)
        places.setdefault(place, []).append(each)
    given: dict[int, int] = {}
    for (code, region, kind_code), ones in sorted(places.items()):
        counts = {each.unit_id: quantities[each.unit_id, kind_code] for each in ones}
        for lot_id, spans in await _spans(driver, region, code, counts):
            ends = (
                [each.unit_id for each in spans],
                [each.first for each in spans],
                [each.last for each in spans],
            )
            await driver.execute(_ADD, *ends, kind_code, code, lot_id)
            for span in spans:
                given[span.unit_id] = given.get(span.unit_id, 0) + span.last - span.first + 1
    return given


async def _spans(
    driver: asyncpg.Connection, region: str, code: str, counts: Mapping[int, int]
) -> list[tuple[int | None, list[_Span]]]:
    """Runs for units in their order: one for all where the source has it, else one for each as far as it has them."""
    total = sum(counts.values())
    drawn = await draw(driver, region, code, total, least=total)
    if drawn is not None:
        return [(drawn.lot_id, _cut(drawn, counts))]
    if region == province_of(code):
        return []
    found: list[tuple[int | None, list[_Span]]] = []
    for unit_id, count in counts.items():
        one = await draw(driver, region, code, count, least=count)
        if one is not None:
            found.append((one.lot_id, _cut(one, {unit_id: count})))
    return found


def _cut(drawn: DrawnNumbers, counts: Mapping[int, int]) -> list[_Span]:
    spans, first = [], drawn.first
    for unit_id, count in counts.items():
        spans.append(_Span(unit_id, first, first + count - 1))
        first += count
    return spans
