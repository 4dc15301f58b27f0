"""三员分立: roles by two people, kinds that exclude one another, and a database that holds both."""

import re
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.rules.people import codes
from tests.support.browser import PASSWORD, Browser
from tests.support.province import ACTING
from tests.support.world import BAOTOU, PROVINCE, World, a_world

from mingpiao.approvals.model import ProposalState
from mingpiao.approvals.service import approve, reject
from mingpiao.house.rooms import rooms
from mingpiao.identity.model import Account, Acting, AuditEntry, Role, acting_for
from mingpiao.identity.service import (
    accept_invitation,
    create_account,
    end_founding_grants,
    invite,
    record,
    reset_password,
    set_active,
    set_expiry,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.subjects import subjects
from mingpiao.security.service import (
    appoint_at_console,
    at_console,
    confirm_at_console,
    propose_role,
    reset_at_console,
)

world = a_world()
SECURITY, SYSTEM, AUDIT = Role.SECURITY_ADMINISTRATOR, Role.ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR
#: Whoever keeps the server.
KEEPER = at_console("管机房的人")


async def made(world: World, username: str, role: Role, region: str | None = None) -> Account:
    """Somebody with a role, of before the province was founded."""
    async with world.database.system() as connection:
        return await create_account(
            connection,
            username=username,
            display_name=username,
            role=role,
            password=PASSWORD,
            region_code=region,
            acting=ACTING,
        )


async def found(world: World) -> None:
    async with world.database.system() as connection:
        await end_founding_grants(connection)


async def do(world: World, verb: Any, *given: Any, **more: Any) -> Any:
    async with world.database.system() as connection:
        return await verb(connection, *given, **more)


async def refused(world: World, verb: Any, *given: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refusal:
        await do(world, verb, *given, **more)
    return codes(refusal.value)


async def propose(
    world: World, account: Account, role: Role, acting: Account, region: str | None = None
) -> int:
    proposal_id: int = await do(
        world, propose_role, account.account_id, role, region, "工作需要", acting=acting_for(acting)
    )
    return proposal_id


async def role_of(world: World, account: Account) -> tuple[str, str | None]:
    query = "SELECT role, region_code FROM accounts WHERE account_id = $1"
    ((role, region),) = await world.rows(query, account.account_id)
    return role, region


async def post(browser: Browser, address: str, **members: str) -> Any:
    return await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})


async def test_one_proposes_and_another_one_confirms(world: World) -> None:
    new = await made(world, "xin-ren", Role.UNGRANTED)
    async with (
        await world.browser(SECURITY, name="anquan-1") as first,
        await world.browser(SECURITY, name="anquan-2") as second,
    ):
        await found(world)
        assert "xin-ren" in (await first.get("/admin/roles", role="ungranted")).text
        address = f"/admin/roles/{new.account_id}"
        given = {"role": "department_head", "region_code": BAOTOU}
        assert "请填写变更原因" in (await post(first, address, **given)).text
        proposed = await post(first, address, reason="任命负责人", **given)
        assert proposed.status_code == 303
        proposal = proposed.headers["location"]
        assert re.fullmatch(r"/admin/approvals/\d+", proposal)
        own = await post(first, proposal, decision="approve")
        assert "不能审核自己提交的变更" in own.text
        assert await role_of(world, new) == ("ungranted", None)
        assert "有一项变更等待确认" in (await second.get(address)).text
        assert "任命负责人" in (await second.get("/admin/approvals")).text
        shown = (await second.get(proposal)).text
        assert all(word in shown for word in ("待授权", "财政负责人", "任命负责人", ">通过</button>"))
        assert (await post(second, proposal, decision="approve")).status_code == 303
        assert "两位安全管理员" in (await second.get(address)).text
    assert await role_of(world, new) == ("department_head", BAOTOU)
    ((trail, about),) = await world.rows(
        "SELECT changed, about_region FROM audit_log WHERE action = 'role:grant' AND subject = $1",
        new.actor,
    )
    assert [(each["before"], each["after"]) for each in trail] == [("待授权", "财政负责人"), ("", BAOTOU)]
    assert about == BAOTOU
    async with world.stranger() as person:
        assert (await person.sign_in("xin-ren", PASSWORD)).headers["location"] == "/finance"
        # What is decided among 安全管理员 is none of a department's business.
        assert "任命负责人" not in (await person.get("/finance/approvals", state="all")).text
        assert (await person.get(proposal.replace("admin", "finance"))).status_code == 404


