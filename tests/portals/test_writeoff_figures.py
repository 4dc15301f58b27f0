"""核销情况 of departments: rates, exceptions, rules, units that are behind, and reminders."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest_asyncio
from tests.support.browser import Browser, members_of
from tests.support.world import BAOTOU, HOHHOT, PROVINCE, World, a_world
from tests.writeoff.months import FIRST, SECOND, ask, begin, check, close, on, receive, write_off

from mingpiao.identity.model import Role
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.model import DifferenceReason
from mingpiao.writeoff.service import due_on, last_day

world = a_world(spread=True, checked=False)

DUE = due_on(FIRST, 5)
_TAG = re.compile(r"<[^>]+>")


def cells(answer: httpx.Response, table: str) -> list[list[str]]:
    """The texts of a table's cells, row by row, without its head."""
    found = re.search(rf'id="{table}".*?<tbody>(.*?)</tbody>', answer.text, re.S)
    assert found, table
    return [
        [" ".join(_TAG.sub(" ", cell).split()) for cell in re.split(r"<t[hd][ >]", row)[1:]]
        for row in found[1].split("<tr>")[1:]
    ]


def lines(answer: httpx.Response) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def value(answer: httpx.Response, name: str) -> str:
    """The figure with an id."""
    found = re.search(rf'id="{name}"[^>]*>([^<]*)<', answer.text)
    assert found, name
    return found[1]


@pytest_asyncio.fixture
async def month(world: World, clock: StoppedClock) -> dict[str, Sequence[Bill]]:
    """A closed month: the charity is written off in time with a fee and one exception, the hospital late, and
    the office not at all.
    """
    clock.set(on(last_day(FIRST)))
    await begin(world)
    province = world.province
    bills = {
        name: await world.issue(each, *(each.request(business_no=f"{name}-{n}") for n in range(count)))
        for name, each, count in (
            ("charity", province.charity, 4),
            ("hospital", province.hospital, 2),
            ("office", province.office, 3),
        )
    }
    clock.set(on(SECOND))
    await close(world)
    *paid, _unpaid = bills["charity"]
    for bill in paid:
        receipt = await receive(world, province.charity, FIRST, bill.total, entry_key=bill.number)
        await world.value(
            "INSERT INTO receipt_matches VALUES ($1, $2, $3, $4, 'business_no')",
            receipt,
            province.charity.unit_id,
            bill.bill_id,
            bill.total,
        )
    reasons = [DifferenceReason(code="fee", amount=Decimal("3.50"))]
    done = await check(world, await ask(world, province.charity, partial=True, reasons=reasons))
    assert done.exceptions == 1
    clock.set(on(DUE + timedelta(days=1)))
    await write_off(world, province.hospital)
    clock.move(days=2)
    return bills


async def test_rates_count_bills_and_units_by_region_level_and_type(
    world: World, month: dict[str, Sequence[Bill]]
) -> None:
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = await browser.get("/finance/writeoff")
    # 4 + 2 + 3 bills; one of the charity's is an exception, the office's are not written off.
    assert value(shown, "rate-value") == "55.5%"
    assert value(shown, "on-time-value") == "33.3%"
    assert (value(shown, "behind-value"), value(shown, "undecided-value")) == ("1", "1")
    regions = {row[0].split(">")[-1].strip(): row[1] for row in cells(shown, "regions-table")}
    assert regions["合计"].split(">")[-1].strip() == "55.5% 5 / 9 份"
    assert {name: text.split(">")[-1].strip() for name, text in regions.items() if "市" in name} == {
        "呼和浩特市": "42.8% 3 / 7 份",
        "包头市": "100.0% 2 / 2 份",
    }
    assert "手续费" in cells(shown, "reasons-table")[0][0]
    on_time = await browser.get("/finance/writeoff", show="on_time", span="3")
    rows = {row[0].split(">")[-1].strip(): row[1] for row in cells(on_time, "regions-table")}
    assert rows["包头市"].split(">")[-1].strip() == "0.0% 0 / 1 家"
    assert (await browser.get("/finance/writeoff", to="1999-01")).status_code == 422
    assert (await browser.get("/finance/writeoff", region="110000")).status_code == 404


async def test_a_department_sees_its_own_area_and_its_figures_say_so(
    world: World, month: dict[str, Sequence[Bill]]
) -> None:
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=HOHHOT)
    shown = await browser.get("/finance/writeoff")
    assert value(shown, "rate-value") == "42.8%"
    assert value(shown, "undecided-value") == "1"
    places = {row[0].split(">")[-1].strip(): row[1] for row in cells(shown, "regions-table")}
    assert places["回民区"].split(">")[-1].strip() == "75.0% 3 / 4 份"
    assert places["呼和浩特市本级"].split(">")[-1].strip() == "0.0% 0 / 3 份"
    assert "包头" not in shown.text
    assert (await browser.get("/finance/writeoff", region=BAOTOU)).status_code == 404
    exported = lines(await browser.get("/finance/writeoff/months/export.csv"))
    assert [row[0] for row in exported[1:]] == [
        world.province.charity.unit.name,
        world.province.office.unit.name,
    ]
    home = await browser.get("/finance")
    assert re.search(r'data-tile="behind".*?>1</strong>', home.text, re.S)
    assert re.search(r'data-tile="exceptions".*?>1</strong>', home.text, re.S)
    # The tile leads to what it counts, whichever department in the area decides it.
    assert 'href="/finance/exceptions?whose=all"' in home.text
    listed = await browser.get("/finance/exceptions", whose="all")
    assert listed.text.count('name="chosen"') == 1


