"""冲红 through the pages, and the accounts that a manager keeps."""

import asyncio
import re
from datetime import timedelta
from decimal import Decimal
from itertools import product

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.issuing.model import Bill, BillState, Color
from mingpiao.issuing.service import get_bill
from mingpiao.kernel.clock import today


async def _bill(site: World) -> Bill:
    request = site.unit.request(kind="0301", business_no="BUS-1")
    return bill_of((await site.services.desk.issue(site.unit.unit_id, [request], acting=ACTING))[0])


def _address(bill: Bill) -> str:
    return f"/unit/bills/{bill.code}/{bill.number}"


async def _now(site: World, bill: Bill) -> Bill:
    async with site.services.database.system() as connection:
        return await get_bill(connection, bill.bill_id)


async def _ask(browser: Browser, bill: Bill, reason: str = "重复开具", text: str = "") -> httpx.Response:
    shown = await browser.get(f"{_address(bill)}/reverse")
    assert shown.status_code == 200, shown.text
    return await browser.submit(shown, f"{_address(bill)}/reverse", reason=reason, reason_text=text)


@pytest.mark.parametrize("username", ["handler", "manager"])
async def test_from_the_reason_to_the_red_bill(site: World, username: str) -> None:
    bill = await _bill(site)
    browser = await site.browser(username)
    assert f'href="{_address(bill)}/reverse"' in (await browser.get(_address(bill))).text
    asked = await _ask(browser, bill, "缴款人要求退款", "活动取消")
    # Who may issue is told on the way that nothing has to be typed again; a manager only reverses.
    reissues = username == "handler"
    pages = (_address(bill), f"{_address(bill)}/reverse")
    told = [(await browser.get(address)).text for address in pages] + [asked.text]
    assert ["按原内容重开" in text for text in told] == [reissues] * 3
    for text in ("确认冲红", "缴款人要求退款：活动取消", f"-{bill.total:,.2f}", "不能撤销"):
        assert text in asked.text, text
    assert (await _now(site, bill)).state is BillState.NORMAL
    done = await browser.submit(asked, f"{_address(bill)}/reverse/confirm")
    assert (done.status_code, done.headers["location"]) == (303, f"{_address(bill)}/reversed")
    blue = await _now(site, bill)
    assert blue.state is BillState.REVERSED
    assert blue.related is not None
    async with site.services.database.system() as connection:
        red = await get_bill(connection, blue.related.bill_id)
    assert (red.color, red.total, red.reason) == (Color.RED, -bill.total, "缴款人要求退款：活动取消")
    assert red.handler == site.accounts[username].display_name
    shown = await browser.get(done.headers["location"])
    assert f'href="{_address(red)}"' in shown.text
    assert red.check_code in shown.text
    assert ("点“按原内容重开”" in shown.text) == reissues
    history = (await browser.get(_address(bill))).text
    assert f'href="{_address(red)}"' in history
    assert f"{_address(bill)}/reverse" not in history
    listed = (await browser.get("/unit/bills", state="reversed")).text
    assert bill.number in listed
    assert Decimal(red.total) == -bill.total


async def test_a_reason_is_asked_for(site: World) -> None:
    bill = await _bill(site)
    browser = await site.browser("handler")
    for reason, text, field in [
        ("", "", "reason"),
        ("没有的原因", "", "reason"),
        ("其他", "", "reason_text"),
    ]:
        answer = await _ask(browser, bill, reason, text)
        assert answer.status_code == 422
        assert f'<a href="#{field}">' in answer.text
        assert (await _now(site, bill)).state is BillState.NORMAL


async def test_a_bad_reason_reverses_nothing(site: World) -> None:
    bill = await _bill(site)
    browser = await site.browser("handler")
    for reason in ["", "<b>", "长" * 181]:
        asked = await _ask(browser, bill)
        answer = await browser.submit(asked, f"{_address(bill)}/reverse/confirm", reason=reason)
        assert 400 <= answer.status_code < 500
        assert "冲红原因" in answer.text
        assert (await _now(site, bill)).state is BillState.NORMAL


async def test_pressing_twice_reverses_once(site: World) -> None:
    bill = await _bill(site)
    browser = await site.browser("handler")
    asked = await _ask(browser, bill)
    answers = await asyncio.gather(
        *(browser.submit(asked, f"{_address(bill)}/reverse/confirm") for _ in range(4))
    )
    assert {answer.headers["location"] for answer in answers} == {f"{_address(bill)}/reversed"}
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM bills") == 2


