"""Number and sum of the bills that a filter finds, at a cost that does not grow with the register.

Days, kind, unit, region and colour are answered from daily totals, whatever the number of bills. All other
conditions are tried on the bills themselves, which is done only if their days have few enough of them, or if the
filter names the few that it finds.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.model import BillFilter, BillSums, Color, DayTotal
from mingpiao.issuing.queries import conditions_of, finds_few
from mingpiao.issuing.tables import bills
from mingpiao.issuing.totals import day_totals, unit_totals
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix

#: More bills than this are not looked through one by one for a sum.
MOST_LOOKED_THROUGH = 50_000
#: No bill of the platform is older.
_FIRST_DAY = date(2020, 1, 1)
#: What of a filter the daily totals know.
_KNOWN_TO_TOTALS = frozenset({"issued_from", "issued_to", "kind", "color", "unit_id", "region_code"})
_AMOUNT = func.coalesce(func.sum(func.abs(bills.c.total)), 0)


async def sum_bills(
    connection: AsyncConnection, wanted: BillFilter, *, most: int = MOST_LOOKED_THROUGH
) -> BillSums | None:
    """Count and add up the scope's bills that a filter finds.

    None if more than `most` bills would have to be looked through: a narrower filter is needed.
    """
    totals = [each for each in await _totals(connection, wanted) if _fits(each, wanted)]
    if all(_is_empty(wanted, name) for name in BillFilter.__struct_fields__ if name not in _KNOWN_TO_TOTALS):
        return _of_totals(totals, wanted.color)
    if not finds_few(wanted) and sum(each.issued_count + each.reversed_count for each in totals) > most:
        return None
    return await _of_bills(connection, wanted)


async def count_bills_of_days(connection: AsyncConnection, wanted: BillFilter) -> int:
    """How many bills the scope has of a filter's days, kind, unit and region, whatever else it demands."""
    totals = [each for each in await _totals(connection, wanted) if _fits(each, wanted)]
    return sum(each.issued_count + each.reversed_count for each in totals)


def _is_empty(wanted: BillFilter, name: str) -> bool:
    return getattr(wanted, name) in ("", None)


async def _totals(connection: AsyncConnection, wanted: BillFilter) -> list[DayTotal]:
    first, last = wanted.issued_from or _FIRST_DAY, wanted.issued_to or today()
    first, last = max(first, _FIRST_DAY), min(last, today())
    if wanted.unit_id is not None:
        return await unit_totals(connection, wanted.unit_id, first, last)
    return await day_totals(connection, first, last)


def _fits(total: DayTotal, wanted: BillFilter) -> bool:
    of_kind = not wanted.kind or total.kind == wanted.kind
    return of_kind and total.region_code.startswith(
        region_prefix(wanted.region_code) if wanted.region_code else ""
    )


def _of_totals(totals: list[DayTotal], color: str) -> BillSums:
    blue, red = color != Color.RED.value, color != Color.BLUE.value
    return BillSums(
        blue_count=sum(each.issued_count for each in totals if blue),
        blue_amount=sum((each.issued_amount for each in totals if blue), Decimal(0)),
        red_count=sum(each.reversed_count for each in totals if red),
        red_amount=sum((each.reversed_amount for each in totals if red), Decimal(0)),
    )


async def _of_bills(connection: AsyncConnection, wanted: BillFilter) -> BillSums:
    query = (
        select(bills.c.color, func.count().label("found"), _AMOUNT.label("amount"))
        .where(*conditions_of(wanted))
        .group_by(bills.c.color)
    )
    rows = (await connection.execute(query)).all()
    found: dict[str, tuple[int, Decimal]] = {row.color: (row.found, row.amount) for row in rows}
    blue, red = (found.get(color.value, (0, Decimal(0))) for color in (Color.BLUE, Color.RED))
    return BillSums(blue_count=blue[0], blue_amount=blue[1], red_count=red[0], red_amount=red[1])
