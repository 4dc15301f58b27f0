"""Accounts that nobody uses: told twice, closed, and opened again with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.security.test_roles import AUDIT, SECURITY, SYSTEM, do, found, made, post, refused
from tests.support.browser import PASSWORD
from tests.support.province import ACTING
from tests.support.world import BAOTOU, World, a_world

from mingpiao.house.model import Handler
from mingpiao.identity.model import Account, Rejected, Role, SignedIn, acting_for
from mingpiao.identity.service import create_account, open_unused, set_active, sign_in
from mingpiao.kernel.clock import now
from mingpiao.security.room import ROOM
from mingpiao.security.unused import UNUSED_JOB

world = a_world()
silent = a_world(unused_account_days=0)
HANDLER, OFFICER = Role.UNIT_HANDLER, Role.DEPARTMENT_OFFICER


async def night(world: World, after: int = 0) -> None:
    """The job's round, so many days later."""
    if after:
        await world.tamper(
            "UPDATE accounts SET used_at = used_at - make_interval(days => $1), "
            "unused_warned_at = unused_warned_at - make_interval(days => $1)",
            after,
        )
    (job,) = ROOM.jobs
    assert job.name == UNUSED_JOB
    handler: Handler = await job.open(world.house)
    await handler.work({})


async def rested(world: World, account: Account, days: int) -> None:
    async with world.database.system() as connection:
        await connection.execute(
            text("UPDATE accounts SET used_at = :moment WHERE account_id = :account_id"),
            {"moment": now() - timedelta(days=days, minutes=1), "account_id": account.account_id},
        )


async def handler_of(world: World, username: str, mobile: str = "") -> Account:
    account: Account = await do(
        world,
        create_account,
        username=username,
        display_name="张三",
        role=HANDLER,
        password=PASSWORD,
        unit_id=world.unit.unit_id,
        mobile=mobile,
        acting=ACTING,
    )
    return account


async def standing(world: World, account: Account) -> tuple[bool, int, bool]:
    """Whether it is active, how often its person was told, and whether it was closed for that."""
    ((active, warnings, closed),) = await world.rows(
        "SELECT active, unused_warnings, closed_unused_at IS NOT NULL FROM accounts WHERE account_id = $1",
        account.account_id,
    )
    return active, warnings, closed


async def sign_in_as(world: World, account: Account) -> Any:
    return await sign_in(world.database, account.username, PASSWORD, address="10.0.0.1")


async def test_it_is_told_twice_and_closed(world: World) -> None:
    account = await handler_of(world, "kaipiao-9", "13900001111")
    await rested(world, account, 75)
    await night(world)
    assert await standing(world, account) == (True, 0, False)
    await night(world, 1)
    await night(world)
    assert await standing(world, account) == (True, 1, False)
    await night(world, 10)
    assert await standing(world, account) == (True, 1, False)
    await night(world, 1)
    assert await standing(world, account) == (True, 2, False)
    await night(world, 2)
    assert await standing(world, account) == (True, 2, False)
    await night(world, 1)
    assert await standing(world, account) == (False, 2, True)
    await night(world)

    titles = await world.rows(
        "SELECT title FROM messages WHERE to_account_id = $1 ORDER BY message_id", account.account_id
    )
    assert [title[-3:] for (title,) in titles] == ["日停用", "日停用", "已停用"]
    of_unit = await world.rows(
        "SELECT title, body FROM messages WHERE unit_id = $1 AND topic LIKE 'unused:%' ORDER BY message_id",
        world.unit.unit_id,
    )
    assert [title for title, _ in of_unit] == [
        "1个账户长期没有登录，将停用",
        "1个账户长期没有登录，将停用",
        "1个账户因长期没有登录已停用",
    ]
    assert "张三（kaipiao-9）" in of_unit[0][1]
    assert await world.rows("SELECT template FROM sms_messages ORDER BY sms_id") == [
        ("account_unused",),
        ("account_unused",),
        ("account_closed_unused",),
    ]
    ((actor, about, days),) = await world.rows(
        "SELECT actor, subject, details->>'days' FROM audit_log WHERE action = 'account:close_unused'"
    )
    assert (actor, about, days) == ("system:unused_accounts", f"account:{account.account_id}", "90")
    assert isinstance(await sign_in_as(world, account), Rejected)


async def test_who_signs_in_keeps_the_account(world: World) -> None:
    account = await handler_of(world, "kaipiao-9")
    await rested(world, account, 87)
    await night(world)
    assert isinstance(await sign_in_as(world, account), SignedIn)
    assert await standing(world, account) == (True, 0, False)
    await night(world)
    assert await standing(world, account) == (True, 0, False)


