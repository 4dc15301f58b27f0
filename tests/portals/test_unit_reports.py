"""统计报表 of a unit, and today beside the same day of last week on its first page."""

import io
import re
from datetime import date

import httpx
import openpyxl
import pytest
from tests.support.world import World, a_world

from mingpiao.issuing.service import Aspect, unit_report
from mingpiao.kernel.clock import today
from mingpiao.portals.reports.periods import Period, span_of

site = a_world("peopled", demo=True)
unbalanced = a_world("peopled", demo=True, checked=False)

#: A day that begins on the way would divide what a report has.
pytestmark = pytest.mark.usefixtures("clock")


def _lines(answer: httpx.Response) -> dict[str, list[str]]:
    rows = re.findall(r'<tr><th scope="row"[^>]*>([^<]+)</th>(.*?)</tr>', answer.text, re.S)
    return {name: re.findall(r"<td[^>]*>([^<]+)</td>", cells) for name, cells in rows}


async def test_a_report_has_blue_red_and_net_by_kind_item_and_handler(site: World) -> None:
    requests = [
        site.unit.request(kind="0301", business_no=f"R-{n}", handler=f"开票员{n % 2}") for n in range(3)
    ]
    bills = await site.issue(site.unit, *requests)
    red = await site.reverse(site.unit, bills[0])
    browser = await site.browser("checker")
    amount, item = bills[0].total, bills[0].items[0]
    kind = (await site.services.catalog.get()).kinds["0301"].name
    whole = ["3", f"{amount * 3:,.2f}", "1", f"{-amount:,.2f}", f"{amount * 2:,.2f}"]
    for period in Period:
        by_kind = await browser.get("/unit/reports", period=period.value)
        assert _lines(by_kind) == {kind: whole, "合计": whole}
    by_item = await browser.get("/unit/reports", by="item")
    assert len(bills[0].items) == 1
    assert _lines(by_item) == {f"{item.code} {item.name}": whole, "合计": whole}
    by_handler = _lines(await browser.get("/unit/reports", by="handler"))
    assert by_handler["开票员1"] == ["1", f"{amount:,.2f}", "0", "0.00", f"{amount:,.2f}"]
    assert by_handler["合计"] == whole
    assert red.handler in by_handler
    saved = await browser.get("/unit/reports/export.xlsx", by="handler")
    sheet = openpyxl.load_workbook(io.BytesIO(saved.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[-1] == ("合计", 3, float(amount * 3), 1, float(-amount), float(amount * 2))
    audited = await site.services.database.pool.fetchval(
        "SELECT details->>'by' FROM audit_log WHERE action = 'bill_report:export'"
    )
    assert audited == "开票人"


async def test_a_report_by_pay_mode_has_each_period_and_bills_without_one(site: World) -> None:
    requests = [
        site.unit.request(kind="0301", business_no=f"R-{n}", pay_mode=mode)
        for n, mode in enumerate(("现金", "现金", "转账", ""))
    ]
    bills = await site.issue(site.unit, *requests)
    await site.reverse(site.unit, bills[0])
    browser, amount = await site.browser("checker"), bills[0].total
    for period in Period:
        assert _lines(await browser.get("/unit/reports", by="pay_mode", period=period.value)) == {
            "现金": ["2", f"{amount * 2:,.2f}", "1", f"{-amount:,.2f}", f"{amount:,.2f}"],
            "转账": ["1", f"{amount:,.2f}", "0", "0.00", f"{amount:,.2f}"],
            "未填写": ["1", f"{amount:,.2f}", "0", "0.00", f"{amount:,.2f}"],
            "合计": ["4", f"{amount * 4:,.2f}", "1", f"{-amount:,.2f}", f"{amount * 3:,.2f}"],
        }


async def test_a_report_that_would_read_too_much_or_nothing_says_so(site: World) -> None:
    await site.issue(site.unit, *(site.unit.request(kind="0301", business_no=f"R-{n}") for n in range(2)))
    async with site.services.database.system() as connection:
        unit_id = site.unit.unit_id
        assert await unit_report(connection, unit_id, today(), today(), Aspect.ITEM, most=1) is None
        assert await unit_report(connection, unit_id, today(), today(), Aspect.KIND, most=1)
    browser = await site.browser("checker")
    assert "该期间没有票据" in (await browser.get("/unit/reports", period="year", day="2021-05-05")).text
    wrong = await browser.get("/unit/reports", day="gestern")
    assert wrong.status_code == 422
    assert "日期不正确" in wrong.text


@pytest.mark.parametrize(
    ("period", "first", "last", "name"),
    [
        (Period.DAY, date(2026, 12, 31), date(2026, 12, 31), "2026年12月31日"),
        (Period.MONTH, date(2026, 12, 1), date(2026, 12, 31), "2026年12月"),
        (Period.QUARTER, date(2026, 10, 1), date(2026, 12, 31), "2026年第4季度"),
        (Period.YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026年"),
    ],
)
def test_periods(period: Period, first: date, last: date, name: str) -> None:
    span = span_of(period, date(2026, 12, 31))
    assert (span.first, span.last, span.name) == (first, last, name)


async def test_the_first_page_has_today_beside_the_same_day_of_last_week(unbalanced: World) -> None:
    site = unbalanced
    (bill,) = await site.issue(site.unit, site.unit.request(kind="0301", business_no="R-1"))
    # Last week's bills are told by their totals alone.
    await site.services.database.pool.execute(
        "INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, issued_amount) "
        "SELECT unit_id, kind_code, day - 7, region_code, 12, 34.50 FROM daily_totals"
    )
    shown = (await (await site.browser("handler")).get("/unit")).text
    found = re.findall(
        r'tile-figure figure">([^<]+)</div>\s*<div class="form-hint mb-0">上周同日 ([^<]+)<', shown
    )
    assert found == [("1", "12"), (f"{bill.total:,.2f}", "34.50"), ("0", "0"), ("0.00", "0.00")]
    assert "份草稿没有开具" not in shown
