"""The administrator's pages: state, accounts, audit trail."""

import re
from pathlib import Path

import httpx
import pytest
from tests.support.browser import PASSWORD, Browser
from tests.support.province import ACTING
from tests.support.world import HOHHOT, World, a_world

import mingpiao
from mingpiao.applications.model import StepKind
from mingpiao.identity.model import Rejected, Role, SignedIn
from mingpiao.identity.service import create_account, sign_in
from mingpiao.journal.model import EventType
from mingpiao.portals.audit.wording import action_label

pytestmark = pytest.mark.asyncio(loop_scope="module")


site = a_world(spread=True, scope="module", checked=False)


async def _account(site: World, username: str) -> int:
    async with site.services.database.system() as connection:
        account = await create_account(
            connection,
            username=username,
            display_name="某甲",
            role=Role.DEPARTMENT_OFFICER,
            password=PASSWORD,
            region_code=HOHHOT,
            acting=ACTING,
        )
    return account.account_id


async def _do(browser: Browser, account_id: int, verb: str, **more: str) -> httpx.Response:
    page = (await browser.get(f"/admin/accounts/{account_id}")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"verb": verb, "csrf_token": token.group(1)} | more
    return await browser.post(f"/admin/accounts/{account_id}", data=form)


async def test_the_state_tells_of_bills_numbers_and_the_worker(site: World) -> None:
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        html = (await browser.get("/admin")).text
    assert "后台任务没有运行" in html
    assert '<th scope="row">今天</th><td class="text-end figure">8</td>' in html
    assert "15060125" in html


async def test_accounts_are_searched(site: World) -> None:
    account_id = await _account(site, "searched-one")
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        html = (await browser.get("/admin/accounts?words=SEARCHED&role=none")).text
        assert "searched-one" not in html
        html = (await browser.get("/admin/accounts?words=searched&role=department_officer")).text
        assert re.findall(r'href="/admin/accounts/(\d+)"', html) == [str(account_id)]
        assert (await browser.get("/admin/accounts/999999")).status_code == 404


async def test_a_locked_account_is_unlocked(site: World) -> None:
    account_id = await _account(site, "locked-one")
    database = site.services.database
    for _ in range(5):
        await sign_in(database, "locked-one", "wrong", address="192.0.2.1")
    assert isinstance(await sign_in(database, "locked-one", PASSWORD, address="192.0.2.1"), Rejected)
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        assert "已锁定至" in (await browser.get(f"/admin/accounts/{account_id}")).text
        assert (await _do(browser, account_id, "unlock")).status_code == 303
        assert "已锁定至" not in (await browser.get(f"/admin/accounts/{account_id}")).text
    async with await site.browser(Role.AUDIT_ADMINISTRATOR) as auditor:
        trail = (await auditor.get(f"/admin/audit?subject=account:{account_id}")).text
    assert isinstance(await sign_in(database, "locked-one", PASSWORD, address="192.0.2.1"), SignedIn)
    assert re.findall(r'data-action="([^"]+)">([^<]+)</span></th>', trail)[0] == (
        "account:unlock",
        "解除锁定",
    )


async def test_an_account_is_disabled_enabled_and_given_a_password(site: World) -> None:
    account_id = await _account(site, "changed-one")
    database = site.services.database
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        assert (await _do(browser, account_id, "disable", confirmed="yes")).status_code == 303
        assert isinstance(await sign_in(database, "changed-one", PASSWORD, address="192.0.2.1"), Rejected)
        assert (await _do(browser, account_id, "enable")).status_code == 303
        answer = await _do(browser, account_id, "password", confirmed="yes")
        assert answer.status_code == 200
        assert '<p class="secret">' in answer.text
        assert isinstance(await sign_in(database, "changed-one", PASSWORD, address="192.0.2.1"), Rejected)
        assert (await _do(browser, account_id, "explode")).status_code == 400


async def test_what_ends_sessions_says_so_first(site: World) -> None:
    account_id = await _account(site, "asked-one")
    database = site.services.database
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        for verb, button in (("disable", "确认停用"), ("password", "确认重置密码")):
            await sign_in(database, "asked-one", PASSWORD, address="192.0.2.1")
            shown = (await _do(browser, account_id, verb)).text
            assert f">{button}</button>" in shown
            assert "<dd>某甲</dd>" in shown
            assert "<dd>asked-one</dd>" in shown
        assert "某甲现在有 2 处登录，立即退出" in shown
    assert not isinstance(await sign_in(database, "asked-one", PASSWORD, address="192.0.2.1"), Rejected)
    assert (
        await database.pool.fetchval("SELECT count(*) FROM sessions WHERE account_id = $1", account_id) == 3
    )
    changed = "SELECT count(*) FROM audit_log WHERE subject = $1 AND action <> 'account:create'"
    acted = await database.pool.fetchval(changed + " AND action LIKE 'account:%'", f"account:{account_id}")
    assert acted == 0


