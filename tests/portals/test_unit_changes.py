"""Changes of units by page: from a day on, with consequences told before, and by two persons where it must be."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.province import ACTING, Resident
from tests.support.waiting import until
from tests.support.world import BAOTOU, HOHHOT, HUIMIN, PROVINCE, XINCHENG, World, a_world, codes_of

from mingpiao.demo.people import uscc
from mingpiao.identity.model import Role, acting_for, platform
from mingpiao.identity.service import create_account, search_accounts
from mingpiao.issuing.model import Issued, Refused
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import open_stock, stock_levels
from mingpiao.units.model import UnitChangeKind
from mingpiao.units.service import ChangeWish, apply_due_changes, change_unit, move_units

world = a_world()
#: For tests that change nothing.
unchanged = a_world(scope="module")
LOCKED = [("unit.issuing_locked", "")]


async def post(browser: Browser, address: str, **members: str) -> httpx.Response:
    return await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})


def address_of(resident: Resident) -> str:
    return f"/finance/units/{resident.unit_id}"


async def change(browser: Browser, resident: Resident, kind: str, **given: str) -> httpx.Response:
    """Through the page that tells the consequences."""
    address = f"{address_of(resident)}/changes/{kind}"
    members = {"effective_on": today().isoformat(), "reason": "按文件办理"} | given
    shown = await post(browser, address, **members)
    if "confirmed" not in shown.text:
        return shown
    return await browser.post(address, members_of(shown.text))


async def row(world: World, resident: Resident) -> dict[str, str]:
    (found,) = await world.rows("SELECT * FROM units WHERE unit_id = $1", resident.unit_id)
    return dict(found)


async def test_a_renamed_unit_issues_under_its_new_name_and_old_bills_keep_theirs(world: World) -> None:
    charity = world.province.charity
    old, new_name = charity.unit.name, "演示更名以后的慈善会"
    before = (await world.issue(charity, charity.request(business_no="B1")))[0]
    async with await world.browser(region=PROVINCE) as browser:
        asked = await post(
            browser,
            f"{address_of(charity)}/changes/name",
            after=new_name,
            effective_on=today().isoformat(),
            reason="民政厅批准更名",
        )
        assert f"以前开具的票据仍印“{old}”" in asked.text
        assert (await row(world, charity))["name"] == old
        done = await browser.post(f"{address_of(charity)}/changes/name", members_of(asked.text))
        assert done.headers["location"] == address_of(charity)
        shown = (await browser.get(address_of(charity))).text
        assert f"{old} → {new_name}" in shown
    await _until_named(world, charity, new_name)
    after = (await world.issue(charity, charity.request(business_no="B2")))[0]
    for bill, name in ((before, old), (after, new_name)):
        xml = await world.value("SELECT xml FROM bills WHERE bill_id = $1", int(bill.code + bill.number))
        assert name.encode() in xml
    trail = await world.rows("SELECT action FROM audit_log WHERE action LIKE 'unit:change%'")
    assert [each["action"] for each in trail] == ["unit:change_name"]


async def _until_named(world: World, resident: Resident, name: str) -> None:
    async def named() -> bool:
        return (await world.units.profile(resident.unit_id)).unit.name == name

    await until(named)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("name", {"after": ""}, "请填写单位名称"),
        ("name", {"after": "新名", "reason": " "}, "请填写变更原因"),
        ("name", {"after": "新名", "effective_on": "2020-01-01"}, "生效日期应在今天至一年内"),
        ("name", {"after": "新名", "effective_on": "明天"}, "请填写日期"),
        ("uscc", {"after": "123"}, "应为18位数字和大写字母"),
        ("region", {"after": "999999"}, "只能迁到本部门所辖的地区"),
        ("mode", {"after": "BOTH"}, "请选择开票方式"),
        ("resume", {}, "没有暂停用票"),
        ("suspend", {"until": "2020-01-01"}, "不能早于生效日期"),
    ],
)
async def test_a_wrong_change_is_told_at_its_field_and_nothing_changes(
    unchanged: World, kind: str, given: dict[str, str], told: str
) -> None:
    charity = unchanged.province.charity
    before = await row(unchanged, charity)
    region = before["region_code"]
    async with await unchanged.browser(region=region) as browser:
        answer = await change(browser, charity, kind, **given)
    assert 400 <= answer.status_code < 500
    assert told in answer.text
    assert await row(unchanged, charity) == before
    assert await unchanged.value("SELECT count(*) FROM unit_changes") == 0


async def test_a_suspended_unit_stops_at_once_also_in_kinds_granted_later(world: World) -> None:
    charity = world.province.charity
    kinds = set(charity.entry.kinds)
    bill = (await world.issue(charity, charity.request()))[0]
    async with await world.browser(region=PROVINCE) as browser:
        assert (await change(browser, charity, "suspend")).status_code == 303
        listed = (await browser.get("/finance/units?state=suspended")).text
        assert charity.unit.name in listed
        assert "财政部门已暂停用票" in listed
        async with world.database.system() as connection:
            other = sorted(set((await world.catalog.get()).kinds) - kinds)[0]
            await open_stock(connection, charity.unit_id, other, acting=platform("test"))
        locks = await world.rows("SELECT locks FROM stocks WHERE unit_id = $1", charity.unit_id)
        assert {tuple(each["locks"]) for each in locks} == {("unit_suspended",)}
        (outcome,) = await world.desk.issue(
            charity.unit_id, [charity.request(business_no="S1")], acting=platform("test")
        )
        assert codes_of(outcome) == LOCKED
        assert isinstance(outcome, Refused)
        assert "已被财政部门暂停用票" in outcome.problems[0].message
        assert "已暂停用票" in (await change(browser, charity, "suspend")).text
        assert (await change(browser, charity, "resume")).status_code == 303
    await world.issue(charity, charity.request(business_no="S1"))
    await world.reverse(charity, bill)


async def test_a_unit_without_any_kind_is_stopped_before_its_first_one(world: World) -> None:
    charity = world.province.charity
    async with await world.browser(region=PROVINCE) as browser:
        shown = await browser.get("/finance/units/new")
        given = {
            "uscc": uscc("12", "150102", "NEW00002"),
            "name": "演示新单位",
            "region_code": "150102",
            "unit_type": "office",
            "mode": "ONLINE",
        }
        made = await browser.post("/finance/units/new", members_of(shown.text) | given)
        address = made.headers["location"]
        asked = await post(
            browser, f"{address}/changes/suspend", effective_on=today().isoformat(), reason="核查"
        )
        assert (await browser.post(f"{address}/changes/suspend", members_of(asked.text))).status_code == 303
        kind = sorted(charity.entry.kinds)[0]
        await post(browser, f"{address}/kinds", kinds=kind)
    unit_id = int(address.rsplit("/", 1)[1])
    assert await world.value("SELECT locks FROM stocks WHERE unit_id = $1", unit_id) == ["unit_suspended"]


async def test_of_bills_and_a_suspension_at_once_none_is_issued_after_its_commit(world: World) -> None:
    charity = world.province.charity
    wish = ChangeWish(kind=UnitChangeKind.SUSPEND, effective_on=today(), reason="核查")

    async def suspend() -> int:
        async with world.database.system() as connection:
            await change_unit(connection, charity.unit_id, wish, acting=platform("test"))
        return int(await world.value("SELECT count(*) FROM bills WHERE unit_id = $1", charity.unit_id))

    requests = [charity.request(business_no=f"R{number}") for number in range(12)]
    issuing = [world.desk.issue(charity.unit_id, [each], acting=platform("test")) for each in requests[:6]]
    answers = await asyncio.gather(*issuing, suspend())
    later = await world.desk.issue(charity.unit_id, requests[6:], acting=platform("test"))
    assert [codes_of(each) for each in later] == [LOCKED] * 6
    issued = [outcome for (outcome,) in answers[:6] if isinstance(outcome, Issued)]
    refused = [outcome for (outcome,) in answers[:6] if not isinstance(outcome, Issued)]
    assert [codes_of(each) for each in refused] == [LOCKED] * len(refused)
    count = await world.value("SELECT count(*) FROM bills WHERE unit_id = $1", charity.unit_id)
    assert count == len(issued)
    assert answers[6] == count


async def test_a_suspension_with_dates_comes_and_goes_by_the_worker(
    world: World, clock: StoppedClock
) -> None:
    charity = world.province.charity
    first, last = today() + timedelta(days=2), today() + timedelta(days=4)
    async with await world.browser(region=PROVINCE) as browser:
        answer = await change(
            browser, charity, "suspend", effective_on=first.isoformat(), until=last.isoformat()
        )
        assert answer.status_code == 303
        twice = await change(browser, charity, "suspend", effective_on=first.isoformat())
        assert (twice.status_code, "已有一项待生效" in twice.text) == (409, True)
    states = []
    for _ in range(6):
        await apply_due_changes(world.database)
        await apply_due_changes(world.database)
        states.append((await row(world, charity))["state"])
        clock.move(days=1)
    assert states == ["active", "active", "suspended", "suspended", "suspended", "active"]
    actors = await world.rows(
        "SELECT action, actor FROM audit_log WHERE action IN ('unit:suspend', 'unit:resume') ORDER BY audit_id"
    )
    assert [tuple(each) for each in actors] == [
        ("unit:suspend", "system:apply_unit_changes"),
        ("unit:resume", "system:apply_unit_changes"),
    ]


async def test_resuming_early_takes_the_planned_end_away_and_so_does_withdrawing(world: World) -> None:
    charity = world.province.charity
    last, later = ((today() + timedelta(days=days)).isoformat() for days in (5, 2))
    async with await world.browser(region=PROVINCE) as browser:
        assert (await change(browser, charity, "suspend", until=last)).status_code == 303
        assert (await change(browser, charity, "resume")).status_code == 303
        assert (await row(world, charity))["state"] == "active"
        await change(browser, charity, "suspend", effective_on=later, until=last)
        suspension = await world.value("SELECT max(change_id) FROM unit_changes WHERE kind = 'suspend'")
        await post(browser, f"{address_of(charity)}/planned/{suspension}/withdraw")
    states = await world.rows("SELECT kind, state FROM unit_changes ORDER BY change_id")
    assert [tuple(each) for each in states] == [
        ("suspend", "applied"),
        ("resume", "withdrawn"),
        ("resume", "applied"),
        ("suspend", "withdrawn"),
        ("resume", "withdrawn"),
    ]


async def test_what_the_province_orders_a_city_does_not_undo(world: World, clock: StoppedClock) -> None:
    charity = world.province.charity
    await world.value("UPDATE units SET region_code = $1 WHERE unit_id = $2", HOHHOT, charity.unit_id)
    day = (today() + timedelta(days=1)).isoformat()
    told = "这项决定由上级财政部门作出"
    async with await world.browser(region=PROVINCE) as province, await world.browser(region=HOHHOT) as city:
        assert (await change(province, charity, "name", after="演示甲", effective_on=day)).status_code == 303
        change_id = await world.value("SELECT max(change_id) FROM unit_changes")
        withdraw = f"{address_of(charity)}/planned/{change_id}/withdraw"
        assert withdraw not in (await city.get(address_of(charity))).text
        assert withdraw in (await province.get(address_of(charity))).text
        refused = await post(city, withdraw)
        assert (refused.status_code, told in refused.text) == (409, True)
        await change(province, charity, "suspend")
        refused = await change(city, charity, "resume")
        assert (refused.status_code, told in refused.text) == (409, True)
        assert (await row(world, charity))["state"] == "suspended"
        assert (await change(province, charity, "resume")).status_code == 303
        # What the city orders itself, the city and the province undo.
        assert (await change(city, charity, "suspend")).status_code == 303
        assert (await change(city, charity, "resume")).status_code == 303
        assert (await change(city, charity, "suspend", until=day)).status_code == 303
        assert (await change(province, charity, "resume")).status_code == 303
    made = await world.rows("SELECT DISTINCT made_in FROM unit_changes ORDER BY 1")
    assert [each["made_in"] for each in made] == [PROVINCE, HOHHOT]
    states = await world.rows("SELECT kind, state FROM unit_changes WHERE change_id = $1", change_id)
    assert [tuple(each) for each in states] == [("name", "planned")]


async def test_a_resumption_that_a_city_planned_does_not_end_what_the_province_ordered_since(
    world: World, clock: StoppedClock
) -> None:
    charity = world.province.charity
    await world.value("UPDATE units SET region_code = $1 WHERE unit_id = $2", HOHHOT, charity.unit_id)
    soon, last = ((today() + timedelta(days=days)).isoformat() for days in (1, 3))
    async with await world.browser(region=PROVINCE) as province, await world.browser(region=HOHHOT) as city:
        await change(province, charity, "suspend", effective_on=soon)
        await world.value("UPDATE unit_changes SET state = 'withdrawn', settled_at = now()")
        await change(city, charity, "suspend", until=last)
    await world.tamper("UPDATE unit_changes SET made_in = $1 WHERE kind = 'suspend'", PROVINCE)
    clock.move(days=4)
    await apply_due_changes(world.database)
    assert (await row(world, charity))["state"] == "suspended"
    note = await world.value("SELECT note FROM unit_changes WHERE kind = 'resume' AND state = 'failed'")
    assert note.startswith("这项决定由上级财政部门作出")
    assert await world.value("SELECT count(*) FROM messages WHERE topic LIKE 'unit:change_failed:%'") == 1


async def test_a_planned_move_gives_way_to_the_merger_of_the_region(world: World) -> None:
    charity = world.province.charity
    await world.value("UPDATE units SET region_code = $1 WHERE unit_id = $2", HUIMIN, charity.unit_id)
    day = (today() + timedelta(days=9)).isoformat()
    async with await world.browser(region=PROVINCE) as browser:
        assert (await change(browser, charity, "region", after=BAOTOU, effective_on=day)).status_code == 303
    async with world.database.system() as connection:
        await move_units(connection, HUIMIN, XINCHENG, acting=platform("test"))
    assert (await row(world, charity))["region_code"] == XINCHENG
    states = await world.rows("SELECT after, state FROM unit_changes ORDER BY change_id")
    assert [tuple(each) for each in states] == [(BAOTOU, "withdrawn"), (XINCHENG, "applied")]
    (told,) = await world.rows("SELECT region_code, title, body FROM messages WHERE topic LIKE 'unit:move%'")
    assert (told["region_code"], told["title"]) == (PROVINCE, "计划的迁移已撤回")
    assert f"原定{day}的迁移不再执行" in told["body"]


async def test_a_planned_change_can_be_withdrawn_and_two_workers_apply_one_once(
    world: World, clock: StoppedClock
) -> None:
    charity = world.province.charity
    day = (today() + timedelta(days=1)).isoformat()
    async with await world.browser(region=PROVINCE) as browser:
        await change(browser, charity, "name", after="演示甲", effective_on=day)
        change_id = await world.value("SELECT max(change_id) FROM unit_changes")
        withdraw = f"{address_of(charity)}/planned/{change_id}/withdraw"
        assert (await post(browser, withdraw)).status_code == 303
        assert (await post(browser, withdraw)).status_code == 409
        await change(browser, charity, "name", after="演示乙", effective_on=day)
    clock.move(days=1)
    await asyncio.gather(*(apply_due_changes(world.database) for _ in range(3)))
    assert (await row(world, charity))["name"] == "演示乙"
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'unit:change_name'") == 1
    states = await world.rows("SELECT after, state FROM unit_changes ORDER BY change_id")
    assert [tuple(each) for each in states] == [("演示甲", "withdrawn"), ("演示乙", "applied")]


async def test_closing_takes_two_persons_returns_numbers_and_stays(world: World) -> None:
    hospital = world.province.hospital
    bill = (await world.issue(hospital, hospital.request()))[0]
    async with world.database.system() as connection:
        (level, *_rest) = [
            each for each in await stock_levels(connection, hospital.unit_id) if each.kind_code == bill.kind
        ]
    async with await world.browser(Role.DEPARTMENT_HEAD, region=PROVINCE) as browser:
        invited = await post(
            browser, f"{address_of(hospital)}/accounts", username="hospital-manager", display_name="管理员"
        )
        assert invited.status_code == 200, invited.text
        asked = await post(
            browser, f"{address_of(hospital)}/changes/close", effective_on=today().isoformat(), reason="撤销"
        )
        assert "注销不能撤销" in asked.text
        proposed = await browser.post(f"{address_of(hospital)}/changes/close", members_of(asked.text))
        page = proposed.headers["location"]
        assert page.startswith("/finance/approvals/")
        own = await post(browser, page, decision="approve")
        assert own.status_code >= 400
    assert (await row(world, hospital))["state"] == "active"
    async with await world.browser(Role.DEPARTMENT_HEAD, region=hospital.unit.region_code[:4] + "00") as head:
        assert (await post(head, page, decision="approve")).status_code >= 400
    second = await _second_head(world)
    async with second as browser:
        shown = await browser.get(page)
        assert "已注销" in shown.text
        answer = await post(browser, page, decision="approve", opinion="同意")
        assert answer.status_code == 303, answer.text
    assert (await row(world, hospital))["state"] == "closed"
    (outcome,) = await world.desk.issue(
        hospital.unit_id, [hospital.request(business_no="C1")], acting=platform("test")
    )
    assert codes_of(outcome) == LOCKED
    async with world.database.system() as connection:
        levels = {each.kind_code: each for each in await stock_levels(connection, hospital.unit_id)}
    assert {each.free for each in levels.values()} == {0}
    assert levels[bill.kind].used == level.used
    returned = await world.value(
        "SELECT sum(last_number - first_number + 1) FROM returned_numbers WHERE kind_code = $1", bill.kind
    )
    assert returned == level.free
    (change_row,) = await world.rows(
        "SELECT made_by, decided_by, state FROM unit_changes WHERE kind = 'close'"
    )
    assert change_row["made_by"] != change_row["decided_by"]
    async with await world.browser(region=PROVINCE) as browser:
        for page_name in ("kinds", "edit", "numbers", "accounts", "points"):
            refused = await post(
                browser, f"{address_of(hospital)}/{page_name}", kinds="0601", kind="0601", count="5",
                unit_type="office", username="abc", display_name="某", code="1", name="某",
            )  # fmt: skip
            assert refused.status_code == 409, page_name
        assert (await browser.get(f"{address_of(hospital)}/changes/name")).status_code == 409
        await _keeps_its_accounts_shut(world, browser, hospital)


async def _keeps_its_accounts_shut(world: World, browser: Browser, resident: Resident) -> None:
    account = await world.value(
        "SELECT account_id FROM accounts WHERE unit_id = $1 AND role = 'unit_manager'", resident.unit_id
    )
    address = f"{address_of(resident)}/accounts/{account}"
    for verb, status in (("enable", 409), ("renew", 409), ("disable", 303)):
        assert (await post(browser, address, verb=verb, confirmed="yes")).status_code == status, verb
    assert not await world.value("SELECT active FROM accounts WHERE account_id = $1", account)


async def _second_head(world: World) -> Browser:
    async with world.database.system() as connection:
        await create_account(
            connection,
            username="second-head",
            display_name="第二负责人",
            role=Role.DEPARTMENT_HEAD,
            password=PASSWORD,
            region_code=PROVINCE,
            acting=ACTING,
        )
    return await world.browser("second-head")


async def test_a_new_code_retires_the_seal_and_a_new_one_opens_issuing_again(world: World) -> None:
    charity = world.province.charity
    new_code = uscc("53", PROVINCE, "NEW00003")
    old_bill = (await world.issue(charity, charity.request(business_no="U1")))[0]
    async with await world.browser(region=PROVINCE) as browser:
        proposed = await change(browser, charity, "uscc", after=new_code.lower())
        page = proposed.headers["location"]
        again = await change(browser, charity, "uscc", after=new_code)
        assert (again.status_code, "已有一项变更待审" in again.text) == (409, True)
    async with await _second_head(world) as browser:
        assert (await post(browser, page, decision="approve")).status_code == 303
    assert (await row(world, charity))["uscc"] == new_code
    await _until_answers(world, charity, "U1", "sealing.no_key")
    async with await world.browser(region=PROVINCE) as browser:
        made = await post(browser, f"{address_of(charity)}/seal", source="drawn")
        assert made.status_code == 303, made.text
    await _until_answers(world, charity, "U3", "issued")
    xml = await world.value("SELECT xml FROM bills WHERE bill_id = $1", int(old_bill.code + old_bill.number))
    assert charity.unit.uscc.encode() in xml


async def _answers(world: World, resident: Resident, business_no: str) -> str:
    """How the desk answers a request: "issued", or the code of its refusal."""
    try:
        (outcome,) = await world.desk.issue(
            resident.unit_id, [resident.request(business_no=business_no)], acting=platform("test")
        )
    except Refusal as refusal:
        return refusal.problems[0].code
    return "issued" if isinstance(outcome, Issued) else codes_of(outcome)[0][0]


async def _until_answers(world: World, resident: Resident, business_no: str, wanted: str) -> None:
    async def answers() -> bool:
        return await _answers(world, resident, business_no) == wanted

    await until(answers)


async def test_a_unit_moves_with_its_qualifications_but_only_under_a_department_above_both(
    world: World,
) -> None:
    office = world.province.office
    region = office.unit.region_code
    target = BAOTOU if not region.startswith("1502") else HOHHOT
    async with await world.browser(region=region) as browser:
        assert "只能迁到本部门所辖的地区" in (await change(browser, office, "region", after=target)).text
    async with await world.browser(region=PROVINCE) as browser:
        assert (await change(browser, office, "region", after=target)).status_code == 303
    assert (await row(world, office))["region_code"] == target
    async with await world.browser(region=target) as browser:
        assert (await browser.get(address_of(office))).status_code == 200


async def test_another_department_changes_nothing(world: World) -> None:
    charity = world.province.charity
    outside = BAOTOU if not charity.unit.region_code.startswith("1502") else HOHHOT
    if charity.unit.region_code.startswith(outside[:4]):
        outside = "150300"
    before = await row(world, charity)
    async with await world.browser(Role.DEPARTMENT_HEAD, region=outside) as browser:
        for kind in UnitChangeKind:
            address = f"{address_of(charity)}/changes/{kind.value}"
            assert (await browser.get(address)).status_code == 404
            answer = await post(
                browser, address, confirmed="yes", after="新", effective_on=today().isoformat(), reason="某"
            )
            assert answer.status_code == 404
    wish = ChangeWish(kind=UnitChangeKind.SUSPEND, effective_on=today(), reason="某")
    async with world.database.system() as connection:
        (state,) = (await search_accounts(connection, words=f"department_head-{outside}")).items
    with pytest.raises(Refusal) as refused:
        async with world.database.system() as connection:
            await change_unit(connection, charity.unit_id, wish, acting=acting_for(state.account))
    assert refused.value.problems[0].code == "unit.unknown"
    assert await row(world, charity) == before
    assert await world.value("SELECT count(*) FROM unit_changes") == 0
