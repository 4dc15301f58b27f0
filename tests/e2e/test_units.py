"""From nothing to a unit that may issue, by pages alone: the department, then the unit's first manager."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.visitor import Visitor

from mingpiao.demo.people import uscc

pytestmark = pytest.mark.browser

_NAME = "呼和浩特市演示第九小学"
_PASSWORD = "Calm-River-2418"
#: The name of a kind of the police that no other story issues.
_TAKEN = "罚没收入专用票据"


def test_a_department_opens_a_unit_and_its_manager_signs_in(visit: Callable[..., Visitor]) -> None:
    visitor = visit("hhht-jingban")
    page = visitor.open("/finance/units")
    page.get_by_role("link", name="登记单位").click()
    page.fill("#uscc", "123")
    page.fill("#name", _NAME)
    visitor.expect(400, 422)
    page.get_by_role("button", name="登记单位").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.fill("#uscc", uscc("12", "150100", "NXE00001").lower())
    page.select_option("#unit_type", label="学校")
    page.get_by_label("在线开票").check()
    page.get_by_role("button", name="登记单位").click()
    expect(page.locator("h1")).to_have_text(_NAME)
    visitor.look_closely()

    _step(page, "核定票据种类")
    page.get_by_label("0101").check()
    page.get_by_role("button", name="核定所选种类").click()
    page.get_by_role("link", name="选上该种类的全部项目").first.click()
    page.get_by_role("button", name="保存收款项目").click()

    _step(page, "制作电子签章")
    page.get_by_role("button", name="制作签章").click()
    expect(page.locator("main")).to_contain_text("使用中")
    visitor.look_closely()
    page.get_by_role("link", name=_NAME).click()

    _step(page, "邀请票据管理员")
    page.fill("#username", "dijiu-guanli")
    page.fill("#display_name", "乌兰")
    page.get_by_role("button", name="邀请票据管理员").click()
    code = page.locator("#invitation-code").inner_text()
    page.get_by_role("button", name="复制邀请码").click()
    expect(page.locator("#invitation-code-told")).to_have_text(re.compile("已复制|已选中"))
    visitor.look_closely()
    page.get_by_role("link", name="已交给本人，返回").click()
    page.get_by_role("link", name=_NAME).click()
    # What is left is the manager's.
    expect(page.locator("main")).not_to_contain_text("开通完成")
    expect(page.locator("#steps-title")).to_be_visible()

    phone = visit(viewport={"width": 390, "height": 844})
    page = phone.open("/invitation")
    page.fill("#code", code.lower())
    page.fill("#password", _PASSWORD)
    page.fill("#again", _PASSWORD)
    page.get_by_role("button", name="设置密码").click()
    page.get_by_role("link", name="去登录").click()
    page.fill("#username", "dijiu-guanli")
    page.fill("#password", _PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/unit")
    page = phone.open("/unit/profile")
    expect(page.locator("main")).to_contain_text(_NAME)
    phone.look_closely()
    visitor.page.reload()
    expect(visitor.page.locator("#steps-title")).to_have_count(0)


def _step(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def test_suspending_tells_what_follows_before_it_acts(visit: Callable[..., Visitor]) -> None:
    visitor = visit("czt-jingban")
    page = visitor.open("/finance/units?words=内蒙古演示大学附属医院")
    page.get_by_role("link", name="内蒙古演示大学附属医院").click()
    page.get_by_role("link", name="更名").click()
    page.fill("#after", "内蒙古演示大学第一附属医院")
    page.fill("#reason", "编办批复")
    page.fill("#effective_on", "2000-01-01")
    visitor.expect(422)
    page.get_by_role("button", name="下一步：查看后果").click()
    expect(page.locator("#error-summary")).to_contain_text("生效日期应在今天至一年内")
    page.get_by_role("link", name="取消").click()
    page.get_by_role("link", name="暂停用票").click()
    page.fill("#reason", "核查")
    page.get_by_role("button", name="下一步：查看后果").click()
    expect(page.locator("main")).to_contain_text("停止该单位全部票据种类的开票和冲红")
    visitor.look_closely()
    page.get_by_role("button", name="返回修改").click()
    expect(page.locator("#reason")).to_have_value("核查")
    page.get_by_role("link", name="取消").click()
    expect(page.locator("main")).to_contain_text("没有变更")


def test_a_kind_is_taken_away_and_given_back(visit: Callable[..., Visitor]) -> None:
    officer, unit = visit("czt-jingban"), visit("gongan-kaipiao")
    page = officer.open("/finance/units?words=公安局服务中心&region=150100")
    page.get_by_role("link", name="呼和浩特市演示公安局服务中心").click()
    at = page.url
    page.get_by_role("link", name="核定种类").click()
    officer.look_closely()
    page.get_by_role("button", name=_TAKEN).click()
    main = page.locator("main")
    expect(main).to_contain_text("立即不能再开具该种类的票据")
    expect(main).to_contain_text("已开的票据仍然有效")
    officer.look_closely()
    page.fill("#reason", " ")
    officer.expect(422)
    page.get_by_role("button", name="确认收回").click()
    expect(page.locator("#error-summary")).to_contain_text("请填写收回的原因")
    page.fill("#reason", "罚没业务划转到执收单位")
    page.get_by_role("button", name="确认收回").click()
    page.wait_for_url(at)
    try:
        expect(unit.open("/unit/messages").locator("main")).to_contain_text("罚没业务划转到执收单位")
        expect(unit.open("/unit/issue?choose=yes").locator("main")).not_to_contain_text(_TAKEN)
        unit.look_closely()
        page.get_by_role("link", name="核定种类").click()
        expect(page.get_by_role("button", name=_TAKEN)).to_have_count(0)
    finally:
        # Other stories find the unit as it was.
        page.goto(f"{at}/kinds")
        page.get_by_label(_TAKEN).check()
        page.get_by_role("button", name="核定所选种类").click()
        page.wait_for_url(lambda url: not url.endswith("/kinds"))
    expect(unit.open("/unit/issue?choose=yes").locator("main")).to_contain_text(_TAKEN)
