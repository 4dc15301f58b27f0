"""A handler fills the template with 300 rows, corrects one, and issues all of them with a few clicks."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import download
from tests.e2e.visitor import Visitor
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

_ROWS = 300
#: Counts clicks over all pages of a tab.
_COUNTER = """addEventListener("click", () => {
  sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") || 0) + 1);
}, true)"""


def fill_template(template: Path, filled: Path, *, payers: int, remark: str) -> None:
    """The template with the example's row for so many payers; the second has none of the payer types."""
    book = openpyxl.load_workbook(template)
    sheet = book["票据"]
    headings = [cell.value for cell in sheet[1]]
    example = [cell.value or "" for cell in book["示例"][2]]
    for number in range(1, payers + 1):
        sheet.append([f"批量缴款人{number}" if text == "张三" else text for text in example])
        sheet.cell(number + 1, headings.index("备注") + 1).value = remark
    sheet["B3"] = "某人"
    book.save(filled)


def _shows(page: Page, link: str) -> bool:
    """Whether a page without scripts shows a link once it is loaded anew."""
    page.reload()
    return page.get_by_role("link", name=link).count() > 0


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_three_hundred_bills_from_a_file(
    visit: Callable[..., Visitor], tmp_path: Path, scripted: bool
) -> None:
    visitor = visit("gongan-kaipiao", java_script_enabled=scripted)
    visitor.context.add_init_script(_COUNTER)
    rows = _ROWS if scripted else 3
    page = visitor.open("/unit")
    page.get_by_role("link", name="批量开具").click()
    page.get_by_role("link", name="新建批次").click()
    page.get_by_role("link", name="内蒙古自治区非税收入统一票据（电子）").click()
    filled = tmp_path / "filled.xlsx"
    fill_template(download(page, "下载模板", tmp_path), filled, payers=rows, remark=f"批量{scripted}")
    page.set_input_files("#file", filled)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("link", name="有问题 1")).to_be_visible()
    if scripted:
        visitor.look_closely()
    page.get_by_role("link", name="修改第3行").click()
    expect(page.locator("#payer-type-error")).to_contain_text("缴款人类型应为个人、单位之一")
    if scripted:
        visitor.look_closely()
    page.select_option("#payer-type", "个人")
    page.get_by_role("button", name="保存并核对").click()
    page.get_by_role("button", name=f"开具 {rows} 张票据").click()
    expect(page.locator("main")).to_contain_text("合计金额")
    if scripted:
        visitor.look_closely()
    page.get_by_role("button", name=f"确认开具 {rows} 张").click()
    if scripted:
        expect(page.locator("#batch-status")).to_contain_text("已完成")
    else:
        expect(page.locator("#batch-status")).to_be_visible()
        wait_until(lambda: _shows(page, f"已开具 {rows}"))
    expect(page.get_by_role("link", name=f"已开具 {rows}")).to_be_visible()
    result = openpyxl.load_workbook(download(page, "下载结果文件", tmp_path)).worksheets[0]
    numbers = {row[6] for row in result.iter_rows(min_row=2, values_only=True)}
    assert (result.max_row, len(numbers)) == (rows + 1, rows)
    if scripted:
        visitor.look_closely()
        assert page.evaluate("Number(sessionStorage.getItem('clicks'))") <= 15
