"""What the records say of a closed month: whether its books agree, and of which bills something is wrong.

All statements are set-based: they run for one unit at the press of a button as for all units of a province.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from random import SystemRandom

from sqlalchemy import TextClause, column, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.service import check_these
from mingpiao.lake.model import FoundBill
from mingpiao.storage.database import Database
from mingpiao.writeoff.months import moments_of

# What the cycles say beside what the bills say, and beside the numbers that were taken for them. A number
# belongs to the month of its bill; within a segment numbers are taken in order, so those of a month are one
# range, as long as none is missing.
_DISAGREEING = text("""
WITH told AS (
    SELECT monthly.unit_id, monthly.kind_code,
           count(*) FILTER (WHERE color = 'blue') AS issued_count,
           coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
           count(*) FILTER (WHERE color = 'red') AS reversed_count,
           -coalesce(sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
    FROM bills_of_months AS monthly
    WHERE monthly.unit_id = ANY (:ids) AND issued_at >= :begin AND issued_at < :end GROUP BY 1, 2
)
SELECT coalesce(cycles.unit_id, told.unit_id) AS unit_id, coalesce(cycles.kind_code, told.kind_code) AS kind_code
FROM (SELECT * FROM cycles WHERE unit_id = ANY (:ids) AND month = :month) AS cycles
FULL JOIN told USING (unit_id, kind_code)
WHERE (cycles.issued_count, cycles.issued_amount, cycles.reversed_count, cycles.reversed_amount)
    IS DISTINCT FROM (told.issued_count, told.issued_amount, told.reversed_count, told.reversed_amount)
ORDER BY 1, 2
""")
_MISSING_NUMBERS = text("""
SELECT DISTINCT ranges.unit_id, ranges.kind_code FROM (
    SELECT numbers.unit_id, numbers.kind_code, numbers.code, numbers.first_number,
           max(monthly.bill_id) - min(monthly.bill_id) + 1 - count(*) AS missing
    FROM used_numbers AS numbers JOIN bills_of_months AS monthly
        ON monthly.unit_id = numbers.unit_id
       AND monthly.bill_id BETWEEN CAST(numbers.code AS bigint) * 10000000000 + numbers.first_number
                             AND CAST(numbers.code AS bigint) * 10000000000 + numbers.last_number
    WHERE numbers.unit_id = ANY (:ids) AND monthly.issued_at >= :begin AND monthly.issued_at < :end
    GROUP BY 1, 2, 3, 4
) AS ranges WHERE missing <> 0 ORDER BY 1, 2
""")
#: The column of each finding of a bill, and the statement that finds it.
_FINDERS: Mapping[str, TextClause] = {
    "writeoff_unrecorded": text("""
        SELECT monthly.unit_id, monthly.bill_id FROM bills_of_months AS monthly
        WHERE monthly.unit_id = ANY (:ids) AND issued_at >= :begin AND issued_at < :end AND NOT EXISTS (
            SELECT FROM recorded_events AS events
            WHERE events.unit_id = monthly.unit_id AND events.bill_id = monthly.bill_id
              AND events.type = CASE monthly.color WHEN 'blue' THEN 'issued' ELSE 'reversal_issued' END)
    """),
    "writeoff_unpaired": text("""
        SELECT monthly.unit_id, monthly.bill_id FROM bills_of_months AS monthly
        LEFT JOIN bills_of_months AS other
            ON other.unit_id = monthly.unit_id AND other.bill_id = monthly.related_bill_id
        WHERE monthly.unit_id = ANY (:ids) AND monthly.issued_at >= :begin AND monthly.issued_at < :end
          AND (monthly.color = 'red' OR monthly.state = 'reversed')
          AND (other.color = monthly.color OR other.related_bill_id IS DISTINCT FROM monthly.bill_id
               OR other.total IS DISTINCT FROM -monthly.total
               OR (monthly.color = 'red' AND other.state IS DISTINCT FROM 'reversed'))
    """),
    "writeoff_evidence_lost": text("""
        SELECT monthly.unit_id, monthly.bill_id FROM bills_of_months AS monthly
        JOIN evidence_of_bills AS evidence USING (unit_id, bill_id)
        WHERE monthly.unit_id = ANY (:ids) AND issued_at >= :begin AND issued_at < :end
        GROUP BY 1, 2 HAVING NOT bool_and(evidence.usable)
    """),
}
_UNPAID = text("""
    SELECT monthly.unit_id, monthly.bill_id FROM bills_of_months AS monthly
    WHERE monthly.unit_id = ANY (:ids) AND issued_at >= :begin AND issued_at < :end
      AND color = 'blue' AND state = 'normal'
      AND (SELECT coalesce(sum(amount), 0) FROM receipt_matches AS matches
           WHERE matches.unit_id = monthly.unit_id AND matches.bill_id = monthly.bill_id) < monthly.total
""")
_COUNT_UNPAID = select(func.count()).select_from(_UNPAID.columns(column("bill_id")).subquery("unpaid"))
_BILL_IDS = text("""
    SELECT bill_id FROM bills_of_months
    WHERE unit_id = :unit_id AND issued_at >= :begin AND issued_at < :end ORDER BY bill_id
""")


async def disagreements(
    connection: AsyncConnection, unit_ids: Sequence[int], month: date
) -> dict[int, list[str]]:
    """Units whose books of a month do not agree (bills, daily totals, numbers), with what is wrong in Chinese."""
    given = _given(unit_ids, month)
    found: dict[int, list[str]] = {}
    for query, words in ((_DISAGREEING, "票据与日累计不一致"), (_MISSING_NUMBERS, "票据号码不连续")):
        values = given | ({"month": month} if query is _DISAGREEING else {})
        for row in await connection.execute(query, values):
            found.setdefault(row.unit_id, []).append(f"{row.kind_code}{words}")
    return found


async def suspicious_bills(
    connection: AsyncConnection, unit_ids: Sequence[int], month: date, *, unpaid: bool = False
) -> list[FoundBill]:
    """The bills of a month of which something is wrong by the records; with `unpaid`, also those that no receipt pays."""
    given = _given(unit_ids, month)
    columns: dict[tuple[int, int], list[str]] = {}
    finders = dict(_FINDERS) | ({"writeoff_unpaid": _UNPAID} if unpaid else {})
    for name, query in finders.items():
        for row in await connection.execute(query, given):
            columns.setdefault((row.unit_id, row.bill_id), []).append(name)
    return [
        FoundBill(unit_id=unit_id, bill_id=bill_id, columns=tuple(names))
        for (unit_id, bill_id), names in sorted(columns.items())
    ]


async def count_unpaid(connection: AsyncConnection, unit_id: int, month: date) -> int:
    """How many bills of a unit's month no receipt pays for, within the scope."""
    return int(await connection.scalar(_COUNT_UNPAID, _given([unit_id], month)) or 0)


async def badly_sealed(
    database: Database, unit_id: int, month: date, share: Decimal
) -> tuple[int, list[FoundBill]]:
    """How many bills of a unit's month were verified, and those that failed: a random share, at least one."""
    begin, end = moments_of(month)
    async with database.system() as connection:
        rows = await connection.execute(_BILL_IDS, {"unit_id": unit_id, "begin": begin, "end": end})
        bill_ids = list(rows.scalars())
    count = ceil(len(bill_ids) * share)
    chosen = sorted(SystemRandom().sample(bill_ids, count))
    failed = await check_these(database, unit_id, chosen)
    return count, [
        FoundBill(unit_id=unit_id, bill_id=bill_id, columns=("writeoff_unsealed",))
        for bill_id in sorted(failed)
    ]


def merged(found: Sequence[FoundBill]) -> list[FoundBill]:
    """One entry for each bill, with all its columns."""
    columns: dict[tuple[int, int], tuple[str, ...]] = {}
    for each in found:
        key = (each.unit_id, each.bill_id)
        columns[key] = columns.get(key, ()) + each.columns
    return [
        FoundBill(unit_id=unit_id, bill_id=bill_id, columns=tuple(dict.fromkeys(names)))
        for (unit_id, bill_id), names in sorted(columns.items())
    ]


def _given(unit_ids: Sequence[int], month: date) -> dict[str, object]:
    begin, end = moments_of(month)
    return {"ids": list(unit_ids), "begin": begin, "end": end}
