"""挂失: from the commit on the account issues nothing, until a person or a new UKey lifts it."""

import pytest
from tests.recovery.errands import MANAGER, ask, code, give_mobiles, lose, other_than, texts, work
from tests.support.browser import Browser
from tests.support.province import ACTING
from tests.support.world import World, a_world, codes_of
from tests.ukeys.keys import delivered, request_of

from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.identity.model import Account, Acting, acting_for
from mingpiao.issuing.model import Issued, Outcome
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import open_stock
from mingpiao.ukeys.service import apply_after_loss
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import lift_loss, save_point

site = a_world("peopled", demo=True, sms_way="phone")
#: Without a way for text messages.
silent = a_world("peopled")
WAY = "/loss"


async def reported(site: World, person: str = "开票员甲") -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, place=site.unit.unit.name, person=person)
        await work(site)
        assert "已挂失" in (await lose(stranger, await code(site))).text


async def issue(site: World, account: Account | None, number: str, kind: str | None = None) -> Outcome:
    acting = acting_for(account) if account else ACTING
    more = {"kind": kind} if kind else {}
    request = site.unit.request(business_no=number, **more)
    (outcome,) = await site.desk.issue(site.unit.unit_id, [request], acting=acting)
    return outcome


async def lift(site: World, username: str, reason: str, acting: Acting) -> bool:
    async with site.database.system() as connection:
        return await lift_loss(connection, site.accounts[username], reason, acting=acting)


async def press(browser: Browser, address: str, **members: str) -> str:
    answer = await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})
    return answer.text


async def test_a_lost_ukey_stops_its_person_and_nobody_else(site: World) -> None:
    handler, checker = site.accounts["handler"], site.accounts["checker"]
    assert isinstance(await issue(site, handler, "L-1"), Issued)
    async with await site.browser("handler") as inside:
        await reported(site)
        assert (await inside.get("/unit")).status_code == 303
    (told,) = await texts(site, MANAGER)
    assert "开票员甲正在挂失数字证书（UKey），验证码" in told
    stopped = await issue(site, handler, "L-2")
    assert codes_of(stopped) == [("unit.issuing_locked", "")]
    assert stopped.problems[0].facts == {"locks": ["ukey_lost"]}
    assert isinstance(await issue(site, checker, "L-3"), Issued)
    assert isinstance(await issue(site, None, "L-4"), Issued)
    (row,) = await site.rows(
        "SELECT lost_accounts, locks FROM stock_limits WHERE unit_id = $1", site.unit.unit_id
    )
    assert (row["lost_accounts"], row["locks"]) == ([handler.account_id], [])
    actions = [each["action"] for each in await site.rows("SELECT action FROM audit_log ORDER BY audit_id")]
    assert actions[-4:].count("account:report_loss") == 1
    assert actions.count("stock:stop_account") == 1


async def test_a_kind_that_is_opened_later_is_stopped_too(site: World) -> None:
    await reported(site)
    unit_id = site.unit.unit_id
    async with site.database.system() as connection:
        await open_stock(connection, unit_id, "0601", acting=ACTING)
    rows = await site.rows("SELECT DISTINCT lost_accounts FROM stocks WHERE unit_id = $1", unit_id)
    assert [row["lost_accounts"] for row in rows] == [[site.accounts["handler"].account_id]]


async def test_the_persons_certificates_are_held_in_the_same_moment(site: World) -> None:
    key = await delivered(site, PrivateKey.generate())
    await reported(site)
    # It was handed over and never used, so that it ends for good.
    assert await site.value("SELECT state FROM ukeys WHERE ukey_id = $1", key.ukey_id) == "revoked"


async def test_a_manager_lifts_it_with_a_reason(site: World) -> None:
    await reported(site)
    handler = site.accounts["handler"]
    address = f"/unit/accounts/{handler.account_id}/found"
    async with await site.browser("manager") as manager:
        page = (await manager.get("/unit/accounts")).text
        assert ("已挂失" in page, address in page, "139****0002" in page) == (True, True, True)
        assert "解除原因" in await press(manager, address)
        assert "请写明解除挂失的原因" in await press(manager, address, reason=" ")
        assert codes_of(await issue(site, handler, "L-1")) == [("unit.issuing_locked", "")]
        await press(manager, address, reason="UKey已找到，经本人当面确认")
        assert "已挂失" not in (await manager.get("/unit/accounts")).text
    assert isinstance(await issue(site, handler, "L-1"), Issued)
    (row,) = await site.rows("SELECT actor_user, details FROM audit_log WHERE action = 'account:lift_loss'")
    assert row["actor_user"] == "manager"
    assert row["details"]["reason"] == "UKey已找到，经本人当面确认"


async def test_of_a_manager_the_department_lifts_it(site: World) -> None:
    await reported(site, "管理员丙")
    manager, unit_id = site.accounts["manager"], site.unit.unit_id
    async with await site.browser("manager") as own:
        address = f"/unit/accounts/{manager.account_id}/found"
        assert address not in (await own.get("/unit/accounts")).text
        assert "不能解除自己账户的挂失" in await press(own, address, reason="找到了")
    address = f"/finance/units/{unit_id}/accounts/{manager.account_id}/found"
    async with await site.browser("elsewhere") as stranger:
        assert "没有找到" in await press(stranger, address, reason="找到了")
    async with await site.browser("officer") as officer:
        assert address in (await officer.get(f"/finance/units/{unit_id}/accounts")).text
        await press(officer, address, reason="单位来函确认")
    assert await site.value("SELECT lost_at FROM accounts WHERE username = 'manager'") is None


