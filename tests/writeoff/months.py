"""A world in which write-off is in force, and its steps."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from tests.support.browser import PASSWORD
from tests.support.province import ACTING, Resident
from tests.support.world import World

from mingpiao.identity.model import Acting, Role, acting_for, interface_app
from mingpiao.identity.service import create_account
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import SHANGHAI, now, today
from mingpiao.rules.model import Stage
from mingpiao.rules.service import install_library, library_rules
from mingpiao.writeoff.model import DifferenceReason, MonthStanding, Policy, WriteOff
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import (
    close_due_months,
    get_writeoff,
    load_policies,
    month_standing,
    next_month,
    set_policy,
    submit,
)

#: Months to come: keys of the small province are valid from today on.
FIRST = next_month(today())
SECOND = next_month(FIRST)
THIRD = next_month(SECOND)


def on(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


async def begin(world: World, begins_on: date = FIRST, **changes: Any) -> None:
    """Put write-off in force from a month on, as the head of the province's department."""
    acting = await head(world)
    policy = Policy(begins_on=begins_on, **changes)
    async with world.database.system() as connection:
        known = (await load_policies(connection)).own.get("150000")
        await set_policy(connection, policy, revision=0 if known is None else known.revision, acting=acting)
        rules = [each for each in library_rules() if each.stage is Stage.WRITEOFF]
        await install_library(connection, await world.catalog.get(), rules, acting=ACTING)


async def head(world: World) -> Acting:
    """A head of the province's department."""
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username=f"policy-{now().timestamp()}",
            display_name="负责人",
            role=Role.DEPARTMENT_HEAD,
            password=PASSWORD,
            region_code="150000",
            acting=ACTING,
        )
    return acting_for(account)


def unit_of(resident: Resident) -> Acting:
    """The unit's own program."""
    return interface_app("his", resident.unit_id, "192.0.2.1")


async def receive(world: World, resident: Resident, month: date, amount: Decimal, **changes: Any) -> int:
    """Money that arrived; its receipt's id."""
    values = {
        "received_on": month,
        "source": "manual",
        "channel": "银行转账",
        "entry_key": f"{now().isoformat()}:{amount}",
        "entered_by_name": "张三",
    } | changes
    columns = ", ".join(["unit_id", "month", "amount", "entered_at", *values])
    places = ", ".join(f"${n}" for n in range(1, 5 + len(values)))
    return int(
        await world.value(
            f"INSERT INTO receipts ({columns}) VALUES ({places}) RETURNING receipt_id",
            resident.unit_id,
            month,
            amount,
            now(),
            *values.values(),
        )
    )


async def close(world: World) -> None:
    """Close every month that is over."""
    await close_due_months(world.database)


async def standing(world: World, resident: Resident, month: date = FIRST) -> MonthStanding:
    """How a month stands."""
    async with world.database.system() as connection:
        return await month_standing(connection, resident.unit_id, month)


async def ask(
    world: World,
    resident: Resident,
    month: date = FIRST,
    *,
    reasons: Sequence[DifferenceReason] = (),
    partial: bool = False,
    acting: Acting | None = None,
) -> WriteOff:
    """Submit a month."""
    async with world.database.system() as connection:
        return await submit(
            connection,
            resident.unit_id,
            month,
            reasons=reasons,
            partial=partial,
            acting=acting or unit_of(resident),
        )


async def check(world: World, asked: WriteOff) -> WriteOff:
    """Do what the worker does with a request, and return how it ended."""
    await (await world.house.get(CHECKER)).check(asked.writeoff_id)
    async with world.database.system() as connection:
        return await get_writeoff(connection, asked.writeoff_id)


async def write_off(world: World, resident: Resident, month: date = FIRST) -> WriteOff:
    """Write a month off whose money arrived to the cent."""
    await close(world)
    found = await standing(world, resident, month)
    if found.difference:
        await receive(world, resident, month, found.difference)
    return await check(world, await ask(world, resident, month))


def total_of(*bills: Bill) -> Decimal:
    """The totals of bills, added up."""
    return sum((bill.total for bill in bills), Decimal(0))
