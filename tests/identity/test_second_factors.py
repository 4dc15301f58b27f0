"""Codes of an app and on paper: set up, asked for at sign-in, used once, limited, and taken away."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.identity.factors import demanded_of, has_two_factors
from mingpiao.identity.model import Account, FactorNeeded, Rejected, Role, SignedIn, Visitor, acting_for
from mingpiao.identity.second_factors import Enrolled, FactorState, factor_state, reset_factor
from mingpiao.identity.settings import IdentitySettings
from mingpiao.identity.signing_in import sign_in
from mingpiao.identity.totp import PERIOD, code_at
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.kernel.errors import Problem, Refusal

site = a_world("peopled", second_factor="finance")
ADDRESS = "192.0.2.17"


async def enrol(site: World, who: str = "officer") -> tuple[Account, str, Enrolled]:
    """Set an account's app up; the account, the secret, and what the person got."""
    account, factors = site.accounts[who], site.services.second_factors
    acting = acting_for(account, address=ADDRESS)
    await factors.offer(account, acting=acting)
    offer = await factors.offered(account)
    assert offer is not None
    done = await factors.confirm(
        account,
        ("password",),
        code_at(offer.secret, now()),
        visitor=Visitor(address=ADDRESS),
        acting=acting,
    )
    assert isinstance(done, Enrolled)
    return account, offer.secret, done


async def password(site: World, who: str = "officer", device: str = "") -> FactorNeeded:
    outcome = await sign_in(site.database, who, PASSWORD, address=ADDRESS, device=device)
    assert isinstance(outcome, FactorNeeded)
    return outcome


async def finish(site: World, needed: FactorNeeded, code: str, device: str | None = None) -> SignedIn | str:
    """The session, or the code of the problem."""
    cookie = needed.device if device is None else device
    outcome = await site.services.second_factors.finish_sign_in(
        needed.token, code, visitor=Visitor(address=ADDRESS, device=cookie)
    )
    return outcome.problem.code if isinstance(outcome, Rejected) else outcome


def test_two_factors_are_a_ukey_or_a_password_with_a_code() -> None:
    enough = [("ukey",), ("password", "totp"), ("password", "recovery"), ("ukey", "totp")]
    too_little = [(), ("password",), ("totp",), ("totp", "recovery"), ("password", "sms")]
    assert [has_two_factors(each) for each in enough] == [True] * len(enough)
    assert [has_two_factors(each) for each in too_little] == [False] * len(too_little)


def test_the_setting_says_who_needs_two() -> None:
    def needing(value: str, *, relaxed: bool = False) -> list[str]:
        settings = IdentitySettings(second_factor=value)
        return [role.value for role in Role if demanded_of(role, settings, relaxed=relaxed)]

    finance, units = (
        ["department_officer", "department_head"],
        ["unit_handler", "unit_checker", "unit_manager"],
    )
    assert set(finance) < set(needing("auto"))
    assert not set(units) & set(needing("auto"))
    assert "administrator" in needing("auto")
    assert needing("auto", relaxed=True) == needing("none") == []
    assert needing("finance", relaxed=True) == finance
    assert needing("unit") == units


async def test_a_right_password_waits_for_a_code_that_counts_once(site: World, clock: StoppedClock) -> None:
    account, secret, _ = await enrol(site)
    used = code_at(secret, now())
    assert await finish(site, await password(site), used) == "factor.code_wrong"  # it confirmed the app
    clock.move(seconds=PERIOD)
    needed = await password(site)
    done = await finish(site, needed, code_at(secret, now()))
    assert isinstance(done, SignedIn)
    assert done.session.factors == ("password", "totp")
    # Neither the code nor the token is good for a second time.
    assert await finish(site, await password(site), code_at(secret, now())) == "factor.code_wrong"
    clock.move(seconds=PERIOD)
    assert await finish(site, needed, code_at(secret, now())) == "factor.sign_in_expired"
    kept = await site.value("SELECT secret FROM totp_secrets WHERE account_id = $1", account.account_id)
    assert secret.encode() not in kept


