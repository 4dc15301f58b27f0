"""复核: a handler sends a large donation, the second person sends it back, and agrees in the end."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import fill_bill, follow
from tests.e2e.test_evidence import donation_agreement
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_PAYER, _TOTAL = "乌日娜", "130000.00"


def _send(page: Page, button: str = "送复核人") -> None:
    page.get_by_role("button", name="核对并开具").click()
    expect(page.locator("main")).to_contain_text("该票据须经复核人同意")
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/unit/applications/*")
    expect(page.locator("main")).to_contain_text("待复核人复核")


def test_a_large_donation_is_sent_back_corrected_and_agreed_to(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    handler, checker = visit("cishan-kaipiao"), visit("cishan-fuhe")
    page = handler.open("/unit/issue?kind=0301")
    fill_bill(page, payer=_PAYER, item="货币捐赠")
    page.fill("#items-0-rate", _TOTAL)
    page.fill("#extension-Custom1", "助学")
    page.select_option("#extension-Custom2", "货币")
    page.set_input_files("#evidence-files", [donation_agreement(tmp_path, payer=_PAYER, total=_TOTAL)])
    expect(page.locator(".evidence-item")).to_contain_text("已识别")
    _send(page)
    handler.look_closely()
    number = page.url.rsplit("/", 1)[1]

    desk = checker.open("/unit")
    expect(desk.locator("main")).to_contain_text("等待您复核")
    follow(desk, "去复核")
    checker.look_closely()
    desk.get_by_role("link", name=number, exact=True).click()
    main = desk.locator("main")
    for text in (_PAYER, "拟开票据", "壹拾叁万元整", "规则检查结果", "金额 100,000.00 元起"):
        expect(main).to_contain_text(text)
    checker.look_closely()
    desk.fill("#opinion", "备注应写明捐赠协议编号")
    desk.get_by_role("button", name="退回", exact=True).click()
    expect(main).to_contain_text("已退回")

    page.reload()
    expect(page.locator("main")).to_contain_text("备注应写明捐赠协议编号")
    page.get_by_role("link", name="更正后重新提交").click()
    page.fill("#remark", "协议编号 2026-17")
    _send(page)

    desk.goto("/unit/checks")
    desk.get_by_role("checkbox", name=f"申请 {number}").check()
    desk.select_option("#decision", "agreed")
    desk.get_by_role("button", name="办理所选").click()
    expect(main).to_contain_text("已办理 1 件，共 1 件")
    checker.look_closely()
    page.reload()
    page.locator("main a[href^='/unit/bills/']").click()
    expect(page.locator("main")).to_contain_text("协议编号 2026-17")
