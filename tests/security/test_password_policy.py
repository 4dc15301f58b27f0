"""The password policy: two profiles, two people, one function for every new password, and no password twice."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.rules.people import codes
from tests.security.test_roles import KEEPER, SECURITY, do, found, made, post, refused
from tests.support.browser import PASSWORD
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.approvals.service import approve
from mingpiao.identity.model import Account, Role, SignedIn, acting_for
from mingpiao.identity.service import (
    ASVS,
    DENGBAO,
    PasswordPolicy,
    PasswordProfile,
    accept_invitation,
    change_password,
    create_account,
    import_account,
    invite,
    password_policy,
    recover_password,
    reset_password,
    session_of,
    sign_in,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.security.service import confirm_at_console, propose_password_policy

world = a_world()
LONG = PasswordPolicy(profile=PasswordProfile.ASVS, minimum_length=20, history=3)


async def propose(world: World, policy: PasswordPolicy, acting: Account, revision: int = 0) -> int:
    proposal_id: int = await do(
        world, propose_password_policy, policy, "按要求", revision=revision, acting=acting_for(acting)
    )
    return proposal_id


async def chosen(world: World, policy: PasswordPolicy) -> None:
    """A policy in force, by two people."""
    one, other = await made(world, "mima-1", SECURITY), await made(world, "mima-2", SECURITY)
    await do(world, approve, await propose(world, policy, one), acting=acting_for(other))


async def signed_in(world: World, account: Account, password: str) -> SignedIn:
    outcome = await sign_in(world.database, account.username, password, address="10.0.0.1")
    assert isinstance(outcome, SignedIn)
    return outcome


async def changed(world: World, account: Account, old: str, new: str) -> list[tuple[str, str]]:
    """Change a password; the codes and fields of what was refused."""
    done = await signed_in(world, account, old)
    session = await session_of(world.database, done.token)
    assert session is not None
    try:
        await change_password(
            world.database, session, done.token, old=old, new=new, acting=acting_for(account)
        )
    except Refusal as refusal:
        return codes(refusal)
    return []


async def test_one_proposes_on_the_page_and_another_one_confirms(world: World) -> None:
    async with (
        await world.browser(SECURITY, name="anquan-1") as first,
        await world.browser(SECURITY, name="anquan-2") as second,
    ):
        assert "每90天更换一次" in (await first.get("/admin/passwords")).text
        typed = {
            "profile": "asvs",
            "minimum_length": "20",
            "classes": "",
            "history": "3",
            "maximum_age_days": "",
            "reason": "改用长密码",
            "revision": "0",
        }
        asked = (await post(first, "/admin/passwords", **typed)).text
        assert "最短位数：8位改为20位。" in asked
        assert "更换周期：90天改为不定期更换。" in asked
        assert (await do(world, password_policy)) == DENGBAO
        back = (await post(first, "/admin/passwords", **typed, revised="yes")).text
        assert 'value="20"' in back
        assert "改用长密码" in back
        sent = await post(first, "/admin/passwords", **typed, confirmed="yes")
        assert sent.status_code == 303
        proposal = sent.headers["location"]
        assert "不能审核自己提交的变更" in (await post(first, proposal, decision="approve")).text
        assert (await do(world, password_policy)) == DENGBAO
        assert "有一项变更等待确认" in (await second.get("/admin/passwords")).text
        assert (await post(second, proposal, decision="approve")).status_code == 303
        assert "至少20位" in (await second.get("/password")).text
    assert (await do(world, password_policy)) == LONG
    ((row, role),) = await world.rows(
        "SELECT changed, actor_role FROM audit_log WHERE action = 'password_policy:set'"
    )
    assert role == "security_administrator"
    assert [(each["name"], each["before"], each["after"]) for each in row] == [
        ("profile", "等保三级", "OWASP ASVS"),
        ("minimum_length", "8位", "20位"),
        ("classes", "3种", "不要求"),
        ("history", "最近5个", "最近3个"),
        ("maximum_age_days", "90天", "不定期更换"),
    ]


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        (PasswordPolicy(profile=PasswordProfile.DENGBAO, minimum_length=7, classes=2), "all"),
        (PasswordPolicy(profile=PasswordProfile.ASVS, minimum_length=11), ["minimum_length"]),
        (PasswordPolicy(profile=PasswordProfile.ASVS, minimum_length=65, history=11), ["minimum_length", "history"]),
        (PasswordPolicy(profile=PasswordProfile.ASVS, minimum_length=12, classes=3), ["classes"]),
        (PasswordPolicy(profile=PasswordProfile.ASVS, minimum_length=12, maximum_age_days=90), ["maximum_age_days"]),
    ],
)  # fmt: skip
async def test_a_policy_outside_its_profile_is_refused(
    world: World, policy: PasswordPolicy, fields: Sequence[str]
) -> None:
    one = await made(world, "mima-1", SECURITY)
    expected = ["minimum_length", "classes", "history", "maximum_age_days"] if fields == "all" else fields
    found_codes = await refused(
        world, propose_password_policy, policy, "按要求", revision=0, acting=acting_for(one)
    )
    assert found_codes == [("password_policy.out_of_bounds", field) for field in expected]


async def test_nobody_else_proposes_and_of_two_the_second_is_stale(world: World) -> None:
    one, other = await made(world, "mima-1", SECURITY), await made(world, "mima-2", SECURITY)
    system = await made(world, "xitong-2", Role.ADMINISTRATOR)
    by_system = acting_for(system)
    assert await refused(world, propose_password_policy, LONG, "按要求", revision=0, acting=by_system) == [
        ("proposal.not_author", "")
    ]
    first = await propose(world, LONG, one)
    assert await refused(
        world, propose_password_policy, ASVS, "按要求", revision=0, acting=acting_for(other)
    ) == [("proposal.open_already", "")]
    await do(world, approve, first, acting=acting_for(other))
    assert await refused(
        world, propose_password_policy, ASVS, "按要求", revision=0, acting=acting_for(other)
    ) == [("proposal.stale", "")]


async def test_the_servers_keeper_confirms_for_a_single_one(world: World) -> None:
    one = await made(world, "mima-1", SECURITY)
    await found(world)
    first = await propose(world, LONG, one)
    await do(world, confirm_at_console, first, acting=KEEPER)
    assert (await do(world, password_policy)) == LONG


_ROW = (
    "INSERT INTO password_policies (revision, profile, minimum_length, classes, history, maximum_age_days, "
    "proposed_by, confirmed_by, confirmed_name, decided_at) VALUES (1, {values}, '', now())"
)


@pytest.mark.parametrize(
    "values",
    [
        "'dengbao', 8, 2, 5, 90, {one}, {other}",
        "'dengbao', 8, 3, 5, NULL, {one}, {other}",
        "'asvs', 8, 1, 0, NULL, {one}, {other}",
        "'asvs', 12, 1, 0, NULL, {one}, {one}",
        "'asvs', 12, 1, 0, NULL, {system}, {other}",
        "'asvs', 12, 1, 0, NULL, {one}, {system}",
        "'asvs', 12, 1, 0, NULL, {one}, NULL",
    ],
)
async def test_the_database_holds_profiles_and_people(world: World, values: str) -> None:
    one, other = await made(world, "mima-1", SECURITY), await made(world, "mima-2", SECURITY)
    system = await made(world, "xitong-2", Role.ADMINISTRATOR)
    ids = {"one": one.account_id, "other": other.account_id, "system": system.account_id}
    with pytest.raises(DBAPIError):
        async with world.database.system() as connection:
            await connection.execute(text(_ROW.format(values=values.format(**ids))))
    with pytest.raises(DBAPIError):
        await chosen_and_forged(world, one, other)


async def chosen_and_forged(world: World, one: Account, other: Account) -> None:
    await do(world, approve, await propose(world, LONG, one), acting=acting_for(other))
    async with world.database.system() as connection:
        await connection.execute(text("UPDATE password_policies SET minimum_length = 12"))


async def test_one_function_holds_every_way_to_a_password(world: World) -> None:
    weak = "Swxh@1234-Bz"  # twelve characters, which DENGBAO takes
    person = await made(world, "renyuan", Role.UNGRANTED)
    await chosen(world, LONG)
    too_short = [("account.password_weak", "password")]

    made_now: dict[str, Any] = {"username": "xin-ren", "display_name": "新人", "role": Role.UNGRANTED}
    assert await refused(world, create_account, **made_now, password=weak, acting=ACTING) == too_short
    assert await refused(world, recover_password, person, weak, acting=acting_for(person)) == too_short
    invitation = await do(world, invite, **made_now, acting=ACTING)
    with pytest.raises(Refusal) as refusal:
        await accept_invitation(world.database, invitation.code, weak, address="")
    assert codes(refusal.value) == too_short
    assert await changed(world, person, PASSWORD, weak) == [("account.password_weak", "new_password")]

    manager = await do(
        world,
        create_account,
        username="guanli",
        display_name="管理",
        role=Role.UNIT_MANAGER,
        password="Quiet-Harbour-57-Lights",
        unit_id=world.unit.unit_id,
        acting=ACTING,
    )
    handed = [
        await do(world, reset_password, person, acting=ACTING),
        await do(
            world,
            import_account,
            username="daoru-1",
            display_name="导入",
            role=Role.UNIT_HANDLER,
            dry_run=False,
            acting=acting_for(manager),
        ),
    ]
    assert [len(password) for password in handed] == [20, 20]


async def test_the_last_passwords_do_not_come_again(world: World) -> None:
    person = await made(world, "renyuan", Role.UNGRANTED)
    passwords = [PASSWORD, *(f"Quiet-Harbour-{number}" for number in range(1, 7))]
    for old, new in pairwise(passwords[:5]):
        assert await changed(world, person, old, new) == []
    used = [("account.password_used", "new_password")]
    assert [await changed(world, person, passwords[4], each) for each in passwords[:4]] == [used] * 4
    recovered = await refused(world, recover_password, person, passwords[4], acting=acting_for(person))
    assert recovered == [("account.password_used", "password")]
    # Five are asked for: when a sixth one comes, the first of all may come again.
    assert await changed(world, person, passwords[4], passwords[5]) == []
    assert await changed(world, person, passwords[5], PASSWORD) == []
    assert await world.rows("SELECT count(*) FROM old_passwords") == [(6,)]


async def test_former_passwords_are_told_only_to_who_knows_the_present_one(world: World) -> None:
    person = await made(world, "renyuan", Role.UNGRANTED)
    assert await changed(world, person, PASSWORD, "Quiet-Harbour-1") == []
    done = await signed_in(world, person, "Quiet-Harbour-1")
    session = await session_of(world.database, done.token)
    assert session is not None
    with pytest.raises(Refusal) as refusal:
        await change_password(
            world.database, session, done.token, old="geraten", new=PASSWORD, acting=acting_for(person)
        )
    assert codes(refusal.value) == [("account.old_password_wrong", "old_password")]


async def test_a_password_that_the_policy_of_now_would_not_take_is_changed_first(world: World) -> None:
    person = await made(world, "renyuan", Role.UNGRANTED)
    assert not (await signed_in(world, person, PASSWORD)).session.account.must_change_password
    await chosen(world, LONG)
    assert (await signed_in(world, person, PASSWORD)).session.account.must_change_password


async def test_an_old_password_is_announced_and_then_changed_before_anything_else(
    world: World,
) -> None:
    person = await made(world, "renyuan", Role.UNGRANTED)

    async def aged(days: int) -> bool:
        async with world.database.system() as connection:
            await connection.execute(
                text("UPDATE accounts SET password_changed_at = :moment WHERE account_id = :account_id"),
                {"moment": now() - timedelta(days=days, minutes=5), "account_id": person.account_id},
            )
        return (await signed_in(world, person, PASSWORD)).session.account.must_change_password

    told = "SELECT title FROM messages WHERE to_account_id = $1 AND topic LIKE 'password-age:%'"
    assert await aged(75) is False
    assert await world.rows(told, person.account_id) == []
    assert await aged(76) is False
    assert await aged(76) is False
    assert len(await world.rows(told, person.account_id)) == 1
    assert await aged(90) is True
