"""自动申领: a unit's standing order that the platform asks for numbers when its stock is low.

The worker looks at all such units at once, and asks by the same verb as everybody. What the audit would refuse is told
to the unit once, and no request is written down for it.
"""

from collections.abc import Sequence

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.identity.model import Acting, AuditEntry, Role, platform
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import tell_unit
from mingpiao.numbering.service import hold_stocks, kinds_of_unit, unit_standings
from mingpiao.storage.database import Database
from mingpiao.supply.auditing import audit
from mingpiao.supply.looking import facts_of, open_request, orders_of
from mingpiao.supply.model import RequestOrigin, RequisitionState, SupplyFinding, WantedNumbers
from mingpiao.supply.outlook import proposal, worth_asking
from mingpiao.supply.requests import request_numbers
from mingpiao.supply.tables import supply_orders
from mingpiao.units.service import MAX_ALLOTMENT, lock_unit

_PLATFORM = platform("supply_orders", name="系统自动申领")
_PURPOSE = "库存不足，自动申领"
_ACTIVE = text("""
SELECT orders.unit_id, orders.kind_code, orders.below, orders.told
FROM supply_orders AS orders JOIN managed_units USING (unit_id)
WHERE orders.active AND managed_units.state <> 'closed' AND managed_units.mode = 'INTERFACE'
ORDER BY orders.unit_id, orders.kind_code
""")


async def set_supply_order(
    connection: AsyncConnection, unit_id: int, kind_code: str, below: int, *, active: bool, acting: Acting
) -> bool:
    """Give or withdraw a unit's standing order for a kind; False if it is so already.

    That of a kind which the unit has no more can still be withdrawn. Raises `Refusal`: `access.denied` (403) for anybody
    but a manager of the unit, `unit.kind_not_granted` (409), and `supply.order_invalid` (422) for a threshold that is
    not 1 to `MAX_ALLOTMENT`.
    """
    if acting.role is not Role.UNIT_MANAGER or acting.unit_id != unit_id:
        raise refuse("access.denied", "自动申领由本单位的票据管理员开启或关闭。", status=403)
    granted = kind_code in await kinds_of_unit(connection, unit_id)
    if not granted and (active or kind_code not in await orders_of(connection, unit_id)):
        raise refuse("unit.kind_not_granted", "本单位没有核定该票据种类。", field="kind", status=409)
    if not 1 <= below <= MAX_ALLOTMENT:
        message = f"请填写1至{MAX_ALLOTMENT:,}之间的数量。"
        raise refuse("supply.order_invalid", message, field="below", status=422)
    values = {
        "below": below,
        "active": active,
        "changed_by_name": acting.name,
        "changed_at": now(),
        "told": "",
    }
    columns = supply_orders.c
    written = await connection.execute(
        insert(supply_orders)
        .values(unit_id=unit_id, kind_code=kind_code, **values)
        .on_conflict_do_update(
            index_elements=["unit_id", "kind_code"],
            set_=values,
            where=(columns.active != active) | (columns.below != below),
        )
        .returning(columns.unit_id)
    )
    if written.first() is None:
        return False
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="supply_order:give" if active else "supply_order:withdraw",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={"kind": kind_code, "below": str(below)},
        ),
    )
    return True


async def request_by_order(database: Database) -> None:
    """Ask for numbers for all units with a standing order whose stock is below what it says.

    What goes wrong with one unit keeps no other waiting; it is raised at the end, as an `ExceptionGroup`.
    """
    async with database.system() as connection:
        active = list(await connection.execute(_ACTIVE))
        standings = await unit_standings(connection, sorted({row.unit_id for row in active}))
        catalog = await load(connection)
    errors: list[Exception] = []
    for row in active:
        if standings[row.unit_id].free.get(row.kind_code, 0) < row.below:
            try:
                await _request(database, row.unit_id, row.kind_code, catalog)
            except Exception as error:
                errors.append(error)
    if errors:
        raise ExceptionGroup("standing orders of some units could not be followed", errors)


