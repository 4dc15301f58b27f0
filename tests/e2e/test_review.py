"""From a question to its answer: appeal, review, correction, and the bill that issues itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.steps import fill_bill
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor

from mingpiao.storage.embedded import OWNER

pytestmark = pytest.mark.browser

_ITEM = "临时居民身份证工本费"


def bring(page: Page, payer: str, reason: str) -> str:
    """Ask for a bill of 60,000 元 in cash, which a rule asks about, and appeal; the application's number."""
    page.goto("/unit/issue?kind=0101")
    fill_bill(page, payer=payer, item=_ITEM, quantity="6000")
    page.select_option("#pay_mode", "现金")
    page.get_by_role("button", name="核对并开具").click()
    expect(page.locator("main")).to_contain_text("大额现金收款")
    page.get_by_text("提交财政部门人工复核").first.click()
    page.fill("#appeal", reason)
    page.get_by_role("button", name="提交人工复核").click()
    page.wait_for_url("**/unit/applications/*")
    expect(page.locator("main")).to_contain_text("待复核")
    return page.url.rsplit("/", 1)[1]


def test_an_appeal_is_approved_and_issues_itself(visit: Callable[..., Visitor]) -> None:
    handler, officer = visit("gongan-kaipiao"), visit("hhht-jingban")
    number = bring(handler.page, "赵建国", "集体办理，缴款人现场缴存，已当日解缴银行")
    handler.look_closely()
    page = officer.open("/finance/reviews")
    officer.look_closely()
    page.get_by_role("link", name=number, exact=True).click()
    main = page.locator("main")
    for text in (
        "集体办理，缴款人现场缴存",
        "大额现金收款",
        "拟开票据",
        "陆万元整",
        "还剩 3 个工作日",
        "现金管理暂行条例",
    ):
        expect(main).to_contain_text(text)
    page.locator("[data-chart]").first.scroll_into_view_if_needed()
    expect(page.locator("[data-chart] canvas")).to_have_count(1)
    officer.look_closely()
    officer.tab_to("#opinion")
    page.keyboard.type("现金已当日解缴")
    officer.tab_to("main form[action$='/approve'] button.btn-primary")
    page.keyboard.press("Enter")
    expect(main).to_contain_text("已开票据")
    handler.page.reload()
    expect(handler.page.locator("main")).to_contain_text("已开具")
    handler.page.locator("main a[href^='/unit/bills/']").click()
    expect(handler.page.locator("main")).to_contain_text("经财政部门人工复核通过")
    page.goto("/finance/reviews/figures")
    expect(page.locator("[data-chart] canvas")).to_have_count(3)
    expect(page.locator("#rules-table")).to_contain_text("大额现金收款")
    officer.look_closely()


def test_two_officers_at_one_application(visit: Callable[..., Visitor]) -> None:
    handler, first, second = visit("gongan-kaipiao"), visit("hhht-jingban"), visit("hhht-jingban")
    number = bring(handler.page, "钱建军", "集体办理，已缴存银行")
    for officer in (first, second):
        officer.open(f"/finance/reviews/{number}")
    first.page.fill("#opinion", "应通过银行转账缴款")
    first.page.get_by_role("button", name="驳回").click()
    expect(first.page.locator("main")).to_contain_text("已驳回")
    second.expect(409)
    second.page.fill("#opinion", "现金已当日解缴")
    second.page.get_by_role("button", name="通过，平台立即开具").click()
    expect(second.page.locator("#error-summary")).to_contain_text("已由刘海燕")
    handler.page.reload()
    expect(handler.page.locator("main")).to_contain_text("应通过银行转账缴款")


def test_what_is_returned_is_corrected_under_the_same_number(visit: Callable[..., Visitor]) -> None:
    handler, officer = visit("gongan-kaipiao"), visit("hhht-jingban")
    number = bring(handler.page, "孙建华", "集体办理，已缴存银行")
    page = officer.open(f"/finance/reviews/{number}")
    page.fill("#opinion", "数量有误，请核对")
    page.get_by_role("button", name="退回更正").click()
    expect(page.locator("main")).to_contain_text("已退回")
    handler.page.reload()
    handler.look_closely()
    handler.page.get_by_role("link", name="更正后重新提交").click()
    expect(handler.page.locator("#payer-name")).to_have_value("孙建华")
    handler.page.fill("#items-0-quantity", "6")
    handler.page.get_by_role("button", name="核对并开具").click()
    handler.page.get_by_role("button", name="确认开具").click()
    handler.page.wait_for_url(f"**/unit/applications/{number}")
    expect(handler.page.locator("main")).to_contain_text("待复核")
    # What a person returned comes back to a person, who sees what has changed and goes on to the next case.
    page.goto(f"/finance/reviews/{number}")
    changes = page.locator("section[aria-labelledby=changes-title]")
    expect(changes).to_contain_text("60,000.00")
    officer.look_closely()
    page.get_by_label("保存并处理下一件").check()
    page.get_by_role("button", name="通过，平台立即开具").click()
    page.wait_for_url("**/finance/reviews**")
    handler.page.reload()
    expect(handler.page.locator("main")).to_contain_text("票据已开具")


