"""缴款人名录: it grows from a unit's own bills, finds by a few letters, and stays within the unit."""

import html
import re

import pytest
from tests.portals.test_account_import import carried
from tests.portals.test_drafts import _issue, _typed
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.drafts import payers
from mingpiao.drafts.service import grow_books
from mingpiao.issuing.model import Payer


async def _found(browser: Browser, words: str) -> list[str]:
    answer = await browser.get("/unit/payers/found", q=words)
    assert answer.status_code == 200
    return [html.unescape(name) for name in re.findall(r'data-name="([^"]*)"', answer.text)]


async def _issue_to(browser: Browser, name: str, **payer: str) -> None:
    members = {f"payer__{field}": value for field, value in payer.items()}
    issued = await _issue(browser, await _typed(browser, payer__name=name, **members))
    assert issued.status_code == 303, issued.text


async def test_a_payer_of_a_bill_is_found_by_a_few_letters(site: World) -> None:
    browser = await site.browser("handler")
    assert await _found(browser, "阿拉坦") == []
    await _issue_to(browser, "阿拉坦")
    await _issue_to(browser, "呼和浩特市医院", type="2", account="15010203", bank="某银行")
    await _issue_to(browser, "呼和浩特市医院", type="2")
    assert await _found(browser, "alt") == ["阿拉坦"]
    assert await _found(browser, "ALT") == ["阿拉坦"]
    assert await _found(browser, "拉坦") == ["阿拉坦"]
    assert await _found(browser, "hhht") == ["呼和浩特市医院"]
    # Letters from the middle of a name find it, too; what begins with them comes first.
    assert await _found(browser, "yy") == ["呼和浩特市医院"]
    assert await _found(browser, "市医") == ["呼和浩特市医院"]
    assert await _found(browser, "１５０１") == ["呼和浩特市医院"]
    assert await _found(browser, "") == []
    assert await _found(browser, "%") == []
    none = (await browser.get("/unit/payers/found", q="查无此人")).text
    assert "名录里没有找到，新缴款人请直接填写全称" in none
    assert "没有找到" not in (await browser.get("/unit/payers/found", q="")).text
    (row,) = await site.rows("SELECT uses, account, bank FROM payer_book WHERE name = '呼和浩特市医院'")
    assert tuple(row) == (2, "15010203", "某银行")


async def test_the_book_begins_with_past_bills_of_an_online_unit(site: World) -> None:
    unit = site.province.office
    await site.issue(unit, unit.request())
    # Patients of a hospital's own program do not come into its book.
    hospital = site.province.hospital
    await site.issue(hospital, hospital.request())
    for _ in range(2):
        await grow_books(site.database)
    assert [row["unit_id"] for row in await site.rows("SELECT unit_id FROM payer_book")] == [unit.unit_id]
    assert await site.value("SELECT used_at = issued_at FROM payer_book JOIN bills USING (unit_id)")
    browser = await site.browser("other")
    name = await site.value("SELECT name FROM payer_book")
    assert await _found(browser, name) == [name]
    await site.issue(unit, unit.request(business_no="PAYER-2", payer=Payer(type="1", name="新来的人")))
    await grow_books(site.database)
    assert await _found(browser, "新来的人") == ["新来的人"]
    assert await site.value("SELECT count(*) FROM reading_marks WHERE reader = 'payer_book'") == 1


async def test_a_long_backlog_is_worked_off_in_portions(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payers, "_PORTION", 1)
    for number in range(3):
        payer = Payer(type="1", name=f"第{number}人")
        await site.issue(site.unit, site.unit.request(business_no=f"PAYER-{number}", payer=payer))
    await grow_books(site.database)
    names = await site.rows("SELECT name FROM payer_book ORDER BY name")
    assert [row["name"] for row in names] == ["第0人", "第1人", "第2人"]


