"""核销: what arrived in this month comes from a bank's file and from the unit itself, and is matched to a bill."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.e2e.steps import follow, issue_bill
from tests.e2e.visitor import Visitor

from mingpiao.kernel.clock import today
from mingpiao.writeoff.service import months_after

pytestmark = pytest.mark.browser

_PAYER = "敖登格日勒"


def test_a_statement_is_tried_imported_and_matched(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    handler = visit("gongan-kaipiao")
    page = handler.open("/unit/issue?kind=0101")
    issue_bill(page, payer=_PAYER)
    page.goto("/unit/writeoff")
    handler.look_closely()
    main = page.locator("main")
    follow(page, "银行流水")
    handler.look_closely()
    file = tmp_path / "工行流水.csv"
    lines = [
        "账号,1505000012345678",
        "交易日期,流水号,借方发生额,贷方发生额,对方户名,摘要",
        f"{today()},A1,,10.00,{_PAYER},工本费",
        f"{today()},A2,300.00,,文具店,办公用品",
        f"{today()},A3,,8.00,看不出是谁,",
        "本月合计,,300.00,18.00,,",
    ]
    file.write_bytes("\n".join(lines).encode("gb18030"))
    page.set_input_files("#file", [file])
    page.get_by_role("button", name="上传并试读").click()
    expect(main).to_contain_text("2 笔，18.00 元")
    handler.look_closely()
    page.get_by_role("button", name="导入 2 笔").click()
    expect(main).to_contain_text("到账计入各自的月份")

    page.goto(f"/unit/writeoff/{today():%Y-%m}")
    expect(main).to_contain_text("本月还没有结束")
    handler.look_closely()
    follow(page, "登记到账")
    page.fill("#现金", "25.50")
    handler.look_closely()
    page.get_by_role("button", name="保存").click()
    expect(main).to_contain_text("25.50")

    follow(page, "到账明细与匹配")
    expect(main).to_contain_text("金额和付款人")
    handler.look_closely()
    follow(page, "看不出是谁")
    expect(main).to_contain_text("还没有匹配的票据")
    handler.look_closely()
    follow(page, "到账明细与匹配")
    follow(page, _PAYER)
    page.get_by_role("button", name="取消匹配").click()
    expect(main).to_contain_text("可能对应的票据")
    page.get_by_role("button", name="匹配", exact=False).first.click()
    expect(main).to_contain_text("人工匹配")
    handler.look_closely()


def test_a_large_difference_is_explained_and_told_before_it_is_submitted(
    visit: Callable[..., Visitor],
) -> None:
    """The police's open month of the town, older than all that it wrote off, of which nothing arrived."""
    handler = visit("gongan-kaipiao")
    month = months_after(today().replace(day=1), -7)
    page = handler.open(f"/unit/writeoff/{month:%Y-%m}")
    main = page.locator("main")
    expect(main).to_contain_text("到账比开票少 440.00 元")
    handler.expect(422)
    page.get_by_label("原因1").select_option("arrears")
    page.get_by_label("说明1").fill("情况属实")
    page.get_by_role("button", name="提交核销").click()
    expect(main).to_contain_text("该项差额较大，说明不少于5个字")
    handler.look_closely()
    page.get_by_label("说明1").fill("办证费用由市财政次月统一拨付")
    page.get_by_role("button", name="提交核销").click()
    expect(main).to_contain_text("请确认")
    expect(main).to_contain_text("欠费未收 440.00 元，办证费用由市财政次月统一拨付")
    handler.look_closely()
    page.get_by_role("button", name="返回修改").click()
    expect(page.get_by_role("button", name="提交核销")).to_be_visible()
    expect(page.get_by_label("说明1")).to_have_value("办证费用由市财政次月统一拨付")
