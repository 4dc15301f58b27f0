"""Closing months: when a month is over, each unit's sums of it become rows that never change.

A month is closed under the stock rows' locks. A train reads its time under the same locks and keeps them to
its commit, so at closing every bill of the month is committed and counted, and every later bill is of a later
month: none slips between two cycles.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import AuditEntry, platform
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import now, today
from mingpiao.messages.service import tell_unit
from mingpiao.numbering.service import hold_stocks
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.campaign_months import carry_to_unit
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import Cycle
from mingpiao.writeoff.months import due_on, last_day, moments_of, next_month
from mingpiao.writeoff.policies import Policies, load_policies, months_in_force
from mingpiao.writeoff.tables import cycles

CYCLES = NamedLock("cycles")
_LOCK = CYCLES.statement(
    "SELECT 1 FROM cycles WHERE unit_id = :unit_id AND month = :month ORDER BY kind_code FOR UPDATE"
)
_PLATFORM = platform("close_cycles", name="系统自动结账")
#: Units that are closed in one transaction, under the locks of their stock rows.
_PORTION = 100

# Units with bills in a month that is over, of which the row of a kind is missing.
_UNCLOSED = text("""
SELECT DISTINCT unit_id FROM day_sums
WHERE day BETWEEN :first AND :last AND NOT EXISTS (
    SELECT FROM cycles WHERE cycles.unit_id = day_sums.unit_id AND cycles.kind_code = day_sums.kind_code
    AND cycles.month = date_trunc('month', day_sums.day)::date)
ORDER BY unit_id
""")
_REGION = text("SELECT region_code FROM managed_units WHERE unit_id = :unit_id")
_IS_CLOSED = text("SELECT 1 FROM closed_months WHERE month = :month")
_CLOSED_MONTHS = text("SELECT month FROM closed_months")
# Only once trains that began before midnight have ended for certain: none lives for a day.
_MARK_CLOSED = text(
    "INSERT INTO closed_months (month) SELECT :month WHERE :today > CAST(:over AS date) ON CONFLICT DO NOTHING"
)
_SUMS = text("""
SELECT sums.unit_id, sums.kind_code, units.region_code, units.mode,
       sum(issued_count)::bigint AS issued_count, sum(issued_amount) AS issued_amount,
       sum(reversed_count)::bigint AS reversed_count, sum(reversed_amount) AS reversed_amount
FROM day_sums AS sums JOIN managed_units AS units USING (unit_id)
WHERE sums.unit_id = ANY (:ids) AND sums.day BETWEEN :first AND :last AND NOT EXISTS (
    SELECT FROM cycles WHERE cycles.unit_id = sums.unit_id AND cycles.kind_code = sums.kind_code
    AND cycles.month = :first)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
""")
_STALE = text("""
SELECT DISTINCT unit_id, month FROM cycles
WHERE writeoff_id IS NULL AND campaign_id IS NULL AND NOT extended AND due_on >= :today
ORDER BY unit_id, month
""")


async def close_due_months(database: Database) -> None:
    """Close, for all units, every month that is over and in force, a portion of units in a transaction.

    Days by which cycles are due are reckoned anew where the calendar of holidays has become another one.
    """
    async with database.system() as connection:
        begins_on = await months_in_force(connection)
    if begins_on is None:
        return
    month = begins_on
    while next_month(month) <= today():
        await _close_month(database, month)
        month = next_month(month)
    await _renew_due_days(database)


async def _close_month(database: Database, month: date) -> None:
    async with database.system() as connection:
        if await connection.scalar(_IS_CLOSED, {"month": month}):
            return
        rows = await connection.execute(_UNCLOSED, {"first": month, "last": last_day(month)})
        unit_ids = list(rows.scalars())
    for start in range(0, len(unit_ids), _PORTION):
        async with database.system() as connection:
            await close_units(connection, unit_ids[start : start + _PORTION], month)
    async with database.system() as connection:
        if not list(await connection.execute(_UNCLOSED, {"first": month, "last": last_day(month)})):
            await connection.execute(
                _MARK_CLOSED, {"month": month, "today": today(), "over": next_month(month)}
            )


async def close_units(connection: AsyncConnection, unit_ids: Sequence[int], month: date) -> int:
    """Close a month of some units, as far as it is not closed; how many cycles that were.

    Changes nothing while the month is not over by the database's clock, which dates the bills.
    """
    moment = await hold_stocks(connection, unit_ids)
    if moment < moments_of(month)[1]:
        return 0
    given = {"ids": list(unit_ids), "first": month, "last": last_day(month)}
    sums = list((await connection.execute(_SUMS, given)).mappings())
    if not sums:
        return 0
    policies = await load_policies(connection)
    rows = [_row(policies, each, month) for each in sums]
    await connection.execute(insert(cycles), rows)
    closed = sorted({row["unit_id"] for row in rows})
    await record_all(connection, [_closed(row) for row in rows])
    await update_limits(connection, closed, acting=_PLATFORM)
    await add_up_units(connection, closed)
    for unit_id in closed:
        due = min(row["due_on"] for row in rows if row["unit_id"] == unit_id)
        await tell_unit(
            connection,
            unit_id,
            f"writeoff:closed:{unit_id}:{month}",
            f"请核销{month:%Y年%-m月}的票据",
            f"{month:%Y年%-m月}已结账，请在{due:%Y年%-m月%-d日}前核对到账金额并提交核销。",
            link=f"/unit/writeoff/{month:%Y-%m}",
        )
    return len(rows)


def _row(policies: Policies, sums: RowMapping, month: date) -> dict[str, Any]:
    policy = policies.of(sums["region_code"]).policy
    return dict(sums) | {
        "month": month,
        "closed_at": now(),
        "due_on": due_on(month, policy.workdays_for(UnitMode(sums["mode"]))),
    }


def _closed(row: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        acting=_PLATFORM,
        action="cycle:close",
        subject=f"unit:{row['unit_id']}",
        unit_id=row["unit_id"],
        details={
            "month": f"{row['month']:%Y-%m}",
            "kind": str(row["kind_code"]),
            "issued": str(row["issued_amount"]),
            "reversed": str(row["reversed_amount"]),
        },
    )


async def close_so_far(connection: AsyncConnection, unit_id: int) -> None:
    """Close whatever months of one unit are over and in force, or in a campaign, so that nobody waits for the worker."""
    region = await connection.scalar(_REGION, {"unit_id": unit_id})
    await carry_to_unit(connection, unit_id, str(region))
    begins_on = await months_in_force(connection)
    if begins_on is None:
        return
    known = set((await connection.execute(_CLOSED_MONTHS)).scalars())
    month = begins_on
    while next_month(month) <= today():
        if month not in known:
            await close_units(connection, [unit_id], month)
        month = next_month(month)


async def cycles_of(
    connection: AsyncConnection, unit_id: int, month: date, *, lock: bool = False
) -> tuple[Cycle, ...]:
    """The cycles of a unit's month within the scope, by kind; locked until the transaction ends if told."""
    if lock:
        await connection.execute(_LOCK.clause, {"unit_id": unit_id, "month": month})
    query = (
        select(cycles)
        .where(cycles.c.unit_id == unit_id, cycles.c.month == month)
        .order_by(cycles.c.kind_code)
    )
    return tuple(cycle_of(row) for row in (await connection.execute(query)).mappings())


