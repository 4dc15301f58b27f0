"""自动核销: what agrees is written off without its unit, what does not is told once."""

import asyncio
from decimal import Decimal

import pytest
from tests.support.world import World, a_world
from tests.writeoff.months import (
    FIRST,
    SECOND,
    THIRD,
    begin,
    check,
    close,
    on,
    receive,
    standing,
    total_of,
    unit_of,
)

from mingpiao.identity.model import Acting, acting_for
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.writeoff.model import WriteOffState
from mingpiao.writeoff.service import (
    DeclaredLine,
    declare_totals,
    last_day,
    set_standing_order,
    standing_order,
    submit_by_order,
)

site = a_world("peopled", demo=True)


def manager_of(site: World) -> Acting:
    return acting_for(site.accounts["manager"])


async def _order(site: World, *, active: bool = True) -> bool:
    async with site.database.system() as connection:
        return await set_standing_order(connection, site.unit.unit_id, active=active, acting=manager_of(site))


async def _october(site: World, clock: StoppedClock) -> list[Bill]:
    clock.set(on(last_day(FIRST)))
    await begin(site, tolerance=Decimal("0.50"))
    bills = await site.issue(site.unit, *site.unit.requests(2))
    clock.set(on(SECOND))
    await close(site)
    return bills


async def _told(site: World) -> list[str]:
    rows = await site.rows(
        "SELECT body FROM messages WHERE unit_id = $1 AND topic LIKE 'writeoff:order:%' ORDER BY topic",
        site.unit.unit_id,
    )
    return [row["body"] for row in rows]


async def test_what_agrees_is_submitted_once_and_written_off(site: World, clock: StoppedClock) -> None:
    bills = await _october(site, clock)
    await receive(site, site.unit, FIRST, total_of(*bills) - Decimal("0.50"))
    await submit_by_order(site.database)
    assert (await standing(site, site.unit)).writeoff is None
    assert await _order(site)
    await asyncio.gather(*(submit_by_order(site.database) for _ in range(3)))
    asked = (await standing(site, site.unit)).writeoff
    assert asked is not None
    assert (asked.automatic, asked.submitted_by_name) == (True, "系统自动核销")
    assert await site.value("SELECT count(*) FROM writeoffs") == 1
    assert (await check(site, asked)).state is WriteOffState.DONE
    await submit_by_order(site.database)
    assert await site.value("SELECT count(*) FROM writeoffs") == 1
    assert await _told(site) == []


async def test_what_differs_is_told_once_and_written_off_when_it_agrees(
    site: World, clock: StoppedClock
) -> None:
    bills = await _october(site, clock)
    net = total_of(*bills)
    await _order(site)
    await asyncio.gather(*(submit_by_order(site.database) for _ in range(3)))
    await submit_by_order(site.database)
    (told,) = await _told(site)
    assert told.startswith(f"{FIRST:%Y年%-m月}到账比开票净额少{net:.2f}元，没有自动核销。")
    assert (await standing(site, site.unit)).writeoff is None
    await receive(site, site.unit, FIRST, net)
    await submit_by_order(site.database)
    asked = (await standing(site, site.unit)).writeoff
    assert asked is not None
    assert asked.state is WriteOffState.CHECKING
    assert len(await _told(site)) == 1


async def test_its_own_totals_must_agree_as_well(site: World, clock: StoppedClock) -> None:
    bills = await _october(site, clock)
    await receive(site, site.unit, FIRST, total_of(*bills))
    await _order(site)
    await _declare(site, bills[:1])
    await submit_by_order(site.database)
    (told,) = await _told(site)
    assert "报送的合计与平台票据有1处不一致" in told
    assert (await standing(site, site.unit)).writeoff is None
    await _declare(site, bills)
    await submit_by_order(site.database)
    assert (await standing(site, site.unit)).writeoff is not None


async def _declare(site: World, bills: list[Bill]) -> None:
    lines = [
        DeclaredLine(
            day=last_day(FIRST),
            kind_code=kind,
            blue_count=sum(bill.kind == kind for bill in bills),
            blue_amount=total_of(*(bill for bill in bills if bill.kind == kind)),
        )
        for kind in sorted({bill.kind for bill in bills})
    ]
    async with site.database.system() as connection:
        await declare_totals(
            connection,
            site.unit.unit_id,
            FIRST,
            lines,
            catalog=await site.catalog.get(),
            acting=unit_of(site.unit),
        )


async def test_only_a_manager_of_the_unit_gives_and_withdraws_it(site: World, clock: StoppedClock) -> None:
    await _october(site, clock)
    for acting in (
        acting_for(site.accounts["handler"]),
        acting_for(site.accounts["other"]),
        acting_for(site.accounts["head"]),
        unit_of(site.unit),
    ):
        with pytest.raises(Refusal) as refused:
            async with site.database.system() as connection:
                await set_standing_order(connection, site.unit.unit_id, active=True, acting=acting)
        assert refused.value.problems[0].code == "access.denied"
    assert [await _order(site, active=False), await _order(site), await _order(site)] == [False, True, False]
    assert await _order(site, active=False)
    await submit_by_order(site.database)
    assert await _told(site) == []
    async with site.database.system() as connection:
        assert not (await standing_order(connection, site.unit.unit_id)).active
    actions = await site.rows("SELECT action FROM audit_log WHERE action LIKE 'writeoff_order:%' ORDER BY 1")
    assert [row["action"] for row in actions] == ["writeoff_order:give", "writeoff_order:withdraw"]


async def test_the_oldest_month_goes_first_and_many_units_at_once(site: World, clock: StoppedClock) -> None:
    bills = await _october(site, clock)
    await receive(site, site.unit, FIRST, total_of(*bills))
    await _order(site)
    hospital = site.province.hospital
    (bill,) = await site.issue(hospital, hospital.request(business_no="NOV-1"))
    await site.value("INSERT INTO writeoff_orders VALUES ($1, true, 1, '某', now())", hospital.unit_id)
    clock.set(on(THIRD))
    await close(site)
    await receive(site, hospital, SECOND, bill.total)
    await submit_by_order(site.database)
    rows = await site.rows("SELECT unit_id, month FROM writeoffs")
    assert {(row["unit_id"], row["month"]) for row in rows} == {
        (site.unit.unit_id, FIRST),
        (hospital.unit_id, SECOND),
    }
