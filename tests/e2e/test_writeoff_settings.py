"""核销设置 and 自动核销: a head changes the settings, a manager leaves what agrees to the platform."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_head_changes_the_settings_and_a_manager_gives_a_standing_order(
    visit: Callable[..., Visitor],
) -> None:
    head, manager = visit("czt-fuzeren"), visit("cishan-guanli")
    page = head.open("/finance")
    page.get_by_role("link", name="核销设置", exact=True).first.click()
    main = page.locator("main")
    expect(main).to_contain_text("核销设置")
    # The town's write-off has begun: when it begins is no question any more.
    expect(page.locator("#begins_on")).to_have_count(0)
    head.look_closely()
    head.expect(422)
    page.fill("#interface_workdays", "0")
    page.get_by_role("button", name="保存").click()
    expect(main).to_contain_text("请填写1至22之间的工作日数。")
    head.look_closely()
    page.fill("#interface_workdays", "7")
    page.get_by_role("button", name="保存").click()
    expect(main).to_contain_text("自己的设置")
    expect(page.locator("#interface_workdays")).to_have_value("7")

    page = manager.open("/unit/writeoff")
    page.get_by_role("link", name="自动核销").click()
    main = page.locator("main")
    expect(main).to_contain_text("未开启")
    manager.look_closely()
    page.get_by_role("button", name="开启自动核销").click()
    expect(main).to_contain_text("已开启")
    page.get_by_role("button", name="关闭自动核销").click()
    expect(main).to_contain_text("未开启")