async def test_each_of_the_three_has_its_pages_and_no_others(world: World) -> None:
    unit = world.province.charity.unit
    pages = {
        SYSTEM: {"/admin", "/admin/accounts", "/admin/accounts/new", "/finance"},
        SECURITY: {"/admin/roles", "/admin/approvals"},
        AUDIT: {"/admin/audit"},
    }
    every = {*set().union(*pages.values()), "/unit", f"/finance/units/{unit.unit_id}", "/finance/approvals"}
    for role, own in pages.items():
        async with await world.browser(role) as browser:
            for shared in ("/admin/exports", "/admin/messages", "/account"):
                assert (shared, (await browser.get(shared)).status_code) == (shared, 200)
            assert (await browser.get("/")).status_code in (200, 303)
            for page in every:
                status = (await browser.get(page)).status_code
                expected = page in own or (role is SYSTEM and page.startswith("/finance"))
                assert (page, status) == (page, 200 if expected else 403)


def test_every_page_of_administrators_asks_for_a_right_of_its_own() -> None:
    """All three come into /admin; what is not for all of them says whose it is."""
    for_all = {"exports", "help", "messages", "account"}
    open_to_all = [
        path
        for subject in subjects()
        for handler in subject.admin
        for path in getattr(handler, "paths", ())
        if path.strip("/").split("/")[0] not in for_all and not getattr(handler, "guards", ())
    ]
    assert open_to_all == []


async def test_what_nobody_may_give_or_confirm(world: World) -> None:
    first, second = await made(world, "anquan-1", SECURITY), await made(world, "anquan-2", SECURITY)
    system, auditor = await made(world, "xitong", SYSTEM), await made(world, "shenji", AUDIT)
    head = await made(world, "fuze", Role.DEPARTMENT_HEAD, PROVINCE)
    await found(world)

    async def tried(account: Account, role: Role, acting: Account, region: str | None = None) -> Any:
        given = (account.account_id, role, region, "原因")
        return await refused(world, propose_role, *given, acting=acting_for(acting))

    assert await tried(first, SYSTEM, first) == [("role.own", "")]
    assert await tried(head, SYSTEM, first) == [("role.other_kind", "role")]
    assert await tried(system, SECURITY, first) == [("role.other_kind", "role")]
    assert await tried(auditor, Role.DEPARTMENT_OFFICER, first, PROVINCE) == [("role.other_kind", "role")]
    assert await tried(head, Role.UNIT_MANAGER, first) == [("role.not_given", "role")]
    assert await tried(head, Role.DEPARTMENT_OFFICER, first) == [("account.region_missing", "region_code")]
    assert await tried(second, SECURITY, first, PROVINCE) == [("account.region_missing", "region_code")]
    assert await tried(auditor, Role.UNGRANTED, first) == [("account.last_administrator", "")]
    assert await tried(head, Role.DEPARTMENT_HEAD, first, PROVINCE) == [("proposal.no_change", "")]
    assert await tried(head, Role.DEPARTMENT_OFFICER, head, PROVINCE) == [("role.own", "")]
    for somebody in (system, auditor):
        assert await tried(head, Role.DEPARTMENT_OFFICER, somebody, PROVINCE) == [("proposal.not_author", "")]
    proposal = await propose(world, head, Role.DEPARTMENT_OFFICER, first, PROVINCE)
    for somebody in (system, auditor, head):
        assert await refused(world, approve, proposal, acting=acting_for(somebody)) == [
            ("proposal.not_decider", "")
        ]
    assert await refused(world, approve, proposal, acting=acting_for(first)) == [("proposal.own", "")]
    # Whoever is concerned has no part in it, though a colleague proposed it.
    about_second = await propose(world, second, Role.UNGRANTED, first)
    assert await refused(world, approve, about_second, acting=acting_for(second)) == [("role.own", "")]
    returned = await do(world, reject, about_second, acting=acting_for(second), opinion="不同意")
    assert returned.state is ProposalState.RETURNED
    assert await role_of(world, second) == (SECURITY.value, None)


