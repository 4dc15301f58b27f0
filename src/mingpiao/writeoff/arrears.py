"""Units that are behind with write-off, and a month of all units."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.storage.paging import KeyColumn, Keyset, Page

_BY_DUE_DAY = Keyset(KeyColumn("due_on", date), KeyColumn("unit_id", int))
_BY_UNIT = Keyset(KeyColumn("month", date, True), KeyColumn("unit_id", int))
_SOON = timedelta(days=3)


class Lateness(StrEnum):
    """How a unit that has not written off stands to its last day."""

    OVER = "over"
    SOON = "soon"

    @property
    def label(self) -> str:
        return "已逾期" if self is Lateness.OVER else "3天内到期"


class ArrearsFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which units: places below a prefix of their codes, a type of units, and how late. Empty: all."""

    region_prefix: str = ""
    unit_type: str = ""
    lateness: Lateness | None = None


class Arrears(msgspec.Struct, frozen=True, kw_only=True):
    """The closed months of a unit that are not written off, together: the oldest and its last day, how many,
    their bills and net amount (元), the day of the unit's last bill, and when it was last reminded.
    """

    unit_id: int
    unit: str
    region_code: str
    unit_type: str
    oldest: date
    due_on: date
    months: int
    bills: int
    net: Decimal
    last_bill_on: date | None
    reminded_on: date | None

    @property
    def days_late(self) -> int:
        """Days after the last day; 0 while it has not passed."""
        return max(0, (today() - self.due_on).days)


class MonthFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Units' months: one month, or all months of one unit; places, a type, and how they ended (`MonthEnd`)."""

    month: date | None = None
    unit_id: int | None = None
    region_prefix: str = ""
    unit_type: str = ""
    end: str = ""


class MonthEnd(StrEnum):
    """How a unit's month ended, or that it has not."""

    ON_TIME = "on_time"
    LATE = "late"
    OPEN = "open"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        return {"on_time": "按期核销", "late": "逾期核销", "open": "未核销", "overdue": "逾期未核销"}[
            self.value
        ]


class UnitMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a unit: bills (reversals too), net amount in 元, and exceptions that are not decided."""

    unit_id: int
    unit: str
    region_code: str
    unit_type: str
    month: date
    bills: int
    net: Decimal
    due_on: date
    written_off_at: datetime | None
    undecided: int
    end: MonthEnd


_ARREARS = """
SELECT open.*, last_bill.day AS last_bill_on, reminders.reminded_on
FROM (
    SELECT cycles.unit_id, units.name AS unit, units.region_code, units.unit_type, min(cycles.month) AS oldest,
           min(cycles.due_on) AS due_on, count(DISTINCT cycles.month) AS months,
           sum(issued_count + reversed_count)::bigint AS bills, sum(issued_amount - reversed_amount) AS net
    FROM cycles JOIN listed_units AS units USING (unit_id)
    WHERE cycles.writeoff_id IS NULL AND cycles.campaign_id IS NULL AND starts_with(units.region_code, :prefix)
        AND (CAST(:unit_type AS text) = '' OR units.unit_type = :unit_type)
    GROUP BY 1, 2, 3, 4
    HAVING min(cycles.due_on) BETWEEN CAST(:due_from AS date) AND CAST(:due_to AS date)
        AND (min(cycles.due_on), cycles.unit_id) > (CAST(:after_day AS date), CAST(:after_unit AS bigint))
    ORDER BY due_on, unit_id LIMIT :limit
) AS open
LEFT JOIN writeoff_reminders AS reminders USING (unit_id)
LEFT JOIN LATERAL (SELECT max(day) AS day FROM day_sums WHERE day_sums.unit_id = open.unit_id) AS last_bill ON true
ORDER BY due_on, unit_id
"""
_MONTHS = """
SELECT found.*, (SELECT count(*) FROM exception_cases AS cases
                 WHERE cases.unit_id = found.unit_id AND cases.month = found.month AND cases.origin = 'own'
                     AND cases.state IN ('open', 'asked', 'answered')) AS undecided
