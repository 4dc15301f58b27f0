"""Reads the stock of paper: counts by department and unit, ranges, steps, parcels, and the way of one sheet."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import bill_id, is_code, is_number
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.paper.batches import batches_of
from mingpiao.paper.model import (
    PaperCount,
    PaperHolder,
    PaperHolding,
    PaperPurpose,
    PaperRange,
    PaperState,
    PaperStep,
    PaperTrace,
    PaperWay,
)
from mingpiao.paper.moving import problem
from mingpiao.paper.ranges import parted, written
from mingpiao.storage.paging import KeyColumn, Keyset, Page

_NEWEST = Keyset(KeyColumn("step_id", int, descending=True))
# Departments' own holdings, and those of units under the region where they are now.
_COUNTS = text("""
SELECT coalesce(held.region_code, unit.region_code) AS region_code, held.unit_id IS NOT NULL AS of_units,
    batch.kind_code, batch.purpose, held.state, CAST(sum(sheet_count(held.sheets)) AS bigint) AS held
FROM paper_holdings AS held
JOIN paper_batches AS batch ON batch.batch_id = held.batch_id
LEFT JOIN listed_units AS unit ON unit.unit_id = held.unit_id
WHERE coalesce(held.region_code, unit.region_code) = ANY (CAST(:regions AS text[])) AND NOT isempty(held.sheets)
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4
""")
_HOLDINGS = text("""
SELECT held.holding_id, held.batch_id, batch.kind_code, batch.purpose, held.region_code, held.unit_id, held.point,
    held.state, sheet_firsts(held.sheets) AS firsts, sheet_ends(held.sheets) AS ends
FROM paper_holdings AS held
JOIN paper_batches AS batch ON batch.batch_id = held.batch_id
WHERE NOT isempty(held.sheets)
    AND (held.region_code = CAST(:region_code AS text) OR held.unit_id = CAST(:unit_id AS bigint))
ORDER BY batch.kind_code, batch.purpose, held.batch_id, held.point, held.state
""")
_HOLDING_OF = text("""
SELECT held.holding_id, held.batch_id, batch.kind_code, batch.purpose, held.region_code, held.unit_id, held.point,
    held.state, sheet_firsts(held.sheets) AS firsts, sheet_ends(held.sheets) AS ends
FROM paper_holdings AS held
JOIN paper_batches AS batch ON batch.batch_id = held.batch_id
WHERE held.sheets && CAST(CAST(:sheets AS text) AS int8multirange)
""")
_STEP_COLUMNS = """
SELECT step_id, way, from_region, from_unit, from_point, to_region, to_unit, to_point, note, reference, made_by_name,
    made_at, sheet_firsts(step.sheets) AS firsts, sheet_ends(step.sheets) AS ends,
    CASE WHEN way IN ('allot', 'return')
        THEN EXISTS (SELECT FROM paper_steps AS answer WHERE answer.answers = step.step_id) END AS answered
FROM paper_steps AS step
"""
_STEPS = text(f"""
{_STEP_COLUMNS}
WHERE (CAST(:region AS text) IS NULL OR from_region = :region OR to_region = :region)
    AND (CAST(:unit_id AS bigint) IS NULL OR from_unit = :unit_id OR to_unit = :unit_id)
    AND (:way = '' OR way = :way) AND (:before = 0 OR step_id < :before)
ORDER BY step_id DESC LIMIT :limit
""")
_PARCELS = text(f"""
{_STEP_COLUMNS}
WHERE (to_region = CAST(:region_code AS text) OR to_unit = CAST(:unit_id AS bigint))
    AND way IN ('allot', 'return') AND NOT EXISTS (SELECT FROM paper_steps AS late WHERE late.answers = step.step_id)
ORDER BY step_id
""")
_STEP = text(f"{_STEP_COLUMNS} WHERE step_id = :step_id")
_OF_SHEET = text(f"""
{_STEP_COLUMNS} WHERE sheets && CAST(CAST(:sheets AS text) AS int8multirange) ORDER BY step_id
""")


class StepFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which steps are wanted; what is empty does not matter."""

    region: str = ""
    unit_id: int | None = None
    way: str = ""


async def paper_counts(connection: AsyncConnection, regions: Sequence[str]) -> list[PaperCount]:
    """Sheets of departments and of their regions' units, by region, kind and purpose, within the scope.

    `unit_id` is None for a department's own stock, and 0 for all units of the region together.
    """
    found: dict[tuple[str, bool, str, str], dict[PaperState, int]] = {}
    for row in await connection.execute(_COUNTS, {"regions": list(regions)}):
        key = (row.region_code, row.of_units, row.kind_code, row.purpose)
        found.setdefault(key, {})[PaperState(row.state)] = row.held
    return [
        PaperCount(
            region_code=region,
            unit_id=0 if of_units else None,
            kind_code=kind,
            purpose=PaperPurpose(purpose),
            by_state=by_state,
        )
        for (region, of_units, kind, purpose), by_state in found.items()
    ]


