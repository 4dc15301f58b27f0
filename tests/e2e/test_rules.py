"""监管规则 in the browser: written in the form, seen as text, approved by another, felt at the issue page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.e2e.steps import download, fill_bill
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser


def _begin(visitor: Visitor, code: str, name: str) -> Page:
    page = visitor.open("/finance/rules/new")
    page.fill("#code", code)
    page.fill("#name", name)
    page.fill("#basis", "《财政票据管理办法》第二十一条")
    page.get_by_label("拦截").check()
    page.fill("#message", "缴款人{payer.name}不能开具，请核对。")
    page.select_option("#field", "payer/name")
    return page


def _row(page: Page, place: int) -> Locator:
    return page.locator("#rule-builder [data-node=leaf]").nth(place)


def test_a_rule_from_the_form_to_the_issue_page(visit: Callable[..., Visitor]) -> None:
    officer, head, handler = visit("czt-jingban"), visit("czt-fuzeren"), visit("gongan-kaipiao")
    page = _begin(officer, "E2E-PAYER", "缴款人名称含有端到端")
    text = page.locator("#condition")

    # With the keyboard: a line is added, filled, and the text says the same.
    officer.tab_to("[data-add=leaf]")
    page.keyboard.press("Enter")
    officer.has_focus("#rule-builder [data-subject]")
    _row(page, 0).get_by_label("字段").select_option(label="缴款人名称")
    _row(page, 0).get_by_label("比较方式").select_option(label="包含")
    _row(page, 0).get_by_label("字词").fill("端到端")
    expect(text).to_have_value("contains(payer.name, '端到端')")
    page.get_by_role("button", name="添加条件组").click()
    _row(page, 1).get_by_label("字段").select_option(label="合计金额")
    _row(page, 1).get_by_label("比较方式").select_option(label="不小于")
    _row(page, 1).get_by_label("值", exact=True).fill("0.01")
    inner = page.locator(".rule-group .rule-group")
    inner.get_by_role("button", name="添加条件", exact=True).click()
    _row(page, 2).get_by_label("字段").select_option(label="单位开票金额")
    _row(page, 2).get_by_label("最近多少天").fill("7")
    _row(page, 2).get_by_label("比较方式").select_option(label="大于")
    _row(page, 2).get_by_label("值", exact=True).fill("1000000")
    expect(text).to_have_value("contains(payer.name, '端到端') AND (total >= 0.01 OR unit_sum(7) > 1000000)")
    expect(page.locator("#condition-state")).to_have_text("条件正确。")
    officer.look_closely()

    # The other way round: what the text says, the form shows; what is wrong is marked where it is.
    text.fill("contains(payer.name, '端到端')\nAND NOT issued.workday IS NULL")
    expect(page.locator("#rule-builder [data-node=leaf]")).to_have_count(2)
    text.fill("contains(payer.name, '端到端')\nAND payer.shoe = 1")
    expect(page.locator("#condition-marked mark")).to_have_text("payer.shoe")
    expect(page.locator("#condition-state .wrong")).to_contain_text("第2行第5字")
    expect(page.locator("#rule-builder")).to_have_attribute("inert", "")
    officer.look_closely()
    text.fill("")
    page.fill("#catalogue-search", "缴款人名称")
    page.locator("#catalogue button", has_text="contains(payer.name").click()
    expect(text).to_have_value("contains(payer.name, '测试')")
    expect(_row(page, 0).get_by_label("字词")).to_have_value("测试")

    # A row that is not complete is not saved; one that was typed a moment ago is.
    _row(page, 0).get_by_label("字词").fill("")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#condition-state")).to_have_text("请填写“缴款人名称”的比较方式和值。")
    officer.has_focus("#condition-state")
    _row(page, 0).get_by_label("字词").fill("端到端")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**/finance/rules/E2E-PAYER?version=1")
    expect(page.locator("dl pre")).to_have_text("contains(payer.name, '端到端')")
    officer.look_closely()
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("main")).to_contain_text("由省级财政部门负责人审核")

    decided = head.open("/finance/rules?state=submitted")
    decided.get_by_role("link", name="E2E-PAYER").click()
    head.look_closely()
    # Nobody knows yet what it would hit: a trial comes first, then the page that says what follows.
    expect(decided.locator("main")).to_contain_text("这一版还没有试过，不能通过")
    decided.get_by_role("button", name="开始试算").click()
    expect(decided.locator("#result-title")).to_be_visible()
    decided = head.open("/finance/rules/E2E-PAYER")
    decided.fill("#reason", "同意")
    decided.get_by_role("button", name="通过", exact=True).click()
    expect(decided.locator("main")).to_contain_text("命中的票据不能开具")
    expect(decided.locator("main")).to_contain_text("试算最近12个月")
    head.look_closely()
    decided.get_by_role("button", name="确认通过").click()
    expect(decided.locator("main")).to_contain_text("运行中")

    issuing = handler.open("/unit/issue?kind=0101")
    fill_bill(issuing, payer="张端到端", item="临时居民身份证工本费")
    handler.expect(409, 422)
    issuing.get_by_role("button", name="核对并开具").click()
    expect(issuing.locator("main")).to_contain_text("缴款人张端到端不能开具，请核对。")

    decided.fill("#switch-reason", "端到端测试完毕")
    decided.get_by_role("button", name="立即暂停").click()
    expect(decided.locator("main")).to_contain_text("规则已暂停")


def test_a_rule_is_written_without_script(visit: Callable[..., Visitor]) -> None:
    officer = visit("czt-jingban", java_script_enabled=False)
    page = _begin(officer, "E2E-PLAIN", "不用脚本写的规则")
    expect(page.locator("#rule-builder")).to_be_hidden()
    page.fill("#condition", "total >")
    officer.expect(422)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#error-summary")).to_contain_text("第1行")
    page.fill("#condition", "total > 1")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("h1")).to_contain_text("E2E-PLAIN")


def test_rules_travel_as_files(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    officer = visit("czt-jingban2")
    page = _begin(officer, "E2E-FILE", "用文件带走的规则")
    page.fill("#condition", "total > 1")
    page.locator("#kinds > summary").click()
    page.locator("#kinds").get_by_label("0601").check()
    expect(page.locator("#kinds [data-chosen]")).to_have_text("已选1项")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**/finance/rules/E2E-FILE?version=1")
    file = download(page, "导出 YAML", tmp_path)
    content = file.read_text(encoding="utf-8")
    assert "kinds: ['0601']\n" in content
    file.write_text(content.replace("E2E-FILE", "E2E-FILE-2"), encoding="utf-8")
    officer.open("/finance/rules/import")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="试运行").click()
    expect(page.locator("main")).to_contain_text("新建草稿 1 条")
    officer.look_closely()
    page.get_by_role("button", name="导入可以导入的 1 条").click()
    page.get_by_role("link", name="E2E-FILE-2").click()
    expect(page.locator("main")).to_contain_text("由文件导入")
    for address in ("/finance/rules", "/finance/rules/running", "/finance/rules/E2E-FILE-2/compare"):
        officer.open(address)
        officer.look_closely()


def test_a_trial_shows_what_a_rule_would_have_hit(visit: Callable[..., Visitor]) -> None:
    officer = visit("czt-jingban")
    page = _begin(officer, "E2E-TRIAL", "试算用的规则")
    page.fill("#condition", "total > 100")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="试算最近12个月").click()
    trial = opened.value
    expect(trial.locator("#result-title")).to_be_visible()
    expect(trial.locator("[data-chart] canvas")).to_have_count(1)
    trial.locator("tbody th.code a").first.click()
    expect(trial.locator("svg.bill-face").first).to_be_visible()
    trial.close()
    # The form is still there, and can be saved.
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**/finance/rules/E2E-TRIAL?version=1")
    page.select_option("#months", "1")
    page.get_by_role("button", name="开始试算").click()
    expect(page.locator("#result-title")).to_be_visible()
    officer.look_closely()
