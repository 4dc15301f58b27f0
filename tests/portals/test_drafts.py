"""草稿: nothing typed is lost, nothing is overwritten in silence, and no draft issues twice."""

import re

import httpx
import pytest
from tests.portals.test_unit_issue import FILLED, KIND
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.drafts.model import MAX_MEMBERS
from mingpiao.drafts.room import ROOM
from mingpiao.drafts.service import count_touched
from mingpiao.house.purging import duty_of


async def _typed(browser: Browser, **changes: str) -> dict[str, str]:
    """A form that was filled in and saved by itself: its members with the version of the draft."""
    shown = await browser.get("/unit/issue", kind=KIND)
    members = (
        members_of(shown.text) | FILLED | {name.replace("__", "-"): value for name, value in changes.items()}
    )
    saved = await browser.post("/unit/issue/draft", members)
    assert saved.status_code == 200
    return members | {"version": str(saved.json()["version"])}


def _address(members: dict[str, str], page: str = "") -> str:
    return f"/unit/issue{page}?draft={members['business_no']}"


async def _listed(browser: Browser, **query: str) -> list[str]:
    """The payers of the drafts on the list."""
    shown = await browser.get("/unit/drafts", **query)
    assert shown.status_code == 200
    return re.findall(r'<a href="/unit/issue\?draft=[^"]+">([^<]+)</a>', shown.text)


async def _issue(browser: Browser, members: dict[str, str]) -> httpx.Response:
    checked = await browser.arrive(await browser.post("/unit/issue", members | {"action": "check"}))
    assert checked.status_code == 200
    return await browser.submit(checked, "/unit/issue/confirm", action="issue")


async def test_every_step_has_an_address_that_shows_it_again(site: World) -> None:
    browser = await site.browser("handler")
    members = await _typed(browser)
    step = await browser.post("/unit/issue", members | {"action": "add"})
    assert (step.status_code, step.headers["location"]) == (303, f"{_address(members)}#items-1-code")
    again = members_of((await browser.get(_address(members))).text)
    assert {name: again[name] for name in FILLED} == FILLED
    assert again["items-1-search"] == ""
    wrong = await browser.post("/unit/issue", again | {"action": "check", "payer-name": ""})
    assert wrong.headers["location"] == f"{_address(members)}&checked=yes"
    for _ in range(2):
        told = await browser.get(wrong.headers["location"])
        assert told.status_code == 422
        assert 'href="#payer-name"' in told.text
    right = await browser.post(
        "/unit/issue", members_of(told.text) | {"action": "check", "payer-name": "张三"}
    )
    assert right.headers["location"] == _address(members, "/check")
    for _ in range(2):
        checked = await browser.get(right.headers["location"])
        assert "核对票据内容" in checked.text
        assert "张三" in checked.text