async def test_a_reversed_and_a_red_bill_are_told_to_be_so(site: World) -> None:
    bill = await _bill(site)
    browser = await site.browser("handler")
    await browser.submit(await _ask(browser, bill), f"{_address(bill)}/reverse/confirm")
    again = await browser.get(f"{_address(bill)}/reverse")
    related = (await _now(site, bill)).related
    assert related is not None
    assert again.status_code == 409
    assert f"该票据已经冲红（红字票据代码{related.code}，号码{related.number}），不能重复冲红。" in again.text
    red = await browser.get(f"/unit/bills/{related.code}/{related.number}/reverse")
    assert red.status_code == 409
    assert "红字票据不能再冲红。" in red.text
    token = await browser.csrf_token()
    posted = await browser.post(
        f"/unit/bills/{related.code}/{related.number}/reverse/confirm",
        {"reason": "重复开具", "csrf_token": token},
    )
    assert posted.status_code == 409
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM bills") == 2


async def test_checkers_and_other_units_reverse_nothing(site: World) -> None:
    bill = await _bill(site)
    for username, status in (("checker", 403), ("other", 404)):
        browser = await site.browser(username)
        members = {"reason": "重复开具", "csrf_token": await browser.csrf_token()}
        assert (await browser.get(f"{_address(bill)}/reverse")).status_code == status
        assert (await browser.post(f"{_address(bill)}/reverse", members)).status_code == status
        assert (await browser.post(f"{_address(bill)}/reverse/confirm", members)).status_code == status
    handler = await site.browser("handler")
    refused = await handler.post(f"{_address(bill)}/reverse/confirm", {"reason": "重复开具"})
    assert refused.status_code == 403
    assert (await _now(site, bill)).state is BillState.NORMAL


# -- accounts --------------------------------------------------------------------------------------


def _password(html: str) -> str:
    found = re.search(r'id="one-time-password">([^<]+)<', html)
    assert found
    return found[1].replace("&#43;", "+").replace("&amp;", "&").replace("&#34;", '"')


async def test_a_manager_invites_somebody_until_a_last_day(site: World) -> None:
    browser = await site.browser("manager")
    form = await browser.get("/unit/accounts/new")
    day = (today() + timedelta(days=30)).isoformat()
    given = {"username": "fresh1", "display_name": "新开票员", "role": "unit_handler", "valid_until": day}
    made = await browser.submit(form, "/unit/accounts/new", **given)
    assert made.status_code == 200
    found = re.search(r'id="invitation-code">([^<]+)<', made.text)
    assert found
    row = await site.services.database.pool.fetchrow(
        "SELECT unit_id, role, display_name, valid_until FROM accounts WHERE username = 'fresh1'"
    )
    assert dict(row) == {
        "unit_id": site.unit.unit_id,
        "role": "unit_handler",
        "display_name": "新开票员",
        "valid_until": today() + timedelta(days=30),
    }
    listed = (await browser.get("/unit/accounts")).text
    assert "已邀请" in listed
    assert day in listed
    assert "other" not in re.findall(r'<td class="code"[^>]*>(\w+)</td>', listed)
    assert found[1] not in listed
    account_id = await site.value("SELECT account_id FROM accounts WHERE username = 'fresh1'")
    token = {"csrf_token": await browser.csrf_token()}
    renewed = await browser.post(f"/unit/accounts/{account_id}/renew", token)
    code = re.search(r'id="invitation-code">([^<]+)<', renewed.text)
    assert code
    async with site.stranger() as fresh:
        secret = {"password": "Calm-River-2418", "again": "Calm-River-2418"}
        assert (await fresh.post("/invitation", {"code": found[1], **secret})).status_code == 404
        assert "密码已设置" in (await fresh.post("/invitation", {"code": code[1], **secret})).text
        assert (await fresh.sign_in("fresh1", "Calm-River-2418")).headers["location"] == "/unit"
    # The code was used: nothing is left to renew or to withdraw.
    assert (await browser.post(f"/unit/accounts/{account_id}/withdraw", token)).status_code == 409