async def test_a_proposal_falls_with_its_author_and_with_what_it_was_about(world: World) -> None:
    first, second = await made(world, "anquan-1", SECURITY), await made(world, "anquan-2", SECURITY)
    third, head = await made(world, "anquan-3", SECURITY), await made(world, "fuze", Role.UNGRANTED)
    await found(world)
    proposal = await propose(world, head, Role.DEPARTMENT_HEAD, first, PROVINCE)
    await do(world, set_active, head, False, acting=ACTING)
    assert await refused(world, approve, proposal, acting=acting_for(second)) == [("role.account_closed", "")]
    await do(world, set_active, head, True, acting=ACTING)
    await do(world, set_active, first, False, acting=ACTING)
    assert await refused(world, approve, proposal, acting=acting_for(second)) == [("role.proposer_left", "")]
    await do(world, set_active, first, True, acting=ACTING)
    await do(world, set_active, second, False, acting=ACTING)
    # A page that was open before: its session has ended, and the verb looks again.
    assert await refused(world, approve, proposal, acting=acting_for(second)) == [("role.not_confirmer", "")]
    await do(world, approve, proposal, acting=acting_for(third))
    assert await role_of(world, head) == ("department_head", PROVINCE)
    withdrawn = await propose(world, head, Role.UNGRANTED, first)
    await do(world, approve, withdrawn, acting=acting_for(third))
    assert await role_of(world, head) == ("ungranted", None)
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'role:withdraw'") == 1


async def test_the_last_of_a_kind_stays(world: World) -> None:
    first = await made(world, "anquan-1", SECURITY)
    await made(world, "xitong", SYSTEM)
    last = [("account.last_administrator", "")]
    assert await refused(world, set_active, first, False, acting=ACTING) == last
    assert await refused(world, set_expiry, first, today(), acting=ACTING) == last
    second = await made(world, "anquan-2", SECURITY)
    await do(world, set_active, first, False, acting=ACTING)
    assert await refused(world, set_active, second, False, acting=ACTING) == last
    # Closing one who cannot sign in anyway takes nothing away.
    await do(world, set_active, first, False, acting=ACTING)


