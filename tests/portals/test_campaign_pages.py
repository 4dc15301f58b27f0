"""补核销专项 through the pages: a department opens one, a unit sees what is open, who is behind is listed."""

import csv
import io
import re
from datetime import timedelta

import httpx
from tests.support.browser import Browser, members_of
from tests.support.world import World, a_world
from tests.writeoff.campaigns import (
    DUE,
    PLAN,
    carried,
    days,
    decide,
    old_bills,
    opened,
)
from tests.writeoff.casework import REASON
from tests.writeoff.months import FIRST, SECOND, THIRD, write_off

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock
from mingpiao.storage.scope import DepartmentScope
from mingpiao.writeoff.months import months_after
from mingpiao.writeoff.service import list_campaigns

world = a_world("peopled", demo=True)
FORM = {
    "name": PLAN.name,
    "basis": PLAN.basis,
    "first_month": f"{FIRST:%Y-%m}",
    "last_month": f"{SECOND:%Y-%m}",
    "due_on": DUE.isoformat(),
    "stops": "no",
    "reason": REASON,
}
_TAG = re.compile(r"<[^>]+>")


def cells(answer: httpx.Response, table: str) -> list[list[str]]:
    """The texts of a table's cells, row by row, without its head."""
    found = re.search(rf'id="{table}".*?<tbody>(.*?)</tbody>', answer.text, re.S)
    assert found, table
    return [
        [" ".join(_TAG.sub(" ", f"<{cell}").split()) for cell in re.split(r"<(?=t[hd][ >])", row)[1:]]
        for row in found[1].split("<tr>")[1:]
    ]


def value(answer: httpx.Response, name: str) -> str:
    """The figure with an id."""
    found = re.search(rf'id="{name}"[^>]*>(?:<a[^>]*>)?([^<]*)<', answer.text)
    assert found, name
    return found[1]


async def send(browser: Browser, address: str, **members: str) -> httpx.Response:
    token = members_of((await browser.get(address)).text)["csrf_token"]
    return await browser.post(address, data={"csrf_token": token} | members)


async def test_a_department_opens_a_campaign_and_sees_how_far_it_is(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    empty = await officer.get("/finance/campaigns")
    assert "还没有补核销专项" in empty.text
    form = await officer.get("/finance/campaigns/new")
    assert members_of(form.text)["last_month"] == f"{SECOND:%Y-%m}"
    sent = await send(officer, "/finance/campaigns/new", **FORM)
    shown = await officer.arrive(sent)
    assert "/finance/approvals/" in str(shown.url)
    assert PLAN.basis in shown.text
    assert "涉及4家用票单位" in shown.text
    await decide(world, int(str(shown.url).rpartition("/")[2]))
    async with world.database.system() as connection:
        (campaign,) = await list_campaigns(connection, "150000")
    at = f"/finance/campaigns/{campaign.campaign_id}"
    before = (await officer.get(at)).text
    assert "正在为各单位结账" in before
    assert "刚开始时可能都是0" in before
    campaign = await carried(world, campaign)
    await write_off(world, world.province.other_hospital, SECOND)
    page = await officer.get(at)
    assert [value(page, f"{name}-value") for name in ("units", "months", "bills", "left")] == [
        "33.3%", "20.0%", "16.6%", "2",
    ]  # fmt: skip
    assert [row[1:] for row in cells(page, "places-table")] == [
        ["100.0% 1 / 1 家", "100.0% 1 / 1 个月", "100.0% 1 / 1 份", "0"],
        ["0.0% 0 / 2 家", "0.0% 0 / 4 个月", "0.0% 0 / 5 份", "2"],
        ["33.3% 1 / 3 家", "20.0% 1 / 5 个月", "16.6% 1 / 6 份", "2"],
    ]
    assert REASON in page.text
    # A place of it; another region has nothing to see, and none outside the account's.
    place = f"{world.province.other_hospital.unit.region_code[:4]}00"
    assert value(await officer.get(f"{at}?region={place}"), "units-value") == "100.0%"
    assert (await officer.get(f"{at}?region=110000")).status_code == 404
    assert (await officer.get("/finance/campaigns/99")).status_code == 404
    home = await officer.get("/finance")
    assert f"/finance/campaigns/units?campaign={campaign.campaign_id}&amp;state=left" in home.text
    county = await world.browser(Role.DEPARTMENT_HEAD, region="150102")
    assert "/finance/campaigns/new" not in (await county.get("/finance/campaigns")).text
    assert (await county.get(at)).status_code == 200
    refused = await send(county, "/finance/campaigns/new", **FORM)
    assert refused.status_code == 403


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    world: World, clock: StoppedClock
) -> None:
    await old_bills(world, clock)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    address = "/finance/campaigns/new"
    wrong = await send(
        officer,
        address,
        **(FORM | {"first_month": "2021年1月", "due_on": "31.12.", "stops": "", "name": "<b>"}),
    )
    assert wrong.status_code == 422
    for field in ("first_month", "due_on", "stops"):
        assert f'href="#{field}"' in wrong.text, field
    assert "&lt;b&gt;" in wrong.text
    for changed, told in (
        ({"first_month": f"{SECOND:%Y-%m}", "last_month": f"{FIRST:%Y-%m}"}, "截止月份早于起始月份"),
        ({"last_month": f"{months_after(THIRD, 1):%Y-%m}"}, "截止月份还没有结束"),
        ({"due_on": FIRST.isoformat()}, "核销期限应晚于今天"),
        ({"reason": "同意"}, "不少于5个字"),
        ({"name": "啊"}, "专项名称应为4至60个字"),
    ):
        answer = await send(officer, address, **(FORM | changed))
        assert (answer.status_code, told in answer.text) == (422, True), told
        assert PLAN.basis in answer.text
    await opened(world, last_month=FIRST)
    overlap = await send(officer, address, **FORM)
    assert (overlap.status_code, "请修改月份，或先结束该专项" in overlap.text) == (409, True)


