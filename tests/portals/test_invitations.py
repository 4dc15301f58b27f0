"""Accounts by invitation: a code that works once, for seven days, and an account that ends on a day."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.waiting import until
from tests.support.world import BAOTOU, PROVINCE, World, a_world

from mingpiao.identity.model import Rejected, Role, SignedIn
from mingpiao.identity.service import accept_invitation, sign_in
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal

world = a_world()
CHOSEN = "Calm-River-2418"
WRONG = "邀请码不正确、已使用、已撤回或已过期"


async def post(browser: Browser, address: str, **members: str) -> httpx.Response:
    return await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})


def code_of(answer: httpx.Response) -> str:
    found = re.search(r'id="invitation-code">([^<]+)<', answer.text)
    assert found, answer.text
    return found[1]


async def invite_manager(browser: Browser, world: World, username: str = "xin-guanli", **more: str) -> str:
    address = f"/finance/units/{world.province.charity.unit_id}/accounts"
    answer = await post(browser, address, username=username, display_name="新管理员", **more)
    assert answer.status_code == 200
    assert world.province.charity.unit.name in answer.text
    assert "data-print" in answer.text
    return code_of(answer)


async def test_who_has_a_code_finds_the_page_for_it_and_who_invites_reads_that_one_person_does(
    world: World,
) -> None:
    async with world.stranger() as stranger:
        assert 'href="/invitation"' in (await stranger.get("/login")).text
    async with await world.browser(region=PROVINCE) as browser:
        unit_id = world.province.charity.unit_id
        for page in ("new", f"{unit_id}/accounts", f"{unit_id}/edit", f"{unit_id}/kinds", f"{unit_id}/items"):
            assert "不需要他人审核" in (await browser.get(f"/finance/units/{page}")).text, page


async def accept(stranger: Browser, code: str, password: str = CHOSEN, again: str = "") -> httpx.Response:
    shown = await stranger.get("/invitation", code=code)
    given = members_of(shown.text) | {"code": code, "password": password, "again": again or password}
    return await stranger.post("/invitation", given)


async def signs_in(world: World, username: str, password: str = CHOSEN) -> bool:
    return isinstance(await sign_in(world.database, username, password, address="192.0.2.77"), SignedIn)


async def test_the_first_page_of_a_manager_counts_invitations_that_wait(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        await invite_manager(browser, world)
    charity, office = world.province.charity.unit_id, world.province.office.unit_id
    await world.tamper("UPDATE accounts SET unit_id = $2 WHERE unit_id = $1", charity, office)
    async with await world.browser(Role.UNIT_MANAGER) as browser:
        page = (await browser.get("/unit")).text
        assert ("有 1 个账户等待本人用邀请码设置密码" in page, "已过期或撤回" in page) == (True, False)
        await world.tamper("UPDATE invitations SET expires_at = now() - interval '1 hour'")
        assert "其中 1 个的邀请已过期或撤回" in (await browser.get("/unit")).text
    async with await world.browser(Role.UNIT_HANDLER) as browser:
        assert "邀请码" not in (await browser.get("/unit")).text


async def test_a_manager_is_invited_chooses_a_password_and_makes_the_first_account(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        code = await invite_manager(browser, world)
        page = (await browser.get(f"/finance/units/{world.province.charity.unit_id}/accounts")).text
        assert "已邀请" in page
        assert code not in page
    assert not await signs_in(world, "xin-guanli", "")
    async with world.stranger() as stranger:
        shown = await stranger.get("/invitation", code=code.lower().replace("-", ""))
        assert "新管理员" in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert "密码已设置" in (await accept(stranger, code)).text
        assert (await stranger.sign_in("xin-guanli", CHOSEN)).headers["location"] == "/unit"
        assert (await stranger.get("/unit/accounts/new")).status_code == 200
        again = await accept(stranger, code, "Other-River-2419")
        assert again.status_code == 404
        assert WRONG in again.text
    assert not await signs_in(world, "xin-guanli", "Other-River-2419")
    trail = await world.rows(
        "SELECT action, actor FROM audit_log WHERE action LIKE 'account:%' AND details ->> 'username' = 'xin-guanli' ORDER BY audit_id"
    )
    assert [row["action"] for row in trail] == [
        "account:create",
        "account:invite",
        "account:accept_invitation",
    ]
    assert code not in str(await world.rows("SELECT * FROM audit_log"))


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [("short", "", "密码至少需要8位"), (CHOSEN, "Calm-River-2419", "两次输入的密码不一致")],
)
async def test_a_password_that_does_not_do_leaves_the_code_usable(
    world: World, password: str, again: str, told: str
) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        code = await invite_manager(browser, world)
    async with world.stranger() as stranger:
        refused = await accept(stranger, code, password, again)
        assert told in refused.text
        assert password not in refused.text.replace("密码", "")
        assert "密码已设置" in (await accept(stranger, code)).text


async def test_a_code_ends_after_seven_days_and_a_new_one_takes_its_place(
    world: World, clock: StoppedClock
) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        old = await invite_manager(browser, world)
    clock.move(days=7, minutes=1)
    async with world.stranger() as stranger:
        assert WRONG in (await accept(stranger, old)).text
    world.tokens.clear()
    async with await world.browser(Role.DEPARTMENT_HEAD, region=PROVINCE) as browser:
        account_id = await world.value("SELECT account_id FROM accounts WHERE username = 'xin-guanli'")
        address = f"/finance/units/{world.province.charity.unit_id}/accounts/{account_id}"
        first = code_of(await post(browser, address, verb="renew"))
        second = code_of(await post(browser, address, verb="renew"))
        async with world.stranger() as stranger:
            assert WRONG in (await accept(stranger, first)).text
        assert (await post(browser, address, verb="withdraw")).status_code == 303
        async with world.stranger() as stranger:
            assert WRONG in (await accept(stranger, second)).text
        third = code_of(await post(browser, address, verb="renew"))
        async with world.stranger() as stranger:
            assert "密码已设置" in (await accept(stranger, third)).text
        refused = await post(browser, address, verb="renew")
        assert (refused.status_code, "已设置密码" in refused.text) == (409, True)


async def test_of_two_who_have_the_code_one_sets_the_password(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        code = await invite_manager(browser, world)
    chosen = [f"Calm-River-24{number}" for number in range(4)]
    answers = await asyncio.gather(
        *(accept_invitation(world.database, code, each, address="192.0.2.1") for each in chosen),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refusal) for each in answers) == 3
    fits = [await signs_in(world, "xin-guanli", each) for each in chosen]
    assert fits == [not isinstance(each, Refusal) for each in answers]


async def test_another_department_invites_nobody_and_changes_no_account(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        await invite_manager(browser, world)
    unit_id = world.province.charity.unit_id
    account_id = await world.value("SELECT account_id FROM accounts WHERE username = 'xin-guanli'")
    outside = BAOTOU if world.province.charity.unit.region_code[:4] != "1502" else "150300"
    before = await world.value("SELECT count(*) FROM audit_log WHERE action LIKE 'account:%'")
    async with await world.browser(Role.DEPARTMENT_HEAD, region=outside) as browser:
        before = await world.value("SELECT count(*) FROM audit_log WHERE action LIKE 'account:%'")
        address = f"/finance/units/{unit_id}/accounts"
        assert (await browser.get(address)).status_code == 404
        assert (await post(browser, address, username="yy-guanli", display_name="乙")).status_code == 404
        for verb in ("renew", "withdraw", "disable"):
            assert (await post(browser, f"{address}/{account_id}", verb=verb)).status_code == 404
    assert await world.value("SELECT count(*) FROM audit_log WHERE action LIKE 'account:%'") == before
    assert await world.value("SELECT active FROM accounts WHERE account_id = $1", account_id)


async def test_a_department_reaches_only_managers_of_the_unit(world: World) -> None:
    async with await world.browser(Role.UNIT_HANDLER):
        handler = await world.value("SELECT account_id FROM accounts WHERE role = 'unit_handler'")
    async with await world.browser(region=PROVINCE) as browser:
        address = f"/finance/units/{world.province.office.unit_id}/accounts/{handler}"
        assert (await post(browser, address, verb="disable")).status_code == 404
    assert await world.value("SELECT active FROM accounts WHERE account_id = $1", handler)


async def test_an_administrator_invites_somebody_without_a_role_whose_account_ends_on_its_day(
    world: World, clock: StoppedClock
) -> None:
    async with await world.browser(Role.ADMINISTRATOR) as browser:
        last = (today() + timedelta(days=3)).isoformat()
        given = {"username": "bt-jingban", "display_name": "包头经办", "valid_until": last}
        for day, told in (("2020-01-01", "不能早于今天"), ("明天", "请填写日期")):
            wrong = await post(browser, "/admin/accounts/new", **(given | {"valid_until": day}))
            assert (wrong.status_code, told in wrong.text) == (422, True)
        made = await post(browser, "/admin/accounts/new", role="department_head", region_code=BAOTOU, **given)
        listed = (await browser.get("/admin/accounts")).text
        assert last in listed
        assert "已邀请" in listed
    assert await world.value("SELECT role FROM accounts WHERE username = 'bt-jingban'") == "ungranted"
    async with world.stranger() as stranger:
        await accept(stranger, code_of(made))
        assert (await stranger.sign_in("bt-jingban", CHOSEN)).headers["location"] == "/waiting"
        assert "尚未授权" in (await stranger.get("/waiting")).text
        for page in ("/finance", "/admin", "/admin/roles", "/unit"):
            assert (await stranger.get(page)).status_code == 403
        clock.set(clock.read().replace(hour=23, minute=50) + timedelta(days=3))
        assert await signs_in(world, "bt-jingban")
        clock.move(minutes=15)
        late = await stranger.get("/waiting")
        assert (late.status_code, late.headers["location"]) == (303, "/login?next=/waiting")
    over = await sign_in(world.database, "bt-jingban", CHOSEN, address="192.0.2.78")
    assert isinstance(over, Rejected)
    assert over.problem.code == "session.credentials_wrong"


async def test_an_administrator_sets_and_takes_away_the_last_day_but_not_their_own(world: World) -> None:
    async with await world.browser(region=BAOTOU):
        account_id = await world.value("SELECT account_id FROM accounts WHERE role = 'department_officer'")
    async with await world.browser(Role.ADMINISTRATOR) as browser:
        address = f"/admin/accounts/{account_id}"
        assert (await post(browser, f"{address}/expiry", valid_until="2020-01-01")).status_code == 422
        for day in ("2099-12-31", "2099-12-31", ""):
            assert (await post(browser, f"{address}/expiry", valid_until=day)).status_code == 303
        own = await world.value("SELECT account_id FROM accounts WHERE role = 'administrator'")
        assert (await post(browser, f"/admin/accounts/{own}/expiry", valid_until="")).status_code == 409
    told = await world.rows(
        "SELECT changed FROM audit_log WHERE action = 'account:set_expiry' ORDER BY audit_id"
    )
    assert [[(each["before"], each["after"]) for each in row["changed"]] for row in told] == [
        [("长期", "2099-12-31")],
        [("2099-12-31", "长期")],
    ]
    assert await signs_in(world, f"department_officer-{BAOTOU}", PASSWORD)


async def test_nobody_is_let_in_again_for_a_closed_unit(world: World) -> None:
    async with await world.browser(region=PROVINCE) as browser:
        await invite_manager(browser, world)
    account_id = await world.value("SELECT account_id FROM accounts WHERE username = 'xin-guanli'")
    unit_id = world.province.charity.unit_id
    await world.value("UPDATE units SET state = 'closed' WHERE unit_id = $1", unit_id)
    address = f"/admin/accounts/{account_id}"
    async with await world.browser(Role.ADMINISTRATOR) as browser:
        assert (await post(browser, address, verb="disable", confirmed="yes")).status_code == 303
        for verb in ("enable", "renew", "password"):
            refused = await post(browser, address, verb=verb, confirmed="yes")
            assert refused.status_code == 409, verb
            assert "已注销用票资格，其账户不能再启用、邀请或重置密码" in refused.text
    assert not await world.value("SELECT active FROM accounts WHERE account_id = $1", account_id)


async def test_people_of_a_department_that_ended_are_told_and_get_another(world: World) -> None:
    officer = await world.browser(region=BAOTOU)
    account_id = await world.value("SELECT account_id FROM accounts WHERE region_code = $1", BAOTOU)
    await world.value(
        "UPDATE regions SET ended_on = $1, successors = ARRAY['150100'] WHERE code = $2", today(), BAOTOU
    )
    await world.value("SELECT pg_notify('catalog_changed', '')")

    async def forgotten() -> bool:
        return (await world.catalog.get()).regions[BAOTOU].ended_on is not None

    await until(forgotten)
    async with await world.browser(Role.ADMINISTRATOR) as browser:
        assert "（已撤并）" in (await browser.get("/admin/accounts", region=BAOTOU)).text
        assert "所在财政部门已撤并" in (await browser.get(f"/admin/accounts/{account_id}")).text
        assert "撤并部门的账户" in (await browser.get("/admin")).text
    address = f"/admin/roles/{account_id}"
    given = {"role": "department_officer", "reason": "撤并"}
    async with await world.browser(Role.SECURITY_ADMINISTRATOR) as browser:
        assert members_of((await browser.get(address)).text)["region_code"] == "150100"
        for wrong in (BAOTOU, "", "999999"):
            assert (await post(browser, address, region_code=wrong, **given)).status_code == 422
        proposed = await post(browser, address, region_code="150100", **given)
        assert proposed.status_code == 303
    second = await world.browser(Role.SECURITY_ADMINISTRATOR, name="second")
    assert (await post(second, proposed.headers["location"], decision="approve")).status_code == 303
    async with await world.browser(Role.AUDIT_ADMINISTRATOR) as auditor:
        trail = (await auditor.get("/admin/audit", subject=f"account:{account_id}")).text
    assert "授予角色" in trail
    assert "<ins>150100 呼和浩特市</ins>" in trail
    assert (await officer.get("/finance")).headers["location"].startswith("/login")
    assert await world.value("SELECT region_code FROM accounts WHERE account_id = $1", account_id) == "150100"
