"""Signing in by UKey: which proofs count, and what ends a key."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from tests.support.browser import ADDRESS, Browser, members_of
from tests.support.world import World, a_world
from tests.ukeys.keys import OutsideCA, acting, applied, delivered, given, issued

from mingpiao.crypto import x509
from mingpiao.crypto.challenges import signed_text
from mingpiao.crypto.crl import RevokedEntry, make_list
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.identity.service import session_of, set_active
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.sealing.service import import_list
from mingpiao.ukeys.model import UKey
from mingpiao.ukeys.service import (
    accept_certificate,
    deliver_ukey,
    hold_ukey,
    release_ukey,
    revoke_ukey,
    trust_authority,
)
from mingpiao.units.service import report_loss

pytestmark = pytest.mark.asyncio(loop_scope="module")
site = a_world("peopled", demo=True, scope="module", public_url=ADDRESS)


async def _challenge(browser: Browser) -> str:
    shown = await browser.get("/login")
    answer = await browser.post("/login/ukey/challenge", members_of(shown.text))
    assert (answer.status_code, answer.json()["origin"]) == (200, ADDRESS)
    return str(answer.json()["challenge"])


def _proof(
    key: PrivateKey, certificate: bytes | None, challenge: str, origin: str = ADDRESS
) -> dict[str, str]:
    wanted = signed_text(origin, challenge)
    assert wanted is not None
    return {
        "challenge": challenge,
        "certificate": b64encode(certificate or b"").decode(),
        "signature": b64encode(key.sign(wanted)).decode(),
    }


async def _send(browser: Browser, proof: dict[str, str], **more: str) -> httpx.Response:
    return await browser.submit(await browser.get("/login"), "/login/ukey", **proof, **more)


async def _try(site: World, key: PrivateKey, certificate: bytes | None, **given: Any) -> str:
    """What the page says, or an empty text when somebody is signed in."""
    browser = site.stranger()
    answer = await _send(browser, _proof(key, certificate, await _challenge(browser), **given))
    if answer.status_code == 303:
        return ""
    assert (answer.status_code, browser.cookies.get("mingpiao_session")) == (401, None), answer.text
    return answer.text


async def _states(site: World, name: str) -> list[str]:
    rows = await site.rows(
        "SELECT state FROM ukeys WHERE account_id = $1 ORDER BY ukey_id", site.accounts[name].account_id
    )
    return [row["state"] for row in rows]


async def test_the_first_use_activates_and_the_next_key_takes_its_place(site: World) -> None:
    first, second = PrivateKey.generate(), PrivateKey.generate()
    old = await delivered(site, first, "handler")
    browser = site.stranger()
    answer = await _send(
        browser, _proof(first, old.certificate, await _challenge(browser)), next="/unit/bills"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/unit/bills")
    session = await session_of(site.database, browser.cookies["mingpiao_session"])
    assert session is not None
    assert (session.account.username, session.factors) == ("handler", ("ukey",))
    assert await _try(site, first, old.certificate) == ""
    new = await delivered(site, second, "handler")
    assert await _states(site, "handler") == ["active", "delivered"]
    assert await _try(site, second, new.certificate) == ""
    assert await _states(site, "handler") == ["revoked", "active"]
    assert "该 UKey 已吊销" in await _try(site, first, old.certificate)
    last = await site.rows("SELECT action, subject FROM audit_log ORDER BY audit_id DESC LIMIT 1")
    assert (last[0]["action"], last[0]["subject"]) == ("ukey:sign_in_refused", f"ukey:{old.ukey_id}")


async def test_holding_ends_sessions_and_signing_in(site: World) -> None:
    key = PrivateKey.generate()
    made = await issued(site, key, "checker")
    assert "还没有领取" in await _try(site, key, made.certificate)
    async with site.database.system() as connection:
        await deliver_ukey(connection, made.ukey_id, acting=acting(site, "manager"))
    browser = site.stranger()
    await _send(browser, _proof(key, made.certificate, await _challenge(browser)))
    token = browser.cookies["mingpiao_session"]
    assert await session_of(site.database, token) is not None
    async with site.database.system() as connection:
        await hold_ukey(connection, made.ukey_id, "电脑遗失", acting=acting(site, "manager"))
    assert await session_of(site.database, token) is None
    assert "该 UKey 已冻结" in await _try(site, key, made.certificate)
    async with site.database.system() as connection:
        await release_ukey(connection, made.ukey_id, "已经找回", acting=acting(site, "officer"))
        await set_active(connection, site.accounts["checker"], False, acting=acting(site, "officer"))
    assert "账户已停用" in await _closed(site, key, made)
    async with site.database.system() as connection:
        await set_active(connection, site.accounts["checker"], True, acting=acting(site, "officer"))
        await revoke_ukey(connection, made.ukey_id, "人员调离", acting=acting(site, "officer"))
    assert "该 UKey 已吊销" in await _try(site, key, made.certificate)


async def _closed(site: World, key: PrivateKey, made: UKey) -> str:
    browser = site.stranger()
    answer = await _send(browser, _proof(key, made.certificate, await _challenge(browser)))
    assert answer.status_code == 403
    return answer.text


async def test_the_first_use_of_a_new_key_lifts_a_loss(site: World) -> None:
    old, new, account = PrivateKey.generate(), PrivateKey.generate(), site.accounts["other"]
    manager = msgspec.structs.replace(acting(site, "manager"), unit_id=account.unit_id)
    first = await given(site, old, account, manager)
    assert await _try(site, old, first.certificate) == ""
    async with site.database.system() as connection:
        assert await report_loss(connection, account, "挂失", acting=manager)
    assert "该 UKey 已冻结" in await _try(site, old, first.certificate)
    lost = "SELECT lost_at IS NOT NULL FROM accounts WHERE account_id = $1"
    assert await site.value(lost, account.account_id) is True
    second = await given(site, new, account, manager)
    assert await site.value(lost, account.account_id) is True
    assert await _try(site, new, second.certificate) == ""
    assert await site.value(lost, account.account_id) is False
    assert await _states(site, "other") == ["revoked", "active"]


async def test_a_challenge_counts_once_in_its_browser_for_its_site_and_for_three_minutes(
    site: World, clock: StoppedClock
) -> None:
    key = PrivateKey.generate()
    made = await delivered(site, key, "manager")
    browser, other = site.stranger(), site.stranger()
    challenge = await _challenge(browser)
    proof = _proof(key, made.certificate, challenge)
    await _challenge(other)
    assert "登录口令不是这个浏览器的" in (await _send(other, proof)).text
    elsewhere = _proof(key, made.certificate, challenge, "https://evil.example")
    assert "签名与登录口令不符" in (await _send(browser, elsewhere)).text
    for text in ("", "A" * 75, challenge[:-1] + ("A" if challenge[-1] != "A" else "B"), challenge + "="):
        assert "登录口令" in (await _send(browser, proof | {"challenge": text})).text
    for change in ({"certificate": ""}, {"certificate": "x"}, {"signature": ""}, {"signature": "AAAA"}):
        assert (await _send(browser, proof | change)).status_code == 401
    late = await _challenge(browser)
    clock.move(minutes=3, seconds=1)
    assert "登录口令已过期" in (await _send(browser, _proof(key, made.certificate, late))).text
    fresh = _proof(key, made.certificate, await _challenge(browser))
    assert (await _send(browser, fresh)).status_code == 303
    again = site.stranger(cookies={"mingpiao_login": browser.cookies["mingpiao_login"]})
    assert "登录口令已经用过" in (await _send(again, fresh)).text
    assert (await site.stranger().post("/login/ukey/challenge", {})).status_code == 403


async def test_certificates_that_say_nothing_here(site: World, clock: StoppedClock) -> None:
    key, ca, at = PrivateKey.generate(), OutsideCA.named("某某 CA"), now()
    head, officer, name = acting(site, "head"), acting(site, "officer"), "开票员丁"
    own = x509.make_root(
        x509.DistinguishedName(common_name=name), key, valid_from=at, valid_to=at + timedelta(days=9)
    )
    async with site.database.system() as connection:
        await trust_authority(connection, "某某 CA", ca.pem, acting=head)
    for told, certificate in (
        ("自签名证书", own),
        ("不是由平台信任的机构签发的", OutsideCA.named("另一家").identity(name, key)),
        ("已过期", ca.identity(name, key, days=1, since=2)),
        ("还没有生效", ca.identity(name, key, days=9, since=-1)),
        ("用途不是身份认证", ca.encryption(name, key)),
        ("平台没有登记该证书", ca.identity(name, key)),
    ):
        assert told in await _try(site, key, certificate), told
    # Somebody else's certificate with one's own key: the signature is not that certificate's.
    manager = await site.rows("SELECT certificate FROM ukeys WHERE state = 'active' LIMIT 1")
    assert "签名与登录口令不符" in await _try(site, key, manager[0]["certificate"])
    request = await applied(site, key, "handler")
    certificate = ca.identity("开票员甲", key)
    async with site.database.system() as connection:
        await accept_certificate(connection, certificate, acting=officer)
        await deliver_ukey(connection, request.ukey_id, acting=acting(site, "manager"))
    assert await _try(site, key, certificate) == ""
    entry = RevokedEntry(serial=x509.read(certificate).serial, revoked_at=at)
    crl = make_list(
        [entry], issuer=ca.certificate, issuer_key=ca.key, number=1, at=at, until=at + timedelta(days=1)
    )
    async with site.database.system() as connection:
        await import_list(connection, crl, [ca.certificate.der], acting=head)
    assert "签发机构已吊销该证书" in await _try(site, key, certificate)
    clock.move(days=200)
    assert "已过期" in await _try(site, key, certificate)