async def test_the_server_names_administrators_until_there_are_two_and_confirms_for_one_alone(
    world: World,
) -> None:
    await found(world)
    appointed = await do(world, appoint_at_console, "anquan-1", "甲", SECURITY, acting=KEEPER)
    assert await refused(world, appoint_at_console, "anquan-1", "甲", SECURITY, acting=KEEPER) == [
        ("account.username_taken", "username")
    ]
    head = Role.DEPARTMENT_HEAD
    wrong = await refused(world, appoint_at_console, "tou", "头", head, acting=KEEPER)
    assert wrong == [("role.not_administrator", "")]
    first = await accept_invitation(world.database, appointed.code, PASSWORD, address="192.0.2.1")
    new = await do(world, _ungranted, "fuze")
    proposal = await propose(world, new, head, first, PROVINCE)
    confirmed = await do(world, confirm_at_console, proposal, acting=KEEPER)
    assert (confirmed.decided_by, confirmed.decided_by_name) == ("system:console", "管机房的人")
    assert await role_of(world, new) == ("department_head", PROVINCE)
    # An administrator is given a role when their own password stands: whoever invited has seen the code.
    invited = await do(world, _ungranted, "xitong")
    assert await refused(
        world, propose_role, invited.account_id, SYSTEM, None, "原因", acting=acting_for(first)
    ) == [("role.not_accepted", "")]
    waiting = await propose(world, new, Role.DEPARTMENT_OFFICER, first, PROVINCE)
    second = await do(world, appoint_at_console, "anquan-2", "乙", SECURITY, acting=KEEPER)
    other = await accept_invitation(world.database, second.code, PASSWORD, address="192.0.2.1")
    closed = [("role.console_closed", "")]
    assert await refused(world, confirm_at_console, waiting, acting=KEEPER) == closed
    assert await refused(world, appoint_at_console, "anquan-3", "丙", SECURITY, acting=KEEPER) == closed
    await do(world, approve, waiting, acting=acting_for(other))
    account, password = await do(world, reset_at_console, "anquan-1", acting=KEEPER)
    assert (account.account_id, len(password)) == (first.account_id, 16)
    assert await refused(world, reset_at_console, "fuze", acting=KEEPER) == [("role.not_administrator", "")]
    ways = await world.rows("SELECT way, confirmed_name FROM role_grants ORDER BY grant_id")
    assert [tuple(row) for row in ways] == [
        ("console", "管机房的人"),
        ("one_and_console", "管机房的人"),
        ("console", "管机房的人"),
        ("two_people", "乙"),
    ]
    with pytest.raises(Refusal, match=r"role\.name_missing"):
        at_console(" ")


async def _ungranted(connection: Any, username: str) -> Account:
    invitation = await invite(
        connection, username=username, display_name=username, role=Role.UNGRANTED, acting=ACTING
    )
    return invitation.account


async def test_no_administrator_lets_oneself_in_as_another(world: World) -> None:
    system = acting_for(await made(world, "xitong", SYSTEM))
    for role in (SECURITY, AUDIT):
        account = await made(world, f"a-{role.value}", role)
        assert await refused(world, reset_password, account, acting=system) == [("account.console_only", "")]
        async with await world.browser(SYSTEM) as browser:
            page = (await browser.get(f"/admin/accounts/{account.account_id}")).text
        assert ("重置密码" in page, "服务器的保管人" in page) == (False, True)