async def test_a_reason_leads_to_units_months_and_bills(
    world: World, month: dict[str, Sequence[Bill]], clock: StoppedClock
) -> None:
    charity, hospital = world.province.charity, world.province.hospital
    told = [
        {"code": "fee", "amount": "-1.25", "words": "银行多退了一笔手续费"},
        {"code": "refund", "amount": "7.00", "words": "=窗口退费"},
    ]
    await world.tamper(
        "UPDATE writeoffs SET reasons = $1::text::jsonb WHERE unit_id = $2",
        json.dumps(told),
        hospital.unit_id,
    )
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    figures = await browser.get("/finance/writeoff")
    listed = "/finance/writeoff/differences"
    span = f"from={FIRST:%Y-%m}&amp;to={FIRST:%Y-%m}"
    assert f'href="{listed}?reason=fee&amp;region={PROVINCE}&amp;{span}"' in figures.text
    shown = await browser.get(listed, reason="fee", region=PROVINCE)
    assert (charity.unit.name in shown.text, hospital.unit.name in shown.text) == (True, True)
    assert "银行多退了一笔手续费" in shown.text
    assert "窗口退费" not in shown.text
    row = next(each for each in shown.text.split("<tr>") if hospital.unit.name in each)
    leads = re.search(r'href="(/finance/writeoff/months[^"]+)"', row)
    assert leads
    opened = await browser.get(leads[1].replace("&amp;", "&"))
    assert f"{FIRST.year}年{FIRST.month}月" in opened.text
    assert re.search(r'href="/finance/bills\?[^"]+"', opened.text)
    exported = lines(await browser.get(f"{listed}/export.csv"))
    assert [[row[0], *row[4:8]] for row in exported[1:]] == [
        [charity.unit.name, "手续费", "3.50", "", ""],
        [hospital.unit.name, "手续费", "", "1.25", "银行多退了一笔手续费"],
        [hospital.unit.name, "退款", "7.00", "", "'=窗口退费"],
    ]
    for query, found in (
        ({"from": "1999-01", "to": "1999-02"}, 1),
        ({"reason": "refund"}, 2),
        ({"unit": charity.unit.name}, 2),
    ):
        assert len(lines(await browser.get(f"{listed}/export.csv", **query))) == found
    assert (await browser.get(listed, reason="odd")).status_code == 422
    other = await world.browser(Role.DEPARTMENT_OFFICER, region=HOHHOT)
    assert len(lines(await other.get(f"{listed}/export.csv"))) == 2
    assert (await other.get(listed, region=BAOTOU)).status_code == 404


async def test_a_month_leads_from_region_to_unit_to_its_bills(
    world: World, month: dict[str, Sequence[Bill]]
) -> None:
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    shown = await browser.get("/finance/writeoff")
    address = f"/finance/writeoff/months?region={HOHHOT}&amp;month={FIRST:%Y-%m}"
    assert address in shown.text
    units = await browser.get(address.replace("&amp;", "&"))
    assert world.province.office.unit.name in units.text
    assert world.province.hospital.unit.name not in units.text
    row = next(each for each in units.text.split("<tr>") if world.province.office.unit.name in each)
    bills_address = re.search(r'href="(/finance/bills\?[^"]+)"', row)
    assert bills_address
    bills = await browser.get(bills_address[1].replace("&amp;", "&"))
    for bill in month["office"]:
        assert bill.number in bills.text
    found = lines(await browser.get("/finance/writeoff/months/export.csv", month=f"{FIRST:%Y-%m}"))
    told = {row[0]: (row[4], row[6], row[9]) for row in found[1:]}
    province = world.province
    assert told == {
        province.charity.unit.name: ("4", "按期核销", "1"),
        province.hospital.unit.name: ("2", "逾期核销", "0"),
        province.office.unit.name: ("3", "逾期未核销", "0"),
    }
    late = lines(await browser.get("/finance/writeoff/months/export.csv", end="late"))
    assert [row[0] for row in late[1:]] == [province.hospital.unit.name]


