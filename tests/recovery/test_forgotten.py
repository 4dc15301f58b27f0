"""A forgotten password: a code to the manager's telephone, and answers that tell nothing of accounts."""

import asyncio
import re
from typing import Any

import pytest
from tests.recovery.errands import (
    CHOSEN,
    HANDLER,
    MANAGER,
    OFFICER,
    ask,
    choose,
    code,
    give_mobiles,
    other_than,
    texts,
    work,
)
from tests.support.browser import PASSWORD
from tests.support.world import World, a_world

from mingpiao.identity.model import Rejected, SignedIn
from mingpiao.identity.service import sign_in
from mingpiao.kernel.clock import StoppedClock
from mingpiao.recovery.model import RecoveryPurpose, RecoveryTicket
from mingpiao.recovery.room import RECOVERY
from mingpiao.recovery.settings import RecoverySettings

site = a_world("peopled", demo=True, sms_way="phone")
WAY = "/forgotten"
OVER = "验证码已使用、已过期或输错次数过多"
ASKED_TOO_OFTEN = "今天申请验证码的次数已达上限"


async def signs_in(world: World, username: str, password: str) -> bool:
    return isinstance(await sign_in(world.database, username, password, address="192.0.2.77"), SignedIn)


async def trail(world: World) -> list[tuple[str, str]]:
    rows = await world.rows(
        "SELECT action, actor_user FROM audit_log WHERE action LIKE 'recovery:%' OR action = 'account:recover_password' "
        "ORDER BY audit_id"
    )
    return [(row["action"], row["actor_user"]) for row in rows]


async def test_a_handler_gets_a_new_password_by_the_managers_telephone(site: World) -> None:
    await give_mobiles(site)
    async with await site.browser("handler") as inside, site.stranger() as stranger:
        for _ in range(5):
            await sign_in(site.database, "handler", "Wrong-Guess-1", address="192.0.2.77")
        assert isinstance(await sign_in(site.database, "handler", PASSWORD, address="192.0.2.77"), Rejected)
        assert f'href="{WAY}"' in (await stranger.get("/login")).text
        answer = await ask(stranger, WAY, username="handler")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{WAY}/code")
        assert "handler" not in str(await site.rows("SELECT recoveries::text FROM recoveries"))
        await work(site)
        (told,) = await texts(site)
        assert told.startswith(f"【财政电子票据】{site.unit.unit.name}开票员甲正在找回登录密码，验证码")
        right = await code(site)
        assert right not in str(
            await site.rows("SELECT recoveries::text, details FROM recoveries, audit_log")
        )
        assert "密码至少需要8位" in (await choose(stranger, right, "short")).text
        done = await choose(stranger, right)
        assert "新密码已设置" in done.text
        assert (await inside.get("/unit")).status_code == 303
        assert await signs_in(site, "handler", CHOSEN)
        assert not await signs_in(site, "handler", PASSWORD)
        assert OVER in (await choose(stranger, right, "Other-Lake-3071")).text
    assert await trail(site) == [("recovery:code", ""), ("account:recover_password", "handler")]
    told_to = await site.rows(
        "SELECT unit_id, to_account_id, title FROM messages WHERE topic LIKE 'recovery:%' ORDER BY message_id"
    )
    handler_id, changed = (
        site.accounts["handler"].account_id,
        "开票员甲（handler）的登录密码已用短信验证码重新设置",
    )
    assert [tuple(row) for row in told_to] == [
        (None, handler_id, "有人在为开票员甲（handler）找回密码"),
        (None, handler_id, changed),
        (site.unit.unit_id, None, changed),
    ]
    await work(site)
    (notice,) = await texts(site, HANDLER)
    assert "您的登录密码已用短信验证码重新设置" in notice


