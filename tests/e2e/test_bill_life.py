"""One bill from issue to reversal, as its unit, its holder and a forger meet it."""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import download, issue_bill
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

from mingpiao.kernel.clock import today
from mingpiao.layout.service import extract_xml_from_pdf, validate_ofd
from mingpiao.sealing.service import verify_seal_signature, verify_xml

pytestmark = pytest.mark.browser

_DOTS_PER_POINT = 3


def test_from_issue_to_reversal(visit: Callable[..., Visitor], town: Town, tmp_path: Path) -> None:
    unit, anyone = visit("gongan-kaipiao"), visit()
    page = unit.page
    code, number = issue_bill(page, payer="红格尔")
    check_code = page.locator(".alert strong").nth(2).inner_text()
    files = {ending: download(page, f"下载 {ending.upper()}", tmp_path) for ending in ("ofd", "pdf", "xml")}
    assert [file.name for file in files.values()] == [f"{code}-{number}.{ending}" for ending in files]
    assert_files_are_sound(files, town)

    address = anyone.read_qr(picture_of_pdf(files["pdf"], tmp_path))
    assert address == unit.read_qr(page.locator(".face").screenshot())
    assert address.startswith(f"{town.site.address}/verify?c={code}&n={number}&h=")
    anyone.page.goto(address)
    expect_verdict(anyone.page, "真实", "正常")

    anyone.look_closely()

    scan_picture(anyone, tmp_path / "face.png")
    assert anyone.page.url == address
    expect_verdict(anyone.page, "真实", "正常")

    check_by_face(anyone, code, number, check_code)
    expect_verdict(anyone.page, "真实", "正常")
    expect(anyone.page.locator("body")).to_contain_text("第 3 次查验")
    seals = anyone.page.locator("section:has(#seals)")
    expect(seals).to_contain_text("CN=呼和浩特市演示公安局服务中心")
    expect(seals).to_contain_text("CN=内蒙古自治区财政厅")

    reverse(unit, code, number)
    anyone.page.goto(address)
    expect_verdict(anyone.page, "真实", "已冲红")

    for file in files.values():
        upload(anyone, file)
        expect_verdict(anyone.page, "真实", "已冲红")
        expect(anyone.page.locator("#detailed")).to_contain_text("红格尔")
    for forged in (altered_ofd(files["ofd"], tmp_path), altered_xml(files["xml"], tmp_path)):
        upload(anyone, forged)
        expect_verdict(anyone.page, "被篡改")
        expect(anyone.page.locator("#diagnostic")).to_contain_text("不通过")
    anyone.look_closely()


def assert_files_are_sound(files: dict[str, Path], town: Town) -> None:
    """The XML verifies against the province's certificates, OFD and PDF carry these very bytes."""
    xml = files["xml"].read_bytes()
    report = verify_xml(xml, town.trust)
    assert report.genuine, report.problems
    ofd = validate_ofd(
        files["ofd"].read_bytes(),
        lambda value, signature, path: verify_seal_signature(value, signature, path, town.trust.roots),
        xml=xml,
    )
    assert ofd.valid, ofd.findings
    assert extract_xml_from_pdf(files["pdf"].read_bytes()) == xml


def picture_of_pdf(file: Path, directory: Path) -> bytes:
    document = pypdfium2.PdfDocument(file)
    try:
        picture = directory / "face.png"
        document[0].render(scale=_DOTS_PER_POINT).to_pil().save(picture)
    finally:
        document.close()
    return picture.read_bytes()


def check_by_face(
    visitor: Visitor, code: str, number: str, check_code: str, *, amount: str = "10.00"
) -> None:
    page = visitor.open("/")
    for name, value in {
        "code": code,
        "number": number,
        "check_code": check_code,
        "issued_on": today().isoformat(),
        "amount": amount,
    }.items():
        page.fill(f"#{name}", value)
    page.keyboard.press("Enter")


def expect_verdict(page: Page, verdict: str, state: str = "") -> None:
    if state == "已冲红":
        expect(page.locator("#verdict")).to_have_text("已冲红，不能报销")
        expect(page.locator(".verdict")).to_contain_text(f"查验结果：{verdict}")
        expect(page.locator(".bill-face .bill-mark")).to_have_text(state)
    else:
        expect(page.locator("#verdict")).to_have_text(f"查验结果：{verdict}")
    if state:
        expect(page.locator(".verdict")).to_contain_text(f"票据状态：{state}")


def scan_picture(visitor: Visitor, picture: Path) -> None:
    page = visitor.open("/?way=scan")
    page.set_input_files("#picture", picture)
    page.wait_for_url("**/verify?**")


def reverse(visitor: Visitor, code: str, number: str) -> None:
    page = visitor.page
    page.goto(f"/unit/bills/{code}/{number}")
    page.get_by_role("link", name="冲红").click()
    page.get_by_label("缴款人要求退款").check()
    page.fill("#reason_text", "证件未制作")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("main")).to_contain_text("冲红不能撤销")
    visitor.look_closely()
    page.get_by_role("button", name="确认冲红").dblclick()
    page.wait_for_url("**/reversed")
    expect(page.locator("main")).to_contain_text("缴款人要求退款：证件未制作")
    visitor.look_closely()
    page.get_by_role("link", name="查看红字票据").click()
    expect(page.locator(".face svg")).to_contain_text("-10.00")
    page.get_by_role("link", name=re.compile(f"{code}-{number}")).click()
    expect(page.locator("main")).to_contain_text("已冲红")
    assert page.get_by_role("link", name="冲红", exact=True).count() == 0


def upload(visitor: Visitor, file: Path) -> None:
    page = visitor.open("/?way=file")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="查验").click()


def altered_ofd(file: Path, directory: Path) -> Path:
    """A package in which the payer of the page's text has another name."""
    forged = directory / "forged.ofd"
    with ZipFile(file) as source, ZipFile(forged, "w", ZIP_STORED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace("红格尔".encode(), "白格尔".encode()))
    return forged


def altered_xml(file: Path, directory: Path) -> Path:
    """A document over ten times the amount."""
    forged = directory / "forged.xml"
    forged.write_bytes(file.read_bytes().replace(b">10.00<", b">100.00<"))
    return forged