async def test_exceptions_and_rules_show_what_departments_decided(
    world: World, clock: StoppedClock, month: dict[str, Sequence[Bill]]
) -> None:
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    rules = lines(await browser.get("/finance/writeoff/export.csv", table="rules"))
    assert [row[:1] + row[2:] for row in rules[1:]] == [["WRITEOFF-UNPAID", "1", "0", "0", ""]]
    await world.value(
        "UPDATE exception_cases SET state = 'cleared', decided_at = opened_at + interval '36 hours',"
        " decided_by = 'account:1', reason = '已补缴'"
    )
    rules = lines(await browser.get("/finance/writeoff/export.csv", table="rules"))
    assert [row[:1] + row[2:] for row in rules[1:]] == [["WRITEOFF-UNPAID", "1", "1", "1", "100.0"]]
    cases = lines(await browser.get("/finance/writeoff/export.csv", table="cases"))
    assert cases[-1] == ["合计", "1", "0", "0", "1", "0", "0", "0", "0", "1.5"]
    # A cleared exception is written off with its month.
    rates = lines(await browser.get("/finance/writeoff/export.csv"))
    whole = next(row for row in rates if row[:2] == ["地区", "合计"])
    assert whole[3:] == ["3", "2", "9", "6", "66.6", "3", "1", "33.3"]
    reasons = lines(await browser.get("/finance/writeoff/export.csv", table="reasons"))
    assert reasons[1:] == [["手续费", "1", "3.50", "0.00"]]
    workbook = await browser.get("/finance/writeoff/export.xlsx")
    assert workbook.content[:2] == b"PK"
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'writeoff_figures:export'") == 6


async def test_units_that_are_behind_are_reminded_once_a_day(
    world: World, clock: StoppedClock, month: dict[str, Sequence[Bill]]
) -> None:
    office = world.province.office
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=HOHHOT)
    shown = await browser.get("/finance/writeoff/behind")
    assert office.unit.name in shown.text
    assert "逾期 3 天" in shown.text
    told = await _remind(browser, shown, office.unit_id)
    assert "已提醒 1 家单位" in told.text
    told = await _remind(browser, shown, office.unit_id, world.province.hospital.unit_id)
    assert "已提醒 0 家单位" in told.text
    assert "另有 1 家今天已经提醒过" in told.text
    titles = await world.rows("SELECT unit_id, title FROM messages WHERE title LIKE '财政部门提醒%'")
    assert [tuple(row) for row in titles] == [
        (office.unit_id, f"财政部门提醒：请核销{FIRST.year}年{FIRST.month}月的票据")
    ]
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'writeoff:remind'") == 1
    nobody = await browser.post("/finance/writeoff/behind/remind", members_of(shown.text) | {"chosen": ""})
    assert "请先在列表中选择要提醒的单位" in nobody.text
    clock.move(days=1)
    browser = await world.browser(Role.DEPARTMENT_HEAD, region=HOHHOT)
    shown = await browser.get("/finance/writeoff/behind")
    assert "已提醒 1 家单位" in (await _remind(browser, shown, office.unit_id)).text


async def test_two_who_remind_at_once_send_one_message(
    world: World, month: dict[str, Sequence[Bill]]
) -> None:
    office = world.province.office
    browsers = [
        await world.browser(role, region=HOHHOT) for role in (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
    ]
    pages = [await each.get("/finance/writeoff/behind") for each in browsers]
    told = await asyncio.gather(
        *(_remind(each, shown, office.unit_id) for each, shown in zip(browsers, pages, strict=True))
    )
    assert sorted("已提醒 1 家单位" in each.text for each in told) == [False, True]
    assert await world.value("SELECT count(*) FROM messages WHERE title LIKE '财政部门提醒%'") == 1


async def test_a_department_elsewhere_reminds_nobody(world: World, month: dict[str, Sequence[Bill]]) -> None:
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=BAOTOU)
    shown = await browser.get("/finance/writeoff/behind", overdue="all")
    assert "没有符合条件的未核销单位" in shown.text
    own = await (await world.browser(Role.DEPARTMENT_OFFICER, region=HOHHOT)).get("/finance/writeoff/behind")
    token = members_of((await browser.get("/finance/writeoff/behind", overdue="all")).text)
    assert members_of(own.text)
    told = await browser.post(
        "/finance/writeoff/behind/remind", token | {"chosen": str(world.province.office.unit_id)}
    )
    assert "已提醒 0 家单位" in told.text
    assert await world.value("SELECT count(*) FROM writeoff_reminders") == 0


async def test_before_write_off_is_in_force_there_is_nothing_to_show(world: World) -> None:
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=PROVINCE)
    assert "还没有结账的月份" in (await browser.get("/finance/writeoff")).text
    assert 'data-tile="behind"' not in (await browser.get("/finance")).text
    assert "没有符合条件的核销周期" in (await browser.get("/finance/writeoff/months")).text
    assert len(lines(await browser.get("/finance/writeoff/export.csv"))) == 1


async def _remind(browser: Browser, shown: httpx.Response, *unit_ids: int) -> httpx.Response:
    return await browser.client.post(
        "/finance/writeoff/behind/remind",
        data=members_of(shown.text) | {"chosen": [str(each) for each in unit_ids]},
    )
