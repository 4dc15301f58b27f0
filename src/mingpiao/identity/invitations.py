"""Invitations: a new account has no password until its person chooses one, with a code that works once.

Who makes an account never knows its password. The code is shown once and kept as a hash; it works for seven
days, and can be renewed or withdrawn meanwhile.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.accounts import store_account
from mingpiao.identity.audit import entry_of, record
from mingpiao.identity.grants import refuse_to_let_in
from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.identity.new_passwords import require_new_password
from mingpiao.identity.passwords import NO_PASSWORD, hash_password
from mingpiao.identity.sessions import account_of
from mingpiao.identity.tables import accounts, invitations
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.database import Database

INVITED_FOR = timedelta(days=7)
# Without letters and digits that look alike: 20 of them are 98 bits, which nobody guesses.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 4, 5


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An account that waits for its person. `code` is known only to who made the invitation, this once."""

    account: Account
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Invitation(account={self.account!r})"


async def invite(
    connection: AsyncConnection,
    *,
    username: str,
    display_name: str,
    role: Role,
    unit_id: int | None = None,
    region_code: str | None = None,
    valid_until: date | None = None,
    mobile: str = "",
    acting: Acting,
) -> Invitation:
    """Make an account without a password, and an invitation to choose one.

    `valid_until` is the last day (inclusive, Asia/Shanghai) on which the account may sign in. Raises `Refusal`
    with every `account.*` problem of names and day, or `account.username_taken` (409). Connection must be of
    system scope.
    """
    account = await store_account(
        connection,
        username=username,
        display_name=display_name,
        role=role,
        password_hash=NO_PASSWORD,
        unit_id=unit_id,
        region_code=region_code,
        valid_until=valid_until,
        mobile=mobile,
        acting=acting,
    )
    return await _open(connection, account, "account:invite", acting=acting)


async def renew_invitation(connection: AsyncConnection, account: Account, *, acting: Acting) -> Invitation:
    """A new code for an account that has no password yet; the one before no longer works.

    Raises `Refusal` (`invitation.accepted`, 409) when the person has chosen a password, and as `refuse_to_let_in`.
    """
    refuse_to_let_in(account, acting=acting)
    await _lock_unaccepted(connection, account)
    return await _open(connection, account, "account:renew_invitation", acting=acting)


async def withdraw_invitation(connection: AsyncConnection, account: Account, *, acting: Acting) -> None:
    """Let an open invitation work no more; nothing happens without one. Raises as `renew_invitation`."""
    await _lock_unaccepted(connection, account)
    if await _close(connection, account):
        await record(connection, entry_of("account:withdraw_invitation", account, acting=acting))


async def _lock_unaccepted(connection: AsyncConnection, account: Account) -> None:
    # Whoever accepts at the same moment changes this row as well: one of the two comes second.
    touched = (
        update(accounts)
        .where(accounts.c.account_id == account.account_id)
        .values(failed_attempts=accounts.c.failed_attempts)
        .returning(accounts.c.password_hash)
    )
    if (await connection.execute(touched)).scalar_one() != NO_PASSWORD:
        raise refuse(
            "invitation.accepted", "该账户的本人已设置密码，不再需要邀请；忘记密码请重置。", status=409
        )


async def _open(connection: AsyncConnection, account: Account, action: str, *, acting: Acting) -> Invitation:
    await _close(connection, account)
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    expires_at = now() + INVITED_FOR
    row = {"account_id": account.account_id, "code_hash": _hash(code), "expires_at": expires_at}
    await connection.execute(insert(invitations).values(row))
    details = {"expires_at": expires_at.strftime("%Y-%m-%d %H:%M")}
    await record(connection, entry_of(action, account, acting=acting, **details))
    return Invitation(account=account, code=code, expires_at=expires_at)


async def _close(connection: AsyncConnection, account: Account) -> bool:
    closed = (
        update(invitations)
        .where(
            invitations.c.account_id == account.account_id,
            invitations.c.used_at.is_(None),
            invitations.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
        .returning(invitations.c.invitation_id)
    )
    return (await connection.execute(closed)).first() is not None


def _hash(code: str) -> bytes:
    """What is kept of a code; case and hyphens do not count, as people type it from paper."""
    return sm3(b"invitation\0" + "".join(filter(str.isalnum, code.upper())).encode())


async def invited_account(connection: AsyncConnection, code: str) -> Account:
    """Whose invitation a code is. Raises `Refusal` (`invitation.invalid`, 404) for one that does not work."""
    row = (await connection.execute(_usable(code))).mappings().one_or_none()
    if row is None:
        raise _invalid()
    return account_of(row)


async def accept_invitation(database: Database, code: str, password: str, *, address: str) -> Account:
    """Give the invited account the password that its person chose; the code works no more.

    Raises `Refusal`: `invitation.invalid` (404), or the problems of the password.
    """
    async with database.system() as connection:
        account = await invited_account(connection, code)
        await require_new_password(connection, password, username=account.username)
    hashed = await hash_password(password)
    async with database.system() as connection:
        given = (
            update(accounts)
            .where(accounts.c.account_id == account.account_id, accounts.c.password_hash == NO_PASSWORD)
            .values(password_hash=hashed, password_changed_at=now(), must_change_password=False)
        )
        # The account first, as whoever renews or withdraws does.
        changed = (await connection.execute(given)).rowcount
        used = (
            update(invitations)
            .where(
                invitations.c.code_hash == _hash(code),
                invitations.c.used_at.is_(None),
                invitations.c.withdrawn_at.is_(None),
                invitations.c.expires_at > now(),
            )
            .values(used_at=now())
            .returning(invitations.c.invitation_id)
        )
        if not changed or (await connection.execute(used)).first() is None:
            raise _invalid()
        acting = acting_for(account, address=address)
        await record(connection, entry_of("account:accept_invitation", account, acting=acting))
    return account


def _usable(code: str) -> Select[Any]:
    return (
        select(accounts)
        .join(invitations, invitations.c.account_id == accounts.c.account_id)
        .where(
            invitations.c.code_hash == _hash(code),
            invitations.c.used_at.is_(None),
            invitations.c.withdrawn_at.is_(None),
            invitations.c.expires_at > now(),
            accounts.c.active,
            accounts.c.password_hash == NO_PASSWORD,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
        )
    )


def _invalid() -> Refusal:
    return refuse(
        "invitation.invalid",
        "邀请码不正确、已使用、已撤回或已过期，请向发出邀请的人索取新的邀请码。",
        field="code",
        status=404,
    )
