"""开具票据 under supervision: questions on the check page, reasons, appeals, and what the bill's page tells."""

import asyncio
import re

import httpx
from sqlalchemy import text
from tests.portals.test_unit_issue import FILLED, KIND
from tests.support.browser import Browser, members_of
from tests.support.rules import put_in_force, rule
from tests.support.world import World

from mingpiao.rules.library import library_rules
from mingpiao.rules.model import Rule, Severity


async def _in_force(site: World, *rules: Rule) -> None:
    await put_in_force(site.services.database, *rules)
    # The notice reaches this process a moment after the commit.
    for _ in range(100):
        if len((await site.services.rules.get()).rules) == len(rules):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the rules did not arrive")


async def _checked(browser: Browser, **changes: str) -> httpx.Response:
    shown = await browser.get("/unit/issue", kind=KIND)
    members = members_of(shown.text) | FILLED | changes | {"action": "check"}
    return await browser.arrive(await browser.post("/unit/issue", members))


def _lines(html: str) -> list[str]:
    return re.findall(r'<li><a href="#[^"]+">([^<]+)</a></li>', html)


async def _count(site: World, table: str) -> int:
    async with site.services.database.system() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def _hits(site: World) -> list[tuple[str, int, int, int]]:
    """What is counted by rule: blocked, asked, confirmed."""
    async with site.services.database.system() as connection:
        rows = await connection.execute(
            text("SELECT code, blocked, asked, confirmed FROM rule_hits ORDER BY code")
        )
    return [(code, blocked, asked, confirmed) for code, blocked, asked, confirmed in rows]


async def test_a_block_is_told_with_its_basis_on_the_form(site: World) -> None:
    await _in_force(
        site,
        rule(
            "FACE-1",
            "payer.name = '测试缴款人'",
            field="payer/name",
            message="“{payer.name}”不是真实的名称。",
        ),
        rule("FACE-2", "total > 300", field="total", message="合计{total}元。"),
    )
    browser = await site.browser("handler")
    refused = await _checked(browser)
    assert refused.status_code == 422
    assert _lines(refused.text) == [
        "“测试缴款人”不是真实的名称。（依据：《财政票据管理办法》）",
        "合计300.50元。（依据：《财政票据管理办法》）",
    ]
    assert await _count(site, "bills") == 0
    assert await _hits(site) == [("FACE-1", 1, 0, 0), ("FACE-2", 1, 0, 0)]


async def test_what_the_form_and_a_rule_find_is_told_once_with_the_basis(site: World) -> None:
    codes = ("FACE-PAYER-NAME", "FACE-TOTAL-SUM", "PAYER-USCC")
    await _in_force(site, *(each for each in library_rules() if each.code in codes))
    browser = await site.browser("handler")
    wrong = {"payer-type": "2", "payer-name": "", "payer-code": "91150100DEC0000188"}
    refused = await _checked(browser, **wrong)
    assert refused.status_code == 422
    assert _lines(refused.text) == [
        "缴款人名称不能为空，请填写。（依据：《财政票据管理办法》（财政部令第104号）；内财综〔2025〕768号四（二）1）",
        "缴款单位的统一社会信用代码不正确，末位校验码应为Q，现为8，请核对18位代码；没有代码的单位（如境外单位）请留空。"
        "（依据：GB 32100-2015《法人和其他组织统一社会信用代码编码规则》）",
    ]


async def test_a_usual_reason_is_chosen_or_others_are_written(site: World) -> None:
    usual = ("合同约定分期付款，本次为第二期", "对方上年未索取票据，本年凭付款记录补开")
    asking = rule("ASK-1", "total > 300", Severity.ASK, name="大额捐赠", reasons=usual)
    await _in_force(site, asking, rule("ASK-2", "total > 200", Severity.ASK, name="没有常用理由"))
    browser = await site.browser("handler")
    checked = await _checked(browser)
    for told in (*usual, "其他，在下面写明", "其他理由或补充说明"):
        assert told in checked.text, told
    assert checked.text.count("其他，在下面写明") == 1
    # 其他 asks for words, which are held to what every reason is held to.
    thin = {"usual-ASK-1": "", "reason-ASK-1": "情况属实", "reason-ASK-2": "已核对捐赠协议"}
    refused = await browser.submit(checked, "/unit/issue/confirm", action="issue", **thin)
    assert "核实说明不少于5个字" in refused.text
    assert await _count(site, "bills") == 0
    given = {"usual-ASK-1": usual[0], "reason-ASK-1": "", "reason-ASK-2": "已核对捐赠协议"}
    issued = await browser.submit(refused, "/unit/issue/confirm", action="issue", **given)
    assert issued.status_code == 303, issued.text
    shown = (await browser.get("/unit/bills/" + "/".join(issued.headers["location"].split("/")[-2:]))).text
    assert f"开票人说明：{usual[0]}<" in shown
    # Both are kept together.
    again = await _checked(browser)
    both = {"usual-ASK-1": usual[1], "reason-ASK-1": "凭证号32", "reason-ASK-2": "已核对捐赠协议"}
    issued = await browser.submit(again, "/unit/issue/confirm", action="issue", **both)
    shown = (await browser.get("/unit/bills/" + "/".join(issued.headers["location"].split("/")[-2:]))).text
    assert f"开票人说明：{usual[1]}；凭证号32<" in shown


