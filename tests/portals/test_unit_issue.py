"""开具票据 through the pages: from the choice of a kind to the bill, and what goes wrong on the way."""

import asyncio
import re
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.issuing.model import BillFilter, Outcome, Unresolved
from mingpiao.issuing.service import list_bills
from mingpiao.kernel.clock import today

KIND = "0301"
FILLED = {
    "payer-type": "1",
    "payer-name": "测试缴款人",
    "items-0-search": "货币捐赠",
    "items-0-quantity": "2",
    "items-0-rate": "150.25",
    "extension-Custom1": "助学项目",
    "extension-Custom2": "货币",
    "checker": "复核员乙",
    "pay_mode": "转账",
}


async def _empty_form(browser: Browser, kind: str = KIND) -> httpx.Response:
    shown = await browser.get("/unit/issue", kind=kind)
    assert shown.status_code == 200
    return shown


async def _check(browser: Browser, **changes: str) -> httpx.Response:
    given = {name.replace("__", "-"): value for name, value in changes.items()}
    members = members_of((await _empty_form(browser)).text) | FILLED | given | {"action": "check"}
    return await browser.arrive(await browser.post("/unit/issue", members))


async def _step(
    browser: Browser, shown: httpx.Response, address: str = "/unit/issue", **changes: str
) -> httpx.Response:
    """Press a button of a page, and go where it leads."""
    return await browser.arrive(await browser.submit(shown, address, **changes))


async def _bills(site: World) -> int:
    return int(await site.services.database.pool.fetchval("SELECT count(*) FROM bills"))


def _summary(html: str) -> list[tuple[str, str]]:
    """(field, message) of every line of the error summary."""
    return re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', html)


async def test_from_the_form_to_the_bill(site: World) -> None:
    browser = await site.browser("handler")
    only_kind = await browser.get("/unit/issue")
    assert only_kind.headers["location"] == "/unit/issue?kind=0301"
    checked = await _check(browser)
    assert checked.status_code == 200
    for text in ("核对票据内容", "测试缴款人", "货币捐赠", "300.50", "叁佰元伍角整", "复核员乙", "助学项目"):
        assert text in checked.text, text
    assert await _bills(site) == 0
    issued = await browser.submit(checked, "/unit/issue/confirm", action="issue")
    assert issued.status_code == 303
    done = await browser.get(issued.headers["location"])
    assert done.status_code == 200
    async with site.services.database.system() as connection:
        (bill,) = (await list_bills(connection, BillFilter(unit_id=site.unit.unit_id))).items
    assert issued.headers["location"] == f"/unit/issue/done/{bill.code}/{bill.number}"
    assert (bill.total, bill.handler, bill.payer.name) == (Decimal("300.50"), "开票员甲", "测试缴款人")
    assert [(i.code, i.quantity, i.rate, i.amount) for i in bill.items] == [
        ("030101", Decimal(2), Decimal("150.25"), Decimal("300.50"))
    ]
    assert bill.extension == {"Custom1": "助学项目", "Custom2": "货币"}
    assert re.fullmatch(rf"WEB{today():%Y%m%d}[0-9a-f]{{16}}", bill.business_no)
    for text in (bill.code, bill.number, bill.check_code, "<svg", "接下来"):
        assert text in done.text, text
    assert ("bill:issued", f"bill:{bill.bill_id}") in await site.audit()