async def test_the_check_page_of_a_bill_with_problems_is_its_form(site: World) -> None:
    browser = await site.browser("handler")
    members = await _typed(browser, payer__name="")
    answer = await browser.get(_address(members, "/check"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{_address(members)}&checked=yes")


async def test_an_issued_draft_leads_to_its_bill_and_issues_no_other(site: World) -> None:
    browser = await site.browser("handler")
    members = await _typed(browser)
    issued = await _issue(browser, members)
    assert issued.status_code == 303
    done = issued.headers["location"]
    assert await _listed(browser) == []
    for page in ("", "/check"):
        assert (await browser.get(_address(members, page))).headers["location"] == done
    # What was typed in another window comes too late, and brings nothing back.
    late = await browser.post("/unit/issue/draft", members | {"payer-name": "又一人"})
    assert (late.status_code, late.json()["code"]) == (409, "draft.stale")
    assert await site.value("SELECT count(*) FROM bill_forms") == 0
    assert await site.value("SELECT count(*) FROM bills") == 1


async def test_a_draft_that_was_left_over_after_a_crash_leads_to_its_bill(site: World) -> None:
    browser = await site.browser("handler")
    members = await _typed(browser)
    (kept,) = await site.rows("SELECT * FROM bill_forms")
    await _issue(browser, members)
    columns = ", ".join(kept.keys())
    places = ", ".join(f"${place}" for place in range(1, len(kept) + 1))
    await site.database.pool.execute(f"INSERT INTO bill_forms ({columns}) VALUES ({places})", *kept.values())
    again = await _issue(browser, members_of((await browser.get(_address(members))).text))
    assert again.headers["location"].startswith("/unit/issue/done/")
    assert await site.value("SELECT count(*) FROM bills") == 1
    assert await site.value("SELECT count(*) FROM bill_forms") == 0


async def test_of_two_windows_the_later_one_is_told(site: World) -> None:
    browser = await site.browser("handler")
    first = await _typed(browser)
    second = dict(first)
    assert (await browser.post("/unit/issue/draft", first | {"remark": "甲窗口"})).json()["version"] == 2
    late = await browser.post("/unit/issue/draft", second | {"remark": "乙窗口"})
    assert late.status_code == 409
    assert re.fullmatch(
        r"这张票据的草稿已在另一个窗口改过（\d\d:\d\d:\d\d），请选择保留哪一份。", late.json()["message"]
    )
    told = await browser.post("/unit/issue", second | {"remark": "乙窗口", "action": "check"})
    assert told.status_code == 409
    assert "已在另一个窗口改过" in told.text
    assert members_of(told.text)["remark"] == "乙窗口"
    assert members_of((await browser.get(_address(first))).text)["remark"] == "甲窗口"
    kept = await browser.submit(told, "/unit/issue", action="overwrite")
    assert kept.status_code == 303
    assert members_of((await browser.get(_address(first))).text)["remark"] == "乙窗口"


async def test_the_same_content_again_is_no_conflict(site: World) -> None:
    browser = await site.browser("handler")
    members = await _typed(browser)
    for version in ("0", "1", "7"):
        again = await browser.post("/unit/issue/draft", members | {"version": version})
        assert (again.status_code, again.json()["version"]) == (200, 1)


async def test_the_list_searches_and_deletes(site: World) -> None:
    browser = await site.browser("handler")
    members = [await _typed(browser, payer__name=name) for name in ("阿拉坦", "其其格", "阿木尔")]
    assert await _listed(browser) == ["阿木尔", "其其格", "阿拉坦"]
    assert await _listed(browser, words="阿") == ["阿木尔", "阿拉坦"]
    assert await _listed(browser, words=members[1]["business_no"]) == ["其其格"]
    assert await _listed(browser, words="没有") == []
    deleted = await browser.post(
        f"/unit/drafts/{members[1]['business_no']}/delete", {"csrf_token": await browser.csrf_token()}
    )
    assert (deleted.status_code, deleted.headers["location"]) == (303, "/unit/drafts")
    assert await _listed(browser) == ["阿木尔", "阿拉坦"]
    told = await site.rows("SELECT subject, details FROM audit_log WHERE action = 'draft:delete'")
    assert [(row["subject"], row["details"]) for row in told] == [
        (f"draft:{members[1]['business_no']}", {"payer": "其其格", "total": "300.50"})
    ]
    gone = await browser.get(_address(members[1]))
    assert gone.status_code == 404
    assert "没有找到这份草稿" in gone.text


async def test_drafts_belong_to_their_account(site: World) -> None:
    browser = await site.browser("handler")
    members = await _typed(browser)
    stranger = await site.browser("other")
    assert (await stranger.get(_address(members))).status_code == 404
    assert await _listed(stranger) == []
    token = await stranger.csrf_token()
    await stranger.post(f"/unit/drafts/{members['business_no']}/delete", {"csrf_token": token})
    assert await _listed(browser) == ["测试缴款人"]
    for username in ("checker", "manager"):
        assert (await (await site.browser(username)).get("/unit/drafts")).status_code == 403
    async with site.database.scoped(site.accounts["other"].scope) as connection:
        assert await count_touched(connection, kinds=[KIND]) == 0


async def test_a_change_of_base_data_learns_how_many_drafts_it_touches(site: World) -> None:
    browser = await site.browser("handler")
    await _typed(browser)
    await _typed(browser, items__0__search="没有这个项目")
    async with site.database.system() as connection:
        assert await count_touched(connection, kinds=[KIND]) == 2
        assert await count_touched(connection, items=["030101"]) == 1
        assert await count_touched(connection, kinds=["0601"], items=["030101", "030102"]) == 1
        assert await count_touched(connection, kinds=["0601"]) == 0
        assert await count_touched(connection) == 0


async def test_drafts_are_forgotten_after_ninety_days(site: World) -> None:
    browser = await site.browser("handler")
    members = [await _typed(browser, payer__name=name) for name in ("甲方", "乙方")]
    await site.database.pool.execute(
        "UPDATE bill_forms SET saved_at = now() - interval '92 days' WHERE business_no = $1",
        members[0]["business_no"],
    )
    await duty_of(ROOM.purges[0]).work(site.database)
    assert await _listed(browser) == ["乙方"]


async def test_what_was_filled_in_last_is_there_next_time(site: World) -> None:
    browser = await site.browser("handler")
    fresh = members_of((await browser.get("/unit/issue", kind=KIND)).text)
    assert (fresh["pay_mode"], fresh["checker"]) == ("", "")
    assert (await _issue(browser, await _typed(browser))).status_code == 303
    next_time = members_of((await browser.get("/unit/issue", kind=KIND)).text)
    assert (next_time["pay_mode"], next_time["checker"]) == ("转账", "复核员乙")
    assert next_time["payer-name"] == ""


async def test_too_large_a_draft_is_told(site: World) -> None:
    browser = await site.browser("handler")
    members = members_of((await browser.get("/unit/issue", kind=KIND)).text)
    rows = {f"items-{index}-{name}": "长" * 1000 for index in range(200) for name in ("search", "remark")}
    assert len(str(rows)) > MAX_MEMBERS
    answer = await browser.post("/unit/issue/draft", members | rows)
    assert answer.status_code == 413


@pytest.mark.parametrize("draft", ["x", "WEB" + "0" * 24, "%00", "长" * 3000])
async def test_unknown_drafts_are_not_there(site: World, draft: str) -> None:
    browser = await site.browser("handler")
    for page in ("/unit/issue", "/unit/issue/check"):
        assert (await browser.get(page, draft=draft)).status_code == 404
