"""常用模板 and favourites of the desk."""

import re

import httpx
from tests.portals.test_drafts import _issue, _typed
from tests.portals.test_unit_issue import FILLED, KIND
from tests.rules.wellformed import catalog
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.drafts.model import MAX_SAVED_FORMS
from mingpiao.identity.model import Role
from mingpiao.portals.issuing.form import matching

CHOICE = "/unit/issue?choose=yes"


async def _save(browser: Browser, name: str, **changes: str) -> httpx.Response:
    members = await _typed(browser)
    given = {"action": "save-template", "template_name": name} | changes
    return await browser.arrive(await browser.post("/unit/issue", members | given))


async def _templates(browser: Browser) -> dict[str, str]:
    """Name and address of the templates that are offered."""
    shown = await browser.get(CHOICE)
    found = re.findall(r'<a href="(/unit/issue\?template=\d+)">([^<]+)</a>', shown.text)
    return {name: address for address, name in found}


async def test_a_template_begins_a_new_bill(site: World) -> None:
    browser = await site.browser("handler")
    assert (await _save(browser, "月度捐赠")).status_code == 200
    offered = await _templates(browser)
    assert list(offered) == ["月度捐赠"]
    first, second = [members_of((await browser.get(offered["月度捐赠"])).text) for _ in range(2)]
    assert {name: first[name] for name in FILLED} == FILLED
    assert first["business_no"] != second["business_no"]
    assert (first["version"], first.get("evidence", "")) == ("0", "")
    assert (await _issue(browser, first)).status_code == 303


async def test_the_same_name_replaces_and_names_are_asked_for(site: World) -> None:
    browser = await site.browser("handler")
    await _save(browser, "月度捐赠")
    await _save(browser, "月度捐赠", remark="新的备注")
    offered = await _templates(browser)
    assert len(offered) == 1
    assert members_of((await browser.get(offered["月度捐赠"])).text)["remark"] == "新的备注"
    for name in ("", "长" * 41):
        refused = await _save(browser, name)
        assert refused.status_code == 422
        assert 'href="#template_name"' in refused.text
    assert await site.value("SELECT count(*) FROM saved_forms") == 1


async def test_there_are_only_so_many(site: World) -> None:
    browser = await site.browser("handler")
    await _save(browser, "甲")
    await site.database.pool.execute(
        "INSERT INTO saved_forms (unit_id, account_id, name, kind_code, members, shared) "
        "SELECT unit_id, account_id, 'n' || place, kind_code, members, false "
        "FROM saved_forms, generate_series(2, $1) AS place",
        MAX_SAVED_FORMS,
    )
    assert (await _save(browser, "甲")).status_code == 200
    assert (await _save(browser, "又一个")).status_code == 409


async def test_shared_templates_are_for_the_unit_and_deleted_by_their_author(site: World) -> None:
    browser = await site.browser("other")
    kind = min((await site.services.units.profile(site.province.office.unit_id)).kind_codes)
    for name, shared in (("自己的", ""), ("共用的", "yes")):
        members = members_of((await browser.get("/unit/issue", kind=kind)).text)
        given = {"action": "save-template", "template_name": name, "template_shared": shared}
        assert (await browser.post("/unit/issue", members | given)).status_code == 303
    offered = await _templates(browser)
    assert set(offered) == {"自己的", "共用的"}
    colleague = await site.browser(Role.UNIT_HANDLER)
    assert await _templates(colleague) == {"共用的": offered["共用的"]}
    assert (await colleague.get(offered["自己的"])).status_code == 404
    stranger = await site.browser("handler")
    assert await _templates(stranger) == {}
    assert (await stranger.get(offered["共用的"])).status_code == 404
    address = f"/unit/issue/templates/{offered['共用的'].rpartition('=')[2]}/delete"
    for other in (colleague, stranger):
        assert (await other.post(address, {"csrf_token": await other.csrf_token()})).status_code == 404
    deleted = await browser.post(address, {"csrf_token": await browser.csrf_token()})
    assert (deleted.status_code, deleted.headers["location"]) == (303, CHOICE)
    assert list(await _templates(browser)) == ["自己的"]
    told = await site.rows("SELECT action FROM audit_log WHERE action LIKE 'template:%' ORDER BY audit_id")
    assert [row["action"] for row in told] == ["template:save", "template:save", "template:delete"]


async def test_items_that_are_used_most_come_first(site: World) -> None:
    browser = await site.browser("handler")

    async def offered() -> list[str]:
        answer = await browser.get("/unit/issue/items", kind=KIND, q="")
        return re.findall(r'data-code="(\d+)"', answer.text)

    before = await offered()
    assert before[0] == "030101"
    for _ in range(2):
        issued = await _issue(browser, await _typed(browser, items__0__search="030103", remark=str(_)))
        assert issued.status_code == 303, issued.text
    assert await offered() == ["030103", *(code for code in before if code != "030103")]


async def test_kinds_are_pinned(site: World) -> None:
    browser = await site.browser("other")

    async def kinds() -> list[str]:
        return re.findall(r'href="/unit/issue\?kind=(\d+)"', (await browser.get(CHOICE)).text)

    before = await kinds()
    token = await browser.csrf_token()
    last = before[-1]
    await browser.post(f"/unit/issue/pins/{last}", {"csrf_token": token, "pinned": "yes"})
    assert await kinds() == [last, *before[:-1]]
    await browser.post(f"/unit/issue/pins/{last}", {"csrf_token": token, "pinned": "no"})
    assert await kinds() == before
    assert (await browser.post("/unit/issue/pins/9999", {"csrf_token": token})).status_code == 404


def test_an_item_called_so_comes_before_one_that_only_has_the_words_in_it() -> None:
    items = [catalog().items[code] for code in ("040102", "040103", "040101")]
    assert [item.name for item in matching(items, "会长单位")] == ["会费（会长单位）", "会费（副会长单位）"]
    assert [item.name for item in matching(items, "副会长")] == ["会费（副会长单位）"]
    assert len(matching(items, "会费")) == 3