async def test_nobody_disables_themselves_and_no_form_goes_without_its_token(site: World) -> None:
    async with await site.browser(Role.ADMINISTRATOR) as browser:
        own = await site.services.database.pool.fetchval(
            "SELECT account_id FROM accounts WHERE role = 'administrator'"
        )
        answer = await browser.post(f"/admin/accounts/{own}", data={"verb": "disable"})
        assert answer.status_code == 403
        page = (await browser.get(f"/admin/accounts/{own}")).text
        assert "停用账户" not in page


async def test_the_audit_trail_is_paged_and_filtered(site: World) -> None:
    bill = site.bills[HOHHOT][0]
    await site.services.database.pool.execute(
        "INSERT INTO audit_log (actor, action, subject, address, details) "
        "SELECT 'system:test', 'test:page', 'test:1', '', '{}' FROM generate_series(1, 150)"
    )
    async with await site.browser(Role.AUDIT_ADMINISTRATOR) as browser:

        async def ids(address: str) -> tuple[int, str]:
            html = (await browser.get(address)).text
            follow = re.search(r'href="([^"]+)" rel="next"', html)
            return html.count("data-action"), follow.group(1) if follow else ""

        count, follow = await ids("/admin/audit?subject=test:1")
        assert count == 100
        assert await ids(follow.replace("&amp;", "&")) == (50, "")
        assert await ids(f"/admin/audit?subject={bill.code}-{bill.number}") == (1, "")
        assert (await browser.get("/admin/audit?unit=没有这个单位")).status_code == 422


async def test_the_audit_trail_speaks_chinese(site: World) -> None:
    digest = "evidence:" + "0f" * 32
    await site.services.database.pool.execute(
        "INSERT INTO audit_log (actor, action, subject, address, details) VALUES "
        "('system:test', 'application:returned', 'application:7', '', "
        """ '{"note": "请补全<编号>", "state": "returned", "business_no": ""}'), """
        f"""('system:test', 'evidence:read', '{digest}', '', '{{"state": "read"}}')"""
    )
    async with await site.browser(Role.AUDIT_ADMINISTRATOR) as browser:
        html = (await browser.get("/admin/audit?subject=application:7")).text
        assert "开票申请：退回更正" in html
        assert "说明：请补全&lt;编号&gt;；状态：已退回</td>" in html
        html = (await browser.get(f"/admin/audit?subject={digest}")).text
        assert "状态：已识别</td>" in html
        assert "佐证材料 " + "0f" * 32 in html


async def test_every_action_of_the_audit_trail_has_a_name() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in Path(mingpiao.__file__).parent.rglob("*.py")
    )
    written = set(re.findall(r'"((?:account|backtest|rule|segment|session|stock|unit):[a-z_]+)"', sources))
    written |= set(re.findall(r'action="([a-z_]+:[a-z_]+)"', sources))
    written |= {f"application:{kind}" for kind in StepKind} | {f"bill:{kind}" for kind in EventType}
    assert len(written) > 50
    assert {action for action in written if action_label(action) == action} == {"account:unknown"}


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (RuntimeError("secret"), 500, "系统内部错误"),
        (ConnectionResetError(), 503, "系统暂时不可用，请稍后重试。"),
    ],
)
async def test_what_nobody_foresaw_is_a_page_and_in_the_log(
    site: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    told: str,
) -> None:
    async def fails(*_args: object, **_given: object) -> None:
        raise error

    async with await site.browser(Role.AUDIT_ADMINISTRATOR) as browser:
        monkeypatch.setattr("mingpiao.portals.audit.lists.audit_trail", fails)
        answer = await browser.get("/admin/audit")
    assert answer.status_code == status
    assert told in answer.text
    assert "返回首页" in answer.text
    assert "secret" not in answer.text
    (record,) = [each for each in caplog.records if each.name == "mingpiao.web"]
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    reference = re.search(r"请把编号 ([0-9a-f]{12}) 告知", answer.text)
    assert (reference[1] in record.getMessage()) if reference else status == 503


@pytest.mark.parametrize("path", ["/admin", "/admin/accounts", "/admin/accounts/1", "/admin/audit"])
async def test_only_an_administrator_comes_in(site: World, path: str) -> None:
    outsiders = {
        Role.SECURITY_ADMINISTRATOR,
        Role.ADMINISTRATOR if "audit" in path else Role.AUDIT_ADMINISTRATOR,
    }
    for role in outsiders:
        async with await site.browser(role) as browser:
            assert (await browser.get(path)).status_code == 403
    async with await site.browser(region=HOHHOT) as browser:
        assert (await browser.get(path)).status_code == 403
    async with site.stranger() as stranger:
        assert (await stranger.get(path)).status_code == 303
