"""Signing in and out through the pages: CSRF, lock, limits, cookies, first password."""

import re

from tests.support.browser import PASSWORD, Browser
from tests.support.world import World

from mingpiao.identity.model import acting_for
from mingpiao.identity.service import account_in_unit, reset_password


async def test_signing_in_leads_to_the_page_that_was_wanted(site: World) -> None:
    browser = site.stranger()
    turned_away = await browser.get("/unit/bills", payer="张三")
    assert turned_away.status_code == 303
    assert (
        turned_away.headers["location"] == "/login?next=/unit/bills%3Fpayer%3D%25E5%25BC%25A0%25E4%25B8%2589"
    )
    shown = await browser.get(turned_away.headers["location"])
    answer = await browser.submit(shown, "/login", username="handler", password=PASSWORD)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/unit/bills?payer=%E5%BC%A0%E4%B8%89"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("mingpiao_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get(answer.headers["location"])).status_code == 200


async def test_signing_in_leads_to_no_other_site(site: World) -> None:
    for address in ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", ""]:
        browser = site.stranger()
        shown = await browser.get("/login", next=address)
        answer = await browser.submit(shown, "/login", username="handler", password=PASSWORD, next=address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/unit")


async def test_a_wrong_password_is_told_and_kept_nowhere(site: World) -> None:
    browser = site.stranger()
    answer = await browser.sign_in("handler", "Wrong-Password-1")
    assert answer.status_code == 401
    assert "用户名或密码不正确，请核对后重试。" in answer.text
    assert 'value="handler"' in answer.text
    assert "Wrong-Password-1" not in answer.text
    assert (await browser.get("/unit")).status_code == 303
    unknown = await site.stranger().sign_in("nobody", "Wrong-Password-1")
    assert unknown.status_code == 401
    assert "用户名或密码不正确，请核对后重试。" in unknown.text


async def test_what_is_missing_is_asked_for(site: World) -> None:
    answer = await site.stranger().sign_in("", "")
    assert answer.status_code == 422
    assert 'href="#username">请输入用户名。' in answer.text
    assert 'href="#password">请输入密码。' in answer.text
    assert await site.audit() == []


async def test_five_failures_lock_and_say_so(site: World) -> None:
    browser = site.stranger()
    statuses = [(await browser.sign_in("handler", f"Wrong-{n}")).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 401, 429]
    answer = await browser.sign_in("handler")
    assert answer.status_code == 429
    assert "从这里登录已暂停" in answer.text
    assert "15分钟" in answer.text
    assert (await browser.get("/unit")).status_code == 303
    subject = f"account:{site.accounts['handler'].account_id}"
    assert await site.audit() == [
        ("session:sign_in_failed", subject),
        ("session:lock", subject),
    ]


async def test_a_browser_in_which_somebody_has_signed_in_is_known_to_them(site: World) -> None:
    browser = site.stranger()
    assert (await browser.sign_in("handler")).status_code == 303
    await browser.post("/logout", {"csrf_token": await browser.csrf_token()})
    for n in range(6):
        await site.stranger().sign_in("handler", f"Wrong-{n}")
    assert (await site.stranger().sign_in("handler")).status_code == 429
    assert (await browser.sign_in("handler")).status_code == 303


async def test_a_login_form_of_another_site_signs_nobody_in(site: World) -> None:
    browser = site.stranger()
    answer = await browser.post("/login", {"username": "handler", "password": PASSWORD})
    assert answer.status_code == 403
    await browser.get("/login")
    answer = await browser.post("/login", {"username": "handler", "password": PASSWORD, "csrf_token": "x"})
    assert answer.status_code == 403
    assert await site.audit() == []


async def test_signing_in_changes_the_session(site: World) -> None:
    browser = await site.browser("handler")
    first = browser.client.cookies["mingpiao_session"]
    await browser.post("/logout", {"csrf_token": await browser.csrf_token()})
    assert "mingpiao_session" not in browser.client.cookies
    await browser.sign_in("handler")
    assert browser.client.cookies["mingpiao_session"] != first
    thief = site.stranger()
    thief.client.cookies.set("mingpiao_session", first)
    assert (await thief.get("/unit")).headers["location"] == "/login?next=/unit"


async def test_logging_out_ends_the_session_on_the_server(site: World) -> None:
    browser = await site.browser("handler")
    token = browser.client.cookies["mingpiao_session"]
    answer = await browser.post("/logout", {"csrf_token": await browser.csrf_token()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    browser.client.cookies.set("mingpiao_session", token)
    assert (await browser.get("/unit")).status_code == 303
    assert [action for action, _ in await site.audit()] == ["session:sign_in", "session:sign_out"]


async def test_without_the_sessions_token_nothing_is_done(site: World) -> None:
    browser = await site.browser("manager")
    for token in ["", "x", "令牌"]:
        new = {"username": "fresh1", "display_name": "新人", "role": "unit_handler", "csrf_token": token}
        for address in ("/unit/accounts/new", "/logout", "/password"):
            answer = await browser.post(address, new)
            assert answer.status_code == 403, address
            assert "页面已失效" in answer.text
        assert (await browser.get("/unit")).status_code == 200
        assert await site.services.database.pool.fetchval("SELECT count(*) FROM accounts") == len(
            site.accounts
        )


async def test_the_token_may_come_in_a_header(site: World) -> None:
    browser = await site.browser("manager")
    token = await browser.csrf_token()
    answer = await browser.post("/logout", {}, headers={"X-CSRF-Token": token})
    assert answer.status_code == 303


async def test_an_idle_and_an_old_session_end(site: World) -> None:
    pool = site.services.database.pool
    browser = await site.browser("handler")
    await pool.execute("UPDATE sessions SET seen_at = now() - interval '29 minutes'")
    assert (await browser.get("/unit")).status_code == 200
    await pool.execute("UPDATE sessions SET seen_at = now() - interval '31 minutes'")
    assert (await browser.get("/unit")).headers["location"] == "/login?next=/unit"
    browser = await site.browser("handler")
    await pool.execute("UPDATE sessions SET created_at = now() - interval '12 hours 1 minute'")
    assert (await browser.get("/unit")).headers["location"] == "/login?next=/unit"


async def test_pages_say_how_long_the_session_lasts(site: World) -> None:
    pool = site.services.database.pool
    browser = await site.browser("handler")
    await pool.execute("UPDATE sessions SET created_at = now() - interval '11 hours 50 minutes'")
    shown = await browser.get("/unit")
    left = int(shown.headers["session-seconds"])
    assert 590 <= left <= 600
    assert re.search(r'<meta name="session-seconds" content="(5[89]\d|600)">', shown.text)
    await pool.execute("UPDATE sessions SET created_at = now(), seen_at = now() - interval '29 minutes'")
    answer = await browser.get("/session")
    assert answer.status_code == 204
    assert 1_790 <= int(answer.headers["session-seconds"]) <= 1_800
    assert "session-seconds" not in (await site.stranger().get("/login")).headers


async def test_a_part_of_a_page_is_no_reason_to_leave_it(site: World) -> None:
    stranger = site.stranger().client
    for address in ("/unit/issue/items", "/unit/payers/found", "/unit/bills", "/finance/units"):
        answer = await stranger.get(address, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["hx-reswap"], answer.content) == (401, "none", b"")
        assert "hx-redirect" not in answer.headers
    for whole in ("HX-Boosted", "HX-History-Restore-Request"):
        answer = await stranger.get("/unit/bills", headers={"HX-Request": "true", whole: "true"})
        assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/login?ended=yes")
    assert "登录已失效，请重新登录" in (await site.stranger().get("/login", ended="yes")).text


async def test_a_first_password_must_be_changed_before_anything_else(site: World) -> None:
    pool = site.services.database.pool
    async with site.services.database.system() as connection:
        account = await account_in_unit(connection, site.unit.unit_id, site.accounts["handler"].account_id)
        password = await reset_password(connection, account, acting=acting_for(site.accounts["manager"]))
    browser = Browser(site.app)
    await browser.sign_in("handler", password)
    for address in ("/unit", "/unit/bills", "/unit/issue"):
        assert (await browser.get(address)).headers["location"] == "/password"
    shown = await browser.get("/password")
    assert "请先修改密码" in shown.text
    different = await browser.submit(
        shown, "/password", old_password=password, new_password="New-Harbour-58", new_again="New-Harbour-59"
    )
    assert different.status_code == 422
    assert "两次输入的新密码不一致" in different.text
    answer = await browser.submit(
        shown, "/password", old_password=password, new_password="New-Harbour-58", new_again="New-Harbour-58"
    )
    assert answer.status_code == 201 or answer.status_code == 200
    assert "密码已修改" in answer.text
    assert (await browser.get("/unit")).status_code == 200
    assert not await pool.fetchval("SELECT must_change_password FROM accounts WHERE username = 'handler'")


async def test_weak_new_passwords_are_told_beside_the_field(site: World) -> None:
    browser = await site.browser("handler")
    shown = await browser.get("/password")
    answer = await browser.submit(
        shown, "/password", old_password=PASSWORD, new_password="short", new_again="short"
    )
    assert answer.status_code == 400
    assert 'href="#new_password">密码至少需要8位，请加长。' in answer.text
    assert (await Browser(site.app).sign_in("handler")).status_code == 303
