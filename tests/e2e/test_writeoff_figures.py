"""A department looks where write-off stands, goes down to a unit's bills, and reminds who is behind."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import download, follow
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def test_an_officer_goes_down_from_the_province_to_bills_and_reminds_a_unit(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    visitor = visit("czt-jingban")
    page = visitor.open("/finance")
    follow(page, "核销情况")
    expect(page.locator("#rate-value")).to_have_text(re.compile(r"^\d+\.\d%$"))
    visitor.look_closely()
    page.select_option("#show", "on_time")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**show=on_time**")
    expect(page.locator("#regions-title")).to_have_text("按期率，按地区")
    assert "按期率" in download(page, "导出核销率 CSV", tmp_path).read_text(encoding="utf-8-sig")
    with page.expect_navigation():
        page.locator("#regions-table tbody th a").filter(has_text="呼和浩特市").click()
    expect(page.locator("main")).to_contain_text("呼和浩特市本级")
    with page.expect_navigation():
        page.locator("#types-table tbody td a").filter(has_text="%").first.click()
    visitor.look_closely()
    with page.expect_navigation():
        page.locator("tbody td a").first.click()
    expect(page.locator("h1")).to_contain_text("票据")

    # A reason leads to the months that it explained, these to their bills.
    visitor.open("/finance/writeoff")
    with page.expect_navigation():
        page.locator("#reasons-table tbody th a").first.click()
    expect(page.locator("h1")).to_have_text("差额原因明细")
    visitor.look_closely()
    reasons = download(page, "CSV", tmp_path).read_text(encoding="utf-8-sig")
    assert page.locator("tbody th").first.inner_text() in reasons
    with page.expect_navigation():
        page.locator("tbody td a").first.click()
    expect(page.locator("h1")).to_have_text("各单位核销明细")
    with page.expect_navigation():
        page.locator("tbody td a").first.click()
    expect(page.locator("h1")).to_contain_text("票据")

    visitor.open("/finance/writeoff/behind")
    visitor.look_closely()
    name = page.locator("tbody th").first.inner_text()
    page.locator("tbody input[name=chosen]").first.check()
    page.get_by_role("button", name=re.compile("提醒所选")).click()
    expect(page.locator("main")).to_contain_text("已提醒 1 家单位")
    # Whoever was reminded today cannot be chosen again.
    row = page.locator("tbody tr").filter(has_text=name).first
    expect(row.locator("input[name=chosen]")).to_have_count(0)
