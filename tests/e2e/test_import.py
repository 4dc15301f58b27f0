"""A manager imports accounts from the template, and a new person signs in with the password of the result file."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect
from tests.e2e.steps import download
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_accounts_from_a_file(visit: Callable[..., Visitor], tmp_path: Path, scripted: bool) -> None:
    newcomer = "daoru.jia" if scripted else "daoru.yi"
    visitor = visit("cishan-guanli", java_script_enabled=scripted)
    page = visitor.open("/unit/accounts")
    page.get_by_role("link", name="导入账户").click()
    book = openpyxl.load_workbook(download(page, "下载模板 XLSX", tmp_path))
    book["账户"].append([newcomer, "导入甲", "开票人"])
    book["账户"].append(["x", "", "管理员"])
    filled = tmp_path / "accounts.xlsx"
    book.save(filled)

    page.set_input_files("#file", filled)
    page.get_by_role("button", name="试运行").click()
    expect(page.locator("p[role=status]")).to_have_text("新建 1 行，不能导入 1 行。")
    expect(page.locator("main")).to_contain_text("请填写姓名。")
    if scripted:
        visitor.look_closely()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载不能导入的 1 行").click()
    coming.value.save_as(tmp_path / "failed.xlsx")
    failed = openpyxl.load_workbook(tmp_path / "failed.xlsx").worksheets[0]
    assert failed["A2"].value == "x"

    page.get_by_role("button", name="导入可以导入的 1 行").click()
    expect(page.locator(".alert-success")).to_contain_text("已新建 1 个账户")
    if scripted:
        visitor.look_closely()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载结果文件").click()
    coming.value.save_as(tmp_path / "results.xlsx")
    head, row = [
        [cell.value for cell in line]
        for line in openpyxl.load_workbook(tmp_path / "results.xlsx").worksheets[0]["1:2"]
    ]
    assert row[:3] == [newcomer, "导入甲", "开票人"]

    person = visit(java_script_enabled=scripted)
    page = person.open("/login")
    page.fill("#username", newcomer)
    page.fill("#password", str(row[head.index("一次性密码")]))
    page.click("button[type=submit]")
    expect(page.locator("h1")).to_have_text("修改密码")