async def test_payers_are_changed_and_hidden(site: World) -> None:
    browser = await site.browser("handler")
    await _issue_to(browser, "阿拉坦")
    await _issue_to(browser, "其其格")
    payer_id = await site.value("SELECT payer_id FROM payer_book WHERE name = '阿拉坦'")
    address = f"/unit/payers/{payer_id}"
    shown = await browser.get(address)
    assert members_of(shown.text)["name"] == "阿拉坦"
    for changes, status, field in (
        ({"name": ""}, 422, "name"),
        ({"mobile": "1" * 21}, 422, "mobile"),
        ({"name": "其其格"}, 409, "name"),
    ):
        refused = await browser.submit(shown, address, **changes)
        assert refused.status_code == status
        assert f'href="#{field}"' in refused.text
    saved = await browser.submit(shown, address, mobile="13800138000")
    assert (saved.status_code, saved.headers["location"]) == (303, "/unit/payers")
    assert await _found(browser, "1380") == ["阿拉坦"]
    await browser.submit(await browser.get(address), address, hidden="yes")
    assert await _found(browser, "阿拉坦") == []
    assert "阿拉坦" in (await browser.get("/unit/payers", hidden="yes")).text
    assert "阿拉坦" not in (await browser.get("/unit/payers", hidden="no")).text
    told = await site.rows("SELECT subject FROM audit_log WHERE action = 'payer:change'")
    assert [row["subject"] for row in told] == [f"payer:{payer_id}"] * 2


async def test_payers_stay_within_their_unit(site: World) -> None:
    browser = await site.browser("handler")
    await _issue_to(browser, "阿拉坦")
    payer_id = await site.value("SELECT payer_id FROM payer_book")
    stranger = await site.browser("other")
    assert await _found(stranger, "阿拉坦") == []
    assert "阿拉坦" not in (await stranger.get("/unit/payers")).text
    assert (await stranger.get(f"/unit/payers/{payer_id}")).status_code == 404
    members = {"csrf_token": await stranger.csrf_token(), "type": "1", "name": "别人"}
    assert (await stranger.post(f"/unit/payers/{payer_id}", members)).status_code == 404
    assert await site.value("SELECT name FROM payer_book") == "阿拉坦"
    assert (await (await site.browser("checker")).get("/unit/payers")).status_code == 403


async def test_an_export_is_put_down(site: World) -> None:
    browser = await site.browser("handler")
    await _issue_to(browser, "阿拉坦")
    exported = await browser.get("/unit/payers/export.csv")
    assert exported.text.removeprefix("\ufeff").splitlines()[1].startswith("个人,阿拉坦,")
    assert await site.value("SELECT count(*) FROM audit_log WHERE action = 'payer:export'") == 1


async def test_payers_are_imported_once(site: World) -> None:
    browser = await site.browser("handler")
    shown = await browser.get("/unit/payers/import")
    token = members_of(shown.text)["csrf_token"]
    rows = "类型,名称,统一社会信用代码,账号,开户行,手机号\n单位,某某公司,,123,银行,\n个人,其其格,,,,13900139000\n"
    tried = await browser.post(
        "/unit/payers/import",
        {"csrf_token": token},
        files={"file": ("payers.csv", rows.encode(), "text/csv")},
    )
    assert tried.status_code == 200
    assert await site.value("SELECT count(*) FROM payer_book") == 0
    for _ in range(2):
        sent = {"csrf_token": token, "action": "import", "rows": carried(tried)}
        assert (await browser.post("/unit/payers/import", sent)).status_code == 200
    assert await _found(browser, "mmgs") == ["某某公司"]
    assert await _found(browser, "1390") == ["其其格"]
    assert await site.value("SELECT count(*) FROM payer_book") == 2
    assert await site.value("SELECT count(*) FROM audit_log WHERE action = 'payer:import'") == 2
    told = "SELECT count(*) FROM audit_log JOIN payer_book ON subject = 'payer:' || payer_id WHERE action = 'payer:import'"
    assert await site.value(told) == 2
