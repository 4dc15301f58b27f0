"""Forms that arrive after their session has ended: kept for their author, for nobody else, and shown again."""

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.house.purging import duty_of
from mingpiao.identity.kept_forms import MAX_CONTENT, MAX_FORMS
from mingpiao.identity.room import ROOM

NEW = "/unit/accounts/new"
TYPED = {"username": "fresh.one", "display_name": "新来的“甲”<i>", "role": "unit_checker"}


KIND = "0301"


async def end_sessions(site: World) -> None:
    await site.services.database.pool.execute("DELETE FROM sessions")


async def kept_count(site: World) -> int:
    return int(await site.services.database.pool.fetchval("SELECT count(*) FROM kept_forms"))


async def send_too_late(
    site: World, browser: Browser, address: str = NEW, **typed: str
) -> tuple[httpx.Response, dict[str, str]]:
    """Open a page, end its session, and send its form; the answer and what was sent."""
    shown = await browser.get(address)
    assert shown.status_code == 200
    await end_sessions(site)
    sent = members_of(shown.text) | (typed or TYPED)
    return await browser.post(address, sent, headers={"Referer": str(shown.url)}), sent


async def sign_in_again(browser: Browser, username: str) -> httpx.Response:
    answer = await browser.sign_in(username)
    assert answer.status_code == 303
    return await browser.get(answer.headers["location"])


