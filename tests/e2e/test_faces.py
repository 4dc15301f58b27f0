"""制样 in the browser: a part is moved by keyboard and by pointer, seen at once, approved by another, and on the
next bill, while an older bill stays as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import download, issue_bill
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

KIND = "0101"


def _at(page: Page) -> tuple[str, str]:
    return page.input_value("#qr-x"), page.input_value("#qr-y")


def test_a_face_from_the_first_move_to_the_next_bill(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    officer, head, handler = visit("czt-jingban"), visit("czt-fuzeren"), visit("gongan-kaipiao")
    old = issue_bill(handler.page, payer="旧票面")
    handler.open("/unit/bills/{}/{}".format(*old))
    before = download(handler.page, "PDF", tmp_path).read_bytes()

    page = officer.open(f"/finance/faces/{KIND}")
    page.get_by_role("button", name="新建版本").click()
    page.wait_for_url("**/edit")
    expect(page.locator("#face-findings")).to_contain_text("可以送审")
    officer.look_closely()

    # By keyboard: what is moved is drawn at once, and every step can be undone.
    symbol = page.get_by_role("button", name="二维码：")
    symbol.focus()
    page.keyboard.press("ArrowRight")
    expect(symbol).to_have_attribute("aria-label", "二维码：左13，上5，宽20，高20")
    expect(page.locator("#face-stage-slot path[transform^='translate(13 5)']").first).to_be_visible()
    officer.has_focus("[data-place=qr]")
    page.keyboard.press("Shift+ArrowUp")
    assert page.input_value("#qr-height") == "19"
    page.keyboard.press("Control+z")
    expect(page.locator("#qr-height")).to_have_value("20")
    expect(page.locator("[data-face-redo]")).to_be_enabled()

    # By pointer, over the field below: told at once where it stands.
    box = page.locator("[data-place=qr] .face-box").bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] + 90, steps=4)
    page.mouse.up()
    expect(page.locator("#face-findings")).to_contain_text("“二维码”与")
    page.locator("[data-face-finding=qr]").first.click()
    officer.has_focus("[data-place=qr]")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("#face-findings")).to_contain_text("可以送审")
    assert _at(page) == ("13", "5")
    officer.look_closely()

    page.get_by_role("button", name="保存并返回").click()
    page.wait_for_url(f"**/finance/faces/{KIND}")
    officer.look_closely()
    page.fill("#reason", "二维码右移一毫米")
    page.get_by_role("button", name="送审").click()
    page.wait_for_url("**/finance/approvals/*")
    proposal = page.url
    decided = head.open(proposal)
    expect(decided.locator("table.changes")).to_contain_text("二维码位置")
    decided.get_by_role("button", name="通过").click()
    expect(decided.locator("main")).to_contain_text("已通过")
    expect(officer.open(f"/finance/faces/{KIND}").locator("main")).to_contain_text("现用版本第2版")

    new = issue_bill(handler.page, payer="新票面")
    drawn = handler.open("/unit/bills/{}/{}".format(*new)).locator("svg.bill-face").first
    expect(drawn.locator("path[transform^='translate(13 5)']")).to_have_count(1)
    # The bill that was there before is, byte for byte, what it was.
    drawn = handler.open("/unit/bills/{}/{}".format(*old)).locator("svg.bill-face").first
    expect(drawn.locator("path[transform^='translate(12 5)']")).to_have_count(1)
    (tmp_path / "again").mkdir()
    assert download(handler.page, "PDF", tmp_path / "again").read_bytes() == before