async def test_the_first_sign_in_by_a_new_ukey_lifts_ones_own(site: World) -> None:
    await reported(site)
    handler = site.accounts["handler"]
    with pytest.raises(Refusal) as refusal:
        await lift(site, "handler", "新UKey登录", acting_for(handler, factors=("password",)))
    assert refusal.value.problems[0].code == "account.is_own"
    by_ukey = acting_for(handler, factors=("ukey",))
    assert await lift(site, "handler", "新UKey登录", by_ukey)
    assert not await lift(site, "handler", "新UKey登录", by_ukey)
    assert isinstance(await issue(site, handler, "L-1"), Issued)


async def test_a_loss_is_told_to_nobody_outside(site: World) -> None:
    await reported(site)
    async with site.stranger() as stranger:
        # The same once more, a person who is none, and a wrong code are answered as ever.
        for person in ("开票员甲", "查无此人"):
            assert (await ask(stranger, WAY, place=site.unit.unit.name, person=person)).status_code == 303
            await work(site)
            assert "还可以再试4次" in (await lose(stranger, other_than(await code(site)))).text
    assert len(await texts(site, MANAGER)) == 1


async def test_without_a_way_for_messages_the_pages_say_whom_to_ask(silent: World) -> None:
    async with silent.stranger() as stranger:
        for way in (WAY, "/forgotten"):
            page = await stranger.get(way)
            assert "本平台没有接通短信" in page.text
            assert "获取验证码" not in page.text
        answer = await ask(stranger, WAY, place="x", person="y")
        assert "不能在这里办理" in answer.text
    assert await silent.value("SELECT count(*) FROM recoveries") == 0


async def lose_and_apply(site: World, request: str, typed: str = "") -> str:
    """Report the handler's loss by the right code, or another one, with a request for a new UKey; the answer."""
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, place=site.unit.unit.name, person="开票员甲")
        await work(site)
        right = await code(site)
        if typed:
            await stranger.post("/loss/code", {"code": other_than(right), "request": request})
        return (await stranger.post("/loss/code", {"code": right, "request": request})).text


async def test_a_new_ukey_is_applied_for_in_the_same_form(site: World) -> None:
    """For the point of the lost one; a department issues it, and its first use lifts the loss and ends the old one."""
    old, new = PrivateKey.generate(), PrivateKey.generate()
    async with site.database.system() as connection:
        point = IssuingPoint(unit_id=site.unit.unit_id, code="MZ", name="门诊收费处")
        await save_point(connection, point, acting=ACTING)
    lost = await delivered(site, old, "handler", "MZ")
    answer = await lose_and_apply(site, request_of(new), "wrong first")
    assert "新 UKey 的申请已经提交" in answer
    (made,) = await site.rows("SELECT * FROM ukeys WHERE state = 'requested'")
    handler = site.accounts["handler"]
    assert (made["account_id"], made["applied_by"], made["point_code"]) == (
        handler.account_id,
        handler.account_id,
        "MZ",
    )
    assert made["ukey_id"] > lost.ukey_id
    told = await site.rows("SELECT body FROM messages WHERE topic = $1", f"ukey:{made['ukey_id']}:1")
    assert ["挂失后为开票员甲申请 UKey 证书" in row["body"] for row in told] == [True]
    assert await site.value("SELECT lost_at IS NOT NULL FROM accounts WHERE username = 'handler'") is True


async def test_what_is_no_request_costs_no_code_and_a_used_key_takes_no_loss_back(site: World) -> None:
    used = PrivateKey.generate()
    await delivered(site, used, "handler")
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, place=site.unit.unit.name, person="开票员甲")
        await work(site)
        right = await code(site)
        for request in ("x", "-----BEGIN CERTIFICATE REQUEST-----", "A" * 9_000):
            for typed in (right, other_than(right)):
                answer = await stranger.post("/loss/code", {"code": typed, "request": request})
                assert (answer.status_code, "证书申请格式不对" in answer.text) == (422, True)
        assert await site.value("SELECT count(*) FROM recoveries WHERE tries > 0 OR used_at IS NOT NULL") == 0
        answer = await stranger.post("/loss/code", {"code": right, "request": request_of(used)})
    assert ("已挂失" in answer.text, "这把密钥已经用于另一份申请" in answer.text) == (True, True)
    assert await site.value("SELECT lost_at IS NOT NULL FROM accounts WHERE username = 'handler'") is True
    catalog = await site.catalog.get()
    for somebody in ("checker", "officer"):
        async with site.database.system() as connection:
            with pytest.raises(Refusal) as refused:
                await apply_after_loss(
                    connection, request_of(used), catalog, acting=acting_for(site.accounts[somebody])
                )
        assert refused.value.problems[0].code == "access.denied"
