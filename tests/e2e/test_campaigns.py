"""补核销专项: a unit catches up on an old month, its department sees it; another campaign needs two persons."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import follow
from tests.e2e.visitor import Visitor

from mingpiao.kernel.clock import today

pytestmark = pytest.mark.browser


def test_a_unit_catches_up_and_its_department_sees_it(visit: Callable[..., Visitor]) -> None:
    """The land office of the town has both old months left."""
    officer = visit("czt-jingban")
    page = officer.open("/finance/campaigns")
    officer.look_closely()
    follow(page, "核销启用以前票据补核销专项")
    months = page.locator("#months-title ~ p").last
    before = months.inner_text()
    officer.look_closely()
    follow(page, "各单位进度")
    officer.look_closely()
    row = page.locator("tbody tr").filter(has_text="赤峰市演示自然资源局")
    expect(row).to_contain_text("没有开始")
    row.locator("input[name=chosen]").check()
    page.get_by_role("button", name=re.compile("提醒所选")).click()
    expect(page.locator("main")).to_contain_text("已提醒 1 家单位")

    handler = visit("ziran-kaipiao")
    unit = handler.open("/unit")
    main = unit.locator("main")
    expect(main).to_contain_text("有 2 个月份需要补核销")
    follow(unit, "去补核销")
    handler.look_closely()
    expect(unit.locator("tbody .badge", has_text="未核销")).to_have_count(2)
    with unit.expect_navigation():
        unit.get_by_role("link", name=re.compile(r"^核销\d+年\d+月$")).click()
    handler.look_closely()
    at = unit.url
    net = re.search(r"少 ([\d,]+\.\d\d) 元", main.inner_text())
    assert net, main.inner_text()
    follow(unit, "登记到账")
    unit.fill("#银行转账", net[1].replace(",", ""))
    unit.get_by_role("button", name="保存").click()
    unit.goto(at)
    unit.get_by_role("button", name="提交核销").click()
    expect(main).to_contain_text("核销编号")
    with unit.expect_navigation():
        unit.get_by_role("navigation", name="位置").get_by_role("link", name="补核销", exact=True).click()
    expect(unit.locator("tbody .badge", has_text="已核销")).to_have_count(1)
    expect(unit.locator("tbody .badge", has_text="未核销")).to_have_count(1)

    page.goto("/finance/campaigns/1")
    assert months.inner_text() != before
    page.goto("/finance/campaigns/units?state=all&sort=done")
    expect(page.locator("tbody tr").filter(has_text="赤峰市演示自然资源局")).to_contain_text("进行中")


def test_a_campaign_is_proposed_by_one_person_and_approved_by_another(
    visit: Callable[..., Visitor],
) -> None:
    officer = visit("czt-jingban")
    page = officer.open("/finance/campaigns/new")
    officer.look_closely()
    officer.expect(422, 409)
    page.fill("#name", "2021年票据补核销")
    page.fill("#basis", "内财综〔2026〕40号")
    page.fill("#first_month", "2021-12")
    page.fill("#last_month", "2021-01")
    page.fill("#due_on", (today() + timedelta(days=40)).isoformat())
    page.fill("#reason", "按省里要求补核2021年的历史票据")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("main")).to_contain_text("截止月份早于起始月份")
    officer.look_closely()
    page.fill("#first_month", "2021-01")
    page.fill("#last_month", "2021-12")
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url("**/finance/approvals/*")
    expect(page.locator("main")).to_contain_text("家用票单位")
    officer.look_closely()
    at = page.url

    head = visit("czt-fuzeren")
    decide = head.open("/finance/approvals")
    decide.goto(at)
    decide.get_by_role("button", name="通过").click()
    expect(decide.locator("main")).to_contain_text("已通过")
    decide.goto("/finance/campaigns")
    follow(decide, "2021年票据补核销")
    expect(decide.locator("main")).to_contain_text(re.compile("正在为各单位结账|还没有结账的票据"))
    head.look_closely()
    follow(decide, "结束专项")
    head.look_closely()
