"""历史票据: bills of an old system are tried, imported, looked at, and their month is written off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import follow
from tests.e2e.visitor import Visitor
from tests.former.files import row, table

pytestmark = pytest.mark.browser


def test_bills_of_an_old_system_are_imported_and_written_off(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    handler = visit("cishan-kaipiao")
    page = handler.open("/unit/former")
    main = page.locator("main")
    handler.look_closely()
    page.get_by_role("link", name="导入").click()
    handler.look_closely()
    file = tmp_path / "原系统.csv"
    old = {"code": "15030121", "issued_on": "2021-09-08"}
    file.write_bytes(table(row(1, **old), row(2, **old), row(3, **old, payer="")))
    page.set_input_files("#file", [file])
    page.get_by_role("button", name="上传并试读").click()
    expect(main).to_contain_text("2 份，20.00 元")
    expect(main).to_contain_text("请填写缴款人")
    handler.look_closely()
    page.get_by_role("button", name="导入 2 份票据").click()
    expect(main).to_contain_text("已导入")
    follow(page, "查看历史票据")
    page.goto("/unit/former?number=0000000002&from=2021-09-01&to=2021-09-30")
    page.get_by_role("link", name="0000000002").click()
    expect(main).to_contain_text("历史票据，由原系统签章")
    handler.look_closely()
    follow(page, "2021年9月历史票据核销")
    handler.look_closely()
    page.get_by_role("button", name="提交核销").click()
    handler.look_closely()
    page.get_by_role("button", name="确认提交核销").click()
    expect(main).to_contain_text("已核销")
    expect(main).to_contain_text("没有核对：")
    handler.look_closely()
    page.goto("/unit/former/months")
    expect(main).to_contain_text("2021年9月")
    handler.look_closely()

    head = visit("czt-fuzeren")
    page = head.open("/finance/former")
    expect(page.locator("main")).to_contain_text("历史票据")
    head.look_closely()
    follow(page, "原系统证书")
    head.look_closely()
    head.expect(422)
    page.get_by_role("button", name="登记").click()
    expect(page.locator("main")).to_contain_text("请填写启用日期")
    head.look_closely()
