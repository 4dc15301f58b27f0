"""Signing in and out, with a lock after five failures."""

from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity import wrong_passwords
from mingpiao.identity.audit import record
from mingpiao.identity.beginning import begin_session, record_refused
from mingpiao.identity.factors import PASSWORD
from mingpiao.identity.model import AuditEntry, Rejected, SignIn, Visitor, acting_for, platform
from mingpiao.identity.password_policies import password_policy
from mingpiao.identity.passwords import NO_PASSWORD, PasswordPolicy, password_fits
from mingpiao.identity.places import arrival
from mingpiao.identity.second_factors import await_factor
from mingpiao.identity.sessions import account_of, end_session
from mingpiao.identity.tables import accounts
from mingpiao.identity.usernames import is_username
from mingpiao.identity.wrong_passwords import Counted, Origin, locked_problem, origin_of
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.messages.service import tell_person
from mingpiao.storage.database import Database

#: How long before its end a password's person is told.
_TOLD_BEFORE = timedelta(days=14)
_WRONG = Problem(
    code="session.credentials_wrong",
    message="用户名或密码不正确，请核对后重试。",
    field="password",
    status=401,
)


async def sign_in(
    database: Database,
    username: str,
    password: str,
    *,
    address: str,
    replacing: str = "",
    device: str = "",
    agent: str = "",
) -> SignIn:
    """Check a person's password and begin a session; the session of token `replacing` ends. An account with a second
    factor is asked for it (`FactorNeeded`).

    For an unknown user, an account that is disabled, over or only invited, and a wrong password, both the
    answer and its time are the same. Five failures in a row lock the name for 15 minutes at the network that
    they came from, however many attempts run at the same moment: a correct password counts only if there is
    no lock when it arrives.
    `device` is the cookie of a browser: one in which the account has signed in before is counted and served
    apart from others. Too many who wait for their passwords to be looked at are rejected (503).
    """
    visitor = Visitor(address=address, device=device, agent=agent, replacing=replacing)
    async with database.system() as connection:
        row = await _account_row(connection, username)
        account_id = row["account_id"] if row is not None else None
        origin = await origin_of(connection, account_id, device, address)
        if await wrong_passwords.is_locked(connection, username, origin):
            return Rejected(problem=locked_problem())
    stored = row["password_hash"] if row is not None and _may_sign_in(row) else None
    try:
        fits = await password_fits(stored, password, known=origin.known)
    except Refusal as busy:
        return Rejected(problem=busy.problems[0])
    if not fits or row is None:
        async with database.system() as connection:
            return Rejected(problem=await count_failure(connection, username, origin, address=address))
    try:
        return await _let_in(database, row, password, visitor, origin)
    except Refusal as refused:
        await record_refused(database, account_of(row), address=address)
        return Rejected(problem=refused.problems[0])


async def _let_in(
    database: Database, row: RowMapping, password: str, visitor: Visitor, origin: Origin
) -> SignIn:
    """What follows a right password. Raises `Refusal` from a network that is not allowed."""
    async with database.system() as connection:
        before = await wrong_passwords.clear(connection, row["username"], origin)
        if before is None:
            return Rejected(problem=locked_problem())
        policy = await password_policy(connection)
        fresh = await _clear_failures(connection, row, policy, falls_short=policy.falls_short(password))
        if fresh is None:
            return Rejected(problem=_WRONG)
        account = account_of(fresh)
        await _tell_of_age(connection, fresh, policy)
        there = arrival(visitor, origin)
        if needed := await await_factor(connection, account, there, address=visitor.address):
            return needed
        details = {"failures": str(before)} if before else {}
        return await begin_session(
            connection, account, (PASSWORD,), visitor=visitor, origin=origin, details=details
        )


async def count_failure(
    connection: AsyncConnection, username: str, origin: Origin, *, address: str
) -> Problem:
    """Count a wrong password; what to answer. The first one and the one that locks are recorded.

    The same statements run for unknown users, so that they cost the same.
    """
    counted = await wrong_passwords.count(connection, username, origin)
    statement = (
        update(accounts)
        .where(accounts.c.username == (username if is_username(username) else ""))
        .values(
            failed_attempts=accounts.c.failed_attempts + 1,
            locked_until=now() + wrong_passwords.LOCKED_FOR if counted.locked else accounts.c.locked_until,
        )
        .returning(accounts.c.account_id, accounts.c.unit_id, accounts.c.username)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if counted.telling:
        await _record_failure(connection, row, counted, address=address)
    return locked_problem() if counted.locked else _WRONG


async def _record_failure(
    connection: AsyncConnection, row: RowMapping | None, counted: Counted, *, address: str
) -> None:
    entry = AuditEntry(
        acting=platform("sign_in", address=address),
        action="session:lock" if counted.locked else "session:sign_in_failed",
        # The text typed as an unknown user's name may be a password, so it is not recorded.
        subject=f"account:{row['account_id']}" if row else "account:unknown",
        unit_id=row["unit_id"] if row else None,
        details={"failures": str(counted.failures)} | ({"username": row["username"]} if row else {}),
    )
    await record(connection, entry)


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


def _may_sign_in(row: RowMapping) -> bool:
    """Whether an account is open, not over, and has a password."""
    account = account_of(row)
    return account.active and not account.is_over(today()) and row["password_hash"] != NO_PASSWORD


async def _clear_failures(
    connection: AsyncConnection, seen: RowMapping, policy: PasswordPolicy, *, falls_short: bool
) -> RowMapping | None:
    """Forget the failures that are shown of an active account; None when it is none, or has another password than
    when it was looked at: whoever resets one ends the sessions of before, and none begins behind.

    A password that is too old, or that the policy of now would not take, must be changed before anything else.
    """
    moment = now()
    must_change: ColumnElement[bool] = accounts.c.must_change_password | literal(falls_short)
    if policy.maximum_age_days is not None:
        oldest = moment - timedelta(days=policy.maximum_age_days)
        must_change = must_change | (accounts.c.password_changed_at < oldest)
    statement = (
        update(accounts)
        .where(
            accounts.c.account_id == seen["account_id"],
            accounts.c.password_hash == seen["password_hash"],
            accounts.c.active,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= to_shanghai(moment).date()),
        )
        .values(failed_attempts=0, locked_until=None, must_change_password=must_change)
        .returning(accounts)
    )
    row: RowMapping | None = (await connection.execute(statement)).mappings().one_or_none()
    return row


async def _tell_of_age(connection: AsyncConnection, row: RowMapping, policy: PasswordPolicy) -> None:
    """Tell a person once that the password must soon be changed."""
    if policy.maximum_age_days is None or row["must_change_password"]:
        return
    ends = row["password_changed_at"] + timedelta(days=policy.maximum_age_days)
    if ends - now() > _TOLD_BEFORE:
        return
    day = to_shanghai(ends)
    await tell_person(
        connection,
        row["account_id"],
        f"password-age:{row['account_id']}:{day:%Y-%m-%d}",
        f"您的密码将在{day:%Y年%-m月%-d日}到期",
        f"密码须每{policy.maximum_age_days}天更换一次。到期后登录时须先修改密码，请提前修改。",
        link="/password",
    )