async def test_a_double_click_or_reload_issues_once(site: World) -> None:
    browser = await site.browser("handler")
    checked = await _check(browser)
    answers = await asyncio.gather(
        *(browser.submit(checked, "/unit/issue/confirm", action="issue") for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await _bills(site) == 1


async def test_another_content_under_the_number_of_an_issued_form_is_refused(site: World) -> None:
    browser = await site.browser("handler")
    checked = await _check(browser)
    issued = await browser.submit(checked, "/unit/issue/confirm", action="issue")
    number = issued.headers["location"].rpartition("/")[2]
    again = await browser.submit(checked, "/unit/issue/confirm", action="issue", payer__name="另一缴款人")
    assert again.status_code == 409
    assert f'href="/unit/bills/15030125/{number}"' in again.text
    assert await _bills(site) == 1


async def test_going_back_keeps_what_was_typed(site: World) -> None:
    browser = await site.browser("handler")
    checked = await _check(browser)
    form = await _step(browser, checked, "/unit/issue/confirm", action="edit")
    members = members_of(form.text)
    assert {name: members[name] for name in FILLED} == FILLED
    assert members["business_no"] == members_of(checked.text)["business_no"]
    assert await _bills(site) == 0


async def test_all_problems_stand_at_the_top_and_beside_their_fields(site: World) -> None:
    browser = await site.browser("handler")
    answer = await _check(
        browser,
        **{
            "payer-type": "2",
            "payer-name": "",
            "payer-code": "91150000000000000X",
            "items-0-search": "没有这个项目",
            "items-0-quantity": "",
            "items-0-rate": "abc",
            "extension-Custom2": "黄金",
        },
    )
    assert answer.status_code == 422
    assert _summary(answer.text) == [
        ("payer-name", "缴款人名称不能为空，请填写。"),
        (
            "payer-code",
            "缴款单位的统一社会信用代码不正确，末位校验码应为Y，现为X，请核对18位代码；没有代码的单位（如境外单位）请留空。",
        ),
        ("items-0-quantity", "请填写数量。"),
        ("items-0-rate", "收费标准不是有效的数字，请重新填写。"),
        ("items-0-code", "没有符合“没有这个项目”的收款项目，请换用名称、编码或拼音首字母查找。"),
        ("extension-Custom2", "货币（实物）种类应为货币、实物、有价证券、其他之一，请重新选择。"),
    ]
    for field, _ in _summary(answer.text):
        assert f'id="{field}"' in answer.text, field
        assert f'id="{field}-error"' in answer.text, field
    assert await _bills(site) == 0


async def test_bad_numbers(site: World) -> None:
    browser = await site.browser("handler")
    for quantity, rate, problem in [
        ("0", "5", ("items-0-quantity", "数量必须大于零，请修改。")),
        ("-1", "5", ("items-0-quantity", "数量必须大于零，请修改。")),
        ("1", "0", ("items-0-rate", "收费标准必须大于零，请修改。")),
        ("1", "1.2345678", ("items-0-rate", "收费标准最多6位小数，请修改。")),
        ("1", "1e5", ("items-0-rate", "收费标准不是有效的数字，请重新填写。")),
        ("NaN", "5", ("items-0-quantity", "数量不是有效的数字，请重新填写。")),
        ("1", "100000000000000", ("items-0-rate", "收费标准超过999999999999.99，请核对。")),
        (
            "999999999999",
            "999999999999",
            ("items-0-amount", "数量乘以标准的金额不在票据允许的范围内，请核对。"),
        ),
        ("0.001", "0.001", ("items-0-amount", "数量乘以标准的金额不在票据允许的范围内，请核对。")),
    ]:
        answer = await _check(browser, items__0__quantity=quantity, items__0__rate=rate)
        assert answer.status_code == 422
        assert _summary(answer.text) == [problem]


async def test_bad_payer_names_are_refused_and_shown_as_text(site: World) -> None:
    browser = await site.browser("handler")
    for name in ["<script>alert(1)</script>", "表情😀", "控制\x07符", "长" * 101]:
        answer = await _check(browser, payer__name=name)
        assert answer.status_code == 422
        assert [field for field, _ in _summary(answer.text)] == ["payer-name"]
        assert "<script>alert" not in answer.text


async def test_full_width_digits_and_commas_are_numbers(site: World) -> None:
    browser = await site.browser("handler")
    answer = await _check(browser, items__0__quantity="１", items__0__rate="1,234.50")
    assert answer.status_code == 200
    assert "壹仟贰佰叁拾肆元伍角整" in answer.text


async def test_items_are_found_by_name_code_and_pinyin(site: World) -> None:
    browser = await site.browser("handler")

    async def found(words: str) -> list[str]:
        answer = await browser.get("/unit/issue/items", kind=KIND, q=words)
        return re.findall(r'data-code="(\d+)"', answer.text)

    assert await found("030101") == ["030101"]
    assert (await found("hbjz"))[0] == "030101"
    assert (await found("HBJZ"))[0] == "030101"
    assert (await found("货币捐赠"))[0] == "030101"
    assert (await found("救灾")) == ["030103"]
    assert await found("医疗") == []
    assert len(await found("")) == 4


async def test_without_javascript_a_choice_is_offered_and_taken(site: World) -> None:
    browser = await site.browser("handler")
    shown = await _empty_form(browser)
    offered = await _step(browser, shown, action="update", items__0__search="定向")
    buttons = re.findall(r'value="(pick-0-\d+)"', offered.text)
    assert buttons == ["pick-0-030103", "pick-0-030104"]
    refused = await _step(browser, offered, **{**_filled(), "items__0__search": "定向"})
    assert ("items-0-code", "有多个项目符合“定向”，请从下面选择一个。") in _summary(refused.text)
    taken = members_of((await _step(browser, refused, action="pick-0-030104")).text)
    assert (taken["items-0-search"], taken["items-0-code"]) == ("助学定向捐赠", "030104")


def _filled() -> dict[str, str]:
    return {name.replace("-", "__"): value for name, value in FILLED.items()} | {"action": "check"}


async def test_rows_are_added_and_removed(site: World) -> None:
    browser = await site.browser("handler")
    shown = await _empty_form(browser)
    first = await _step(browser, shown, items__0__search="货币捐赠", action="add")
    assert "删除项目 2" in first.text
    second = await _step(browser, first, items__1__search="非货币捐赠", action="remove-0")
    members = members_of(second.text)
    assert members["items-0-search"] == "非货币捐赠"
    assert "items-1-search" not in members
    last = members_of((await _step(browser, second, action="remove-0")).text)
    assert last["items-0-search"] == ""


async def test_fixed_rates_are_filled_in_and_held(site: World) -> None:
    """The office has items with a fixed and a bounded rate."""
    browser = await site.browser("other")
    profile = await site.services.units.profile(site.province.office.unit_id)
    catalog = await site.services.catalog.get()
    items = [catalog.items[code] for code in sorted(profile.item_codes)]
    fixed = next(item for item in items if item.rate.kind == "fixed" and set(item.kinds) & profile.kind_codes)
    kind = next(code for code in fixed.kinds if code in profile.kind_codes)
    shown = await _empty_form(browser, kind)
    filled = await _step(browser, shown, action="update", items__0__search=fixed.code, items__0__rate="0.01")
    members = members_of(filled.text)
    assert members["items-0-search"] == fixed.name
    assert Decimal(members["items-0-rate"]) == fixed.rate.minimum
    assert 'readonly="True"' in filled.text
    assert "固定标准" in filled.text


async def test_what_is_typed_is_saved_and_added_up(site: World) -> None:
    browser = await site.browser("handler")
    members = members_of((await _empty_form(browser)).text) | FILLED
    first = await browser.post("/unit/issue/draft", members)
    assert first.status_code == 200
    address = f"/unit/issue?draft={members['business_no']}"
    assert first.json() == {"version": 1, "address": address, "total": "300.50", "words": "叁佰元伍角整"}
    wrong = await browser.post("/unit/issue/draft", members | {"version": "1", "items-0-rate": "1e999"})
    assert (wrong.json()["version"], wrong.json()["total"]) == (2, "0.00")
    shown = members_of((await browser.get(address)).text)
    assert {name: shown[name] for name in FILLED} == FILLED | {"items-0-rate": "1e999"}
    assert (shown["business_no"], shown["version"]) == (members["business_no"], "2")


async def test_kinds_of_others_and_unknown_kinds_are_not_offered(site: World) -> None:
    browser = await site.browser("handler")
    for kind in ("0601", "9999", "x"):
        assert (await browser.get("/unit/issue", kind=kind)).status_code == 404
    members = members_of((await _empty_form(browser)).text) | FILLED | {"kind": "0601", "action": "check"}
    assert (await browser.post("/unit/issue", members)).status_code == 404
    assert (await browser.post("/unit/issue/confirm", members)).status_code == 404
    assert await _bills(site) == 0


async def test_a_unit_of_several_kinds_chooses_one(site: World) -> None:
    browser = await site.browser("other")
    shown = await browser.get("/unit/issue")
    profile = await site.services.units.profile(site.province.office.unit_id)
    assert re.findall(r'href="/unit/issue\?kind=(\d+)"', shown.text) == sorted(profile.kind_codes)


async def test_a_locked_kind_is_told(site: World) -> None:
    await site.services.database.pool.execute(
        "UPDATE stocks SET locks = '{writeoff}' WHERE unit_id = $1", site.unit.unit_id
    )
    browser = await site.browser("handler")
    assert "已停止供票" in (await browser.get("/unit")).text
    checked = await _check(browser)
    answer = await browser.submit(checked, "/unit/issue/confirm", action="issue")
    assert 400 <= answer.status_code < 500
    assert "error-summary" in answer.text
    assert await _bills(site) == 0


@pytest.mark.parametrize("username", ["checker", "manager"])
async def test_only_handlers_issue(site: World, username: str) -> None:
    browser = await site.browser(username)
    assert (await browser.get("/unit/issue", kind=KIND)).status_code == 403
    members = FILLED | {"kind": KIND, "csrf_token": await browser.csrf_token()}
    for address in ("/unit/issue", "/unit/issue/confirm", "/unit/issue/draft"):
        assert (await browser.post(address, members)).status_code == 403
    assert "/unit/issue" not in (await browser.get("/unit")).text
    assert await _bills(site) == 0


async def test_nothing_is_issued_without_the_token(site: World) -> None:
    browser = await site.browser("handler")
    members = members_of((await _check(browser)).text)
    del members["csrf_token"]
    assert (await browser.post("/unit/issue/confirm", members)).status_code == 403
    assert await _bills(site) == 0


async def test_when_the_outcome_is_unknown_pressing_again_tells_the_truth(
    site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await site.browser("handler")
    checked = await _check(browser)
    desk = site.services.desk
    issue = desk.issue

    async def issued_but_unheard(*arguments: Any, **named: Any) -> list[Outcome]:
        await issue(*arguments, **named)
        return [Unresolved(issued=None)]

    with monkeypatch.context() as lost:
        lost.setattr(desk, "issue", issued_but_unheard)
        unknown = await browser.submit(checked, "/unit/issue/confirm", action="issue")
    assert unknown.status_code == 503
    assert "开票结果暂时无法确认" in unknown.text
    again = await browser.submit(unknown, "/unit/issue/confirm", action="issue")
    assert again.status_code == 303
    assert await _bills(site) == 1


async def test_broken_bodies_are_refused(site: World) -> None:
    browser = await site.browser("handler")
    for body in [
        b"kind=0301&payer-name=\xff\xfe",
        b"kind=0301&payer-name=%ff%ed%a0%80",
        b"\x00=\x00&kind=%00",
        b"&&==",
        b"",
        b"{}",
    ]:
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]:
            headers = {"Content-Type": kind, "X-CSRF-Token": await browser.csrf_token()}
            for address in ("/unit/issue", "/unit/issue/confirm", "/login", "/password"):
                answer = await browser.client.post(address, content=body, headers=headers)
                assert 200 <= answer.status_code < 500, (address, answer.text)
            assert await _bills(site) == 0