async def test_a_manager_sets_the_last_day_of_an_account(site: World) -> None:
    browser = await site.browser("manager")
    token = {"csrf_token": await browser.csrf_token()}
    address = f"/unit/accounts/{site.accounts['handler'].account_id}/expiry"
    assert (await browser.get(address)).status_code == 200
    refused = await browser.post(address, token | {"valid_until": "2020-01-01"})
    assert refused.status_code == 422
    assert "账户的最后有效日不能早于今天" in refused.text
    assert (await browser.post(address, token | {"valid_until": "2099-12-31"})).status_code == 303
    assert "2099-12-31" in (await browser.get("/unit/accounts")).text
    own = f"/unit/accounts/{site.accounts['manager'].account_id}/expiry"
    assert (await browser.post(own, token | {"valid_until": ""})).status_code == 409
    other = f"/unit/accounts/{site.accounts['other'].account_id}/expiry"
    assert (await browser.get(other)).status_code == 404
    assert (await browser.post(other, token | {"valid_until": ""})).status_code == 404


async def test_accounts_that_are_not_made(site: World) -> None:
    browser = await site.browser("manager")
    for changes, field in [
        ({"username": "handler"}, "username"),
        ({"username": "x"}, "username"),
        ({"display_name": ""}, "display_name"),
        ({"role": "unit_manager"}, "role"),
        ({"role": "administrator"}, "role"),
    ]:
        form = await browser.get("/unit/accounts/new")
        given = {"username": "fresh1", "display_name": "新开票员", "role": "unit_handler"} | changes
        answer = await browser.submit(form, "/unit/accounts/new", **given)
        assert 400 <= answer.status_code < 500
        assert f'<a href="#{field}">' in answer.text
        known = await site.services.database.pool.fetchval("SELECT count(*) FROM accounts")
        assert known == len(site.accounts)


async def test_a_manager_closes_and_opens_and_resets(site: World) -> None:
    browser, handler = await site.browser("manager"), await site.browser("handler")
    token = {"csrf_token": await browser.csrf_token()}
    address = f"/unit/accounts/{site.accounts['handler'].account_id}"
    sure = token | {"confirmed": "yes"}
    asked = (await browser.post(f"{address}/disable", token)).text
    assert "现在有 1 处登录，立即退出" in asked
    assert "本单位没有其他可以登录的开票人账户" in asked
    assert (await handler.get("/unit")).status_code == 200
    assert (await browser.post(f"{address}/disable", sure)).headers["location"] == "/unit/accounts"
    assert (await handler.get("/unit")).headers["location"] == "/login?next=/unit"
    assert (await handler.sign_in("handler")).status_code == 401
    assert (await browser.post(f"{address}/enable", token)).status_code == 303
    assert (await handler.sign_in("handler")).status_code == 303
    asked = await browser.post(f"{address}/reset", token)
    assert "确认重置密码" in asked.text
    assert (await handler.get("/unit")).status_code == 200
    reset = await browser.post(f"{address}/reset", sure)
    assert (await handler.get("/unit")).headers["location"] == "/login?next=/unit"
    assert (await site.stranger().sign_in("handler", PASSWORD)).status_code == 401
    assert (await site.stranger().sign_in("handler", _password(reset.text))).status_code == 303
    actions = [action for action, _ in await site.audit() if action.startswith("account:")]
    assert actions == ["account:disable", "account:enable", "account:reset_password"]


async def test_a_manager_touches_neither_the_own_account_nor_another_units(site: World) -> None:
    browser = await site.browser("manager")
    token = {"csrf_token": await browser.csrf_token()}
    own, other = (site.accounts[name].account_id for name in ("manager", "other"))
    for action, form in product(("disable", "reset"), (token, token | {"confirmed": "yes"})):
        assert (await browser.post(f"/unit/accounts/{own}/{action}", form)).status_code == 409
        assert (await browser.post(f"/unit/accounts/{other}/{action}", form)).status_code == 404
    assert (await browser.post(f"/unit/accounts/{own}/promote", token)).status_code == 404
    assert (await browser.post("/unit/accounts/99999999999999999999/reset", token)).status_code == 404
    assert (await site.stranger().sign_in("other")).status_code == 303


@pytest.mark.parametrize("username", ["handler", "checker"])
async def test_only_managers_see_accounts(site: World, username: str) -> None:
    browser = await site.browser(username)
    token = {"csrf_token": await browser.csrf_token()}
    victim = site.accounts["manager"].account_id
    assert (await browser.get("/unit/accounts")).status_code == 403
    assert (await browser.get("/unit/accounts/new")).status_code == 403
    assert (await browser.post(f"/unit/accounts/{victim}/reset", token)).status_code == 403
    assert "/unit/accounts" not in (await browser.get("/unit")).text
