"""A manager opens an account; its person signs in on a phone and must choose a password first."""

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
    password = page.locator("#one-time-password").inner_text()
    manager.look_closely()

    phone = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.sign_in(DemoAccount(role="", place="", login="cishan-xin", password=password))
    page = phone.open("/unit/issue")
    page.wait_for_url("**/password")
    page.fill("#old_password", password)
    page.fill("#new_password", "Stilles-Wasser-58")
    page.fill("#new_again", "Stilles-Wasser-58")
    page.get_by_role("button", name="修改密码").tap()
    expect(page.locator("h1")).to_have_text("密码已修改")

    page.get_by_role("button", name="菜单").tap()
    page.get_by_role("link", name="已开票据").tap()
    page.wait_for_url("**/unit/bills")
    page.locator("tbody .code a").first.tap()
    expect(page.locator(".face svg").first).to_be_visible()
