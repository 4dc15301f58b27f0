"""开票点: a manager says who is where, gives a point numbers of its own, and a handler issues for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import follow
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_ADDRESS = "/unit/supply/points"


def test_a_point_gets_people_and_numbers(visit: Callable[..., Visitor]) -> None:
    manager = visit("yiyuan-guanli")
    page = manager.open("/unit/supply")
    follow(page, "开票点")
    main = page.locator("main")
    expect(main).to_contain_text("人员账户")
    manager.look_closely()
    main.locator(f"tbody a[href^='{_ADDRESS}/']").first.click()
    expect(main).to_contain_text("还没有指定人员")
    name = page.locator("h1").inner_text()
    manager.look_closely()
    option = page.locator("#account_id option", has_text="yiyuan-kaipiao").first
    page.select_option("#account_id", value=option.get_attribute("value"))
    page.get_by_role("button", name="添加人员").click()
    expect(main).to_contain_text("yiyuan-kaipiao")
    manager.look_closely()

    page = manager.open("/unit/supply/segments")
    main = page.locator("main")
    page.locator("main tbody a[href$='/transfer']").first.click()
    manager.look_closely()
    page.select_option("#to_point", index=1)
    page.fill("#quantity", "5")
    page.get_by_role("button", name="调拨").click()
    expect(main).to_contain_text(name)
    manager.look_closely()

    handler = visit("yiyuan-kaipiao")
    page = handler.open(_ADDRESS)
    expect(page.locator("main")).to_contain_text("正在为它开票")
    handler.look_closely()
    page = handler.open("/unit/issue?kind=0601")
    expect(page.locator("main")).to_contain_text(name)
    handler.look_closely()
    # Nobody else's story is to find the handler at a point.
    page = manager.open(_ADDRESS)
    page.locator(f"main tbody a[href^='{_ADDRESS}/']").first.click()
    page.get_by_role("button", name="移出").click()
    expect(page.locator("main")).to_contain_text("还没有指定人员")