def test_alike_cases_are_decided_together(visit: Callable[..., Visitor]) -> None:
    handler, officer = visit("gongan-kaipiao"), visit("hhht-jingban")
    numbers = [bring(handler.page, payer, "集体办理，已缴存银行") for payer in ("李建平", "周建新")]
    page = officer.open("/finance/reviews?rule=AMOUNT-CASH")
    for number in numbers:
        page.get_by_label(f"选择申请 {number}").check()
    expect(page.locator("[data-chosen-count]")).to_have_text("2 件")
    page.select_option("#decision", "approved")
    page.fill("#reason", "同类情形，均已解缴")
    page.get_by_role("button", name="办理所选").click()
    expect(page.locator("main")).to_contain_text("已办理 2 件，共 2 件")
    officer.look_closely()


def test_what_is_chosen_stays_chosen_on_other_pages(town: Town, visit: Callable[..., Visitor]) -> None:
    handler, officer = visit("gongan-kaipiao"), visit("hhht-jingban")
    multiply(town, bring(handler.page, "王春生", "集体办理，已缴存银行"), 31)
    page = officer.open("/finance/reviews?rule=AMOUNT-CASH")
    box = page.locator("input[type=checkbox][name=chosen]").first
    count = page.locator("[data-chosen-count]")
    first = box.get_attribute("value")
    box.check()
    page.get_by_role("link", name="下一页").click()
    expect(count).to_have_text("1 件（其他页 1 件）")
    second = box.get_attribute("value")
    assert first != second
    box.check()
    expect(count).to_have_text("2 件（其他页 1 件）")
    officer.look_closely()
    page.select_option("#decision", "rejected")
    page.fill("#reason", "同类情形，材料不足")
    page.get_by_role("button", name="办理所选").click()
    expect(page.locator("main")).to_contain_text("已办理 2 件，共 2 件")
    assert sorted(page.locator("tbody th a").all_inner_texts()) == sorted([first, second])
    page.get_by_role("link", name="返回复核列表").click()
    expect(page.locator("h1")).to_have_text("人工复核")
    expect(count).to_have_text("")


def test_the_page_follows_an_application_by_itself(town: Town, visit: Callable[..., Visitor]) -> None:
    handler = visit("gongan-kaipiao")
    number = bring(handler.page, "吴建军", "集体办理，已缴存银行")
    keep_from_worker(town, number)
    put_into(town, number, "checking")
    handler.page.reload()
    main = handler.page.locator("main")
    expect(main).to_contain_text("佐证材料正在识别")
    handler.look_closely()
    put_into(town, number, "in_review")
    expect(main).to_contain_text("待复核")
    expect(main).not_to_contain_text("佐证材料正在识别")


def keep_from_worker(town: Town, number: str) -> None:
    """Have a job for this application wait, so that the worker's round of each minute adds none."""
    town.site.server.run_sql(
        "INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, execute_after) VALUES (0, 'queued', "
        f"'advance_application', 'advance_application:{int(number)}', now() + interval '1 day') "
        "ON CONFLICT DO NOTHING",
        database=OWNER,
    )


def put_into(town: Town, number: str, state: str) -> None:
    """Have an application stand elsewhere, as if its files were being read or had been."""
    town.site.server.run_sql(
        f"UPDATE applications SET state = '{state}' WHERE application_id = {int(number)}",
        database=OWNER,
    )


def multiply(town: Town, number: str, copies: int) -> None:
    """Have as many more applications that are alike in all but their business numbers."""
    columns = (
        "unit_id, region_code, kind_code, payer_name, total, request, state, findings, submitted_by, sent_by, "
        "submitted_by_name, appeal_reason, appealed_at, reviewer_region, due_at"
    )
    town.site.server.run_sql(
        f"INSERT INTO applications (business_no, {columns}) SELECT business_no || '-' || copy, {columns} "
        f"FROM applications, generate_series(1, {copies}) AS copy WHERE application_id = {int(number)}",
        database=OWNER,
    )
