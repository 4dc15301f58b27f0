"""The essentials with JavaScript switched off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.test_bill_life import check_by_face, expect_verdict
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def test_sign_in_issue_with_two_items_and_verify(visit: Callable[..., Visitor], town: Town) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.sign_in(town.accounts["gongan-kaipiao"])
    page = visitor.open("/unit/issue?kind=0101")
    page.fill("#payer-name", "无脚本")
    # Initials that three items begin with or contain: they are offered as buttons.
    page.fill("#items-0-code", "jmsfz")
    page.get_by_role("button", name="计算金额").click()
    page.get_by_role("button", name="居民身份证换领工本费").click()
    expect(page.locator("#items-0-rate")).to_have_value("20")
    page.fill("#items-0-quantity", "2")
    page.get_by_role("button", name="增加项目").click()
    page.get_by_role("button", name="增加项目").click()
    page.fill("#items-1-code", "因私普通护照工本费")
    page.get_by_role("button", name="删除项目 3").click()
    expect(page.locator("tr.bill-item")).to_have_count(2)
    expect(page.locator("#total")).to_contain_text("合计 160.00 元")
    page.get_by_role("button", name="核对并开具").click()
    expect(page.locator("main")).to_contain_text("金额合计（大写）壹佰陆拾元整")
    page.get_by_role("button", name="确认开具").click()
    expect(page.locator("h1")).to_have_text("票据已开具")
    code, number, check_code = (strong.inner_text() for strong in page.locator(".alert strong").all())
    expect(page.locator(".face svg")).to_contain_text("160.00")

    anyone = visit(java_script_enabled=False)
    anyone.expect(429)
    check_by_face(anyone, code, number, "000000" if check_code != "000000" else "111111", amount="160.00")
    expect(anyone.page.locator("#error-summary")).to_contain_text("查无此票")
    expect(anyone.page.locator("body")).not_to_contain_text("无脚本")
    check_by_face(anyone, code, number, check_code, amount="160.00")
    expect_verdict(anyone.page, "真实", "正常")