#: Statements that try to break 三员分立; {name} is the id of an account.
_BREAKING = (
    "UPDATE accounts SET role = 'security_administrator' WHERE account_id = {system}",
    "UPDATE accounts SET role = 'department_head', region_code = '150000' WHERE account_id = {audit}",
    "UPDATE accounts SET role = 'unit_manager', unit_id = 1 WHERE account_id = {system}",
    "UPDATE accounts SET role = 'administrator' WHERE account_id = {head}",
    "UPDATE accounts SET region_code = '150100' WHERE account_id = {head}",
    "UPDATE accounts SET active = false WHERE account_id = {audit}",
    "UPDATE accounts SET valid_until = DATE '2020-01-01' WHERE account_id = {audit}",
    "UPDATE accounts SET password_hash = '' WHERE account_id = {audit}",
    "INSERT INTO accounts (username, display_name, password_hash, role) VALUES ('x', 'x', 'x', 'administrator')",
    "INSERT INTO accounts (username, display_name, password_hash, role, region_code) "
    "VALUES ('x', 'x', 'x', 'department_head', '150000')",
    # Without two people, with one who is both, for oneself, by somebody who is none.
    "{grant} ({new}, 'department_head', '150000', 'founding', NULL, NULL, '')",
    "{grant} ({new}, 'department_head', '150000', 'migration', NULL, NULL, '')",
    "{grant} ({new}, 'department_head', '150000', 'console', NULL, NULL, '')",
    "{grant} ({new}, 'security_administrator', NULL, 'console', NULL, NULL, '')",
    "{grant} ({new}, 'department_head', '150000', 'two_people', {first}, {first}, '')",
    "{grant} ({new}, 'department_head', '150000', 'two_people', {first}, NULL, '')",
    "{grant} ({new}, 'department_head', '150000', 'two_people', {first}, {system}, '')",
    "{grant} ({new}, 'department_head', '150000', 'two_people', {head}, {first}, '')",
    "{grant} ({new}, 'department_head', '150000', 'one_and_console', {first}, NULL, '')",
    "{grant} ({new}, 'department_head', '150000', 'two_people', {first}, {closed}, '')",
    "{grant} ({second}, 'ungranted', NULL, 'two_people', {first}, {second}, '')",
    # From one kind to another, from business to one of the three, and the last of a kind.
    "{grant} ({system}, 'security_administrator', NULL, 'two_people', {first}, {second}, '')",
    "{grant} ({head}, 'audit_administrator', NULL, 'two_people', {first}, {second}, '')",
    "{grant} ({audit}, 'ungranted', NULL, 'two_people', {first}, {second}, '')",
    "{grant} ({handler}, 'department_head', '150000', 'two_people', {first}, {second}, '')",
    # What was recorded stays, the triggers too.
    "UPDATE role_grants SET role = 'administrator'",
    "DELETE FROM role_grants",
    "UPDATE granting SET founded_at = NULL",
    "DELETE FROM granting",
    "ALTER TABLE accounts DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "DELETE FROM accounts WHERE account_id = {audit}",
)
_GRANT = (
    "INSERT INTO role_grants (account_id, role, region_code, way, proposed_by, confirmed_by, confirmed_name) "
    "VALUES"
)


async def test_sql_of_the_application_does_not_break_the_three(world: World) -> None:
    people = {
        "first": await made(world, "anquan-1", SECURITY),
        "second": await made(world, "anquan-2", SECURITY),
        "closed": await made(world, "anquan-3", SECURITY),
        "system": await made(world, "xitong", SYSTEM),
        "audit": await made(world, "shenji", AUDIT),
        "head": await made(world, "fuze", Role.DEPARTMENT_HEAD, PROVINCE),
        "new": await made(world, "xin", Role.UNGRANTED),
    }
    async with await world.browser(Role.UNIT_HANDLER):
        handler = await world.value("SELECT account_id FROM accounts WHERE role = 'unit_handler'")
    await do(world, set_active, people["closed"], False, acting=ACTING)
    await found(world)
    names = {name: str(account.account_id) for name, account in people.items()}
    before = await world.rows("SELECT * FROM accounts ORDER BY account_id")
    for statement in _BREAKING:
        told = statement.format(grant=_GRANT, handler=handler, **names)
        with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)):
            await world.database.pool.execute(told)
    assert await world.rows("SELECT * FROM accounts ORDER BY account_id") == before
    # And what two of them decide works by SQL as well.
    right = "{grant} ({new}, 'department_head', '150000', 'two_people', {first}, {second}, '')"
    await world.database.pool.execute(right.format(grant=_GRANT, **names))
    assert await role_of(world, people["new"]) == ("department_head", PROVINCE)


#: What may stand in the trail of each kind, and what may not.
_MAY = {
    SYSTEM: ("account:disable", "bill:export", "session:sign_in", "stock:let_account"),
    SECURITY: ("role:grant", "proposal:open", "session:sign_out"),
    AUDIT: ("audit:export", "session:sign_in"),
}
_MAY_NOT = {
    SYSTEM: (
        "bill:issued",
        "rule:approve",
        "numbers:allot",
        "requisition:grant",
        "role:grant",
        "proposal:approve",
    ),
    SECURITY: (
        "account:create",
        "account:enable",
        "application:approve",
        "segment:allot",
        "stock:let_account",
    ),
    AUDIT: ("account:disable", "role:grant", "stock:lock", "exception:clear"),
}


