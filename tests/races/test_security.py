"""The lock of grants: what happens with it, and what happens without it."""

from typing import Any

from asyncpg.exceptions import IntegrityConstraintViolationError
from sqlalchemy.exc import IntegrityError
from tests.rules.people import codes
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.province import ACTING
from tests.support.world import PROVINCE, World

from mingpiao.approvals.model import ProposalState
from mingpiao.approvals.service import approve
from mingpiao.identity.accounts import store_account
from mingpiao.identity.model import Account, Role, acting_for
from mingpiao.identity.service import set_active
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