async def test_the_token_is_bound_to_its_browser_and_ends(site: World, clock: StoppedClock) -> None:
    account, secret, _ = await enrol(site)
    clock.move(seconds=PERIOD)
    needed, code = await password(site), code_at(secret, now())
    for cookie in ("", "another", ".".join(["x"] * 9)):
        assert await finish(site, needed, code, cookie) == "factor.sign_in_expired"
    assert await finish(site, FactorNeeded(token="x", device=needed.device), code) == "factor.sign_in_expired"
    clock.move(minutes=5, seconds=1)
    assert await finish(site, needed, code_at(secret, now())) == "factor.sign_in_expired"
    # Whoever is let in no more is not let in by a token from before.
    needed = await password(site)
    await site.value("UPDATE accounts SET active = false WHERE account_id = $1", account.account_id)
    assert await finish(site, needed, code_at(secret, now())) == "factor.sign_in_expired"
    assert await site.value("SELECT count(*) FROM sessions WHERE NOT 'totp' = ANY(factors)") == 0


@pytest.mark.parametrize("kind", ["totp", "recovery"])
async def test_one_code_at_the_same_moment_lets_one_in(site: World, clock: StoppedClock, kind: str) -> None:
    _, secret, enrolled = await enrol(site)
    clock.move(seconds=PERIOD)
    code = enrolled.codes[0] if kind == "recovery" else code_at(secret, now())
    async with site.beside() as other:
        waiting = [(there, await password(there)) for there in (site, other, site, other)]
        outcomes = await asyncio.gather(*(finish(there, needed, code) for there, needed in waiting))
    assert sorted(type(each).__name__ for each in outcomes) == ["SignedIn", "str", "str", "str"]


async def test_guesses_at_the_same_moment_are_all_counted(site: World, clock: StoppedClock) -> None:
    account, secret, _ = await enrol(site)
    clock.move(seconds=PERIOD)
    right = code_at(secret, now())
    near = {code_at(secret, now() + timedelta(seconds=PERIOD * step)) for step in (-1, 0, 1)}
    wrong = next(code for code in ("000000", "111111", "222222", "333333") if code not in near)
    needed = [await password(site) for _ in range(9)]
    outcomes = await asyncio.gather(*(finish(site, each, wrong) for each in needed))
    assert sorted(map(str, outcomes)) == ["factor.code_wrong"] * 4 + ["factor.locked"] * 5
    assert await finish(site, needed[0], right) == "factor.locked"
    assert [(row["title"], row["to_account_id"]) for row in await site.rows("SELECT * FROM messages")] == [
        ("有人多次输错您的动态口令", account.account_id)
    ]
    clock.move(minutes=15, seconds=1)
    assert isinstance(await finish(site, await password(site), code_at(secret, now())), SignedIn)


async def test_recovery_codes_are_used_once_and_renewed(site: World) -> None:
    account, _, enrolled = await enrol(site)
    assert len(set(enrolled.codes)) == 10
    typed = enrolled.codes[0].lower().replace("-", " ")
    done = await finish(site, await password(site), typed)
    assert isinstance(done, SignedIn)
    assert done.session.factors == ("password", "recovery")
    assert await finish(site, await password(site), typed) == "factor.code_wrong"
    acting = acting_for(account, address=ADDRESS)
    fresh = await site.services.second_factors.renew_codes(account, acting=acting)
    assert await finish(site, await password(site), enrolled.codes[1]) == "factor.code_wrong"
    assert isinstance(await finish(site, await password(site), fresh[1]), SignedIn)
    async with site.database.system() as connection:
        assert (await factor_state(connection, account.account_id)).codes_left == 9
    assert ("account:factor_recovery", f"account:{account.account_id}") in await site.audit()