async def test_the_form_is_there_again_after_signing_in(site: World) -> None:
    browser = await site.browser("manager")
    answer, sent = await send_too_late(site, browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?ended=kept")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if "mingpiao_kept=" in each)
    assert "HttpOnly" in cookie
    assert "Max-Age=3600" in cookie
    assert "用原来的账户登录后可以继续" in (await browser.get("/login?ended=kept")).text
    shown = await sign_in_again(browser, "manager")
    assert shown.url.path == NEW
    assert "刚才填写的内容还在，尚未提交" in shown.text
    members = members_of(shown.text)
    assert {name: members[name] for name in ("username", "display_name")} == {
        name: sent[name] for name in ("username", "display_name")
    }
    assert 'value="unit_checker" checked' in shown.text
    assert 'value="unit_handler" checked' not in shown.text
    assert members["csrf_token"] not in ("", sent["csrf_token"])
    made = await browser.submit(shown, NEW, role="unit_checker", display_name="新来的甲")
    assert "邀请已生成" in made.text
    assert await kept_count(site) == 0
    assert (await browser.get(str(shown.url))).text.count("fresh.one") == 0


async def test_what_is_kept_is_encrypted_and_bound(site: World) -> None:
    browser = await site.browser("manager")
    await send_too_late(site, browser)
    rows = await site.services.database.pool.fetch("SELECT * FROM kept_forms")
    assert len(rows) == 1
    assert rows[0]["account_id"] == site.accounts["manager"].account_id
    assert b"fresh.one" not in rows[0]["content"]
    # A row copied under another account opens to nobody.
    await site.services.database.pool.execute(
        "WITH kept AS (DELETE FROM kept_forms RETURNING *) "
        "INSERT INTO kept_forms SELECT token_hash, form_id, $1, content, kept_at FROM kept",
        site.accounts["handler"].account_id,
    )
    shown = await sign_in_again(browser, "handler")
    assert shown.url.path == "/unit"
    assert "fresh.one" not in shown.text


async def test_nobody_else_gets_it(site: World) -> None:
    browser = await site.browser("manager")
    await send_too_late(site, browser)
    form_id = await site.services.database.pool.fetchval("SELECT form_id FROM kept_forms")
    # Another account in the same browser.
    shown = await sign_in_again(browser, "handler")
    assert shown.url.path == "/unit"
    assert "fresh.one" not in (await browser.get("/unit/issue", kind=KIND, kept=form_id)).text
    # The same account in another browser, even with the form's id.
    elsewhere = await site.browser("manager")
    assert "fresh.one" not in (await elsewhere.get(NEW, kept=form_id)).text
    # The author, back in the first browser.
    await browser.post("/logout", {"csrf_token": await browser.csrf_token()})
    assert "fresh.one" in (await sign_in_again(browser, "manager")).text


@pytest.mark.parametrize("minutes", [59, 61])
async def test_it_waits_for_an_hour(site: World, minutes: int) -> None:
    browser = await site.browser("manager")
    await send_too_late(site, browser)
    await site.services.database.pool.execute(
        "WITH kept AS (DELETE FROM kept_forms RETURNING *) INSERT INTO kept_forms "
        "SELECT token_hash, form_id, account_id, content, now() - make_interval(mins => $1) FROM kept",
        minutes,
    )
    shown = await sign_in_again(browser, "manager")
    assert ("fresh.one" in shown.text) is (minutes == 59)
    await duty_of(ROOM.purges[0]).work(site.services.database)
    assert await kept_count(site) == (1 if minutes == 59 else 0)


async def test_a_form_of_another_site_is_not_kept(site: World) -> None:
    browser = await site.browser("manager")
    await end_sessions(site)
    for token in ("", "x", "令牌"):
        answer = await browser.post(NEW, TYPED | {"csrf_token": token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?ended=yes")
    assert await kept_count(site) == 0
    # Nor is one whose page has lain open for longer than a week.
    browser = await site.browser("manager")
    await site.services.database.pool.execute(
        "WITH owned AS (DELETE FROM form_owners RETURNING *) "
        "INSERT INTO form_owners SELECT csrf_hash, account_id, now() - interval '8 days' FROM owned"
    )
    answer, _ = await send_too_late(site, browser)
    assert answer.headers["location"] == "/login?ended=yes"
    assert await kept_count(site) == 0


async def test_passwords_are_not_kept(site: World) -> None:
    browser = await site.browser("manager")
    changed = {"old_password": PASSWORD, "new_password": "New-Harbour-58", "new_again": "New-Harbour-58"}
    answer, _ = await send_too_late(site, browser, "/password", **changed)
    assert answer.headers["location"] == "/login?ended=yes"
    assert await kept_count(site) == 0
    browser = await site.browser("manager")
    await send_too_late(site, browser, NEW, password_results="Quiet-57", username="fresh.two")
    shown = await sign_in_again(browser, "manager")
    assert "fresh.two" in shown.text
    assert "Quiet-57" not in shown.text


async def test_too_much_is_not_kept_and_the_newest_stay(site: World) -> None:
    browser = await site.browser("manager")
    answer, _ = await send_too_late(site, browser, NEW, display_name="长" * MAX_CONTENT)
    assert answer.headers["location"] == "/login?ended=yes"
    for number in range(MAX_FORMS + 2):
        browser = await site.browser("manager")
        await send_too_late(site, browser, NEW, username=f"fresh.{number}")
    assert await kept_count(site) == MAX_FORMS
    assert f"fresh.{MAX_FORMS + 1}" in (await sign_in_again(browser, "manager")).text


async def test_two_pages_that_lay_open_both_wait(site: World) -> None:
    browser = await site.browser("manager")
    first, second = await browser.get(NEW), await browser.get(NEW)
    await end_sessions(site)
    for shown, name in ((first, "fresh.one"), (second, "fresh.two")):
        await browser.post(
            NEW, members_of(shown.text) | {"username": name}, headers={"Referer": str(shown.url)}
        )
    newest = await sign_in_again(browser, "manager")
    assert 'value="fresh.two"' in newest.text
    link = newest.text.partition("还有一份没有提交的内容")[0].rpartition('href="')[2].partition('"')[0]
    assert 'value="fresh.one"' in (await browser.get(link)).text


async def test_a_form_with_an_earlier_sessions_token_is_shown_again(site: World) -> None:
    browser = await site.browser("manager")
    shown = await browser.get(NEW)
    await end_sessions(site)
    await browser.sign_in("manager")  # in another tab
    answer = await browser.post(NEW, members_of(shown.text) | TYPED, headers={"Referer": str(shown.url)})
    assert answer.status_code == 303
    again = await browser.get(answer.headers["location"])
    assert 'value="fresh.one"' in again.text
    assert (
        "邀请已生成" in (await browser.submit(again, NEW, role="unit_checker", display_name="新来的甲")).text
    )


async def test_what_another_account_had_typed_waits_for_it(site: World) -> None:
    browser = await site.browser("manager")
    shown = await browser.get(NEW)
    await end_sessions(site)
    await browser.sign_in("handler")
    answer = await browser.post(NEW, members_of(shown.text) | TYPED, headers={"Referer": str(shown.url)})
    assert answer.status_code == 403
    assert "页面已失效" in answer.text
    assert "fresh.one" not in answer.text
    await end_sessions(site)
    assert 'value="fresh.one"' in (await sign_in_again(browser, "manager")).text


async def test_after_a_first_password_the_form_is_there(site: World) -> None:
    browser = await site.browser("manager")
    await send_too_late(site, browser)
    await site.services.database.pool.execute("UPDATE accounts SET must_change_password = true")
    answer = await browser.sign_in("manager")
    assert (await browser.get(answer.headers["location"])).headers["location"] == "/password"
    done = await browser.submit(
        await browser.get("/password"),
        "/password",
        old_password=PASSWORD,
        new_password="New-Harbour-58",
        new_again="New-Harbour-58",
    )
    link = done.text.partition("继续刚才填写的内容")[0].rpartition('href="')[2].partition('"')[0]
    assert 'value="fresh.one"' in (await browser.get(link)).text


async def test_the_form_of_a_bill_comes_back_with_all_its_rows(site: World) -> None:
    browser = await site.browser("handler")
    shown = await browser.get("/unit/issue", kind=KIND)
    members = members_of(shown.text) | {"payer-name": "张三", "action": "add"}
    grown = await browser.arrive(await browser.post("/unit/issue", members))
    members = members_of(grown.text) | {
        "payer-name": "张三",
        "items-1-search": "没有的项目",
        "action": "check",
    }
    await end_sessions(site)
    answer = await browser.post("/unit/issue", members, headers={"Referer": "http://site.test/unit/issue"})
    assert answer.headers["location"] == "/login?ended=kept"
    again = await sign_in_again(browser, "handler")
    found = members_of(again.text)
    wanted = ("payer-name", "items-1-search", "business_no", "kind")
    assert {name: found[name] for name in wanted} == {name: members[name] for name in wanted}


async def test_the_last_step_of_a_bill_leads_back_to_its_form(site: World) -> None:
    browser = await site.browser("handler")
    shown = await browser.get("/unit/issue", kind=KIND)
    members = members_of(shown.text) | {"payer-name": "李四", "action": "issue"}
    await end_sessions(site)
    # The page before had answered a form: it can only be opened above.
    referer = "http://site.test/unit/issue/confirm"
    await browser.post("/unit/issue/confirm", members, headers={"Referer": referer})
    again = await sign_in_again(browser, "handler")
    assert again.url.path == "/unit/issue"
    assert 'value="李四"' in again.text


async def test_the_last_step_of_a_reversal_leads_back_to_its_reason(site: World) -> None:
    browser = await site.browser("manager")
    request = site.unit.request(kind=KIND, business_no="KEPT-1")
    issued = await site.services.desk.issue(site.unit.unit_id, [request], acting=ACTING)
    bill = bill_of(issued[0])
    address = f"/unit/bills/{bill.code}/{bill.number}/reverse"
    asked = await browser.submit(
        await browser.get(address), address, reason="其他", reason_text="单位名称写错"
    )
    assert "确认冲红" in asked.text
    await end_sessions(site)
    await browser.submit(asked, f"{address}/confirm")
    again = await sign_in_again(browser, "manager")
    assert again.url.path == address
    assert 'value="其他" checked' in again.text
    assert 'value="单位名称写错"' in again.text


async def test_htmx_is_led_to_the_login_page_and_back(site: World) -> None:
    browser = await site.browser("handler")
    shown = await browser.get("/unit/issue", kind=KIND)
    await end_sessions(site)
    members = members_of(shown.text) | {"payer-name": "王五"}
    headers = {"HX-Request": "true", "HX-Current-URL": str(shown.url)}
    answer = await browser.post("/unit/issue/draft", members, headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/login?ended=kept")
    again = await sign_in_again(browser, "handler")
    assert again.url.params["kind"] == KIND
    assert 'value="王五"' in again.text
    assert "刚才填写的内容还在" in again.text


async def test_where_the_form_is_gone_its_words_are_shown(site: World) -> None:
    browser = await site.browser("manager")
    shown = await browser.get("/unit")
    await end_sessions(site)
    members = members_of(shown.text) | {"reason": "客户要求<退款>"}
    address = "/unit/bills/15020126/9999999999/reverse"
    await browser.post(address, members, headers={"Referer": f"http://site.test{address}"})
    answer = await browser.sign_in("manager")
    gone = await browser.get(answer.headers["location"])
    assert gone.status_code == 404
    assert "刚才的内容没有提交" in gone.text
    assert "客户要求&lt;退款&gt;" in gone.text


async def test_a_page_elsewhere_is_not_led_to(site: World) -> None:
    browser = await site.browser("manager")
    shown = await browser.get(NEW)
    await end_sessions(site)
    await browser.post(
        NEW, members_of(shown.text) | TYPED, headers={"Referer": "https://evil.test/unit/bills"}
    )
    assert (await sign_in_again(browser, "manager")).url.path == NEW
