"""自动核销: a unit's standing order that a month whose figures agree be written off without it.

The worker looks at all such units at once. It writes off by the same verb as everybody, so that doing it twice, or
beside a person, changes nothing; of a month that does not agree it tells the unit once.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import RowMapping, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role, platform
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import tell_unit
from mingpiao.storage.database import Database
from mingpiao.writeoff.policies import Policies, load_policies
from mingpiao.writeoff.requests import submit
from mingpiao.writeoff.tables import writeoff_orders
from mingpiao.writeoff.totals import compare_totals

_PLATFORM = platform("writeoff_orders", name="系统自动核销")

# The oldest open month of each unit with an order, unless somebody has asked for it already. One that failed
# waits for a person, as do the months of campaigns.
_DUE = text("""
SELECT open.unit_id, open.month, open.region_code, open.net, open.declared, (
    SELECT coalesce(sum(amount), 0) FROM receipts WHERE receipts.unit_id = open.unit_id AND receipts.month = open.month
) AS received,
       open.told_month IS NOT DISTINCT FROM open.month AS is_told
FROM (
    SELECT cycles.unit_id, cycles.month, min(cycles.region_code) AS region_code,
           sum(cycles.issued_amount - cycles.reversed_amount) AS net, orders.told_month,
           EXISTS (SELECT FROM declared_months WHERE declared_months.unit_id = cycles.unit_id
                   AND declared_months.month = cycles.month) AS declared
    FROM writeoff_orders AS orders JOIN cycles USING (unit_id)
    WHERE orders.active AND cycles.writeoff_id IS NULL AND cycles.month = (
        SELECT min(month) FROM cycles AS oldest WHERE oldest.unit_id = orders.unit_id AND oldest.writeoff_id IS NULL
            AND oldest.campaign_id IS NULL)
    GROUP BY cycles.unit_id, cycles.month, orders.told_month
) AS open
WHERE NOT EXISTS (SELECT FROM writeoffs WHERE writeoffs.unit_id = open.unit_id AND writeoffs.month = open.month AND writeoffs.origin = 'own'
                  AND writeoffs.state IN ('checking', 'done', 'failed'))
ORDER BY open.unit_id
""")
_MARK_TOLD = text(
    "UPDATE writeoff_orders SET told_month = :month WHERE unit_id = :unit_id AND told_month IS DISTINCT FROM :month"
)


class StandingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a unit's months are written off by themselves; who said so, and when (None: nobody ever did)."""

    active: bool = False
    changed_by_name: str = ""
    changed_at: datetime | None = None


class DueMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest open month of a unit with a standing order. `differences` are those of its own totals."""

    unit_id: int
    month: date
    region_code: str
    net: Decimal
    received: Decimal
    declared: bool
    is_told: bool
    differences: int = 0

    @property
    def difference(self) -> Decimal:
        return self.net - self.received


async def standing_order(connection: AsyncConnection, unit_id: int) -> StandingOrder:
    """A unit's standing order, within the scope."""
    orders = writeoff_orders.c
    query = select(orders.active, orders.changed_by_name, orders.changed_at).where(orders.unit_id == unit_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return StandingOrder() if row is None else StandingOrder(**row)


async def set_standing_order(
    connection: AsyncConnection, unit_id: int, *, active: bool, acting: Acting
) -> bool:
    """Give or withdraw a unit's standing order; False if it is so already.

    Raises `Refusal` (`access.denied`, 403) for anybody but a manager of the unit.
    """
    if acting.role is not Role.UNIT_MANAGER or acting.unit_id != unit_id:
        raise refuse("access.denied", "自动核销由本单位的票据管理员开启或关闭。", status=403)
    if not active and (await standing_order(connection, unit_id)).changed_at is None:
        return False
    values = {"active": active, "changed_by_name": acting.name, "changed_at": now()}
    statement = insert(writeoff_orders).values(unit_id=unit_id, **values)
    written = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id"],
            set_=values | {"revision": writeoff_orders.c.revision + 1},
            where=writeoff_orders.c.active != active,
        ).returning(writeoff_orders.c.unit_id)
    )
    if written.first() is None:
        return False
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="writeoff_order:give" if active else "writeoff_order:withdraw",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={},
        ),
    )
    return True


async def submit_by_order(database: Database) -> None:
    """Write off what agrees of all units with a standing order, and tell the others once what differs."""
    async with database.system() as connection:
        due = await _due_months(connection)
        policies = await load_policies(connection)
    for each in due:
        words = _what_differs(each, policies)
        if not words:
            await _submit(database, each)
        elif not each.is_told:
            await _tell(database, each, words)


async def _due_months(connection: AsyncConnection) -> list[DueMonth]:
    rows = list((await connection.execute(_DUE)).mappings())
    counts = await _differences(connection, rows)
    return [DueMonth(**row, differences=counts.get((row["unit_id"], row["month"]), 0)) for row in rows]


async def _differences(
    connection: AsyncConnection, rows: Sequence[RowMapping]
) -> Mapping[tuple[int, date], int]:
    """How many lines of their own totals differ, by unit and month, in one statement a month."""
    found: dict[tuple[int, date], int] = {}
    for month in sorted({row["month"] for row in rows if row["declared"]}):
        unit_ids = [row["unit_id"] for row in rows if row["declared"] and row["month"] == month]
        compared = await compare_totals(connection, unit_ids, month)
        found |= {(unit_id, month): len(lines) for unit_id, lines in compared.items()}
    return found


def _what_differs(due: DueMonth, policies: Policies) -> str:
    """What keeps a month from being written off by itself, as a part of a sentence; empty where all agrees."""
    found: list[str] = []
    if abs(due.difference) > policies.of(due.region_code).policy.tolerance:
        more = "少" if due.difference > 0 else "多"
        found.append(f"到账比开票净额{more}{abs(due.difference):.2f}元")
    if due.differences:
        found.append(f"报送的合计与平台票据有{due.differences}处不一致")
    return "，".join(found)


async def _submit(database: Database, due: DueMonth) -> None:
    try:
        async with database.system() as connection:
            await submit(connection, due.unit_id, due.month, automatic=True, acting=_PLATFORM)
    except Refusal:
        # Something arrived, or somebody asked, since the figures were read; the next run looks again.
        return


async def _tell(database: Database, due: DueMonth, words: str) -> None:
    async with database.system() as connection:
        given = {"unit_id": due.unit_id, "month": due.month}
        if not (await connection.execute(_MARK_TOLD, given)).rowcount:
            return
        month = f"{due.month:%Y年%-m月}"
        await tell_unit(
            connection,
            due.unit_id,
            f"writeoff:order:{due.unit_id}:{due.month}",
            f"{month}没有自动核销",
            f"{month}{words}，没有自动核销。请核对后提交，或补充到账记录，一致后仍会自动核销。",
            link=f"/unit/writeoff/{due.month:%Y-%m}",
            urgent=True,
        )