async def test_one_that_rested_for_years_is_told_for_two_weeks_too(world: World) -> None:
    account = await handler_of(world, "kaipiao-9")
    await rested(world, account, 900)
    await night(world)
    await night(world)
    assert await standing(world, account) == (True, 1, False)
    await night(world, 11)
    assert await standing(world, account) == (True, 2, False)
    await night(world, 3)
    assert await standing(world, account) == (False, 2, True)


async def test_of_each_kind_of_administrators_the_last_one_stays(world: World) -> None:
    kinds = (SYSTEM, SECURITY, AUDIT)
    people = {(role, number): await made(world, f"{role.value}-{number}", role) for role in kinds for number in (1, 2)}  # fmt: skip
    officer = await made(world, "caizheng-9", OFFICER, BAOTOU)
    await found(world)
    await world.tamper("UPDATE accounts SET used_at = now() - interval '400 days'")
    for role in kinds:
        await rested(world, people[role, 2], 300)
    for days in (0, 11, 3, 100):
        await night(world, days)
    assert [(await standing(world, people[role, 1]))[2] for role in kinds] == [True, True, True]
    assert [await standing(world, people[role, 2]) for role in kinds] == [(True, 0, False)] * 3
    assert await standing(world, officer) == (False, 2, True)
    assert await world.rows(
        "SELECT title FROM messages WHERE region_code = $1 AND topic LIKE 'unused:closed:%'", BAOTOU
    ) == [("1个账户因长期没有登录已停用",)]


async def test_many_are_taken_portion_by_portion(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingpiao.identity.unused.PORTION", 2)
    people = [await handler_of(world, f"kaipiao-{number}") for number in range(11, 16)]
    for account in people:
        await rested(world, account, 100)
    for days in (0, 11, 3):
        await night(world, days)
    assert [await standing(world, account) for account in people] == [(False, 2, True)] * 5
    assert await world.rows("SELECT count(*) FROM audit_log WHERE action = 'account:close_unused'") == [(5,)]


async def test_the_administrator_finds_it_and_opens_it_with_a_reason(world: World) -> None:
    account = await handler_of(world, "kaipiao-9")
    manager = await do(
        world, create_account, username="guanli-9", display_name="管理", role=Role.UNIT_MANAGER, password=PASSWORD,
        unit_id=world.unit.unit_id, acting=ACTING,
    )  # fmt: skip
    await rested(world, account, 100)
    await night(world)
    async with await world.browser(SYSTEM, name="xitong-1") as browser:
        assert "kaipiao-9" in (await browser.get("/admin/accounts", unused="warned")).text
        for days in (11, 3):
            await night(world, days)
        listed = (await browser.get("/admin/accounts", unused="closed")).text
        assert "kaipiao-9" in listed
        assert "guanli-9" not in listed
        assert "kaipiao-9" not in (await browser.get("/admin/accounts", unused="warned")).text
        assert await refused(world, set_active, account, True, acting=acting_for(manager)) == [
            ("account.closed_unused", "")
        ]
        assert await refused(world, open_unused, account, "有原因", acting=acting_for(manager)) == [
            ("access.denied", "")
        ]
        page = f"/admin/accounts/{account.account_id}"
        assert f"{page}/reopen" in (await browser.get(page)).text
        assert "长期没有登录，已停用" in (await post(browser, f"{page}/reopen")).text
        assert "请写明启用的原因" in (await post(browser, f"{page}/reopen", reason=" ")).text
        assert await standing(world, account) == (False, 2, True)
        assert (await post(browser, f"{page}/reopen", reason="产假结束")).status_code == 303
    assert await standing(world, account) == (True, 0, False)
    assert isinstance(await sign_in_as(world, account), SignedIn)
    ((reason, role),) = await world.rows(
        "SELECT details->>'reason', actor_role FROM audit_log WHERE action = 'account:open_unused'"
    )
    assert (reason, role) == ("产假结束", "administrator")
    await night(world)
    assert await standing(world, account) == (True, 0, False)


async def test_an_account_that_was_closed_by_hand_and_opened_counts_anew(world: World) -> None:
    account = await handler_of(world, "kaipiao-9")
    await rested(world, account, 100)
    await night(world)
    await do(world, set_active, account, False, acting=ACTING)
    await do(world, set_active, account, True, acting=ACTING)
    await night(world, 20)
    assert await standing(world, account) == (True, 0, False)


async def test_zero_days_close_none(silent: World) -> None:
    account = await handler_of(silent, "kaipiao-9")
    await rested(silent, account, 3000)
    await night(silent)
    assert await standing(silent, account) == (True, 0, False)
