"""盘点: what was found on the shelves, against the books of that moment; differences are explained."""

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.paper.levels import holder_of
from mingpiao.paper.model import PaperHolder, PaperRange, StockTaking
from mingpiao.paper.moving import checked, form_problems, problem
from mingpiao.paper.ranges import less, parted, read_ranges, told, written

#: What a form says where nothing was found.
NOTHING = "无"
MAX_EXPLANATION = 500
_BOOKED = text("""
SELECT sheet_firsts(coalesce(range_agg(sheets), '{}')) AS firsts, sheet_ends(coalesce(range_agg(sheets), '{}')) AS ends
FROM paper_holdings
WHERE (region_code = CAST(:region_code AS text) OR unit_id = CAST(:unit_id AS bigint))
    AND state IN ('stock', 'void', 'listed')
""")
_WRITE = text("""
INSERT INTO paper_stocktakings (region_code, unit_id, booked, counted, explanation, counted_by, owner, request_no,
    made_by, made_by_name, made_at)
VALUES (:region_code, :unit_id, CAST(CAST(:booked AS text) AS int8multirange),
    CAST(CAST(:counted AS text) AS int8multirange), :explanation, :counted_by, :owner, :request_no, :by, :by_name, :at)
ON CONFLICT (owner, request_no) DO NOTHING RETURNING stocktaking_id
""")
_KNOWN = text(
    "SELECT stocktaking_id FROM paper_stocktakings WHERE owner = :owner AND request_no = :request_no"
)
_TAKINGS = text("""
SELECT stocktaking_id, sheet_firsts(booked) AS booked_firsts, sheet_ends(booked) AS booked_ends,
    sheet_firsts(counted) AS counted_firsts, sheet_ends(counted) AS counted_ends, explanation, counted_by, made_by_name,
    made_at
FROM paper_stocktakings
WHERE region_code = CAST(:region_code AS text) OR unit_id = CAST(:unit_id AS bigint)
ORDER BY stocktaking_id DESC LIMIT 50
""")


async def take_stock(
    connection: AsyncConnection,
    found: str,
    *,
    counted_by: str,
    explanation: str,
    request_no: str,
    acting: Acting,
) -> int:
    """Keep what was found of one's own paper beside the books: sheets in stock, void or listed, at all points. Its id.

    `found` are ranges as lines, or 无. Nothing moves: what is missing is reported lost, or is found. Raises `Refusal`:
    `paper.difference_unexplained` (422) where the two differ and nothing explains it, and what is wrong with the form
    (422). The same `request_no` again is the same stock-taking.
    """
    holder = holder_of(acting=acting)
    problems = form_problems(request_no, "")
    if not 2 <= len(counted_by.strip()) <= 60 or unprintable(counted_by.strip()):
        problems.append(problem("counted_by", "请填写盘点人姓名，2至60字，不含特殊符号。"))
    if len(explanation) > MAX_EXPLANATION or unprintable(explanation.replace("\n", "").replace("\r", "")):
        problems.append(problem("explanation", f"差异说明不超过{MAX_EXPLANATION}个字，不含特殊符号。"))
    counted: tuple[PaperRange, ...] = ()
    try:
        counted = () if found.strip() == NOTHING else read_ranges(found)
    except Refusal as refusal:
        raise Refusal(*problems, *refusal.problems) from None
    checked(problems)
    booked = await _booked(connection, holder)
    if booked != counted and not explanation.strip():
        raise _unexplained(booked, counted)
    given = {
        "region_code": holder.region_code,
        "unit_id": holder.unit_id,
        "booked": written(booked),
        "counted": written(counted),
        "explanation": explanation.strip(),
        "counted_by": counted_by.strip(),
        "owner": holder.owner,
        "request_no": request_no,
        "by": acting.actor,
        "by_name": acting.name,
        "at": now(),
    }
    made: int | None = (await connection.execute(_WRITE, given)).scalar_one_or_none()
    if made is None:
        known: int = (await connection.execute(_KNOWN, given)).scalar_one()
        return known
    missing, surplus = less(booked, counted), less(counted, booked)
    details = {"quantity": str(sum(each.count for each in counted))}
    details |= {"missing": told(missing)} if missing else {}
    details |= {"surplus": told(surplus)} if surplus else {}
    entry = AuditEntry(
        acting=acting,
        action="paper:count",
        subject=f"paper_stocktaking:{made}",
        unit_id=holder.unit_id,
        region_code=holder.region_code,
        details=details,
    )
    await record(connection, entry)
    return made


async def _booked(connection: AsyncConnection, holder: PaperHolder) -> tuple[PaperRange, ...]:
    given = {"region_code": holder.region_code, "unit_id": holder.unit_id}
    row = (await connection.execute(_BOOKED, given)).one()
    return parted(row.firsts, row.ends)


def _unexplained(booked: tuple[PaperRange, ...], counted: tuple[PaperRange, ...]) -> Refusal:
    missing, surplus = less(booked, counted), less(counted, booked)
    parts = [f"账上有而没有盘到：{told(missing)}"] if missing else []
    parts += [f"盘到而账上没有：{told(surplus)}"] if surplus else []
    message = f"{'；'.join(parts)}。请核对号码；确有差异的，写明差异的原因。"
    return refuse("paper.difference_unexplained", message, field="explanation", status=422)


async def list_stocktakings(connection: AsyncConnection, holder: PaperHolder) -> list[StockTaking]:
    """The last fifty stock-takings of a department or unit within the scope, newest first."""
    given = {"region_code": holder.region_code, "unit_id": holder.unit_id}
    return [_taking(row) for row in await connection.execute(_TAKINGS, given)]


def _taking(row: Row[Any]) -> StockTaking:
    booked, counted = parted(row.booked_firsts, row.booked_ends), parted(row.counted_firsts, row.counted_ends)
    return StockTaking(
        stocktaking_id=row.stocktaking_id,
        booked=booked,
        counted=counted,
        missing=less(booked, counted),
        surplus=less(counted, booked),
        explanation=row.explanation,
        counted_by=row.counted_by,
        made_by_name=row.made_by_name,
        made_at=to_shanghai(row.made_at),
    )