async def holdings_of(connection: AsyncConnection, holder: PaperHolder) -> list[PaperHolding]:
    """What a department has, or a unit with all its points, by kind, batch, point and state."""
    given = {"region_code": holder.region_code, "unit_id": holder.unit_id}
    return [_holding(row) for row in await connection.execute(_HOLDINGS, given)]


def _holding(row: Row[Any]) -> PaperHolding:
    return PaperHolding(
        holding_id=row.holding_id,
        batch_id=row.batch_id,
        kind_code=row.kind_code,
        purpose=PaperPurpose(row.purpose),
        holder=PaperHolder(row.region_code, row.unit_id, row.point),
        state=PaperState(row.state),
        ranges=parted(row.firsts, row.ends),
    )


async def list_steps(
    connection: AsyncConnection, wanted: StepFilter, *, after: str = "", limit: int = 50
) -> Page[PaperStep]:
    """A page of steps within the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    given = {
        "region": wanted.region or None,
        "unit_id": wanted.unit_id,
        "way": wanted.way,
        "before": _NEWEST.read(after)[0] if after else 0,
        "limit": limit + 1,
    }
    found = [_step(row) for row in await connection.execute(_STEPS, given)]
    return _NEWEST.page(found, limit)


async def get_step(connection: AsyncConnection, step_id: int) -> PaperStep:
    """A step within the scope; its id is known to be one."""
    return _step((await connection.execute(_STEP, {"step_id": step_id})).one())


async def open_parcels(connection: AsyncConnection, holder: PaperHolder) -> list[PaperStep]:
    """What is on its way to a department or unit, oldest first."""
    given = {"region_code": holder.region_code, "unit_id": holder.unit_id}
    return [_step(row) for row in await connection.execute(_PARCELS, given)]


def _step(row: Row[Any]) -> PaperStep:
    return PaperStep(
        step_id=row.step_id,
        way=PaperWay(row.way),
        ranges=parted(row.firsts, row.ends),
        giver=_party(row.from_region, row.from_unit, row.from_point),
        taker=_party(row.to_region, row.to_unit, row.to_point),
        note=row.note,
        reference=row.reference,
        made_by_name=row.made_by_name,
        made_at=to_shanghai(row.made_at),
        answered=row.answered,
    )


def _party(region: str | None, unit_id: int | None, point: str) -> PaperHolder | None:
    return None if region is None and unit_id is None else PaperHolder(region, unit_id, point)


async def trace_sheet(connection: AsyncConnection, code: str, number: str) -> PaperTrace:
    """The way of a sheet as far as the scope sees it.

    Raises `Refusal`: `paper.form_invalid` (422, by field), `paper.sheet_unknown` (404) for a sheet of no batch or of
    nobody within the scope.
    """
    sheet = sheet_of(code, number)
    given = {"sheets": written([sheet])}
    batches = await batches_of(connection, [sheet])
    steps = [_step(row) for row in await connection.execute(_OF_SHEET, given)]
    held = [_holding(row) for row in await connection.execute(_HOLDING_OF, given)]
    if not batches or not (steps or held):
        message = "没有找到这张纸质票据：没有这个号码，或者它不在本地区，请核对后重新查询。"
        raise refuse("paper.sheet_unknown", message, status=404)
    return PaperTrace(
        sheet=sheet,
        batch=batches[0],
        holder=held[0].holder if held else None,
        state=held[0].state if held else None,
        steps=tuple(steps),
    )


def sheet_of(code: str, number: str) -> PaperRange:
    """The one sheet with a code and number. Raises `Refusal` (`paper.form_invalid`, 422, by field)."""
    problems = []
    if not is_code(code):
        problems.append(problem("code", "票据代码是8位数字。"))
    if not is_number(number):
        problems.append(problem("number", "票据号码是10位数字，前面的0也要填写。"))
    if problems:
        raise Refusal(*problems)
    place = bill_id(code, number)
    return PaperRange(place, place)


def unit_ids(steps: Iterable[PaperStep]) -> set[int]:
    """The units that steps name."""
    parties = [party for each in steps for party in (each.giver, each.taker)]
    return {each.unit_id for each in parties if each is not None and each.unit_id is not None}


def party_name(holder: PaperHolder | None, regions: Mapping[str, str], units: Mapping[int, str]) -> str:
    """A holder's name by the names of regions and units; empty for nobody."""
    if holder is None:
        return ""
    if holder.unit_id is None:
        return regions.get(holder.region_code or "", holder.region_code or "")
    name = units.get(holder.unit_id, "其他用票单位")
    return f"{name}（开票点{holder.point}）" if holder.point else name
