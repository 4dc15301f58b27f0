"""已开票据: filters live in the address, pages follow one another, exports hold the whole filter."""

import csv
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import download, follow
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_PAGE = 50


def test_filters_pages_and_exports_agree(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit("yiyuan-kaipiao")
    page = visitor.open("/unit/bills")
    page.select_option("#kind", "0601")
    page.fill("#amount_from", "10")
    page.get_by_role("button", name="查询").click()
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
        follow(page, "下一页")
        expect(page.get_by_role("link", name="回到第一页")).to_be_visible()
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

    follow(page, "回到第一页")
    assert numbers_of(page) == numbers[:_PAGE]


def numbers_of(page: Page) -> list[str]:
    return [link.inner_text() for link in page.locator("tbody td.code a").all()]


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
