"""The desk in a browser: by thumb, by copy, in two windows, and while a session ends."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from tests.e2e.steps import fill_bill, issue_bill
from tests.e2e.test_kept_forms import LOGIN, end_sessions
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser
_PHONE = ViewportSize(width=390, height=844)


def _saved(page: Page) -> None:
    expect(page.locator("[data-draft-state]")).to_have_text("草稿已保存")


def test_a_bill_is_issued_by_thumb(visit: Callable[..., Visitor]) -> None:
    visitor = visit(LOGIN, viewport=_PHONE, has_touch=True, is_mobile=True)
    page = visitor.open("/unit/issue?kind=0101")
    page.tap("#payer-name")
    page.keyboard.type("拇指甲")
    page.tap("#items-0-code")
    page.keyboard.type("lsjm")
    page.locator("[role=listbox] [role=option]").first.tap()
    expect(page.locator("#items-0-quantity")).to_be_focused()
    page.keyboard.type("2")
    page.get_by_role("button", name="增加项目").tap()
    page.get_by_role("button", name="删除项目 2").tap()
    expect(page.locator("tr.bill-item")).to_have_count(1)
    expect(page.locator("#items-0-amount")).to_have_text("20.00")
    _saved(page)
    visitor.look_closely()
    page.set_viewport_size(_PHONE)
    page.get_by_role("button", name="核对并开具").tap()
    page.get_by_role("button", name="确认开具").tap()
    page.wait_for_url("**/unit/issue/done/**")
    expect(page.locator(".face svg")).to_contain_text("拇指甲")


def test_payer_by_initials_four_items_and_no_second_page_load(visit: Callable[..., Visitor]) -> None:
    visitor = visit(LOGIN, viewport={"width": 1366, "height": 768})
    issue_bill(visitor.page, payer="欧阳常客")
    page = visitor.open("/unit/issue?kind=0101")
    loads: list[str] = []
    page.on("domcontentloaded", lambda shown: loads.append(shown.url))
    page.keyboard.type("oyck")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    visitor.has_focus("#items-0-code")
    expect(page.locator("#payer-name")).to_have_value("欧阳常客")
    for row, code in enumerate(("011101", "011102", "011103", "011104")):
        visitor.has_focus(f"#items-{row}-code")
        page.keyboard.type(code)
        expect(page.locator("[role=option]")).to_have_count(1)
        page.keyboard.press("Enter")
        visitor.has_focus(f"#items-{row}-quantity")
        if row < 3:
            page.keyboard.press("Enter")
            page.keyboard.press("Enter")
    expect(page.locator("[data-total]")).to_have_text("190.00")
    for shown in ("#payer-name", "#items-0-code", "#items-3-code", "[data-total]"):
        box = page.locator(shown).bounding_box()
        assert box
        assert 0 <= box["y"] < box["y"] + box["height"] <= 768, shown
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("核对票据内容")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/unit/issue/done/**")
    expect(page.locator(".face svg")).to_contain_text("190.00")
    assert loads == []
    page.go_back()
    expect(page.locator("h1")).to_have_text("票据已开具")
    assert bills_of_payer(visitor, "欧阳常客") == 2


def bills_of_payer(visitor: Visitor, payer: str) -> int:
    page = visitor.open(f"/unit/bills?payer={payer}")
    return page.locator("tbody tr").count()


def test_a_reversed_bill_is_issued_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit(LOGIN)
    page = visitor.page
    code, number = issue_bill(page, payer="重开甲")
    page.goto(f"/unit/bills/{code}/{number}/reverse")
    page.get_by_label("开票内容有误").check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确认冲红").click()
    page.get_by_role("button", name="按原内容重开").click()
    page.fill("#remark", "更正备注")
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").click()
    page.wait_for_url("**/unit/issue/done/**")
    page.get_by_role("link", name="查看票据详情").click()
    expect(page.locator("main")).to_contain_text(f"重开自：{code}-{number}")
    visitor.look_closely()


def test_nothing_typed_is_lost_and_two_windows_are_told(visit: Callable[..., Visitor]) -> None:
    visitor = visit(LOGIN)
    visitor.expect(409)
    page = visitor.open("/unit/issue?kind=0101")
    fill_bill(page, payer="两个窗口", item="临时居民身份证工本费", quantity="2")
    _saved(page)
    page.reload()
    expect(page.locator("#payer-name")).to_have_value("两个窗口")
    expect(page.locator("[data-total]")).to_have_text("20.00")
    second = visitor.context.new_page()
    second.goto(page.url)
    second.fill("#remark", "第二个窗口")
    _saved(second)
    page.fill("#remark", "第一个窗口")
    expect(page.locator("[data-draft-problem]")).to_contain_text("已在另一个窗口改过")
    page.get_by_role("link", name="查看已保存的内容").click()
    expect(page.locator("#remark")).to_have_value("第二个窗口")
    visitor.open("/unit/drafts")
    page.get_by_role("link", name="两个窗口").click()
    expect(page.locator("#remark")).to_have_value("第二个窗口")


def test_a_session_warns_before_its_end_and_ends_in_place(visit: Callable[..., Visitor], town: Town) -> None:
    visitor = visit(LOGIN)
    visitor.expect(401)
    page = visitor.open("/unit/bills")
    own = f"account_id = (SELECT account_id FROM accounts WHERE username = '{LOGIN}')"
    # Seconds are told with each page: here those of a session that is nearly twelve hours old.
    town.site.server.run_sql(
        f"UPDATE sessions SET created_at = now() - interval '11 hours 57 minutes' WHERE {own}",
        database="mingpiao",
    )
    page.reload()
    notice = page.locator(".session-notice")
    expect(notice).to_contain_text("分钟后登录将因长时间没有操作而结束")
    town.site.server.run_sql(f"UPDATE sessions SET created_at = now() WHERE {own}", database="mingpiao")
    notice.get_by_role("button", name="继续使用").click()
    expect(notice).to_have_count(0)
    address = page.url
    end_sessions(town)
    page.fill("#payer", "某人")
    page.locator("#payer").press("Enter")
    expect(notice).to_contain_text("登录已结束")
    assert page.url == address
    expect(page.locator("#payer")).to_have_value("某人")
