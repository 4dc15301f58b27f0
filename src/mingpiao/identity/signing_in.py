"""Signing in and out, with a lock after five failures."""

from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import record
from mingpiao.identity.kept_forms import remember_owner
from mingpiao.identity.model import AuditEntry, Rejected, SignIn, acting_as, acting_for, platform
from mingpiao.identity.passwords import DENGBAO, PasswordPolicy, password_fits
from mingpiao.identity.sessions import account_of, end_session, open_session
from mingpiao.identity.tables import accounts
from mingpiao.identity.usernames import is_username
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem
from mingpiao.storage.database import Database

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
_LOCK_MINUTES = int(LOCKED_FOR.total_seconds() // 60)

_WRONG = Problem(
    code="session.credentials_wrong",
    message="用户名或密码不正确，请核对后重试。",
    field="password",
    status=401,
)


def locked_problem() -> Problem:
    """The answer for a locked account."""
    return Problem(
        code="session.account_locked",
        message=f"密码连续{FAILURES_ALLOWED}次错误，账户已锁定，"
        f"请{_LOCK_MINUTES}分钟后再试，或请本单位管理员重置密码。",
        field="username",
        status=429,
    )


async def sign_in(
    database: Database,
    username: str,
    password: str,
    *,
    address: str,
    replacing: str = "",
    policy: PasswordPolicy = DENGBAO,
) -> SignIn:
    """Check a person's password and begin a session; the session of token `replacing` ends.

    For an unknown user, a disabled one and a wrong password, both the answer and its time are the same. Five
    failures in a row lock the account for 15 minutes, however many attempts run at the same moment: a correct
    password counts only if the account is not locked when it arrives.
    """
    async with database.system() as connection:
        row = await _account_row(connection, username)
    if row is not None and _is_locked(row):
        return await _refuse_locked(database, username, row, address)
    stored = row["password_hash"] if row is not None and row["active"] else None
    if not await password_fits(stored, password) or row is None:
        async with database.system() as connection:
            return Rejected(problem=await count_failure(connection, username, address=address))
    async with database.system() as connection:
        fresh = await _clear_failures(connection, row["account_id"], policy)
        if fresh is None:
            return Rejected(problem=locked_problem())
        account = account_of(fresh)
        signed_in = await open_session(
            connection, account, ("password",), address=address, replacing=replacing
        )
        await remember_owner(connection, signed_in.session.csrf_token, account.account_id)
        await record(
            connection,
            AuditEntry(
                acting=acting_as(signed_in.session, address),
                action="session:sign_in",
                subject=f"account:{account.account_id}",
                unit_id=account.unit_id,
            ),
        )
    return signed_in


async def count_failure(connection: AsyncConnection, username: str, *, address: str) -> Problem:
    """Count a wrong password in one statement, record it, and return the answer.

    The statement also runs for unknown users, so that their sign-in costs the same.
    """
    username = username if is_username(username) else ""
    moment = now()
    attempts = case((accounts.c.locked_until <= moment, 1), else_=accounts.c.failed_attempts + 1)
    statement = (
        update(accounts)
        .where(accounts.c.username == username)
        .values(
            failed_attempts=attempts,
            locked_until=case(
                (accounts.c.locked_until > moment, accounts.c.locked_until),
                (attempts >= FAILURES_ALLOWED, moment + LOCKED_FOR),
                else_=None,
            ),
        )
        .returning(accounts.c.account_id, accounts.c.unit_id, accounts.c.failed_attempts)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    locked = row is not None and row["failed_attempts"] >= FAILURES_ALLOWED
    await record(
        connection,
        AuditEntry(
            acting=platform("sign_in", address=address),
            action="session:lock" if locked else "session:sign_in_failed",
            # The text typed as an unknown user's name may be a password, so it is not recorded.
            subject=f"account:{row['account_id']}" if row else "account:unknown",
            unit_id=row["unit_id"] if row else None,
            details={"failures": str(row["failed_attempts"])} if row else {},
        ),
    )
    return locked_problem() if locked else _WRONG


async def sign_out(database: Database, token: str, *, address: str) -> None:
    """End the session of a token; nothing happens if it has ended already."""
    async with database.system() as connection:
        account_id = await end_session(connection, token)
        if account_id is None:
            return
        query = select(accounts).where(accounts.c.account_id == account_id)
        account = account_of((await connection.execute(query)).mappings().one())
        await record(
            connection,
            AuditEntry(
                acting=acting_for(account, address=address),
                action="session:sign_out",
                subject=f"account:{account_id}",
                unit_id=account.unit_id,
            ),
        )


async def _account_row(connection: AsyncConnection, username: str) -> RowMapping | None:
    if not is_username(username):
        return None
    query = select(accounts).where(accounts.c.username == username)
    return (await connection.execute(query)).mappings().one_or_none()


def _is_locked(row: RowMapping) -> bool:
    return row["locked_until"] is not None and row["locked_until"] > now()


async def _refuse_locked(database: Database, username: str, row: RowMapping, address: str) -> Rejected:
    async with database.system() as connection:
        await record(
            connection,
            AuditEntry(
                acting=platform("sign_in", address=address),
                action="session:refused_locked",
                subject=f"account:{row['account_id']}",
                unit_id=row["unit_id"],
            ),
        )
    return Rejected(problem=locked_problem())


async def _clear_failures(
    connection: AsyncConnection, account_id: int, policy: PasswordPolicy
) -> RowMapping | None:
    """Reset the failures of an account that is not locked at this moment; returns None if it is.

    A password that is too old must be changed before anything else.
    """
    moment = now()
    must_change: ColumnElement[bool] = accounts.c.must_change_password
    if policy.maximum_age_days is not None:
        oldest = moment - timedelta(days=policy.maximum_age_days)
        must_change = must_change | (accounts.c.password_changed_at < oldest)
    statement = (
        update(accounts)
        .where(
            accounts.c.account_id == account_id,
            accounts.c.active,
            (accounts.c.locked_until.is_(None)) | (accounts.c.locked_until <= moment),
        )
        .values(failed_attempts=0, locked_until=None, must_change_password=must_change)
        .returning(accounts)
    )
    row: RowMapping | None = (await connection.execute(statement)).mappings().one_or_none()
    return row