async def test_nothing_is_confirmed_by_a_wrong_code_or_twice(site: World, clock: StoppedClock) -> None:
    account, factors = site.accounts["head"], site.services.second_factors
    acting = acting_for(account, address=ADDRESS)

    async def confirm(code: str) -> Enrolled | Problem:
        return await factors.confirm(
            account, ("password",), code, visitor=Visitor(address=ADDRESS), acting=acting
        )

    with pytest.raises(Refusal) as refused:
        await confirm("123456")
    assert refused.value.problems[0].code == "factor.no_offer"
    await factors.offer(account, acting=acting)
    offer = await factors.offered(account)
    assert offer is not None
    for typed in ("", "12345", "一二三四五六", "١٢٣٤٥٦"):
        outcome = await confirm(typed)
        assert isinstance(outcome, Problem)
        assert outcome.code == "factor.code_wrong"
    async with site.database.system() as connection:
        assert await factor_state(connection, account.account_id) == FactorState()
    clock.move(minutes=31)
    assert await factors.offered(account) is None


async def test_an_administrator_takes_a_factor_away(site: World) -> None:
    account, _, enrolled = await enrol(site)
    waiting = await password(site)
    async with site.database.system() as connection:
        await reset_factor(connection, account, acting=ACTING)
    assert await site.value("SELECT count(*) FROM sessions") == 0
    assert await finish(site, waiting, enrolled.codes[0]) == "factor.sign_in_expired"
    assert isinstance(await sign_in(site.database, "officer", PASSWORD, address=ADDRESS), SignedIn)
    with pytest.raises(Refusal) as refused:
        async with site.database.system() as connection:
            await reset_factor(connection, account, acting=acting_for(account))
    assert refused.value.problems[0].code == "account.is_own"
    titles = [row["title"] for row in await site.rows("SELECT title FROM messages ORDER BY message_id")]
    assert titles[0] == "您的动态口令已被重置"


async def test_the_page_of_an_account_resets_it(site: World) -> None:
    account, _, _ = await enrol(site)
    browser = await site.browser(Role.ADMINISTRATOR)
    address = f"/admin/accounts/{account.account_id}"
    shown = await browser.get(address)
    assert "重置动态口令" in shown.text
    shown = await browser.post(address, members_of(shown.text) | {"verb": "factor"})
    assert "手机丢失" in shown.text
    assert (await browser.submit(shown, address)).status_code == 303
    assert "未设置" in (await browser.get(address)).text
    assert ("account:factor_reset", f"account:{account.account_id}") in await site.audit()


# -- on the pages ----------------------------------------------------------------------------------


