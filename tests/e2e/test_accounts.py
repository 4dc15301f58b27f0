"""A manager invites somebody, who chooses a password on a phone and signs in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.visitor import Visitor

from mingpiao.demo.accounts import DemoAccount

pytestmark = pytest.mark.browser


def test_a_new_account_chooses_its_own_password_on_a_phone(visit: Callable[..., Visitor]) -> None:
    manager = visit("cishan-guanli")
    page = manager.open("/unit/accounts/new")
    manager.expect(422)
    page.get_by_role("button", name="建立账户").click()
    expect(page.locator("#error-summary")).to_be_focused()
    manager.look_closely()
    page.fill("#username", "cishan-xin")
    page.fill("#display_name", "新来")
    page.get_by_label("开票人", exact=True).check()
    page.get_by_role("button", name="建立账户").click()
    code = page.locator("#invitation-code").inner_text()
    manager.look_closely()
    page = manager.open("/unit/accounts")
    page.get_by_role("link", name="修改 cishan-xin 的有效期").click()
    page.fill("#valid_until", "2099-12-31")
    page.get_by_role("button", name="保存有效期").click()
    expect(page.locator("main")).to_contain_text("2099-12-31")
    manager.look_closely()

    # What was done is in the trail, with the value before and after.
    page.get_by_role("link", name="操作留痕").click()
    page.fill("#action", "有效期")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator(".chip")).to_contain_text("操作：有效期")
    line = page.locator("tbody tr").first
    expect(line).to_contain_text("账户 cishan-xin")
    expect(line.locator("del")).to_have_text("长期")
    expect(line.locator("ins")).to_have_text("2099-12-31")
    manager.look_closely()

    phone = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = phone.open("/invitation")
    page.fill("#code", code)
    page.fill("#password", "Stilles-Wasser-58")
    page.fill("#again", "Stilles-Wasser-58")
    page.get_by_role("button", name="设置密码").tap()
    expect(page.get_by_role("link", name="去登录")).to_be_visible()
    phone.sign_in(DemoAccount(role="", place="", login="cishan-xin", password="Stilles-Wasser-58"))

    page.get_by_role("button", name="菜单").tap()
    page.get_by_role("link", name="已开票据", exact=True).tap()
    page.wait_for_url("**/unit/bills")
    page.locator("tbody .code a").first.tap()
    expect(page.locator(".face svg").first).to_be_visible()
