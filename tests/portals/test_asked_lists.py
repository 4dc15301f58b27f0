"""核实记录 and 提示记录: a unit's own pages and its department's, with their exports."""

from datetime import date

import msgspec
import pytest
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.identity.model import Role
from mingpiao.issuing.model import Issued, NeedsConfirmation
from mingpiao.rules.model import Confirmation, Rule, Severity
from mingpiao.rules.service import install_library

site = a_world("peopled", demo=True)


def _rule(code: str, severity: Severity, remark: str) -> Rule:
    return Rule(
        code=code,
        name=f"备注含有{remark}",
        basis="《演示办法》第一条",
        severity=severity,
        condition=f"remark = '{remark}'",
        message=f"备注为“{remark}”。",
        field="remark",
        effective_from=date(2026, 1, 1),
    )


@pytest.fixture
async def judged(site: World) -> World:
    """A unit whose program was asked about one bill, and whose other bill was warned of."""
    rules = [_rule("T-ASK", Severity.ASK, "请核实"), _rule("T-WARN", Severity.WARN, "请留意")]
    async with site.database.system() as connection:
        await install_library(connection, await site.catalog.get(), rules, acting=ACTING)
    for number, remark, answer in (("LS-1", "请核实", NeedsConfirmation), ("LS-2", "请留意", Issued)):
        request = site.unit.request(business_no=number, remark=remark)
        outcome = await site.services.applications.submit(site.unit.unit_id, request, acting=ACTING)
        assert isinstance(outcome, answer), outcome
    return site


async def test_the_first_page_counts_what_waits_for_a_reason(judged: World) -> None:
    browser = await judged.browser("checker")
    shown = (await browser.get("/unit")).text
    assert "有 1 件业务系统提交的开票请求待说明理由" in shown
    assert 'href="/unit/asked?ending=waiting"' in shown
    assert "LS-1" in (await browser.get("/unit/asked", ending="waiting")).text
    asked = judged.unit.request(business_no="LS-1", remark="请核实")
    answered = msgspec.structs.replace(
        asked, confirmations=(Confirmation(rule="T-ASK", reason="备注为合同原文"),)
    )
    outcome = await judged.services.applications.submit(judged.unit.unit_id, answered, acting=ACTING)
    assert isinstance(outcome, Issued)
    assert "待说明理由" not in (await browser.get("/unit")).text


@pytest.mark.parametrize(
    ("who", "portal"), [("handler", "unit"), (Role.DEPARTMENT_HEAD, "finance")], ids=["unit", "department"]
)
async def test_both_lists_and_their_exports(judged: World, who: str | Role, portal: str) -> None:
    browser = await judged.browser(who, region=None if portal == "unit" else "150000")
    for address, number, other, rule in (
        (f"/{portal}/asked", "LS-1", "LS-2", "备注含有请核实"),
        (f"/{portal}/warnings", "LS-2", "LS-1", "备注含有请留意"),
    ):
        page = await browser.get(address)
        assert page.status_code == 200
        assert rule in page.text
        found = await browser.get(f"{address}?business_no={number}")
        assert rule in found.text
        missed = await browser.get(f"{address}?business_no={other}")
        assert "没有符合条件的" in missed.text
        file = await browser.get(f"{address}/export.csv?business_no={number}")
        assert file.status_code == 200
        assert number in file.text
        assert rule in file.text
    waiting = await browser.get(f"/{portal}/asked?ending=waiting")
    assert "LS-1" in waiting.text
    wrong = await browser.get(f"/{portal}/asked?ending=nothing")
    assert wrong.status_code == 422


async def test_another_department_sees_neither(judged: World) -> None:
    browser = await judged.browser(Role.DEPARTMENT_HEAD, region="150900")
    for address in ("/finance/asked", "/finance/warnings"):
        page = await browser.get(f"{address}?from=2026-01-01")
        assert page.status_code == 200
        assert "LS-" not in page.text
        assert "没有符合条件的" in page.text