@pytest.mark.parametrize(
    ("given", "mobile"),
    [
        ({"username": "manager"}, MANAGER),
        ({"username": "officer"}, OFFICER),
        ({"place": "UNIT", "person": "复核员乙"}, MANAGER),
        ({"place": "USCC", "person": "checker"}, MANAGER),
        ({"place": "DEPARTMENT", "person": "经办某"}, OFFICER),
        # Nobody knows whether the head has a number, or whether there is such a person.
        ({"username": "head"}, ""),
        ({"username": "nobody-here"}, ""),
        ({"username": "他是谁' OR 1=1"}, ""),
        ({"place": "UNIT", "person": "查无此人"}, ""),
        ({"place": "没有这个单位", "person": "开票员甲"}, ""),
    ],
)
async def test_where_the_code_goes(site: World, given: dict[str, str], mobile: str) -> None:
    await give_mobiles(site)
    catalog = await site.catalog.get()
    names = {
        "UNIT": site.unit.unit.name,
        "USCC": site.unit.unit.uscc,
        "DEPARTMENT": catalog.departments["150000"].name,
    }
    async with site.stranger() as stranger:
        typed = {name: names.get(value, value) for name, value in given.items()}
        assert (await ask(stranger, WAY, **typed)).status_code == 303
    await work(site)
    (row,) = await site.rows("SELECT count(*) AS sent, min(mobile) AS mobile FROM sms_phone")
    assert (row["sent"], row["mobile"] or "") == (int(bool(mobile)), mobile)
    assert len(await trail(site)) == 1


@pytest.mark.parametrize("change", ["active = false", "valid_until = '2020-01-01'", "password_hash = ''"])
async def test_an_account_that_may_not_sign_in_gets_no_code(site: World, change: str) -> None:
    await give_mobiles(site)
    await site.value(f"UPDATE accounts SET {change} WHERE username = 'handler'")
    async with site.stranger() as stranger:
        await ask(stranger, WAY, username="handler")
    await work(site)
    assert await texts(site) == []
    assert await trail(site) == [("recovery:unknown", "")]


def plain(text: str) -> str:
    """A page without its tokens."""
    return re.sub(r'(name="csrf_token" value=|content=)"[^"]+"', "", text)


async def test_known_and_unknown_are_answered_alike(site: World) -> None:
    await give_mobiles(site)
    seen: list[list[Any]] = []
    for username in ("handler", "nobody-here"):
        async with site.stranger() as stranger:
            asked = await ask(stranger, WAY, username=username)
            await work(site)
            pages = [
                asked.status_code,
                asked.headers["location"],
                plain((await stranger.get(f"{WAY}/code")).text),
            ]
            wrong = other_than(await code(site))
            pages += [plain((await choose(stranger, wrong)).text) for _ in range(6)]
            seen.append(pages)
    assert seen[0] == seen[1]
    assert "还可以再试4次" in seen[0][3]
    assert "已输错5次" in seen[0][7]
    assert OVER in seen[0][8]


async def test_after_five_wrong_codes_the_right_one_is_of_no_use(site: World) -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, username="handler")
        await work(site)
        right = await code(site)
        for step in range(1, 6):
            assert "验证码不正确" in (await choose(stranger, other_than(right, step))).text
        assert OVER in (await choose(stranger, right)).text
    assert await signs_in(site, "handler", PASSWORD)
    assert [action for action, _ in await trail(site)] == ["recovery:code", *["recovery:wrong_code"] * 5]
    last = await site.value(
        "SELECT title FROM messages WHERE to_account_id IS NOT NULL ORDER BY message_id DESC LIMIT 1"
    )
    assert last == "为开票员甲（handler）找回密码时验证码连续输错"


async def test_of_many_guesses_at_once_five_are_looked_at(site: World) -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, username="handler")
        await work(site)
        right = await code(site)
        pages = [
            answer.text
            for answer in await asyncio.gather(
                *(choose(stranger, other_than(right, step)) for step in range(1, 21))
            )
        ]
    assert (sum("验证码不正确" in each for each in pages), sum(OVER in each for each in pages)) == (5, 15)


async def test_a_code_is_used_once_even_at_the_same_moment(site: World) -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, username="handler")
        await work(site)
        right = await code(site)
        answers = await asyncio.gather(*(choose(stranger, right) for _ in range(3)))
    assert sum("新密码已设置" in each.text for each in answers) == 1