def _secret_in(text: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', text)
    assert found
    return found[1].replace(" ", "")


async def _set_up(browser: Browser) -> tuple[str, list[str]]:
    shown = await browser.get("/account/factor")
    shown = await browser.arrive(await browser.submit(shown, "/account/factor/start"))
    secret = _secret_in(shown.text)
    done = await browser.submit(shown, "/account/factor", code=code_at(secret, now()))
    assert done.status_code == 200, done.text
    return secret, re.findall(r"<li>([A-Z2-9-]{14})</li>", done.text)


async def test_whoever_must_have_one_does_nothing_else_before(site: World, clock: StoppedClock) -> None:
    browser = await site.browser("officer")
    for address in ("/finance", "/finance/bills", "/account", "/password"):
        answer = await browser.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/factor")
    told = await browser.post(
        "/account/sessions/end-others", members_of((await browser.get("/account/factor")).text)
    )
    assert told.headers["location"] == "/account/factor"
    secret, codes = await _set_up(browser)
    assert len(codes) == 10
    assert (await browser.get("/finance")).status_code == 200
    assert codes[0] not in (await browser.get("/account")).text
    # The next sign-in asks for a code, and leads to the page that was wanted.
    clock.move(seconds=PERIOD)
    other = site.stranger()
    shown = await other.get("/login", next="/finance/bills")
    shown = await other.submit(shown, "/login", username="officer", password=PASSWORD)
    assert shown.headers["location"] == "/login/code?next=%2Ffinance%2Fbills"
    assert (await other.get("/finance")).headers["location"].startswith("/login")
    shown = await other.arrive(shown)
    wrong = await other.submit(shown, "/login/code", code="00000")  # too short to be one
    assert wrong.status_code == 401
    done = await other.submit(wrong, "/login/code", code=code_at(secret, now()))
    assert done.headers["location"] == "/finance/bills"
    assert (await other.get("/finance/bills")).status_code == 200
    # Units are not asked; who is not asked for one may do without it again.
    unit = await site.browser("handler")
    assert (await unit.get("/unit")).status_code == 200
    await _set_up(unit)
    assert (await unit.submit(await unit.get("/account"), "/account/factor/remove")).status_code == 303
    refused = await browser.submit(await browser.get("/account"), "/account/factor/remove")
    assert refused.status_code == 409


async def test_ones_own_sessions_and_browsers(site: World, clock: StoppedClock) -> None:
    here = await site.browser("handler")
    there = await site.browser("handler")
    others = await site.browser("other")
    shown = await here.get("/account")
    assert shown.text.count(">结束</button>") == 1
    ended = re.findall(r'action="(/account/sessions/\d+/end)"', shown.text)
    # Another person's list has not these, and ends none of them.
    await others.submit(await others.get("/account"), ended[0])
    assert (await there.get("/unit")).status_code == 200
    await here.submit(shown, ended[0])
    assert (await there.get("/unit")).headers["location"].startswith("/login")
    assert (await here.get("/unit")).status_code == 200
    again = await site.browser("handler")
    await here.submit(await here.get("/account"), "/account/sessions/end-others")
    assert (await again.get("/unit")).headers["location"].startswith("/login")
    # A browser is known by its cookie: the second and third were new, and that was told to the person alone.
    assert await site.value("SELECT count(*) FROM messages") == 2
    assert "您的账户在新的地方登录" in (await here.get("/unit/messages")).text
    assert "您的账户在新的地方登录" not in (await (await site.browser("manager")).get("/unit/messages")).text
    clock.move(days=1)
    await again.sign_in("handler")
    assert await site.value("SELECT count(*) FROM messages") == 2
    shown = await again.get("/account")
    first = re.findall(r'action="(/account/devices/\d+/forget)"', shown.text)
    assert len(first) == 3
    await again.submit(shown, first[1])
    assert (await again.get("/account")).text.count(">移除</button>") == 2


async def test_a_manager_resets_the_second_factor_of_the_units_own_people(site: World) -> None:
    account, _, enrolled = await enrol(site, "handler")
    stranger, _, _ = await enrol(site, "other")
    inside = {"mingpiao_session": enrolled.signed_in.token}
    address = f"/unit/accounts/{account.account_id}/factor"

    async def press(browser: Browser, where: str, **members: str) -> httpx.Response:
        return await browser.post(where, {"csrf_token": await browser.csrf_token(), **members})

    async with await site.browser("manager") as manager, site.stranger(cookies=inside) as handler:
        assert f'action="{address}"' in (await manager.get("/unit/accounts")).text
        asked = (await press(manager, address)).text
        assert "本人会收到消息，下次登录后重新设置。" in asked
        assert (await factor_state_of(site, account)).enrolled_at is not None
        assert (await press(handler, address, confirmed="yes")).status_code == 403
        assert (await handler.get("/unit")).status_code == 200
        foreign = f"/unit/accounts/{stranger.account_id}/factor"
        assert (await press(manager, foreign, confirmed="yes")).status_code == 404
        assert (await press(manager, address, confirmed="yes")).status_code == 303
        assert (await handler.get("/unit")).status_code == 303
        assert f'action="{address}"' not in (await manager.get("/unit/accounts")).text
        assert (await press(manager, address, confirmed="yes")).status_code == 409
    assert await factor_state_of(site, account) == FactorState()
    assert (await factor_state_of(site, stranger)).enrolled_at is not None
    told = "SELECT title FROM messages WHERE to_account_id = $1 AND topic LIKE 'factor-reset:%'"
    assert await site.rows(told, account.account_id) == [("您的动态口令已被重置",)]
    ((actor, subject),) = await site.rows(
        "SELECT actor, subject FROM audit_log WHERE action = 'account:factor_reset'"
    )
    assert (actor, subject) == (site.accounts["manager"].actor, account.actor)


async def factor_state_of(site: World, account: Account) -> FactorState:
    async with site.database.system() as connection:
        return await factor_state(connection, account.account_id)
