"""Signing in by the form."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_told_at_the_top_and_the_right_one_leads_in(
    visit: Callable[..., Visitor], town: Town
) -> None:
    account = town.accounts["gongan-kaipiao"]
    visitor = visit()
    visitor.expect(401)
    page = visitor.open("/unit/bills?payer=%E5%BC%A0")
    assert page.url == f"{visitor.address}/login?next=/unit/bills%3Fpayer%3D%25E5%25BC%25A0"
    page.fill("#username", account.login)
    page.fill("#password", "falsch-Falsch-1")
    page.keyboard.press("Enter")
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="用户名或密码不正确，请核对后重试。").click()
    expect(page.locator("#password")).to_be_focused()
    assert page.input_value("#username") == account.login
    assert page.input_value("#password") == ""
    page.fill("#password", account.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/unit/bills?payer=*")
    assert page.input_value("#payer") == "张"
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/login")
    page.goto("/unit/bills")
    assert "/login" in page.url