async def test_the_trail_refuses_what_an_administrator_may_not_do(world: World) -> None:
    for role in (SYSTEM, SECURITY, AUDIT):
        acting: Acting = acting_for(Account(account_id=9, username="a", display_name="a", role=role))
        for action in _MAY_NOT[role]:
            with pytest.raises(IntegrityError, match="three_administrators"):
                await do(world, record, AuditEntry(acting=acting, action=action, subject="thing:1"))
        # One's own password is everybody's business.
        own = AuditEntry(acting=acting, action="account:change_password", subject=acting.actor)
        await do(world, record, own)
        for action in _MAY[role]:
            asked = "SELECT administrator_may($1, 'account:9', $2, 'thing:1')"
            assert await world.value(asked, role.value, action), (role, action)


async def test_who_gives_roles_sees_no_business(world: World) -> None:
    account = await made(world, "anquan", SECURITY)
    await world.issue(world.unit, world.unit.request())
    async with world.database.scoped(account.scope) as connection:
        for table in ("bills", "units", "stocks", "audit_log"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


async def messages_of(world: World, account: Account) -> list[tuple[str, bool]]:
    """What somebody was told, and whether it is settled."""
    rows = await world.rows(
        "SELECT title, settled_at IS NOT NULL FROM messages WHERE to_account_id = $1 ORDER BY message_id",
        account.account_id,
    )
    return [(title, settled) for title, settled in rows]


async def test_those_who_can_decide_and_those_whom_it_concerns_are_told(world: World) -> None:
    one, other, third = [await made(world, f"anquan-{number}", SECURITY) for number in (1, 2, 3)]
    new, returned = await made(world, "xin-ren", Role.UNGRANTED), await made(world, "jiu-ren", Role.UNGRANTED)
    proposal_id = await propose(world, new, Role.DEPARTMENT_HEAD, one, BAOTOU)
    waiting = "授权变更待确认：xin-ren（xin-ren）：财政负责人"
    assert await messages_of(world, one) == []
    assert await messages_of(world, other) == [(waiting, False)]
    assert await messages_of(world, third) == [(waiting, False)]
    assert await messages_of(world, new) == []
    await do(world, approve, proposal_id, acting=acting_for(other))
    assert await messages_of(world, one) == [("授权变更已通过：xin-ren（xin-ren）：财政负责人", False)]
    assert await messages_of(world, other) == [(waiting, True)]
    assert await messages_of(world, third) == [(waiting, True)]
    assert await messages_of(world, new) == [("您的角色已变更为财政负责人", False)]
    again = await propose(world, returned, Role.DEPARTMENT_HEAD, third, BAOTOU)
    await do(world, reject, again, opinion="先补材料", acting=acting_for(one))
    assert (await messages_of(world, third))[-1] == (
        "授权变更已退回：jiu-ren（jiu-ren）：财政负责人",
        False,
    )
    assert await messages_of(world, returned) == []


#: What a 系统管理员 may have in the trail about others; all else that rooms record is business or given by others.
KEPT_BY_SYSTEM = frozenset(
    {
        "access",
        "account",
        "export",
        "founding",
        "interface_app",
        "recovery",
        "session",
        "signing_key",
        "training",
    }
)


async def test_what_rooms_record_is_business_or_kept_by_an_administrator(world: World) -> None:
    """A room that comes later must be told to the constraint of the trail, or be named here."""
    words = {action.partition(":")[0] for room in rooms().values() for action in room.actions}
    query = "SELECT administrator_may($1, 'account:1', $2, 'unit:1')"
    may = {word for word in words if await world.value(query, "administrator", f"{word}:do")}
    assert may == KEPT_BY_SYSTEM
    reads_all = {word for word in words if await world.value(query, "audit_administrator", f"{word}:do")}
    assert reads_all == {"session"}
