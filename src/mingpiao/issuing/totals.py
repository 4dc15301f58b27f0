"""Sums of bills by day, kind and region, for overviews.

The train adds to `daily_totals` (a row a unit, kind and day) in the bill's own transaction. For days
that are over the worker adds them up into `region_totals`. A reversal counts on the day on which it
happens, so that a day that is over does not change any more.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.model import DayTotal
from mingpiao.kernel.clock import now
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock

#: After midnight, for trains that began before it.
_SETTLING = timedelta(minutes=5)
#: Closed days that are added up again each time: a train that began before midnight may commit late.
_UNSETTLED_DAYS = 2

REGION_TOTALS = NamedLock("region totals")

_LOCK = REGION_TOTALS.statement("SELECT pg_advisory_xact_lock(hashtext('region_totals'))")
_FROM_REGIONS = text(
    "SELECT day, kind_code, region_code, issued_count, issued_amount, reversed_count, reversed_amount "
    "FROM region_totals WHERE day BETWEEN :first AND :last"
)
_FROM_UNITS = text(
    """
    SELECT day, kind_code, region_code,
           sum(issued_count) AS issued_count, sum(issued_amount) AS issued_amount,
           sum(reversed_count) AS reversed_count, sum(reversed_amount) AS reversed_amount
    FROM daily_totals WHERE day = ANY (:days)
    GROUP BY day, kind_code, region_code
    """
)
_OF_UNIT = text(
    "SELECT day, kind_code, region_code, issued_count, issued_amount, reversed_count, reversed_amount "
    "FROM daily_totals WHERE unit_id = :unit_id AND day BETWEEN :first AND :last ORDER BY day, kind_code"
)
_ADD_UP = text(
    """
    INSERT INTO region_totals (day, kind_code, region_code,
                               issued_count, issued_amount, reversed_count, reversed_amount)
    SELECT day, kind_code, region_code,
           sum(issued_count), sum(issued_amount), sum(reversed_count), sum(reversed_amount)
    FROM daily_totals WHERE day = :day
    GROUP BY day, kind_code, region_code
    """
)
_WAITING_DAYS = text(
    """
    SELECT day::date FROM generate_series(
        coalesce((SELECT max(day) - (:unsettled - 1) FROM region_totals), (SELECT min(day) FROM daily_totals)),
        CAST(:today AS date) - 1, interval '1 day') AS day
    WHERE EXISTS (SELECT FROM daily_totals WHERE daily_totals.day = day.day::date)
    ORDER BY day
    """
)


async def day_totals(connection: AsyncConnection, first: date, last: date) -> list[DayTotal]:
    """Sums of the days from `first` to `last` (both inclusive, Asia/Shanghai) within the scope, by day.

    Days without a bill are left out. Amounts are in 元; `reversed_amount` is positive.
    """
    added_up = (await connection.execute(_FROM_REGIONS, {"first": first, "last": last})).all()
    # In this order: a day added up between the two reads is then read from the units, not missed.
    done = {row.day for row in added_up}
    span = (last - first).days + 1
    open_days = [day for day in (first + timedelta(days=n) for n in range(span)) if day not in done]
    rows = [*added_up, *(await connection.execute(_FROM_UNITS, {"days": open_days})).all()]
    return sorted((_total(row) for row in rows), key=lambda total: (total.day, total.kind, total.region_code))


async def unit_totals(connection: AsyncConnection, unit_id: int, first: date, last: date) -> list[DayTotal]:
    """Sums of one unit of the scope from `first` to `last` (both inclusive), by day and kind."""
    rows = await connection.execute(_OF_UNIT, {"unit_id": unit_id, "first": first, "last": last})
    return [_total(row) for row in rows]


async def waiting_days(connection: AsyncConnection, today: date) -> list[date]:
    """Days before `today` that are to be added up, oldest first; the last two come again each time."""
    found = await connection.execute(_WAITING_DAYS, {"today": today, "unsettled": _UNSETTLED_DAYS})
    return list(found.scalars())


async def roll_up(connection: AsyncConnection, day: date) -> None:
    """Add a day's sums up by region, replacing what stood there; safe to repeat."""
    await connection.execute(_LOCK.clause)
    await connection.execute(text("DELETE FROM region_totals WHERE day = :day"), {"day": day})
    await connection.execute(_ADD_UP, {"day": day})


async def add_up_closed_days(database: Database, moment: datetime | None = None) -> None:
    """Bring `region_totals` up to yesterday (Asia/Shanghai), a transaction a day, oldest first."""
    today = ((moment or now()) - _SETTLING).date()
    async with database.system() as connection:
        days = await waiting_days(connection, today)
    for day in days:
        async with database.system() as connection:
            await roll_up(connection, day)


def _total(row: Row[tuple[object, ...]]) -> DayTotal:
    return DayTotal(
        day=row.day,
        kind=row.kind_code,
        region_code=row.region_code,
        issued_count=int(row.issued_count),
        issued_amount=row.issued_amount,
        reversed_count=int(row.reversed_count),
        reversed_amount=row.reversed_amount,
    )
