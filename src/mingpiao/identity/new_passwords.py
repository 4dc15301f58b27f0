"""What may become a password, whoever gives it and wherever it comes from, and the former ones of an account."""

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Account
from mingpiao.identity.password_policies import HISTORY, password_policy
from mingpiao.identity.passwords import NO_PASSWORD, hash_password, password_fits, password_problems
from mingpiao.identity.tables import accounts, old_passwords
from mingpiao.identity.wrong_passwords import open_locks
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse

#: The present password is one of those that may not come again.
_KEPT = HISTORY[1] - 1


async def require_new_password(
    connection: AsyncConnection,
    password: str,
    *,
    username: str,
    account_id: int | None = None,
    field: str = "password",
    besides: tuple[Problem, ...] = (),
) -> None:
    """Hold a new password to the policy in force, and to the last ones of the account that there is already.

    Raises `Refusal` with all its problems at `field` (`account.password_weak`, or `account.password_used`), after those
    of other fields that the caller found (`besides`).
    """
    policy = await password_policy(connection)
    problems = besides + password_problems(policy, password, username=username, field=field)
    if problems:
        raise Refusal(*problems)
    if account_id is None or not policy.history:
        return
    for stored in await _last_hashes(connection, account_id, policy.history):
        if await password_fits(stored, password, known=True):
            message = f"不能与最近{policy.history}个密码相同，请换一个没有用过的密码。"
            raise refuse("account.password_used", message, field=field)


async def _last_hashes(connection: AsyncConnection, account_id: int, count: int) -> list[str]:
    present = select(accounts.c.password_hash).where(
        accounts.c.account_id == account_id, accounts.c.password_hash != NO_PASSWORD
    )
    former = (
        select(old_passwords.c.password_hash)
        .where(old_passwords.c.account_id == account_id)
        .order_by(old_passwords.c.old_password_id.desc())
        .limit(count - 1)
    )
    return [*await connection.scalars(present), *await connection.scalars(former)]


async def store_password(
    connection: AsyncConnection, account: Account, password: str, *, must_change: bool
) -> None:
    """Give an account a password and forget the wrong ones; the caller ends sessions and records it."""
    hashed = await hash_password(password)
    await _keep_former(connection, account.account_id)
    values = {
        "password_hash": hashed,
        "password_changed_at": now(),
        "must_change_password": must_change,
        "failed_attempts": 0,
        "locked_until": None,
    }
    await connection.execute(
        update(accounts).where(accounts.c.account_id == account.account_id).values(values)
    )
    await open_locks(connection, account.username, account.account_id)


async def _keep_former(connection: AsyncConnection, account_id: int) -> None:
    """Put the present hash with the former ones, of which no more are kept than any policy asks for."""
    present = select(accounts.c.account_id, accounts.c.password_hash, literal(now())).where(
        accounts.c.account_id == account_id, accounts.c.password_hash != NO_PASSWORD
    )
    into = insert(old_passwords).from_select(["account_id", "password_hash", "replaced_at"], present)
    await connection.execute(into)
    newest = (
        select(old_passwords.c.old_password_id)
        .where(old_passwords.c.account_id == account_id)
        .order_by(old_passwords.c.old_password_id.desc())
        .limit(_KEPT)
    )
    await connection.execute(
        delete(old_passwords).where(
            old_passwords.c.account_id == account_id, old_passwords.c.old_password_id.not_in(newest)
        )
    )
