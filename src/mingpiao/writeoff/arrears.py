"""Units that are behind with write-off, a month of all units, and reminders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import tell_unit
from mingpiao.storage.paging import KeyColumn, Keyset, Page

#: Units that one person may remind at once.
MOST_REMINDED = 1_000
_BY_DUE_DAY = Keyset(KeyColumn("due_on", date), KeyColumn("unit_id", int))
_BY_UNIT = Keyset(KeyColumn("month", date, True), KeyColumn("unit_id", int))
_REMINDERS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
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
    WHERE cycles.writeoff_id IS NULL AND starts_with(units.region_code, :prefix)
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
                 WHERE cases.unit_id = found.unit_id AND cases.month = found.month
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
# One row a unit: of two that remind at once, one waits and then finds that it is done.
_REMIND = text("""
WITH behind AS (
    SELECT units.unit_id, min(cycles.month) AS oldest, min(cycles.due_on) AS due_on
    FROM listed_units AS units JOIN cycles USING (unit_id)
    WHERE units.unit_id = ANY (:ids) AND cycles.writeoff_id IS NULL AND starts_with(units.region_code, :prefix)
    GROUP BY 1
), reminded AS (
    INSERT INTO writeoff_reminders (unit_id, reminded_on, reminded_by_name)
    SELECT unit_id, CAST(:today AS date), CAST(:name AS text) FROM behind ORDER BY unit_id
    ON CONFLICT (unit_id) DO UPDATE
        SET reminded_on = excluded.reminded_on, reminded_by_name = excluded.reminded_by_name
        WHERE writeoff_reminders.reminded_on < excluded.reminded_on
    RETURNING unit_id
)
SELECT behind.*, reminded.unit_id IS NOT NULL AS told FROM behind LEFT JOIN reminded USING (unit_id)
ORDER BY behind.unit_id
""")
_UNDECIDED = text("""
SELECT count(*) FROM (
    SELECT FROM exception_cases
    WHERE starts_with(region_code, :prefix) AND state IN ('open', 'asked', 'answered') LIMIT :most) AS waiting
""")


async def list_arrears(
    connection: AsyncConnection, wanted: ArrearsFilter, *, after: str = "", limit: int = 50
) -> Page[Arrears]:
    """Units with closed months that are not written off, within the scope; the earliest last day first.

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


class Reminded(msgspec.Struct, frozen=True, kw_only=True):
    """How many units were reminded, and how many had been today already; all others have nothing open."""

    told: int
    before: int


async def urge_units(connection: AsyncConnection, unit_ids: Sequence[int], *, acting: Acting) -> Reminded:
    """Remind units of the acting department's area that have open months by a message, each once a day.

    Units elsewhere, and those with nothing open, are passed over. Raises `Refusal`: `access.denied` (403) for
    anybody but people of a department, `writeoff.remind_none` and `writeoff.remind_many` (422).
    """
    region = acting.region_code
    if region is None or acting.role not in _REMINDERS:
        raise refuse("access.denied", "只有财政部门的人员可以提醒用票单位核销。", status=403)
    if not unit_ids:
        raise refuse("writeoff.remind_none", "请先在列表中选择要提醒的单位。", status=422)
    if len(unit_ids) > MOST_REMINDED:
        message = f"一次最多提醒{MOST_REMINDED:,}家单位，请分次选择。"
        raise refuse("writeoff.remind_many", message, status=422)
    given = {
        "ids": sorted(set(unit_ids)),
        "prefix": region_prefix(region),
        "today": today(),
        "name": acting.name,
    }
    behind = list(await connection.execute(_REMIND, given))
    told = [each for each in behind if each.told]
    for each in told:
        await _remind(connection, each.unit_id, each.oldest, each.due_on)
    await record_all(connection, [_reminded(each.unit_id, each.oldest, acting=acting) for each in told])
    return Reminded(told=len(told), before=len(behind) - len(told))


async def _remind(connection: AsyncConnection, unit_id: int, oldest: date, due_on: date) -> None:
    late = due_on < today()
    stands = "已经逾期，逾期期间暂停发放票据" if late else f"应在{due_on:%Y年%-m月%-d日}前完成"
    await tell_unit(
        connection,
        unit_id,
        f"writeoff:remind:{unit_id}:{today()}",
        f"财政部门提醒：请核销{oldest:%Y年%-m月}的票据",
        f"{oldest:%Y年%-m月}的票据还没有核销，{stands}。请核对到账金额后提交核销。",
        link=f"/unit/writeoff/{oldest:%Y-%m}",
        urgent=late,
    )


def _reminded(unit_id: int, oldest: date, *, acting: Acting) -> AuditEntry:
    return AuditEntry(
        acting=acting,
        action="writeoff:remind",
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details={"month": f"{oldest:%Y-%m}"},
    )
