"""补核销专项: who opens it, which months it closes, what it stops, and when it lifts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.former.files import MONTH, row, table, take
from tests.support.province import ACTING
from tests.support.world import World
from tests.writeoff.campaigns import (
    DECIDED_ON,
    DUE,
    PLAN,
    carried,
    days,
    decide,
    old_bills,
    opened,
    proposed,
    province_head,
)
from tests.writeoff.casework import REASON, cases, manager, person
from tests.writeoff.months import (
    FIRST,
    SECOND,
    THIRD,
    ask,
    check,
    on,
    receive,
    standing,
    total_of,
    unit_of,
    write_off,
)
from tests.writeoff.test_cases import BREACH, do, refused
from tests.writeoff.test_rectifications import limits

from mingpiao.approvals.service import approve, reject
from mingpiao.former.model import FormerImportState
from mingpiao.identity.model import Acting, Role
from mingpiao.issuing.model import Issued
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.model import RuleMode, Stage
from mingpiao.rules.service import install_library, library_rules
from mingpiao.storage.scope import DepartmentScope
from mingpiao.units.model import UnitChangeKind
from mingpiao.units.service import ChangeWish, change_unit
from mingpiao.writeoff import campaign_months
from mingpiao.writeoff import limits as stops
from mingpiao.writeoff.campaign_months import carry_campaign
from mingpiao.writeoff.model import (
    BillOrigin,
    CampaignState,
    CampaignStepKind,
    CampaignSums,
    CampaignUnitFilter,
    CatchUpState,
    WriteOffState,
)
from mingpiao.writeoff.months import months_after, next_month
from mingpiao.writeoff.reminders import remind_units
from mingpiao.writeoff.service import (
    ArrearsFilter,
    campaign_history,
    campaign_sums,
    campaign_total,
    carry_campaigns,
    catch_up_of,
    closed_months,
    count_campaign_units,
    get_campaign,
    list_arrears,
    list_campaign_units,
    list_campaigns,
    mark_breach,
    propose_campaign_end,
    propose_campaign_extension,
    propose_reopening,
    remind_of_campaigns,
    submit,
    unit_months,
    unit_stops,
    unsettled_work,
    urge_campaign_units,
)


async def _codes(world: World, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as caught:
        await proposed(world, **changes)
    return [(each.code, each.field or "") for each in caught.value.problems]


async def test_a_campaign_needs_two_persons_and_closes_old_months(world: World, clock: StoppedClock) -> None:
    made = await old_bills(world, clock)
    charity = world.province.charity
    boss = await province_head(world)
    proposal = await proposed(world, boss)
    assert await refused(world, approve, proposal, acting=boss) == ["proposal.own"]
    assert await do(world, list_campaigns, "150000") == []
    await decide(world, proposal)
    (campaign,) = await do(world, list_campaigns, "150000")
    assert (campaign.name, campaign.due_on, campaign.stops, campaign.is_carried) == (
        PLAN.name, DUE, False, False,
    )  # fmt: skip
    campaign = await carried(world, campaign)
    assert campaign.is_carried
    found = await standing(world, charity, FIRST)
    assert found.is_catch_up
    assert found.issued_net == total_of(*made["charity-1"])
    assert {each.due_on for each in found.cycles} == {DUE}
    # Twice is once: nothing is closed, told or put down again.
    before = await world.value("SELECT count(*) FROM audit_log")
    async with world.database.system() as connection:
        await carry_campaign(
            connection, campaign.campaign_id, [each.unit_id for each in world.province.residents]
        )
    assert await world.value("SELECT count(*) FROM audit_log") == before
    assert await world.value("SELECT count(*) FROM cycles") == 5
    told = await world.rows(
        "SELECT unit_id, title FROM messages WHERE topic LIKE 'campaign:due:%' ORDER BY 1"
    )
    assert [row["title"] for row in told] == [
        f"{PLAN.name}：有2个月份需要补核销",
        f"{PLAN.name}：有1个月份需要补核销",
        f"{PLAN.name}：有2个月份需要补核销",
    ]
    (step,) = await do(world, campaign_history, campaign.campaign_id)
    assert (step.kind, step.reason, step.due_on) == (CampaignStepKind.OPENED, REASON, DUE)
    actions = await world.rows(
        "SELECT action, count(*) AS n FROM audit_log WHERE action LIKE 'campaign:%' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in actions] == [("campaign:carry", 3), ("campaign:open", 1)]


async def test_what_is_wrong_with_a_plan_is_told_by_field(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    ranged = "campaign.range_invalid"
    assert await _codes(world, first_month=SECOND, last_month=FIRST) == [(ranged, "last_month")]
    assert await _codes(world, last_month=next_month(THIRD)) == [(ranged, "last_month")]
    # A month that has not ended, and one that is written off in its turn.
    assert await _codes(world, last_month=THIRD) == [(ranged, "last_month")]
    assert await _codes(world, first_month=date(2011, 12, 1)) == [(ranged, "first_month")]
    assert await _codes(world, first_month=months_after(SECOND, -120)) == [(ranged, "first_month")]
    assert await _codes(world, first_month=FIRST + timedelta(days=3)) == [(ranged, "first_month")]
    for due_on in (
        DECIDED_ON,
        DECIDED_ON - timedelta(days=1),
        months_after(DECIDED_ON, 24) + timedelta(days=1),
    ):
        assert await _codes(world, due_on=due_on) == [("campaign.due_invalid", "due_on")]
    assert await _codes(world, name="短", basis="x" * 81) == [
        ("campaign.name_invalid", "name"),
        ("campaign.name_invalid", "basis"),
    ]
    assert await _codes(world, name="带\x07铃的名称") == [("campaign.name_invalid", "name")]
    clock.set(on(next_month(THIRD)))
    assert await _codes(world, last_month=THIRD) == [(ranged, "last_month")]
    assert await world.value("SELECT count(*) FROM campaigns") == 0
    assert await world.value("SELECT count(*) FROM proposals") == 0


async def test_only_a_province_or_a_city_opens_one(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    county = await person(world, Role.DEPARTMENT_HEAD, region="150102")
    auditor = await person(world, Role.ADMINISTRATOR)
    unit = await manager(world, world.province.charity)
    for acting in (county, auditor, unit):
        with pytest.raises(Refusal) as caught:
            await proposed(world, acting)
        assert [each.code for each in caught.value.problems] == ["access.denied"]
    hospital, other = world.province.hospital, world.province.other_hospital
    region = f"{other.unit.region_code[:4]}00"
    proposal = await proposed(world, await person(world, Role.DEPARTMENT_OFFICER, region=region))
    # A head of another region does not decide it.
    elsewhere = await person(world, Role.DEPARTMENT_HEAD, region="152900")
    assert await refused(world, approve, proposal, acting=elsewhere) == ["proposal.not_decider"]
    await decide(world, proposal, region=region)
    (campaign,) = await do(world, list_campaigns, "150000")
    await carried(world, campaign)
    assert not hospital.unit.region_code.startswith(region[:4])
    assert (await standing(world, hospital, SECOND)).cycles == ()
    assert len((await standing(world, other, SECOND)).cycles) == 1
    # Whoever looks, from however far above, it is about the city alone, also where others have months of their own.
    clerk = await manager(world, hospital)
    await take(
        world, table(row(1, code="15060122", item_name="西药费", issued_on=f"{SECOND:%Y-%m}-08")), clerk
    )
    sums = await do(world, campaign_sums, campaign, "150000")
    assert {place: each.units for place, each in sums.items()} == {region[:4]: 1}
    assert await do(world, campaign_sums, campaign, "152900") == {}
    for prefix, found in (
        ("15", [other.unit_id]),
        (region[:4], [other.unit_id]),
        ("1529", []),
    ):
        page = await do(world, list_campaign_units, campaign, CampaignUnitFilter(region_prefix=prefix))
        assert [each.unit_id for each in page.items] == found
        assert await do(world, count_campaign_units, campaign, prefix, most=9) == len(found)
    assert [len(await do(world, list_campaigns, code)) for code in (region, "152900")] == [1, 0]
    assert await refused(
        world, propose_campaign_extension, campaign.campaign_id, days(9), REASON, acting=elsewhere
    ) == ["campaign.unknown"]
    with pytest.raises(Refusal) as caught:
        await ask(world, hospital, SECOND)
    assert caught.value.problems[0].code == "writeoff.not_in_force"


async def test_months_belong_to_one_campaign_of_a_region(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    city = await person(world, Role.DEPARTMENT_HEAD, region="150100")
    waiting = await proposed(world, city, first_month=SECOND, name="市里的补核销")
    first = await opened(world, last_month=FIRST)
    await opened(world, first_month=months_after(FIRST, -3), last_month=months_after(FIRST, -1))
    assert await _codes(world, last_month=SECOND) == [("campaign.overlap", "first_month")]
    assert await _codes(world, acting=city, last_month=SECOND) == [("campaign.overlap", "first_month")]
    # What was proposed before it, in a part of the region, is looked at again.
    await opened(world, first_month=SECOND)
    boss = await province_head(world)
    assert await refused(world, approve, waiting, acting=boss) == ["campaign.overlap"]
    assert len(await do(world, list_campaigns, "150000")) == 3
    await decide(world, await do(world, propose_campaign_end, first.campaign_id, REASON, acting=boss))
    again = await opened(world, last_month=FIRST)
    assert again.campaign_id != first.campaign_id


async def test_months_are_written_off_in_any_order_and_hold_nothing_up(
    world: World, clock: StoppedClock
) -> None:
    made = await old_bills(world, clock)
    charity = world.province.charity
    with pytest.raises(Refusal) as caught:
        await ask(world, charity, FIRST)
    assert caught.value.problems[0].code == "writeoff.not_in_force"
    campaign = await opened(world)
    # Nobody waits for the worker: submitting closes the months of the unit.
    await receive(world, charity, SECOND, total_of(*made["charity-2"]))
    done = await check(world, await ask(world, charity, SECOND))
    assert (done.state, done.exceptions) == (WriteOffState.DONE, 0)
    # The online unit goes on issuing, and its month in force is written off although FIRST is open.
    (fresh,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="T-1")], acting=ACTING)
    assert isinstance(fresh, Issued)
    clock.set(on(next_month(THIRD)))
    assert (await write_off(world, charity, THIRD)).state is WriteOffState.DONE
    assert await limits(world, charity.unit_id) == (None, "", None, "")
    assert [each.month for each in await do(world, unit_months, charity.unit_id)] == [THIRD]
    assert [each.month for each in await do(world, unit_months, charity.unit_id, caught_up=True)] == [
        THIRD, SECOND, FIRST,
    ]  # fmt: skip
    assert await do(world, closed_months) == [THIRD]
    campaign = await carried(world, campaign)
    # Opened again, it is no reason for the online unit to stop.
    boss = await province_head(world)
    await decide(world, await do(world, propose_reopening, done.writeoff_id, REASON, acting=boss))
    (further,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="T-2")], acting=ACTING)
    assert isinstance(further, Issued)
    assert not (await standing(world, charity, SECOND)).is_written_off


async def test_an_overdue_unit_is_stopped_only_where_the_campaign_says_so(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    hospital, charity = world.province.hospital, world.province.charity
    mild = await carried(world, await opened(world, last_month=FIRST))
    assert await limits(world, hospital.unit_id) == (None, "", None, "")
    strict = await carried(world, await opened(world, first_month=SECOND, stops=True))
    assert await limits(world, hospital.unit_id) == (DUE, "writeoff_overdue", None, "")
    assert await limits(world, charity.unit_id) == (DUE, "writeoff_overdue", DUE, "writeoff_overdue")
    clock.set(on(days(1)))
    (first, second) = await do(world, catch_up_of, hospital.unit_id)
    assert [each.state for each in (*first.months, *second.months)] == [CatchUpState.OVERDUE] * 2
    refusal = (await world.desk.issue(charity.unit_id, [charity.request(business_no="X")], acting=ACTING))[0]
    assert not isinstance(refusal, Issued)
    # A later day lifts it, as soon as it has reached the unit; one in the past or earlier is none.
    boss = await province_head(world)
    for due_on in (DUE, today(), months_after(today(), 24) + timedelta(days=1)):
        assert await refused(
            world, propose_campaign_extension, strict.campaign_id, due_on, REASON, acting=boss
        ) == ["campaign.due_invalid"]
    later = days(30)
    proposal = await do(world, propose_campaign_extension, strict.campaign_id, later, REASON, acting=boss)
    assert await refused(world, propose_campaign_end, strict.campaign_id, REASON, acting=boss) == [
        "proposal.open_already"
    ]
    await decide(world, proposal)
    strict = await carried(world, strict)
    assert (strict.due_on, strict.is_carried) == (later, True)
    assert await limits(world, charity.unit_id) == (later, "writeoff_overdue", later, "writeoff_overdue")
    clock.set(on(later + timedelta(days=1)))
    await decide(world, await do(world, propose_campaign_end, strict.campaign_id, REASON, acting=boss))
    strict = await carried(world, strict)
    assert not strict.is_running
    # Nobody is late for what has ended.
    for state, found in ((CampaignState.OVERDUE, 0), (CampaignState.LEFT, 3)):
        wanted = CampaignUnitFilter(region_prefix="15", state=state)
        assert len((await do(world, list_campaign_units, strict, wanted)).items) == found
    assert await limits(world, charity.unit_id) == (None, "", None, "")
    assert [each.kind for each in await do(world, campaign_history, strict.campaign_id)] == [
        CampaignStepKind.OPENED, CampaignStepKind.EXTENDED, CampaignStepKind.ENDED,
    ]  # fmt: skip
    assert await refused(world, propose_campaign_end, strict.campaign_id, REASON, acting=boss) == [
        "campaign.ended"
    ]
    # What is left may be written off all the same.
    assert (await write_off(world, charity, SECOND)).state is WriteOffState.DONE
    assert (await do(world, get_campaign, mild.campaign_id)).is_running


async def test_of_two_proposals_made_on_one_state_the_second_is_stale(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    campaign = await opened(world)
    boss = await province_head(world)
    first = await do(world, propose_campaign_extension, campaign.campaign_id, days(9), REASON, acting=boss)
    async with world.database.system() as connection:
        await reject(
            connection,
            first,
            opinion="期限太短",
            acting=await person(world, Role.DEPARTMENT_HEAD, region="150000"),
        )
    second = await do(world, propose_campaign_extension, campaign.campaign_id, days(19), REASON, acting=boss)
    await world.tamper("UPDATE campaigns SET revision = revision + 1")
    other = await person(world, Role.DEPARTMENT_HEAD, region="150000")
    assert await refused(world, approve, second, acting=other) == ["proposal.stale"]
    assert (await do(world, get_campaign, campaign.campaign_id)).due_on == DUE


async def test_progress_is_counted_from_the_months(world: World, clock: StoppedClock) -> None:
    made = await old_bills(world, clock)
    charity, hospital, other = world.province.charity, world.province.hospital, world.province.other_hospital
    campaign = await carried(world, await opened(world))
    await receive(world, charity, FIRST, made["charity-1"][0].total)
    # No receipt is matched to a bill: both become exceptions, and are not written off before somebody decides.
    done = await check(world, await ask(world, charity, FIRST, partial=True))
    assert (done.state, done.exceptions) == (WriteOffState.DONE, 2)
    await receive(world, other, SECOND, made["other-2"][0].total)
    await check(world, await ask(world, other, SECOND))
    sums = await do(world, campaign_sums, campaign, "150000")
    assert campaign_total(sums.values()) == CampaignSums(
        units=3, units_done=1, months=5, months_done=2, bills=6, bills_done=1, held=2
    )
    place = other.unit.region_code[:4]
    assert sums[place] == CampaignSums(units=1, units_done=1, months=1, months_done=1, bills=1, bills_done=1)

    async def listed(order: str = "left", **changes: Any) -> list[int]:
        wanted = CampaignUnitFilter(region_prefix="15", **changes)
        page = await do(world, list_campaign_units, campaign, wanted, order=order)
        return [each.unit_id for each in page.items]

    ids = {"c": charity.unit_id, "h": hospital.unit_id, "o": other.unit_id}
    assert await listed() == [ids["h"], ids["c"], ids["o"]]
    assert await listed("done") == [*sorted([ids["c"], ids["o"]]), ids["h"]]
    assert await listed("bills") == [ids["h"], ids["c"], ids["o"]]
    assert await listed(state=CampaignState.DONE) == [ids["o"]]
    assert await listed(state=CampaignState.LEFT) == [ids["h"], ids["c"]]
    assert await listed(state=CampaignState.NOT_BEGUN) == [ids["h"]]
    assert await listed(state=CampaignState.OVERDUE) == []
    assert await listed(unit_id=ids["c"]) == [ids["c"]]
    assert await listed(unit_type="hospital") == [ids["h"], ids["o"]]
    page = await do(world, list_campaign_units, campaign, CampaignUnitFilter(region_prefix="15"), limit=1)
    rest = await do(
        world, list_campaign_units, campaign, CampaignUnitFilter(region_prefix="15"), after=page.next_key
    )
    assert [each.unit_id for each in (*page.items, *rest.items)] == [ids["h"], ids["c"], ids["o"]]
    (row, *_) = page.items
    assert (row.months, row.months_left, row.bills_left, row.oldest, row.due_on) == (2, 2, 2, FIRST, DUE)
    assert row.net_left == total_of(*made["hospital-1"], *made["hospital-2"])
    clock.set(on(days(1)))
    assert await listed(state=CampaignState.OVERDUE) == [ids["h"], ids["c"]]
    # Those that are behind with months in force are listed elsewhere.
    assert (await do(world, list_arrears, ArrearsFilter())).items == ()
    # Nobody counts a unit that is closed.
    await world.tamper("UPDATE units SET state = 'closed' WHERE unit_id = $1", other.unit_id)
    whole = campaign_total((await do(world, campaign_sums, campaign, "150000")).values())
    assert (whole.units, whole.units_done, whole.months) == (2, 0, 4)
    assert await listed() == [ids["h"], ids["c"]]


async def test_a_breach_that_stands_is_held_up_also_once_its_month_is_written_off_anew(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    charity = world.province.charity
    campaign = await carried(world, await opened(world))
    done = await check(world, await ask(world, charity, FIRST, partial=True))
    boss = await province_head(world)
    _, breach = await cases(world)
    await do(world, mark_breach, breach.case_id, BREACH, revision=1, acting=boss)

    async def counted() -> CampaignSums:
        return campaign_total((await do(world, campaign_sums, campaign, "150000")).values())

    before = CampaignSums(units=3, units_done=0, months=5, months_done=1, bills=6, bills_done=0, held=2)
    assert await counted() == before
    await decide(world, await do(world, propose_reopening, done.writeoff_id, REASON, acting=boss))
    assert await counted() == msgspec.structs.replace(before, months_done=0, held=0)
    await check(world, await ask(world, charity, FIRST, partial=True))
    # The breach still names the request that found it, which is superseded.
    assert await counted() == before
    # Where its unit is not counted, neither is what is held up of it.
    await world.tamper("UPDATE units SET state = 'closed' WHERE unit_id = $1", charity.unit_id)
    without = CampaignSums(units=2, units_done=0, months=3, months_done=0, bills=3, bills_done=0)
    assert await counted() == without


async def test_a_unit_sees_what_is_open_and_cannot_close_before(world: World, clock: StoppedClock) -> None:
    made = await old_bills(world, clock)
    charity, office = world.province.charity, world.province.office
    assert await do(world, catch_up_of, charity.unit_id) == []
    campaign = await carried(world, await opened(world))
    await write_off(world, charity, SECOND)
    (found,) = await do(world, catch_up_of, charity.unit_id)
    assert [(each.month, each.state, each.bills) for each in found.months] == [
        (FIRST, CatchUpState.OPEN, 2),
        (SECOND, CatchUpState.DONE, 1),
    ]
    assert [each.month for each in found.left] == [FIRST]
    assert found.months[0].net == total_of(*made["charity-1"])
    asked = await ask(world, charity, FIRST, partial=True)
    (found,) = await do(world, catch_up_of, charity.unit_id)
    assert found.months[0].state is CatchUpState.CHECKING
    # A unit without bills of these months has nothing to do; so has one that was registered later.
    (none,) = await do(world, catch_up_of, office.unit_id)
    assert none.months == ()
    with pytest.raises(Refusal) as caught:
        await ask(world, office, FIRST)
    assert caught.value.problems[0].code == "writeoff.nothing"
    assert "还有1个月份需要补核销，请单位完成后再注销。" in await do(world, unsettled_work, charity.unit_id)
    await check(world, asked)
    assert not [each for each in await do(world, unsettled_work, charity.unit_id) if "补核销" in each]
    assert campaign.span == f"{FIRST:%Y年%-m月}至{SECOND:%Y年%-m月}"


async def test_todays_rules_judge_old_months_without_those_that_ask_history(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    charity = world.province.charity
    usual = next(each for each in library_rules() if each.stage is Stage.WRITEOFF)
    rules = [
        msgspec.structs.replace(
            usual, code=code, name=name, condition=condition, effective_from=THIRD, mode=RuleMode.ACTING
        )
        for code, name, condition in (
            ("LATER-ALL", "以后才有的规则", "total > 0"),
            ("LATER-TWIN", "问历史的规则", "total > 0 AND twin_count(30) >= 0"),
        )
    ]
    async with world.database.system() as connection:
        await install_library(connection, await world.catalog.get(), rules, acting=ACTING)
    await carried(world, await opened(world))
    done = await write_off(world, charity, SECOND)
    assert done.exceptions == 1
    assert [each.rules for each in await cases(world)] == [("LATER-ALL",)]


async def test_a_unit_that_moves_takes_part_where_it_is(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    charity = world.province.charity
    region = f"{world.province.other_hospital.unit.region_code[:4]}00"
    city = await person(world, Role.DEPARTMENT_OFFICER, region=region)
    proposal = await proposed(world, city)
    await decide(world, proposal, region=region)
    (campaign,) = await do(world, list_campaigns, region)
    await carried(world, campaign)
    assert (await standing(world, charity, FIRST)).cycles == ()
    boss = await province_head(world)
    wish = ChangeWish(kind=UnitChangeKind.REGION, effective_on=today(), reason="机构改革", after=region)
    await do(world, change_unit, charity.unit_id, wish, acting=boss)
    assert {each.region_code for each in (await standing(world, charity, FIRST)).cycles} == {region}
    async with world.database.scoped(DepartmentScope(region)) as connection:
        sums = campaign_total((await campaign_sums(connection, campaign, region)).values())
    assert (sums.units, sums.months) == (2, 3)


async def test_a_unit_that_moves_away_is_not_stopped_any_more(
    world: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old_bills(world, clock)
    other = world.province.other_hospital
    region = f"{other.unit.region_code[:4]}00"
    clerk = await manager(world, other)
    bill = row(1, code="15060122", item_name="西药费")
    assert (await take(world, table(bill), clerk)).state is FormerImportState.IMPORTED
    city = await person(world, Role.DEPARTMENT_OFFICER, region=region)
    await decide(world, await proposed(world, city, first_month=MONTH, stops=True), region=region)
    (campaign,) = await do(world, list_campaigns, region)
    await carried(world, campaign)
    assert (await limits(world, other.unit_id))[0] == DUE
    boss = await province_head(world)
    wish = ChangeWish(kind=UnitChangeKind.REGION, effective_on=today(), reason="机构改革", after="150000")
    await do(world, change_unit, other.unit_id, wish, acting=boss)
    clock.set(on(days(1)))
    assert await limits(world, other.unit_id) == (None, "", None, "")
    assert (await do(world, unit_stops, other.unit_id)).months == ()
    assert await do(world, campaign_sums, campaign, region) == {}
    # It comes back to the campaign; what stops it is written once for all that follows it.
    written, write = [], stops.set_supply_limits

    async def counted(connection: Any, limits: Any, *, acting: Acting) -> None:
        written.append(acting.name)
        await write(connection, limits, acting=acting)

    monkeypatch.setattr(stops, "set_supply_limits", counted)
    wish = msgspec.structs.replace(wish, effective_on=today(), after=other.unit.region_code)
    await do(world, change_unit, other.unit_id, wish, acting=boss)
    assert written == ["系统"]
    assert (await limits(world, other.unit_id))[0] == DUE
    (sums,) = (await do(world, campaign_sums, campaign, region)).values()
    assert (sums.units, sums.months, sums.months_done) == (1, 2, 0)


async def test_units_are_reminded_ahead_of_the_last_day_and_by_departments(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    charity, other = world.province.charity, world.province.other_hospital
    campaign = await carried(world, await opened(world))
    await write_off(world, other, SECOND)

    async def reminded() -> list[str]:
        await remind_of_campaigns(world.database)
        await remind_of_campaigns(world.database)
        rows = await world.rows(
            "SELECT topic FROM messages WHERE topic ~ '^campaign:(far|near):' ORDER BY message_id"
        )
        return [row["topic"].split(":")[1] for row in rows]

    assert await reminded() == []
    clock.set(on(DUE - timedelta(days=8)))
    assert await reminded() == ["far", "far"]
    clock.set(on(DUE))
    assert await reminded() == ["far", "far", "near", "near"]
    # No message of each month, as for months in force.
    await remind_units(world.database)
    assert await world.value("SELECT count(*) FROM messages WHERE topic LIKE 'writeoff:due:%'") == 0
    boss, unit = await province_head(world), await manager(world, charity)
    ids = [each.unit_id for each in world.province.residents]
    told = await do(world, urge_campaign_units, campaign.campaign_id, ids, acting=boss)
    again = await do(world, urge_campaign_units, campaign.campaign_id, ids, acting=boss)
    assert ((told.told, told.before), (again.told, again.before)) == ((2, 0), (0, 2))
    assert await refused(world, urge_campaign_units, campaign.campaign_id, ids, acting=unit) == [
        "access.denied"
    ]
    assert await refused(world, urge_campaign_units, campaign.campaign_id, [], acting=boss) == [
        "writeoff.remind_none"
    ]
    assert await refused(world, urge_campaign_units, 999, ids, acting=boss) == ["campaign.unknown"]


async def test_a_run_that_was_cut_off_goes_on(
    world: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old_bills(world, clock)
    campaign = await opened(world)
    monkeypatch.setattr(campaign_months, "_PORTION", 1)
    reach, seen = campaign_months.carry_campaign, []

    async def cut_off(connection: AsyncConnection, campaign_id: int, unit_ids: Sequence[int]) -> None:
        seen.extend(unit_ids)
        if len(seen) == 2:
            raise ConnectionError("killed")
        await reach(connection, campaign_id, unit_ids)

    monkeypatch.setattr(campaign_months, "carry_campaign", cut_off)
    with pytest.raises(ConnectionError):
        await carry_campaigns(world.database)
    first = sorted(each.unit_id for each in world.province.residents)
    assert seen == first[:2]
    assert not (await do(world, get_campaign, campaign.campaign_id)).is_carried
    await carry_campaigns(world.database)
    assert seen[2:] == first[1:]
    assert (await do(world, get_campaign, campaign.campaign_id)).is_carried
    assert await world.value("SELECT count(*) FROM cycles") == 5


async def test_months_of_former_bills_take_part(world: World, clock: StoppedClock) -> None:
    made = await old_bills(world, clock)
    charity = world.province.charity
    clerk = await manager(world, charity)
    # Before the campaign, and while it runs.
    await take(world, table(row(1), row(2)), clerk)
    campaign = await carried(world, await opened(world, first_month=MONTH, stops=True))
    assert await world.value("SELECT count(*) FROM cycles") == 5
    (told,) = await world.rows(
        "SELECT title FROM messages WHERE topic LIKE 'campaign:due:%' AND unit_id = $1", charity.unit_id
    )
    assert told["title"] == f"{PLAN.name}：有3个月份需要补核销"
    assert (await limits(world, charity.unit_id))[0] == DUE
    await take(world, table(row(3, issued_on=f"{FIRST:%Y-%m}-08")), clerk, "又一份.csv")
    await take(world, table(row(4, issued_on="2023-07-01")), clerk, "再一份.csv")
    (found,) = await do(world, catch_up_of, charity.unit_id)
    assert [(each.month, each.bills, each.is_former) for each in found.months] == [
        (MONTH, 2, True),
        (date(2023, 7, 1), 1, True),
        (FIRST, 3, False),
        (SECOND, 1, False),
    ]
    assert found.months[2].net == total_of(*made["charity-1"]) + 10
    # Both halves of a month are written off before the month is.
    await write_off(world, charity, FIRST)
    (found,) = await do(world, catch_up_of, charity.unit_id)
    assert (found.months[2].state, found.months[2].is_former) == (CatchUpState.OPEN, True)
    await write_off(world, charity, SECOND)
    assert (await limits(world, charity.unit_id))[0] == DUE
    assert await do(world, count_campaign_units, campaign, "15", most=9) == 3
    assert "还有3个月份需要补核销，请单位完成后再注销。" in await do(world, unsettled_work, charity.unit_id)
    for month in (MONTH, date(2023, 7, 1), FIRST):
        asked = await do(
            world, submit, charity.unit_id, month, origin=BillOrigin.FORMER, acting=unit_of(charity)
        )
        assert (await check(world, asked)).state is WriteOffState.DONE
    assert (await limits(world, charity.unit_id))[0] is None
    (found,) = await do(world, catch_up_of, charity.unit_id)
    assert found.left == ()
    assert await do(world, count_campaign_units, campaign, "15", most=9) == 2
    assert await do(world, count_campaign_units, campaign, "15", most=1) == 1
    sums = campaign_total((await do(world, campaign_sums, campaign, "150000")).values())
    held = await world.value("SELECT count(*) FROM exception_cases")
    assert sums == CampaignSums(
        units=3, units_done=1, months=7, months_done=4, bills=10, bills_done=7 - held, held=held
    )
    # Its last day is that of the campaign, and the unit is told of it once.
    assert await world.value("SELECT count(*) FROM messages WHERE topic LIKE 'campaign:due:%'") == 3
