"""撤销认定 in the browser: named with its consequence, proposed by one person, decided by another; and accounts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_revocation_is_named_proposed_and_sent_back(visit: Callable[..., Visitor]) -> None:
    officer, head = visit("czt-jingban"), visit("czt-fuzeren")
    page = officer.open("/finance/qualifications?state=accepted")
    # Of a unit that has no other one: those were accepted by stories later.
    page.locator("tbody a").last.click()
    page.get_by_role("button", name="撤销认定").click()
    expect(page.locator("main")).to_contain_text("通过后立即不能开票和冲红")
    expect(page.get_by_role("link", name="情况紧急的，可以先暂停该单位用票")).to_be_visible()
    officer.look_closely()
    officer.expect(422)
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#error-summary")).to_contain_text("请写明原因")
    page.fill("#reason", "经与发证机关核对，查无此证")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("main")).to_contain_text("等待他人审核")
    proposal = page.url
    page.get_by_role("link", name="查看现行内容").click()
    expect(page.locator("main")).to_contain_text("已提交撤销认定，等待另一位负责人审核")
    expect(page.get_by_role("button", name="撤销认定")).to_have_count(0)
    officer.look_closely()

    decided = head.open(proposal)
    expect(decided.locator("main")).to_contain_text("已撤销认定")
    head.look_closely()
    decided.fill("#opinion", "发证机关已补发证明，证书属实")
    decided.get_by_role("button", name="退回").click()
    expect(decided.locator("main")).to_contain_text("已退回")
    page.reload()
    expect(page.get_by_role("button", name="撤销认定")).to_have_count(1)


def test_closing_an_account_says_first_who_it_is_without_script_too(visit: Callable[..., Visitor]) -> None:
    admin = visit("admin", java_script_enabled=False)
    page = admin.open("/admin/accounts?words=mzl-jingban")
    page.get_by_role("link", name="mzl-jingban").click()
    page.get_by_role("button", name="停用账户").click()
    expect(page.locator("h1")).to_contain_text("停用账户：mzl-jingban")
    expect(page.locator("main")).to_contain_text("满洲里市财政局")
    page.get_by_role("link", name="取消").click()
    expect(page.get_by_role("button", name="停用账户")).to_be_visible()
