"""已开票据: filters live in the address, pages follow one another, exports hold the whole filter."""

import csv
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import download
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_PAGE = 50


def test_filters_pages_and_exports_agree(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit("yiyuan-kaipiao")
    page = visitor.open("/unit/bills")
    page.select_option("#kind", "0601")
    page.fill("#amount_from", "10")
    page.get_by_role("button", name="查询", exact=True).click()
    page.wait_for_url("**kind=0601**")
    query = parse_qs(urlsplit(page.url).query)
    assert (query["kind"], query["amount_from"]) == (["0601"], ["10"])

    page.reload()
    assert (page.input_value("#kind"), page.input_value("#amount_from")) == ("0601", "10")
    numbers = numbers_of(page)
    assert len(numbers) == _PAGE
    visitor.look_closely()
    exported = [download(page, f"导出 {ending}", tmp_path) for ending in ("CSV", "Excel")]

    while page.get_by_role("link", name="下一页").count():
        turn(page, "下一页")
        assert "after=" in page.url
        assert page.input_value("#kind") == "0601"
        numbers += numbers_of(page)
    assert len(numbers) == len(set(numbers)) > _PAGE
    # Newest first, and an interface unit's numbers follow the time.
    assert numbers == sorted(numbers, reverse=True)

    with exported[0].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["票据号码"].strip("'") for row in rows] == numbers
    assert {row["票据种类"] for row in rows} == {"内蒙古自治区医疗门诊收费票据（电子）"}
    with ZipFile(exported[1]) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml")
    assert sheet.count(b"<row ") == len(numbers) + 1

    turn(page, "回到第一页")
    assert numbers_of(page) == numbers[:_PAGE]
    page.go_back()
    page.wait_for_url("**after=**")
    expect(page.locator("tbody th.code a").first).not_to_have_text(numbers[0])


def turn(page: Page, link: str) -> None:
    """Go to another page of the list, whose rows are renewed without another page of the site."""
    first = page.locator("tbody th.code a").first
    before = first.inner_text()
    page.get_by_role("link", name=link).click()
    expect(first).not_to_have_text(before)


def numbers_of(page: Page) -> list[str]:
    return [link.inner_text() for link in page.locator("tbody th.code a").all()]


def test_a_wrong_filter_is_told_and_lists_nothing(visit: Callable[..., Visitor]) -> None:
    visitor = visit("yiyuan-kaipiao")
    visitor.expect(422)
    page = visitor.open("/unit/bills?from=2026-11-30&to=2026-11-01&amount_from=zehn")
    summary = page.locator("#error-summary")
    expect(summary).to_contain_text("结束日期早于开始日期")
    summary.get_by_role("link", name="最低金额不正确").click()
    expect(page.locator("#amount_from")).to_be_focused()
    assert numbers_of(page) == []
    visitor.look_closely()


def test_columns_are_chosen_for_the_account(visit: Callable[..., Visitor]) -> None:
    visitor = visit("yiyuan-kaipiao")
    page = visitor.open("/unit/bills?kind=0601")
    page.get_by_text("显示列").first.click()
    page.get_by_role("checkbox", name="校验码").check()
    page.get_by_role("checkbox", name="业务流水号").uncheck()
    visitor.look_closely()
    page.get_by_role("button", name="保存").click()
    headings = page.locator("thead th")
    expect(headings.filter(has_text="校验码")).to_have_count(1)
    expect(headings.filter(has_text="业务流水号")).to_have_count(0)
    assert "kind=0601" in page.url
    page.get_by_text("显示列").first.click()
    page.get_by_role("checkbox", name="校验码").uncheck()
    page.get_by_role("checkbox", name="业务流水号").check()
    page.get_by_role("button", name="保存").click()
    expect(headings.filter(has_text="校验码")).to_have_count(0)


def test_a_wrong_filter_is_told_within_the_page(visit: Callable[..., Visitor]) -> None:
    visitor = visit("yiyuan-kaipiao")
    visitor.expect(422)
    page = visitor.open("/unit/bills")
    page.fill("#amount_from", "zehn")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator("#error-summary")).to_contain_text("最低金额不正确")
    expect(page.locator("#amount_from-error")).to_be_visible()
    visitor.has_focus("#error-summary")
    assert page.input_value("#amount_from") == "zehn"
    visitor.look_closely()
    page.get_by_role("link", name="重置").click()
    expect(page.locator("#error-summary")).to_have_count(0)
    assert page.input_value("#amount_from") == ""


def test_chips_lead_out_of_a_condition_and_chosen_bills_are_printed(visit: Callable[..., Visitor]) -> None:
    visitor = visit("yiyuan-kaipiao")
    page = visitor.open("/unit/bills?kind=0601&amount_from=10")
    chips = page.locator(".chip")
    expect(chips).to_have_count(2)
    page.get_by_role("link", name="取消条件：金额从（元）").click()
    expect(chips).to_have_count(1)
    assert "amount_from" not in page.url
    expect(page.locator(".sums")).to_contain_text("净额")
    page.locator(".list-filter > summary").click()
    expect(page.locator("#kind")).to_be_hidden()
    page.reload()
    expect(page.locator("#kind")).to_be_hidden()
    visitor.look_closely()

    for box in page.locator('tbody input[name="chosen"]').all()[:2]:
        box.check()
    page.get_by_role("button", name="打印所选").click()
    page.wait_for_url("**/unit/bills/print?**")
    expect(page.locator(".sheet")).to_have_count(2)
    expect(page.locator(".side")).to_have_count(0)
    visitor.look_closely()
    page.get_by_role("button", name="打印", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已登记打印")
    page.get_by_role("link", name="交付单").click()
    expect(page.locator(".slip .qr")).to_have_count(2)
    visitor.look_closely()


def test_a_low_window_shows_rows_before_what_can_be_asked(visit: Callable[..., Visitor]) -> None:
    visitor = visit("yiyuan-kaipiao", viewport={"width": 1366, "height": 650})
    page = visitor.open("/unit/bills?kind=0601")
    expect(page.locator("#kind")).to_be_hidden()
    expect(page.locator(".chip").first).to_contain_text("票据种类")
    expect(page.locator("tbody tr").first).to_be_in_viewport()
    # What can be done with a row is within the window, without scrolling sideways.
    action = page.locator("td.row-actions").first
    box = action.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1366
    page.locator(".list-filter > summary").click()
    page.reload()
    expect(page.locator("#kind")).to_be_visible()