async def test_a_unit_sees_its_months_and_goes_to_one(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    handler = await world.browser("handler")
    assert "没有需要补核销的月份" in (await handler.get("/unit/writeoff/catch-up")).text
    campaign = await opened(world, stops=True)
    # Nobody waits for the worker: the page closes the months of the unit.
    page = await handler.get("/unit/writeoff/catch-up")
    assert f'aria-label="{FIRST.year}年{FIRST.month}月未核销"' in page.text
    assert "还有 <strong>2</strong> 个没有核销" in page.text
    assert f'href="/unit/writeoff/{FIRST:%Y-%m}"' in page.text
    assert "补核销（2个月）" in (await handler.get("/unit/writeoff")).text
    assert "有 2 个月份需要补核销" in (await handler.get("/unit")).text
    month = await handler.get(f"/unit/writeoff/{FIRST:%Y-%m}")
    assert ("提交核销" in month.text, "/unit/writeoff/catch-up" in month.text) == (True, True)
    await write_off(world, world.province.charity, FIRST)
    page = await handler.get("/unit/writeoff/catch-up")
    assert f'aria-label="{FIRST.year}年{FIRST.month}月已核销"' in page.text
    assert "还有 <strong>1</strong> 个没有核销" in page.text
    await write_off(world, world.province.charity, SECOND)
    assert "2 个月份都已核销" in (await handler.get("/unit/writeoff/catch-up")).text
    assert "需要补核销" not in (await handler.get("/unit")).text
    assert campaign.is_running


async def test_who_is_behind_is_listed_reminded_and_exported(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    campaign = await carried(world, await opened(world))
    await write_off(world, world.province.other_hospital, SECOND)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    address = "/finance/campaigns/units"
    listed = await officer.get(address)
    names = {key: getattr(world.province, key).unit.name for key in ("hospital", "charity", "other_hospital")}
    assert [name in listed.text for name in names.values()] == [True, True, False]
    every = await officer.get(f"{address}?state=all&sort=done")
    assert all(name in every.text for name in names.values())
    assert (await officer.get(f"{address}?state=everything")).status_code == 422
    assert (await officer.get(f"{address}?campaign=77")).status_code == 422
    answer = await officer.get(f"{address}/export.csv?state=all")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "用票单位"
    assert sorted((row[0], row[3], row[4], row[5], row[6]) for row in rows[1:]) == sorted(
        [
            (names["hospital"], "没有开始", "2", "0", "2"),
            (names["charity"], "没有开始", "2", "0", "2"),
            (names["other_hospital"], "已完成", "1", "1", "0"),
        ]
    )
    token = members_of(listed.text)["csrf_token"]
    chosen = {"csrf_token": token, "chosen": str(world.province.charity.unit_id), "filter-state": "left"}
    reminded = await officer.post(f"{address}/remind", data=chosen)
    assert "已提醒 1 家单位" in reminded.text
    again = await officer.post(f"{address}/remind", data=chosen)
    assert "今天已经提醒过" in again.text
    # A department of another region sees the campaign's months of its own units alone.
    place = world.province.other_hospital.unit.region_code
    city = await world.browser(Role.DEPARTMENT_HEAD, region=f"{place[:4]}00")
    seen = await city.get(f"{address}?state=all")
    assert [name in seen.text for name in names.values()] == [False, False, True]
    async with world.database.scoped(DepartmentScope(f"{place[:4]}00")) as connection:
        assert [each.campaign_id for each in await list_campaigns(connection, place)] == [
            campaign.campaign_id
        ]


async def test_a_later_day_and_the_end_are_proposed(world: World, clock: StoppedClock) -> None:
    await old_bills(world, clock)
    campaign = await carried(world, await opened(world, stops=True))
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    at = f"/finance/campaigns/{campaign.campaign_id}"
    earlier = await send(officer, f"{at}/extend", due_on=(DUE - timedelta(days=1)).isoformat(), reason=REASON)
    assert (earlier.status_code, "新的期限应晚于现在的期限" in earlier.text) == (422, True)
    sent = await send(officer, f"{at}/extend", due_on=days(20).isoformat(), reason=REASON)
    shown = await officer.arrive(sent)
    assert (DUE.isoformat() in shown.text, days(20).isoformat() in shown.text) == (True, True)
    assert "有一项变更等待审核" in (await officer.get(at)).text
    waiting = await send(officer, f"{at}/end", reason=REASON)
    assert (waiting.status_code, "已有一项变更待审" in waiting.text) == (409, True)
    await decide(world, int(str(shown.url).rpartition("/")[2]))
    await carried(world, campaign)
    assert f"延期，核销期限{days(20):%Y年%-m月%-d日}" in (await officer.get(at)).text
    ended = await officer.arrive(await send(officer, f"{at}/end", reason=REASON))
    await decide(world, int(str(ended.url).rpartition("/")[2]))
    page = await officer.get(at)
    assert ("已结束" in page.text, f"{at}/extend" in page.text) == (True, False)
    over = await send(officer, f"{at}/extend", due_on=days(40).isoformat(), reason=REASON)
    assert (over.status_code, "已经结束" in over.text) == (409, True)
    assert (await officer.get(f"{at}/cancel")).status_code == 404
