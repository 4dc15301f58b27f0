"""统计报表 of a unit: what it issued and reversed within some days, by kind, item, handler or pay mode.

Kinds come from daily totals, whatever the number of bills. All else is added up from the bills of the days, in
one statement over the index by time, and only if these are few enough: issuing writes no counter for them.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.model import BillSums, DayTotal
from mingpiao.issuing.totals import unit_totals
from mingpiao.kernel.clock import SHANGHAI

#: More bills than this are not added up one by one.
MOST_REPORTED = 200_000


class Aspect(StrEnum):
    """What a report has a line for."""

    KIND = "kind"
    ITEM = "item"
    HANDLER = "handler"
    PAY_MODE = "pay_mode"


class ReportLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line: the code of a kind or item, the name of a handler, or a pay mode, and its bills.

    `name` is that of an item; the key is empty for bills that name no pay mode.

    A bill with two items counts in both lines, each with its own amount.
    """

    key: str
    name: str = ""
    sums: BillSums


_COUNTED = """
       count(DISTINCT bill_id) FILTER (WHERE color = 'blue') AS blue_count,
       coalesce(sum(abs(amount)) FILTER (WHERE color = 'blue'), 0) AS blue_amount,
       count(DISTINCT bill_id) FILTER (WHERE color = 'red') AS red_count,
       coalesce(sum(abs(amount)) FILTER (WHERE color = 'red'), 0) AS red_amount
"""
_OF_THE_DAYS = "unit_id = :unit_id AND issued_at >= :begin AND issued_at < :end"


def _by_column(column: str) -> TextClause:
    """Bills by what is in one of their columns, which a constant of this module names."""
    return text(
        f"SELECT key, '' AS name, {_COUNTED} FROM ("  # noqa: S608 - constants
        f"SELECT bill_id, color, {column} AS key, total AS amount FROM bills WHERE {_OF_THE_DAYS}) AS lines "
        "GROUP BY key ORDER BY key"
    )


_BY = {
    Aspect.ITEM: text(
        f"SELECT key, max(name) AS name, {_COUNTED} FROM ("  # noqa: S608 - constants
        "SELECT bill_id, color, item->>'code' AS key, item->>'name' AS name, (item->>'amount')::numeric AS amount "
        f"FROM bills, jsonb_array_elements(items) AS item WHERE {_OF_THE_DAYS}) AS lines GROUP BY key ORDER BY key"
    ),
    Aspect.HANDLER: _by_column("handler"),
    Aspect.PAY_MODE: _by_column("pay_mode"),
}


async def unit_report(
    connection: AsyncConnection,
    unit_id: int,
    first: date,
    last: date,
    aspect: Aspect,
    *,
    most: int = MOST_REPORTED,
) -> tuple[ReportLine, ...] | None:
    """The lines of a unit's days from `first` to `last` (both inclusive, Asia/Shanghai), within the scope.

    None if anything but kinds is asked for and the days have more than `most` bills.
    """
    totals = await unit_totals(connection, unit_id, first, last)
    if aspect is Aspect.KIND:
        return _by_kind(totals)
    if sum(each.issued_count + each.reversed_count for each in totals) > most:
        return None
    values = {"unit_id": unit_id, "begin": _start(first), "end": _start(last + timedelta(days=1))}
    rows = (await connection.execute(_BY[aspect], values)).mappings()
    return tuple(
        ReportLine(
            key=row["key"],
            name=row["name"],
            sums=BillSums(**{name: row[name] for name in BillSums.__struct_fields__}),
        )
        for row in rows
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _by_kind(totals: Iterable[DayTotal]) -> tuple[ReportLine, ...]:
    kinds: defaultdict[str, list[DayTotal]] = defaultdict(list)
    for each in totals:
        kinds[each.kind].append(each)
    return tuple(ReportLine(key=kind, sums=sums_of(days)) for kind, days in sorted(kinds.items()))


def sums_of(totals: Iterable[DayTotal]) -> BillSums:
    """Daily totals added up."""
    found = tuple(totals)
    return BillSums(
        blue_count=sum(each.issued_count for each in found),
        blue_amount=sum((each.issued_amount for each in found), Decimal(0)),
        red_count=sum(each.reversed_count for each in found),
        red_amount=sum((each.reversed_amount for each in found), Decimal(0)),
    )
