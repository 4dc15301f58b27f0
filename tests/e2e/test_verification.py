"""What 票据查验 tells who does not hold the bill."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import issue_bill
from tests.e2e.test_bill_life import check_by_face, expect_verdict
from tests.e2e.visitor import Visitor
from tests.support.puzzles import solved

from mingpiao.kernel.clock import today

pytestmark = pytest.mark.browser

_WRONG_ANSWERS = 10


def test_a_check_code_cannot_be_guessed(visit: Callable[..., Visitor]) -> None:
    unit, guesser = visit("gongan-kaipiao"), visit()
    code, number = issue_bill(unit.page, payer="猜不到")
    check_code = unit.page.locator(".alert strong").nth(2).inner_text()
    guesses = [guess for guess in (f"{n:06d}" for n in range(_WRONG_ANSWERS + 1)) if guess != check_code]
    for guess in guesses[:_WRONG_ANSWERS]:
        check_by_face(guesser, code, number, guess)
        expect(guesser.page.locator("#error-summary")).to_contain_text("查无此票")
    # From here on the right one alone helps no more: a picture is asked, or words by those who do not see it.
    guesser.expect(429)
    check_by_face(guesser, code, number, check_code)
    page = guesser.page
    expect(page.locator("img.puzzle")).to_be_visible()
    expect(page.locator("#verdict")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("猜不到")
    guesser.look_closely()
    page.get_by_role("button", name="看不到图片，改用文字题").click()
    label = page.locator("label[for=puzzle_answer]")
    expect(label).to_contain_text("等于多少？")
    guesser.look_closely()
    page.fill("#puzzle_answer", solved(label.inner_text().removeprefix("请回答：").removesuffix("*")))
    page.get_by_role("button", name="查验", exact=True).click()
    expect(page.locator("#error-summary")).to_contain_text("秒后再点一次")
    expect(page.locator("body")).not_to_contain_text("猜不到")


def test_wrong_links_and_files_are_told_kindly(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open(f"/verify?c=15010125&n=0000000001&h={'0' * 64}")
    expect_verdict(page, "查无此票")
    visitor.look_closely()
    visitor.expect(400, 404, 422)
    page = visitor.open("/verify?c=1&n=2&h=3")
    expect(page.locator("#error-summary")).to_be_focused()
    page = visitor.open("/?way=file")
    page.set_input_files("#file", {"name": "bill.ofd", "mimeType": "application/ofd", "buffer": b"no zip"})
    page.get_by_role("button", name="查验").click()
    expect(page.locator("main")).to_contain_text("OFD")
    expect(page.locator("body")).not_to_contain_text("真实")
    visitor.look_closely()
    page = visitor.open("/gibt/es/nicht")
    expect(page.locator("h1")).to_have_text("页面不存在")
    visitor.look_closely()


def test_an_office_checks_a_list(visit: Callable[..., Visitor]) -> None:
    unit, office = visit("gongan-kaipiao"), visit()
    code, number = issue_bill(unit.page, payer="批量查到")
    check_code = unit.page.locator(".alert strong").nth(2).inner_text()
    page = office.open("/")
    page.get_by_role("link", name="批量查验").click()
    office.look_closely()
    day = today().isoformat()
    rows = [
        "票据代码,票据号码,校验码,开票日期,金额合计（元）",
        f"{code},{number},{check_code},{day},10.00",
        f"{code},9999999999,{check_code},{day},10.00",
    ]
    page.set_input_files(
        "#files", {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    page.get_by_role("button", name="开始查验").click()
    expect(page.locator("#summary")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody tr").nth(0)).to_contain_text("真实")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("查无此票")
    expect(page.locator("body")).not_to_contain_text("批量查到")
    office.look_closely()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载结果 XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")
