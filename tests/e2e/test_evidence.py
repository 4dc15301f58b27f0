"""Files on the issue page: uploaded with progress, read, compared, and the place of a fact on its page."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import fill_bill
from tests.e2e.visitor import Visitor

from mingpiao.demo.evidence import file_of
from mingpiao.demo.units import demo_units
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem
from mingpiao.kernel.clock import today

pytestmark = pytest.mark.browser


def donation_agreement(directory: Path, *, payer: str, total: str) -> Path:
    """A donation agreement of the demonstration's charity over a total in 元."""
    request = IssueRequest(
        business_no=f"E2E-{payer}-{total}",
        kind="0301",
        payer=Payer(type="1", name=payer),
        items=(RequestItem(code="030101", quantity=Decimal(1), rate=Decimal(total), amount=Decimal(total)),),
        total=Decimal(total),
        handler="x",
        extension={"Custom1": "助学", "Custom2": "货币"},
    )
    unit = next(entry for entry in demo_units() if entry.profile == "charity").unit
    made = file_of(request, unit, today() - timedelta(days=1))
    file = directory / made.name
    file.write_bytes(made.data)
    return file


def _fill(page: Page, *, payer: str, rate: str) -> None:
    page.goto("/unit/issue?kind=0301")
    fill_bill(page, payer=payer, item="货币捐赠")
    page.fill("#items-0-rate", rate)
    page.fill("#extension-Custom1", "助学")
    page.select_option("#extension-Custom2", "货币")


def test_files_are_uploaded_read_and_compared(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit("cishan-kaipiao")
    page = visitor.open("/unit")
    _fill(page, payer="娜仁高娃", rate="90000.00")
    agreement = donation_agreement(tmp_path, payer="娜仁高娃", total="63000.00")
    wrong = tmp_path / "照片.pdf"
    wrong.write_bytes(b"GIF89a")

    page.set_input_files("#evidence-files", [agreement, wrong])
    items = page.locator(".evidence-item")
    expect(items).to_have_count(2)
    expect(items.nth(1)).to_contain_text("文件内容不是 PDF")
    expect(items.nth(0)).to_contain_text("已识别")
    visitor.look_closely()
    items.nth(1).get_by_role("button", name="移除").click()
    expect(items).to_have_count(1)
    # The same file again is the same file.
    page.set_input_files("#evidence-files", [agreement])
    expect(page.locator("[data-live]")).to_have_text(f"{agreement.name} 已在列表中。")
    expect(items).to_have_count(1)

    # The draft has them, too.
    expect(page.locator("[data-draft-state]")).to_have_text("草稿已保存")
    page.reload()
    expect(page.locator("#total")).to_contain_text("90,000.00")
    expect(items).to_have_count(1)

    page.get_by_role("button", name="核对并开具").click()
    expect(page.locator("h1")).to_have_text("核对票据内容")
    row = page.locator("[data-claim-row=amount]")
    expect(row).to_contain_text("不符")
    expect(row).to_contain_text("63000.00")
    expect(page.locator("[data-claim-row=payer]")).to_contain_text("相符")
    row.locator(".evidence-jump").first.click()
    page.wait_for_function("() => document.querySelector('.evidence-sheet img').naturalWidth > 500")
    chosen = page.locator(".evidence-mark.is-chosen")
    expect(chosen.first).to_be_attached()
    assert chosen.first.get_attribute("data-claim") == "amount"
    box = chosen.first.bounding_box()
    assert box is not None
    assert box["width"] > 10
    visitor.look_closely()


def test_files_dropped_on_the_form_are_taken(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit("cishan-kaipiao")
    page = visitor.open("/unit/issue?kind=0301")
    agreement = donation_agreement(tmp_path, payer="敖登", total="52000.00")
    data = page.evaluate_handle(
        """([name, text]) => {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, { type: 'application/pdf' }));
            return transfer;
        }""",
        [agreement.name, b64encode(agreement.read_bytes()).decode()],
    )
    page.dispatch_event(".evidence-drop", "drop", {"dataTransfer": data})
    expect(page.locator(".evidence-item")).to_contain_text("已识别")
    expect(page.locator("input[name=evidence]")).not_to_have_value("")


def test_a_form_is_filled_in_from_an_agreement(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit("cishan-kaipiao")
    page = visitor.open("/unit")
    page.goto("/unit/issue?kind=0301")
    page.fill("#remark", "自己写的备注")
    page.get_by_role("link", name="按材料填写").click()
    page.set_input_files(
        "#evidence-files", [donation_agreement(tmp_path, payer="乌云其木格", total="81000.00")]
    )
    panel = page.locator("#material")
    # What was read comes by itself, and changes nothing before it is asked for.
    expect(panel.locator("[data-suggestion=payer-name]")).to_contain_text("乌云其木格")
    expect(page.locator("#payer-name")).to_have_value("")
    visitor.look_closely()

    panel.get_by_role("button", name="填入空白的字段").click()
    expect(page.locator("#payer-name")).to_have_value("乌云其木格")
    expect(page.locator("#items-0-rate")).to_have_value("81000.00")
    expect(page.locator("#remark")).to_have_value("自己写的备注")
    note = page.locator("[data-material-note=payer-name]")
    note.get_by_role("link").click()
    expect(page.locator(".evidence-mark.is-chosen").first).to_be_in_viewport()
    visitor.look_closely()

    page.reload()
    expect(note).to_contain_text("请核对")
    expect(page.locator("[data-material-note=remark]")).to_have_count(0)

    # An item that is chosen afterwards takes nothing away, whether a file or a person brought it.
    for rate in ("81000.00", "80500"):
        page.fill("#items-0-rate", rate)
        page.fill("#items-0-code", "")
        page.locator("#items-0-code").press_sequentially("货币捐赠")
        page.locator("[role=listbox] [role=option]").first.click()
        expect(page.locator("#items-0-rate")).to_have_value(rate)
