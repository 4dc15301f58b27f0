"""申领: a hospital asks for numbers, and the department decides what the audit leaves to it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import follow
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_KIND = "0105"
#: The kind of the clinic in a county of the capital.
_OF_CLINIC = "0601"


def test_a_request_is_refused_with_its_reason_and_another_one_waits_for_the_department(
    visit: Callable[..., Visitor],
) -> None:
    handler = visit("yiyuan-kaipiao")
    page = handler.open("/unit/supply")
    main = page.locator("main")
    expect(main).to_contain_text("还没有一个完整月份的用量")
    handler.look_closely()
    page.locator(f"a[href='/unit/supply/ask/{_KIND}']").click()
    handler.look_closely()
    handler.expect(422)
    page.fill("#quantity", "0")
    page.get_by_role("button", name="提交申领").click()
    expect(main).to_contain_text("请填写1至1,000,000之间的数量")
    handler.look_closely()
    page.fill("#quantity", "300")
    page.fill("#purpose", "进修培训第二期")
    page.fill("#estimate", "120")
    page.get_by_role("button", name="提交申领").click()
    # The demonstration's first hospital is behind with its former months.
    expect(main).to_contain_text("已逾期未核销")
    expect(page.get_by_role("link", name="去办理").first).to_be_visible()
    handler.look_closely()
    follow(page, "申领记录")
    expect(main).to_contain_text("未通过")
    handler.look_closely()

    officer = visit("czt-jingban")
    page = officer.open("/finance/supply")
    main = page.locator("main")
    expect(main).to_contain_text("待审核")
    officer.look_closely()
    page.locator("main tbody a[href^='/finance/supply/']").first.click()
    expect(main).to_contain_text("由财政部门核定月用量后发放")
    officer.look_closely()
    page.fill("#quantity", "300")
    page.fill("#reason", "先按两个月的用量发放")
    page.get_by_role("button", name="同意发放").click()
    expect(main).to_contain_text("已发放")
    officer.look_closely()
    page.goto("/finance/supply/settings")
    expect(main).to_contain_text("由省级财政部门负责人修改")
    officer.look_closely()


def test_a_manager_lets_the_platform_ask(visit: Callable[..., Visitor]) -> None:
    manager = visit("yiyuan-guanli")
    page = manager.open(f"/unit/supply/automatic/{_KIND}")
    main = page.locator("main")
    expect(main).to_contain_text("已开启")
    manager.look_closely()
    page.fill("#below", "150")
    page.get_by_role("button", name="保存").click()
    expect(main).to_contain_text("低于150个")
    manager.look_closely()


def test_numbers_go_down_over_city_and_county_to_a_unit(visit: Callable[..., Visitor]) -> None:
    for login, region, quantity in (("czt-jingban", "150100", "2,000"), ("hhht-jingban", "150105", "500")):
        officer = visit(login)
        page = officer.open("/finance/supply/stock/allot")
        page.select_option("#to_region", region)
        of_clinic = page.locator(f"#code option[value^='15{_OF_CLINIC}']")
        page.select_option("#code", of_clinic.first.get_attribute("value"))
        page.fill("#quantity", quantity)
        page.fill("#note", "门诊用")
        page.get_by_role("button", name="下发").click()
        expect(page.locator("main tbody tr").first).to_contain_text(quantity)

    county = visit("saihan-jingban")
    page = county.open("/finance")
    # The handful that the county had before: what came now has ended the warning.
    expect(page.locator("main")).to_contain_text("即将用完的号码库存")
    page.goto("/finance/supply/stock")
    expect(page.locator("main tbody")).to_contain_text("503")
    county.look_closely()
    page.goto("/finance/units")
    follow(page, "赛罕区演示社区卫生服务中心")
    with page.expect_navigation():
        page.locator("a.btn[href$='/numbers']").click()
    page.select_option("[name=kind]", _OF_CLINIC)
    page.fill("[name=count]", "450")
    page.get_by_role("button", name="发放号码").click()
    page.wait_for_url(lambda url: not url.endswith("/numbers"))
    page.goto(f"/finance/supply/stock?kind={_OF_CLINIC}")
    stock = page.locator("main tbody tr").first
    expect(stock).to_contain_text("53")
    code = re.findall(r"\d{8}", stock.inner_text())[0]
    page.goto("/finance/supply/moves")
    span = page.locator("main tbody tr").first.locator("td").last.inner_text()
    page.goto(f"/finance/supply/trace?code={code}&number={span.partition('至')[0]}")
    expect(page.locator("main")).to_contain_text("下发给赛罕区财政局")
    expect(page.locator("main")).to_contain_text("发放给")
