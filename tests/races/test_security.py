"""The lock of grants: what happens with it, and what happens without it."""

from typing import Any

from asyncpg.exceptions import IntegrityConstraintViolationError
from sqlalchemy.exc import IntegrityError
from tests.rules.people import codes
from tests.support.browser import PASSWORD
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.province import ACTING
from tests.support.world import PROVINCE, World

from mingpiao.approvals.model import ProposalState
from mingpiao.approvals.service import approve
from mingpiao.identity.accounts import store_account
from mingpiao.identity.model import Account, Rejected, Role, SignedIn, acting_for
from mingpiao.identity.service import (
    UnusedAccount,
    close_unused,
    create_account,
    reset_password,
    set_active,
    sign_in,
)
from mingpiao.kernel.errors import Refusal
from mingpiao.security.service import propose_role


async def _people(world: World, *roles: Role) -> list[Account]:
    async with world.database.system() as connection:
        return [
            await store_account(
                connection,
                username=f"{role.value}-{number}",
                display_name="测试",
                role=role,
                password_hash="none",
                acting=ACTING,
            )
            for number, role in enumerate(roles)
        ]


async def _close(world: World, account: Account, by: Account) -> None:
    async with world.database.system() as connection:
        await set_active(connection, account, False, acting=acting_for(by))


@WITH_AND_WITHOUT
async def test_two_administrators_who_close_each_other_do_not_both_succeed(
    world: World, other: World, locked: bool
) -> None:
    first, second = await _people(world, Role.ADMINISTRATOR, Role.ADMINISTRATOR)
    with lock_taken_away("granting", unless=locked):
        outcomes = await race(
            world.url, writing("audit_log"), _close(world, second, first), _close(other, first, second)
        )
    assert outcomes[0] is None
    if locked:
        assert isinstance(outcomes[1], Refusal)
        assert codes(outcomes[1]) == [("account.last_administrator", "")]
    else:
        # Whoever comes second is stopped by the database alone, and is told nothing that helps.
        assert isinstance(outcomes[1], IntegrityError)
    assert await world.value("SELECT count(*) FROM accounts WHERE role = 'administrator' AND active") == 1


@WITH_AND_WITHOUT
async def test_nobody_confirms_who_is_closed_at_that_moment(world: World, other: World, locked: bool) -> None:
    security = Role.SECURITY_ADMINISTRATOR
    first, second, _, new, keeper = await _people(
        world, security, security, security, Role.UNGRANTED, Role.ADMINISTRATOR
    )
    async with world.database.system() as connection:
        given = (new.account_id, Role.DEPARTMENT_HEAD, PROVINCE, "任命")
        proposal = await propose_role(connection, *given, acting=acting_for(first))

    async def confirm() -> ProposalState:
        async with other.database.system() as connection:
            return (await approve(connection, proposal, acting=acting_for(second))).state

    with lock_taken_away("granting", unless=locked):
        outcomes: list[Any] = await race(
            world.url, writing("audit_log"), _close(world, second, keeper), confirm()
        )
    assert outcomes[0] is None
    if locked:
        assert isinstance(outcomes[1], Refusal)
        assert codes(outcomes[1]) == [("role.not_confirmer", "")]
    else:
        assert isinstance(outcomes[1], IntegrityError | IntegrityConstraintViolationError)
    assert await world.value("SELECT role FROM accounts WHERE account_id = $1", new.account_id) == "ungranted"


async def test_no_session_begins_with_a_password_that_is_reset_at_that_moment(
    world: World, other: World
) -> None:
    """Who typed the old one and comes after the reset is refused, though the password was right when it was looked at."""
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username="renyuan",
            display_name="测试",
            role=Role.UNGRANTED,
            password=PASSWORD,
            acting=ACTING,
        )

    async def reset() -> str:
        async with other.database.system() as connection:
            return await reset_password(connection, account, acting=ACTING)

    new, outcome = await race(
        world.url,
        writing("sessions"),
        reset(),
        sign_in(world.database, account.username, PASSWORD, address="10.0.0.1"),
    )
    assert isinstance(outcome, Rejected)
    assert outcome.problem.code == "session.credentials_wrong"
    assert await world.value("SELECT count(*) FROM sessions") == 0
    assert isinstance(await sign_in(world.database, account.username, new, address="10.0.0.1"), SignedIn)


async def test_whoever_signs_in_at_that_moment_keeps_an_account_that_nobody_used(
    world: World, other: World
) -> None:
    async with world.database.system() as connection:
        account = await create_account(
            connection,
            username="renyuan",
            display_name="测试",
            role=Role.UNGRANTED,
            password=PASSWORD,
            acting=ACTING,
        )
    await world.tamper(
        "UPDATE accounts SET used_at = now() - interval '100 days', unused_warnings = 2, "
        "unused_warned_at = now() - interval '4 days'"
    )

    async def close() -> list[UnusedAccount]:
        async with other.database.system() as connection:
            return await close_unused(connection, 90, acting=ACTING)

    outcome, closed = await race(
        world.url,
        writing("sessions"),
        sign_in(world.database, account.username, PASSWORD, address="10.0.0.1"),
        close(),
    )
    assert isinstance(outcome, SignedIn)
    assert closed == []
    assert await world.value("SELECT active FROM accounts WHERE username = 'renyuan'") is True