async def test_a_question_is_answered_with_a_reason(site: World) -> None:
    await _in_force(
        site,
        rule("ASK-1", "total > 300", Severity.ASK, name="大额捐赠", message="合计{total}元，请核实。"),
        rule("WARN-1", "total > 1", Severity.WARN, message="请留意。"),
    )
    browser = await site.browser("handler")
    checked = await _checked(browser)
    assert checked.status_code == 200
    for told in ("大额捐赠", "合计300.50元，请核实。", "《财政票据管理办法》", "请留意。", "提交人工复核"):
        assert told in checked.text, told
    assert await _hits(site) == [("ASK-1", 0, 1, 0), ("WARN-1", 0, 0, 0)]
    bare = await browser.submit(checked, "/unit/issue/confirm", action="issue")
    assert bare.status_code == 409
    assert _lines(bare.text) == ["请说明“大额捐赠”一项为何符合规定，或修改票据，或提交人工复核。"]
    assert await _count(site, "bills") == 0
    issued = await browser.submit(
        bare, "/unit/issue/confirm", action="issue", **{"reason-ASK-1": "已核对捐赠协议"}
    )
    assert issued.status_code == 303
    code, number = issued.headers["location"].split("/")[-2:]
    shown = await browser.get(f"/unit/bills/{code}/{number}")
    for told in ("智能监管", "大额捐赠", "开票人说明：已核对捐赠协议", "请留意。"):
        assert told in shown.text, told
    assert await _hits(site) == [("ASK-1", 0, 2, 1), ("WARN-1", 0, 0, 0)]


async def test_an_appeal_needs_a_reason_and_becomes_an_application(site: World) -> None:
    await _in_force(site, rule("ASK-1", "total > 300", Severity.ASK))
    browser = await site.browser("handler")
    checked = await _checked(browser)
    bare = await browser.submit(checked, "/unit/issue/confirm", action="appeal")
    assert bare.status_code == 422
    assert len(_lines(bare.text)) == 1
    assert await _count(site, "applications") == 0
    brought = await browser.submit(
        bare, "/unit/issue/confirm", action="appeal", appeal="捐赠属实，协议已备案"
    )
    assert brought.status_code == 303
    async with site.services.database.system() as connection:
        row = (
            await connection.execute(text("SELECT application_id, state, appeal_reason FROM applications"))
        ).one()
    assert brought.headers["location"] == f"/unit/applications/{row.application_id}"
    assert (row.state, row.appeal_reason) == ("in_review", "捐赠属实，协议已备案")
    assert await _count(site, "bills") == 0


async def test_going_back_keeps_what_was_typed(site: World) -> None:
    await _in_force(site, rule("ASK-1", "total > 300", Severity.ASK))
    browser = await site.browser("handler")
    checked = await _checked(browser)
    reason, appeal = {"reason-ASK-1": "已核对捐赠协议"}, "协议已备案"
    edited = await browser.submit(checked, "/unit/issue/confirm", action="edit", appeal=appeal, **reason)
    form = await browser.arrive(edited)
    assert form.status_code == 200
    assert 'value="测试缴款人"' in form.text
    again = await browser.arrive(await browser.submit(form, "/unit/issue", action="check"))
    for typed in ("已核对捐赠协议", appeal):
        assert f">{typed}</textarea>" in again.text


async def test_a_reason_that_cannot_be_kept_is_told_beside_it(site: World) -> None:
    await _in_force(site, rule("ASK-1", "total > 300", Severity.ASK))
    browser = await site.browser("handler")
    told = await browser.submit(
        await _checked(browser), "/unit/issue/confirm", action="issue", **{"reason-ASK-1": "属实😀"}
    )
    assert told.status_code == 422
    assert "<title>核对票据内容" in told.text
    assert _lines(told.text) == ["核实说明第3个字是不能使用的字符（U+1F600），请删除。"]
    assert ">属实😀</textarea>" in told.text
    assert await _count(site, "bills") == 0