FROM (
    SELECT whole.*, CASE
        WHEN written_off_at IS NULL AND due_on < CAST(:today AS date) THEN 'overdue'
        WHEN written_off_at IS NULL THEN 'open'
        WHEN (written_off_at AT TIME ZONE 'Asia/Shanghai')::date <= due_on THEN 'on_time'
        ELSE 'late' END AS "end"
    FROM (
        SELECT cycles.unit_id, units.name AS unit, cycles.region_code, units.unit_type, month,
               sum(issued_count + reversed_count)::bigint AS bills,
               sum(issued_amount - reversed_amount) AS net, min(due_on) AS due_on,
               CASE WHEN bool_and(writeoff_id IS NOT NULL) THEN max(written_off_at) END AS written_off_at
        FROM cycles JOIN listed_units AS units USING (unit_id)
        WHERE (CAST(:month AS date) IS NULL OR month = :month)
            AND (CAST(:unit_id AS bigint) IS NULL OR unit_id = :unit_id)
            AND starts_with(cycles.region_code, :prefix)
            AND (CAST(:unit_type AS text) = '' OR units.unit_type = :unit_type)
        GROUP BY 1, 2, 3, 4, 5
    ) AS whole
) AS found
WHERE (CAST(:wanted AS text) = '' OR "end" = :wanted OR (:wanted = 'open' AND "end" = 'overdue'))
    AND (month < CAST(:after_month AS date) OR month = :after_month AND unit_id > :after_unit)
ORDER BY month DESC, unit_id LIMIT :limit
"""
_UNDECIDED = text("""
SELECT count(*) FROM (
    SELECT FROM exception_cases
    WHERE starts_with(region_code, :prefix) AND state IN ('open', 'asked', 'answered') LIMIT :most) AS waiting
""")


async def list_arrears(
    connection: AsyncConnection, wanted: ArrearsFilter, *, after: str = "", limit: int = 50
) -> Page[Arrears]:
    """Units with closed months that are not written off, within the scope; the earliest last day first. Months of
    campaigns have a list of their own (`list_campaign_units`).

    Raises `Refusal` (`list.key_malformed`) for an `after` that no page returned.
    """
    day, unit_id = _BY_DUE_DAY.read(after) if after else (date.min, 0)
    due_from, due_to = _due_between(wanted.lateness)
    given = {
        "prefix": wanted.region_prefix,
        "unit_type": wanted.unit_type,
        "due_from": due_from,
        "due_to": due_to,
        "after_day": day,
        "after_unit": unit_id,
        "limit": limit + 1,
    }
    rows = (await connection.execute(text(_ARREARS), given)).mappings()
    return _BY_DUE_DAY.page([Arrears(**row) for row in rows], limit)


def _due_between(lateness: Lateness | None) -> tuple[date, date]:
    if lateness is Lateness.OVER:
        return date.min, today() - timedelta(days=1)
    if lateness is Lateness.SOON:
        return today(), today() + _SOON
    return date.min, date.max


async def list_unit_months(
    connection: AsyncConnection, wanted: MonthFilter, *, after: str = "", limit: int = 50
) -> Page[UnitMonth]:
    """Units' months within the scope, the latest first. Raises `Refusal` (`list.key_malformed`)."""
    month, unit_id = _BY_UNIT.read(after) if after else (date.max, 0)
    given = {
        "month": wanted.month,
        "unit_id": wanted.unit_id,
        "prefix": wanted.region_prefix,
        "unit_type": wanted.unit_type,
        "wanted": wanted.end,
        "today": today(),
        "after_month": month,
        "after_unit": unit_id,
        "limit": limit + 1,
    }
    rows = (await connection.execute(text(_MONTHS), given)).mappings()
    found = [UnitMonth(**(dict(row) | {"end": MonthEnd(row["end"])})) for row in rows]
    return _BY_UNIT.page(found, limit)


async def count_undecided(connection: AsyncConnection, region_prefix: str, *, most: int) -> int:
    """Exceptions of places below a prefix of their codes that wait for a decision; counts to `most` only."""
    given = {"prefix": region_prefix, "most": most}
    waiting: int = (await connection.execute(_UNDECIDED, given)).scalar_one()
    return waiting