async def test_a_code_is_of_no_use_after_ten_minutes_or_elsewhere(site: World, clock: StoppedClock) -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger, site.stranger() as other:
        assert (await stranger.get(f"{WAY}/code")).headers["location"] == WAY
        await ask(stranger, WAY, username="handler")
        await ask(other, WAY, username="checker")
        await work(site)
        rights = [re.findall("[0-9]{6}", words)[0] for words in await texts(site, MANAGER)]
        assert "验证码不正确" in (await choose(other, other_than(rights[1]))).text
        recovery = await site.house.get(RECOVERY)
        token = stranger.cookies["mingpiao_recovery"]
        with pytest.raises(Exception, match=OVER):
            await recovery.report_loss(
                RecoveryTicket(token=token, purpose=RecoveryPurpose.LOSS), rights[0], address=""
            )
        clock.move(minutes=10, seconds=1)
        assert OVER in (await choose(stranger, rights[0])).text
    assert await signs_in(site, "handler", PASSWORD)


async def test_the_user_name_in_a_password_is_told_once_the_code_is_right(site: World) -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger:
        await ask(stranger, WAY, username="handler")
        await work(site)
        right, weak = await code(site), "Handler-9Lake!"
        assert "验证码不正确" in (await choose(stranger, other_than(right), weak)).text
        assert "密码不能包含用户名" in (await choose(stranger, right, weak)).text
        assert "新密码已设置" in (await choose(stranger, right)).text


async def test_a_hundred_wishes_send_few_codes(site: World, clock: StoppedClock) -> None:
    await give_mobiles(site)
    limits = RecoverySettings()
    pages: dict[str, list[bool]] = {}
    async with site.stranger() as stranger:
        for username in ("handler", "nobody-here"):
            answers = [await ask(stranger, WAY, username=username) for _ in range(12)]
            pages[username] = [ASKED_TOO_OFTEN in each.text for each in answers]
        # Another spelling counts anew for what is typed; the account's own count says nothing of it.
        spelled = {"place": site.unit.unit.name, "person": "开票员甲"}
        quiet = [await ask(stranger, WAY, **spelled) for _ in range(3)]
        await work(site)
        assert len(await texts(site, MANAGER)) == limits.recovery_codes_per_account
        rest = [await ask(stranger, WAY, username=f"user{number}") for number in range(73)]
    assert pages["handler"] == pages["nobody-here"] == [False] * 5 + [True] * 7
    assert [each.status_code for each in quiet] == [303] * 3
    # 13 of this network's 30 were taken by then.
    assert [each.status_code for each in rest] == [303] * 17 + [429] * 56
    assert ASKED_TOO_OFTEN in rest[-1].text
    assert ("recovery:limited", "") in await trail(site)


async def test_one_telephone_gets_so_many_codes_a_day(site: World, clock: StoppedClock) -> None:
    await give_mobiles(site)
    async with site.stranger() as stranger:
        for username in ("handler", "checker", "manager"):
            for _ in range(4):
                await ask(stranger, WAY, username=username)
        await work(site)
        assert len(await texts(site, MANAGER)) == RecoverySettings().recovery_codes_per_mobile
        clock.move(days=1)
        await ask(stranger, WAY, username="manager")
        await work(site)
        assert len(await texts(site, MANAGER)) == 11


async def test_what_is_missing_and_forms_of_other_sites_ask_for_nothing(site: World) -> None:
    async with site.stranger() as stranger:
        assert "请输入用户名" in (await ask(stranger, WAY)).text
        answer = await ask(stranger, WAY, place="某单位")
        assert "请填写姓名。" in answer.text
        assert 'value="某单位"' in answer.text
        assert "页面已失效" in (await stranger.post(WAY, {"username": "handler"})).text
        assert (
            "两次输入的密码不一致"
            in (await stranger.post(f"{WAY}/code", {"code": "1", "password": CHOSEN, "again": "x"})).text
        )
        for typed in ("", "abc", "９９９９９９", "1" * 500, "\0"):
            assert OVER in (await choose(stranger, typed)).text
    assert await site.value("SELECT count(*) FROM recoveries") == 0
