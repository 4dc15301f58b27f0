"""Months of former bills beside others: in campaigns, opened again, and their exceptions put right."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from tests.former.files import MONTH, handler, put, row, table, take, totals, verdicts, work
from tests.support.world import World
from tests.writeoff.campaigns import carried, decide, opened, province_head
from tests.writeoff.casework import REASON, person
from tests.writeoff.months import begin
from tests.writeoff.test_rectifications import limits

from mingpiao.former.model import FormerFilter, FormerImportState
from mingpiao.former.service import list_former, start_former_import
from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.former import jobs
from mingpiao.storage.scope import DepartmentScope, UnitScope
from mingpiao.writeoff.model import (
    BillOrigin,
    BillStanding,
    Breach,
    CampaignUnitFilter,
    WriteOff,
    WriteOffState,
)
from mingpiao.writeoff.room import CHECKER, PAPERS
from mingpiao.writeoff.service import (
    campaign_sums,
    campaign_total,
    catch_up_of,
    delete_former_bill,
    former_standings,
    get_writeoff,
    issue_notice,
    list_campaign_units,
    mark_breach,
    propose_reopening,
    report,
    submit,
    unsettled_work,
)


async def _written_off(world: World, acting: Acting) -> WriteOff:
    unit_id = world.province.charity.unit_id
    async with world.database.system() as connection:
        asked = await submit(connection, unit_id, MONTH, origin=BillOrigin.FORMER, acting=acting)
    await (await world.house.get(CHECKER)).check(asked.writeoff_id)
    async with world.database.system() as connection:
        return await get_writeoff(connection, asked.writeoff_id)


async def test_a_campaign_counts_them(world: World) -> None:
    await begin(world)
    charity = world.province.charity
    acting = await handler(world, charity)
    await take(world, table(row(1), row(2), row(1, code="15030123", issued_on="2023-07-01")), acting)
    campaign = await carried(
        world,
        await opened(
            world,
            first_month=MONTH,
            last_month=MONTH.replace(month=12),
            due_on=today() + timedelta(days=40),
        ),
    )
    for done, bills_done in ((0, 0), (1, 2)):
        async with world.database.scoped(DepartmentScope("150000")) as connection:
            whole = campaign_total((await campaign_sums(connection, campaign, "150000")).values())
            found = (await list_campaign_units(connection, campaign, CampaignUnitFilter())).items
        assert (whole.units, whole.months, whole.months_done, whole.bills, whole.bills_done) == (
            1, 2, done, 3, bills_done,
        )  # fmt: skip
        (unit,) = found
        assert (unit.unit_id, unit.months, unit.months_done, unit.due_on) == (
            charity.unit_id, 2, done, campaign.due_on,
        )  # fmt: skip
        async with world.database.scoped(UnitScope(charity.unit_id)) as connection:
            (caught_up,) = await catch_up_of(connection, charity.unit_id)
        assert [(each.is_former, each.state.value) for each in caught_up.months] == [
            (True, "done" if done else "open"),
            (True, "open"),
        ]
        if not done:
            await _written_off(world, acting)
    async with world.database.system() as connection:
        told = await unsettled_work(connection, charity.unit_id)
    assert "还有1个月份的历史票据没有核销，请单位完成后再注销。" in told


async def test_an_import_that_is_killed_at_its_end_reaches_the_campaign(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world)
    charity = world.province.charity
    acting = await handler(world, charity)
    due_on = today() + timedelta(days=40)
    await carried(world, await opened(world, first_month=MONTH, last_month=MONTH, due_on=due_on, stops=True))
    whole, carryings = jobs.carry_to_former, 0

    async def killed(*arguments: Any) -> None:
        nonlocal carryings
        carryings += 1
        if carryings == 1:
            raise KeyboardInterrupt
        await whole(*arguments)

    monkeypatch.setattr(jobs, "carry_to_former", killed)
    import_id = await put(world, table(row(1)), acting)
    await work(world, import_id)
    # A trial takes nothing in, and changes nothing that is owed.
    assert carryings == 0
    async with world.database.system() as connection:
        await start_former_import(connection, import_id, acting=acting)
    with pytest.raises(KeyboardInterrupt):
        await work(world, import_id)
    assert (await work(world, import_id)).state is FormerImportState.IMPORTED
    assert carryings == 2
    assert (await limits(world, charity.unit_id))[:2] == (due_on, "writeoff_overdue")


async def test_a_month_that_is_opened_again_takes_what_was_forgotten(world: World) -> None:
    await begin(world)
    charity = world.province.charity
    acting = await handler(world, charity)
    await take(world, table(row(1), row(3)), acting)
    first = await _written_off(world, acting)
    assert (first.state, first.exceptions) == (WriteOffState.DONE, 1)
    found = await take(world, table(row(2)), acting, "遗漏.csv")
    assert [each[1:] for each in await verdicts(world, found.import_id)] == [
        ("refused", "former.month_settled")
    ]
    author = await province_head(world)
    async with world.database.system() as connection:
        proposal = await propose_reopening(connection, first.writeoff_id, REASON, acting=author)
    await decide(world, proposal)
    # A bill that was wrong goes, and comes as it should; the case about it stays as it was settled.
    papers = await world.house.get(PAPERS)
    (case,) = await world.rows("SELECT case_id, bill_id FROM exception_cases")
    async with world.database.system() as connection:
        gone = await delete_former_bill(connection, case["bill_id"], acting=acting)
    assert gone.identity.number == "0000000003"
    again = await take(
        world, table(row(3, amount="30.00", total="30.00"), row(2), row(4)), acting, "遗漏2.csv"
    )
    assert [each[1] for each in await verdicts(world, again.import_id)] == ["created"] * 3
    # What the first request counted is not known any more, so nobody seals it, before the second or after it.
    for _ in range(2):
        async with world.database.system() as connection:
            with pytest.raises(Refusal) as refused:
                await papers.certificate(connection, first.writeoff_id)
        assert refused.value.problems[0].code == "writeoff.superseded"
        second = await _written_off(world, acting)
    assert (second.state, second.exceptions, second.issued_net) == (WriteOffState.DONE, 0, Decimal("60.00"))
    async with world.database.system() as connection:
        data = await papers.certificate(connection, second.writeoff_id)
    with pikepdf.open(BytesIO(data)) as pdf:
        xml = pdf.attachments["writeoff"].get_file().read_bytes().decode()
    assert "<IssuedNet>60.00</IssuedNet>" in xml
    assert "<IssuedCount>4</IssuedCount><IssuedAmount>60.00</IssuedAmount>" in xml
    async with world.database.system() as connection:
        superseded = await get_writeoff(connection, first.writeoff_id)
    assert superseded.state is WriteOffState.SUPERSEDED
    assert await totals(world, charity) == [(MONTH, "0301", 4, Decimal("60.00"), 0, Decimal("0.00"))]
    states = await world.rows("SELECT state FROM exception_cases")
    assert [each["state"] for each in states] == ["cleared"]


async def test_a_breach_is_put_right_in_words(world: World) -> None:
    await begin(world)
    charity = world.province.charity
    acting = await handler(world, charity)
    await take(world, table(row(1, amount="9.00")), acting)
    await _written_off(world, acting)
    officer = await person(world, Role.DEPARTMENT_OFFICER, region=charity.unit.region_code)
    case_id = await world.value("SELECT case_id FROM exception_cases")

    async def standing() -> BillStanding:
        async with world.database.scoped(UnitScope(charity.unit_id)) as connection:
            bills = (await list_former(connection, FormerFilter())).items
            return next(iter((await former_standings(connection, bills)).values())).standing

    assert await standing() is BillStanding.EXCEPTION
    breach = Breach(type="face", basis="《财政票据管理办法》第二十条", amount=Decimal("1.00"), reason=REASON)
    async with world.database.system() as connection:
        marked = await mark_breach(connection, case_id, breach, revision=1, acting=officer)
        assert marked.origin is BillOrigin.FORMER
        notice = await issue_notice(connection, charity.unit_id, [case_id], REASON, acting=officer)
    assert await standing() is BillStanding.RECTIFYING
    async with world.database.system() as connection:
        with pytest.raises(Refusal) as refused:
            await report(
                connection,
                notice.rectification_id,
                REASON,
                replaced_by={case_id: 1},
                revision=notice.revision,
                acting=acting,
            )
        assert refused.value.problems[0].code == "rectification.correction_invalid"
    async with world.database.system() as connection:
        reported = await report(
            connection, notice.rectification_id, REASON, revision=notice.revision, acting=acting
        )
    assert reported.state.value == "answered"
