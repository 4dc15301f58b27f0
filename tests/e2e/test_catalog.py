"""基础数据 in the browser: one person proposes a new rate, another approves it, the history tells both."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.e2e.visitor import Visitor

from mingpiao.kernel.clock import today

pytestmark = pytest.mark.browser


def test_a_new_rate_from_a_day_on(visit: Callable[..., Visitor]) -> None:
    officer, head = visit("czt-jingban"), visit("czt-fuzeren")
    since = (today() + timedelta(days=40)).isoformat()
    page = officer.open("/finance/catalog")
    page.get_by_role("link", name="收款项目", exact=True).click()
    page.fill("#words", "居民身份证补领")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="011102").click()
    page.get_by_role("link", name="修改", exact=True).click()
    officer.look_closely()
    page.fill("#rate_minimum", "45")
    page.fill("#reason", "成本调查后调整")
    officer.expect(422)
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#error-summary")).to_contain_text("请填写自何日起执行")
    page.fill("#rate_since", since)
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("收款项目变更：011102 居民身份证补领工本费")
    officer.look_closely()

    deciding = head.open("/finance/approvals")
    deciding.get_by_role("link", name="011102 居民身份证补领工本费").click()
    expect(deciding.locator(".changes ins")).to_contain_text(f"{since} 起 45")
    head.look_closely()
    deciding.fill("#opinion", "同意")
    deciding.get_by_role("button", name="通过", exact=True).click()
    expect(deciding.locator("main")).to_contain_text("已通过")

    page = officer.open("/finance/items/011102")
    expect(page.locator("main")).to_contain_text("第2版")
    expect(page.locator("main")).to_contain_text("成本调查后调整")
    officer.look_closely()
