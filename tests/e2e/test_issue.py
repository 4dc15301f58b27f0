"""开具票据 with the keyboard alone, and what a second press does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import fill_bill
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_bill_is_issued_with_the_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao")
    page = visitor.open("/unit")
    press = page.keyboard.press

    visitor.tab_to("nav a[href='/unit/issue']")
    press("Enter")
    # The first time a kind is chosen; later it is that of the last bill.
    page.wait_for_url("**/unit/issue**")
    if "kind=" not in page.url:
        visitor.tab_to("a[href='/unit/issue?kind=0101']")
        press("Enter")
        page.wait_for_url("**/unit/issue?kind=0101")

    visitor.has_focus("#payer-name")
    page.keyboard.type("阿拉坦")
    press("Enter")
    visitor.has_focus("#items-0-code")
    page.keyboard.type("jmsfz")
    options = page.locator("[role=listbox] [role=option]")
    expect(options).to_have_text(
        [
            "居民身份证换领工本费 011101 · 固定标准 20 元/证",
            "居民身份证补领工本费 011102 · 固定标准 40 元/证",
            "临时居民身份证工本费 011103 · 固定标准 10 元/证",
        ],
        use_inner_text=True,
    )
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    press("Enter")
    visitor.has_focus("#items-0-quantity")
    expect(page.locator("#items-0-code")).to_have_value("居民身份证补领工本费")
    expect(page.locator("#items-0-rate")).to_have_value("40")
    expect(page.locator("#items-0-rate")).not_to_be_editable()
    expect_total(page, "40.00", "肆拾元整")
    page.keyboard.type("3")
    expect(page.locator("#items-0-amount")).to_have_text("120.00")
    expect_total(page, "120.00", "壹佰贰拾元整")

    press("Enter")
    visitor.has_focus("#items-0-remark")
    press("Enter")
    visitor.has_focus("#items-1-code")
    page.keyboard.type("011104")
    expect(options).to_have_count(1)
    press("Enter")
    visitor.has_focus("#items-1-quantity")
    expect_total(page, "240.00", "贰佰肆拾元整")

    press("Control+Enter")
    expect(page.locator("h1")).to_have_text("核对票据内容")
    expect(page.locator("main")).to_contain_text("金额合计（大写）贰佰肆拾元整")
    expect(page.locator("main")).to_contain_text("阿拉坦")
    visitor.look_closely()
    press("Control+Enter")
    page.wait_for_url("**/unit/issue/done/**")
    expect(page.locator("h1")).to_have_text("票据已开具")
    face = page.locator(".face svg")
    expect(face).to_have_count(1)
    for text in ("阿拉坦", "居民身份证补领工本费", "因私普通护照工本费", "贰佰肆拾元整", "240.00"):
        expect(face).to_contain_text(text)
    assert face.locator("image.bill-seal").count() == 2
    visitor.look_closely()


def expect_total(page: Page, figures: str, words: str) -> None:
    total = page.locator("#total")
    expect(total).to_contain_text(f"合计 {figures} 元")
    expect(total).to_contain_text(f"大写：{words}")


def test_the_sum_never_hides_what_has_the_focus(visit: Callable[..., Visitor]) -> None:
    visitor = visit("yiyuan-kaipiao")
    visitor.open("/unit/issue?kind=0601")
    for height in (800, 500):
        visitor.page.set_viewport_size({"width": 1280, "height": height})
        visitor.tab_to("button[value=check]")
        visitor.page.reload()


def test_mistakes_are_told_together_and_lead_to_their_fields(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao")
    visitor.expect(422)
    page = visitor.open("/unit/issue?kind=0101")
    page.fill("#items-0-code", "没有这种项目")
    page.fill("#items-0-quantity", "许多")
    page.get_by_role("button", name="核对并开具").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    names = [link.inner_text() for link in summary.get_by_role("link").all()]
    assert "没有符合“没有这种项目”的收款项目，请换用名称、编码或拼音首字母查找。" in names
    assert len(names) >= 3
    for link in summary.get_by_role("link").all():
        link.click()
        target = link.get_attribute("href")
        assert target
        expect(page.locator(target)).to_be_focused()
    assert page.input_value("#items-0-quantity") == "许多"
    visitor.look_closely()


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_a_double_click_issues_once(visit: Callable[..., Visitor], scripted: bool) -> None:
    visitor = visit("gongan-kaipiao", java_script_enabled=scripted)
    page = visitor.open("/unit/issue?kind=0101")
    page.fill("#payer-name", "双击甲")
    page.fill("#items-0-code", "011103")
    page.get_by_role("button", name="核对并开具").click()
    business_no = page.input_value("input[name=business_no]")
    page.get_by_role("button", name="确认开具").dblclick()
    page.wait_for_url("**/unit/issue/done/**")
    number = page.url.rpartition("/")[2]

    page.goto(f"/unit/bills?business_no={business_no}")
    assert [cell.inner_text() for cell in page.locator("tbody .code a").all()] == [number]


def test_back_from_the_answers_keeps_what_was_typed(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao")
    page = visitor.open("/unit/issue?kind=0101")
    fill_bill(page, payer="改主意", item="临时居民身份证工本费", quantity="4")
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="返回修改").click()
    expect(page.locator("#payer-name")).to_have_value("改主意")
    assert page.input_value("#items-0-quantity") == "4"
    expect_total(page, "40.00", "肆拾元整")


def test_the_browsers_own_way_back_keeps_what_was_typed(visit: Callable[..., Visitor]) -> None:
    visitor = visit("gongan-kaipiao")
    page = visitor.open("/unit/issue?kind=0101")
    fill_bill(page, payer="又改主意", item="临时居民身份证工本费", quantity="4")
    business_no = page.input_value("input[name=business_no]")
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_role("button", name="确认开具").wait_for()
    page.go_back()
    expect(page.locator("#payer-name")).to_have_value("又改主意")
    assert page.input_value("input[name=business_no]") == business_no
    expect_total(page, "40.00", "肆拾元整")
    # Opened anew it is empty. The same address again would be a reload.
    visitor.open("/unit")
    visitor.open("/unit/issue?kind=0101")
    assert page.input_value("#payer-name") == ""
