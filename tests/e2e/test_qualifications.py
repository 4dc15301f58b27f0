"""A manager uploads qualifications and sees what was read; one is accepted by the platform, one by a person of finance."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.visitor import Visitor
from tests.qualifications.files import Facts, draw

from mingpiao.demo.units import demo_units
from mingpiao.kernel.clock import today
from mingpiao.qualifications.model import QualificationType

pytestmark = pytest.mark.browser


def _facts(qualification_type: QualificationType) -> Facts:
    unit = next(entry for entry in demo_units() if entry.profile == "charity").unit
    return Facts(
        qualification_type=qualification_type,
        name=unit.name,
        code=unit.uscc,
        representative="乌云其木格",
        issuer="内蒙古自治区民政厅",
        valid_from=today() - timedelta(days=30),
        valid_until=today() + timedelta(days=3000),
        address="新城区演示大街1号",
    )


def _upload(visitor: Visitor, facts: Facts, directory: Path, *, layout: int) -> Page:
    """Upload a picture and wait until it was read."""
    file = directory / "zhengshu.png"
    file.write_bytes(draw(facts, layout=layout, seed=layout).png())
    page = visitor.open("/unit/qualifications")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="上传并识别").click()
    page.wait_for_url("**/unit/qualifications/*")
    page.locator("#name").wait_for()
    return page


def test_a_qualification_in_order_is_accepted_at_once(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    facts = _facts(QualificationType.CHARITY)
    manager = visit("cishan-guanli")
    page = _upload(manager, facts, tmp_path, layout=3)
    expect(page.locator("#name")).to_have_value(facts.name)
    expect(page.locator("#code")).to_have_value(facts.code)
    expect(page.locator("#qualification_type")).to_have_value("charity")
    expect(page.locator("#valid_until")).to_have_value(facts.valid_until.isoformat())
    picture = page.locator(".qualification-sheet img")
    page.wait_for_function("() => document.querySelector('.qualification-sheet img').naturalWidth > 500")
    expect(picture).to_be_visible()
    page.locator("#code").focus()
    expect(page.locator("[data-mark=code].is-chosen")).to_have_count(1)
    manager.look_closely()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已认定有效")).to_be_visible()
    manager.open("/unit/qualifications")
    expect(page.get_by_text("还有3000天").first).to_be_visible()
    manager.look_closely()


def test_a_corrected_qualification_is_decided_by_a_person(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    facts = _facts(QualificationType.ASSOCIATION)
    manager = visit("cishan-guanli")
    page = _upload(manager, facts, tmp_path, layout=0)
    manager.expect(422)
    page.fill("#code", facts.code[:-1])
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.fill("#code", facts.code)
    page.fill("#representative", "巴特尔")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交财政部门审核")).to_be_visible()

    officer = visit("czt-jingban")
    desk = officer.open("/finance/qualifications")
    desk.locator("tbody tr", has_text="社会团体法人登记证书").get_by_role("link").first.click()
    expect(desk.get_by_text("识别为：乌云其木格")).to_be_visible()
    desk.wait_for_function("() => document.querySelector('.qualification-sheet img').naturalWidth > 500")
    desk.locator("[data-field=representative]").hover()
    expect(desk.locator("[data-mark=representative].is-chosen")).to_have_count(1)
    officer.look_closely()
    officer.expect(422)
    desk.get_by_role("button", name="不通过").click()
    expect(desk.locator("#error-summary")).to_be_focused()
    desk.fill("#reason", "已电话核实")
    desk.get_by_role("button", name="认定有效").click()
    expect(desk.get_by_text("已电话核实")).to_be_visible()

    manager.open("/unit/messages")
    page.get_by_role("button", name="查看：社会团体法人登记证书已通过").click()
    expect(page.get_by_text("已认定有效")).to_be_visible()
    manager.open("/unit/messages")
    manager.look_closely()