async def open_months(connection: AsyncConnection, unit_id: int) -> list[date]:
    """The closed months of a unit that are not written off, oldest first, within the scope, with those of campaigns."""
    query = (
        select(cycles.c.month)
        .distinct()
        .where(cycles.c.unit_id == unit_id, cycles.c.writeoff_id.is_(None))
        .order_by(cycles.c.month)
    )
    return list((await connection.execute(query)).scalars())


async def oldest_open(connection: AsyncConnection, unit_id: int, kinds: Sequence[str]) -> dict[str, date]:
    """The oldest month in force that is not written off, of those of a unit's kinds that have one."""
    begins_on = await months_in_force(connection)
    query = (
        select(cycles.c.kind_code, func.min(cycles.c.month).label("month"))
        .where(
            cycles.c.unit_id == unit_id,
            cycles.c.kind_code.in_(kinds),
            cycles.c.month >= begins_on,
            cycles.c.writeoff_id.is_(None),
        )
        .group_by(cycles.c.kind_code)
    )
    return {row.kind_code: row.month for row in await connection.execute(query)}


async def kinds_without_later(
    connection: AsyncConnection, unit_id: int, month: date, kinds: Sequence[str]
) -> list[str]:
    """Those of a unit's kinds of which no later month is written off; none for a month from before write-off came
    into force, which no stock row owes.
    """
    begins_on = await months_in_force(connection)
    if begins_on is None or month < begins_on:
        return []
    query = (
        select(cycles.c.kind_code)
        .distinct()
        .where(cycles.c.unit_id == unit_id, cycles.c.month > month, cycles.c.writeoff_id.is_not(None))
    )
    later = set((await connection.execute(query)).scalars())
    return [kind for kind in kinds if kind not in later]


def cycle_of(row: RowMapping) -> Cycle:
    """A cycle from its row."""
    values = dict(row) | {"mode": UnitMode(row["mode"])}
    return Cycle(**values)


async def _renew_due_days(database: Database) -> None:
    """Holidays of a year are announced late in the year before; until then working days are assumed."""
    async with database.system() as connection:
        stale = list(await connection.execute(_STALE, {"today": today()}))
        policies = await load_policies(connection)
    for unit_id, month in stale:
        async with database.system() as connection:
            await hold_stocks(connection, [unit_id])
            for cycle in await cycles_of(connection, unit_id, month, lock=True):
                policy = policies.of(cycle.region_code).policy
                due = due_on(month, policy.workdays_for(cycle.mode))
                if due != cycle.due_on and cycle.writeoff_id is None and not cycle.extended:
                    await connection.execute(
                        cycles.update()
                        .where(
                            cycles.c.unit_id == unit_id,
                            cycles.c.month == month,
                            cycles.c.kind_code == cycle.kind_code,
                        )
                        .values(due_on=due)
                    )
            await update_limits(connection, [unit_id], acting=_PLATFORM)
            await add_up_units(connection, [unit_id])