async def _request(database: Database, unit_id: int, kind_code: str, catalog: Catalog) -> None:
    async with database.system() as connection:
        await lock_unit(connection, unit_id)
        await hold_stocks(connection, [unit_id])
        below = await _still_below(connection, unit_id, kind_code)
        if below is None or await open_request(connection, unit_id, kind_code) is not None:
            return
        code = catalog.bill_code(catalog.kinds[kind_code])
        facts = await facts_of(connection, unit_id, kind_code, code)
        quantity = proposal(facts.outlook, facts.free, facts.policy) or 0
        if facts.outlook.is_known and not worth_asking(facts.outlook, quantity, facts.policy):
            return
        quantity = max(1, min(quantity, MAX_ALLOTMENT))
        verdict = audit(quantity, facts)
        if facts.outlook.is_known and verdict.state is not RequisitionState.REFUSED:
            try:
                async with connection.begin_nested():
                    await _ask(connection, unit_id, kind_code, quantity, catalog)
            except Refusal as refusal:
                problem = refusal.problems[0]
                await _tell(
                    connection,
                    unit_id,
                    kind_code,
                    [SupplyFinding(code=problem.code, message=problem.message)],
                    catalog,
                )
            return
        await _tell(connection, unit_id, kind_code, verdict.findings, catalog)


async def _still_below(connection: AsyncConnection, unit_id: int, kind_code: str) -> int | None:
    """The order's threshold, if the unit has the kind and the stock, which the caller holds, is below it."""
    columns = supply_orders.c
    below: int | None = await connection.scalar(
        select(columns.below).where(
            columns.unit_id == unit_id, columns.kind_code == kind_code, columns.active
        )
    )
    free = (await unit_standings(connection, [unit_id]))[unit_id].free.get(kind_code)
    return below if below is not None and free is not None and free < below else None


async def _ask(
    connection: AsyncConnection, unit_id: int, kind_code: str, quantity: int, catalog: Catalog
) -> None:
    wanted = WantedNumbers(
        kind_code=kind_code,
        quantity=quantity,
        purpose=_PURPOSE,
        request_no=f"auto-{kind_code}-{now():%Y%m%d%H%M%S%f}",
        origin=RequestOrigin.ORDER,
    )
    made = await request_numbers(connection, unit_id, wanted, catalog, acting=_PLATFORM)
    await _mark_told(connection, unit_id, kind_code, "")
    name = catalog.kinds[kind_code].name
    granted = made.state is RequisitionState.GRANTED
    await tell_unit(
        connection,
        unit_id,
        f"requisition:{made.requisition_id}:asked",
        f"{name}自动申领{'并入库' if granted else ''}{made.granted or made.quantity:,}个号码",
        "" if granted else "等待财政部门审核，结果以消息告知。",
        link=f"/unit/supply/{made.requisition_id}",
    )


async def _tell(
    connection: AsyncConnection,
    unit_id: int,
    kind_code: str,
    findings: Sequence[SupplyFinding],
    catalog: Catalog,
) -> None:
    """Tell a unit why nothing was asked for, once for the same reasons."""
    codes = " ".join(sorted({each.code for each in findings}))
    if not await _mark_told(connection, unit_id, kind_code, codes):
        return
    name = catalog.kinds[kind_code].name if kind_code in catalog.kinds else kind_code
    await tell_unit(
        connection,
        unit_id,
        f"supply:order:{unit_id}:{kind_code}:{now().isoformat()}",
        f"{name}库存不足，没有自动申领",
        "".join(each.message for each in findings),
        link="/unit/supply",
        urgent=True,
    )


async def _mark_told(connection: AsyncConnection, unit_id: int, kind_code: str, codes: str) -> bool:
    columns = supply_orders.c
    statement = update(supply_orders).where(
        columns.unit_id == unit_id, columns.kind_code == kind_code, columns.told != codes
    )
    return (await connection.execute(statement.values(told=codes))).rowcount > 0
