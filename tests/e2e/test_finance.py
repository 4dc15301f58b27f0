"""What finance officers see, and what they do not."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import download
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_OF_HOHHOT = {
    "呼和浩特市演示中级人民法院",
    "呼和浩特市演示公安局服务中心",
    "赛罕区演示社区卫生服务中心",
}
#: Whether a canvas shows more than three colours: one or two would be an empty frame.
_IS_DRAWN = """(canvas) => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add(data.slice(i, i + 4).join());
  return seen.size > 3;
}"""


def test_an_officer_reads_the_overview_and_goes_down_to_a_bill(visit: Callable[..., Visitor]) -> None:
    visitor = visit("czt-jingban")
    page = visitor.open("/finance")
    assert int(page.locator("#count-value").inner_text().replace(",", "")) >= 400
    charts = page.locator("[data-chart]")
    expect(charts).to_have_count(5)
    for chart in charts.all():
        # Charts are drawn when they come into sight.
        chart.scroll_into_view_if_needed()
        canvas = chart.locator("canvas")
        canvas.wait_for()
        # It is painted with the browser's next frame.
        page.wait_for_function(_IS_DRAWN, arg=canvas.element_handle())
    page.get_by_role("link", name="呼和浩特市").first.click()
    page.wait_for_url("**region=150100")
    page.get_by_role("link", name="用票单位").click()
    page.fill("#words", "公安局")
    page.keyboard.press("Enter")
    # A click while rows are being replaced is lost.
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="呼和浩特市演示公安局服务中心").click()
    page.wait_for_url("**/finance/units/*")
    expect(page.locator("main")).to_contain_text("即领即开")
    page.get_by_role("link", name="查看该单位票据").click()
    page.locator("tbody th.code a").first.click()
    expect(page.locator("svg.bill-face").first).to_contain_text("呼和浩特市演示公安局服务中心")


def test_nothing_outside_the_region_is_there(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    province, city = visit("czt-jingban"), visit("hhht-jingban")
    outside = first_bill(province.open("/finance/bills?unit=内蒙古演示大学附属医院"))
    inside = first_bill(city.open("/finance/bills"))
    city.expect(404)
    for address in (outside, outside + "/xml", "/finance?region=150200", "/finance/bills?region=150000"):
        answer = city.page.goto(address)
        assert answer is not None
        assert answer.status == 404, address
        expect(city.page.locator("h1")).to_have_text("页面不存在")
    city.look_closely()
    city.open("/finance/bills")
    with download(city.page, "导出 CSV", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        assert {row["用票单位"] for row in csv.DictReader(file)} == _OF_HOHHOT
    found = city.page.goto(inside)
    assert found is not None
    assert found.status == 200
    names = {cell.inner_text() for cell in city.open("/finance/units").locator("tbody th").all()}
    assert names == _OF_HOHHOT


def first_bill(page: Page) -> str:
    address = page.locator("tbody th.code a").first.get_attribute("href")
    assert address
    return address


def test_a_unit_does_not_enter_finance_nor_the_administration(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao")
    visitor.expect(403)
    for address in ("/finance", "/finance/bills", "/admin", "/unit/accounts"):
        visitor.open(address)
        expect(visitor.page.locator("h1")).to_have_text("没有权限")


def test_an_administrator_unlocks_an_account(visit: Callable[..., Visitor]) -> None:
    locked, administrator = visit(), visit("admin")
    locked.expect(401, 429)
    for _ in range(6):
        page = locked.open("/login")
        page.fill("#username", "ziran-kaipiao")
        page.fill("#password", "falsch")
        page.keyboard.press("Enter")
        page.locator("#error-summary").wait_for()
    expect(page.locator("#error-summary")).to_contain_text("从这里登录已暂停")

    page = administrator.open("/admin/accounts?words=ziran")
    expect(page.locator("tbody")).to_contain_text("已锁定至")
    page.get_by_role("link", name="ziran-kaipiao").click()
    page.get_by_role("button", name="解除锁定").click()
    expect(page.locator("main")).to_contain_text("正常")
    administrator.look_closely()
    trail = visit("shenji").open("/admin/audit").locator("tbody")
    expect(trail).to_contain_text("解除锁定")
    expect(trail).to_contain_text("ziran-kaipiao")
