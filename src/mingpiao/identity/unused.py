"""Accounts that nobody uses: announced twice, then closed, and opened again only with a reason.

Each step takes a portion with one statement that looks again at what it changes, so it may be repeated, be cut off and
run beside a sign-in: whoever signs in first keeps the account.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import entry_of, record, record_all
from mingpiao.identity.grants import lock_granting
from mingpiao.identity.model import ADMINISTRATORS, Account, Acting, Role
from mingpiao.identity.passwords import NO_PASSWORD
from mingpiao.identity.sessions import account_of
from mingpiao.identity.tables import accounts, pending_sign_ins, sessions
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable

#: So many days before it is closed, an account's person is told; also where it was unused for years.
WARNED_BEFORE = (14, 3)
PORTION = 200
_LONGEST = 200


class UnusedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that nobody uses, with its mobile number, the last use, and when it is closed."""

    account: Account
    mobile: str
    used_at: datetime
    closes_at: datetime


async def warn_unused(connection: AsyncConnection, days: int, step: int) -> list[UnusedAccount]:
    """Note for a portion that their people are told, for the first (0) or second time (1), that nobody has used the
    accounts and that they are closed after `days` days; those who are to be told, none when no more are left.
    """
    left = WARNED_BEFORE[step]
    moment = now()
    due = [
        accounts.c.active,
        accounts.c.unused_warnings == step,
        accounts.c.used_at <= moment - timedelta(days=days - left),
        accounts.c.account_id.not_in(_kept()),
    ]
    if step:
        due.append(accounts.c.unused_warned_at <= moment - timedelta(days=WARNED_BEFORE[step - 1] - left))
    values = {"unused_warnings": step + 1, "unused_warned_at": moment}
    return await _take(connection, due, values, closes_after=timedelta(days=left), days=days)


async def close_unused(connection: AsyncConnection, days: int, *, acting: Acting) -> list[UnusedAccount]:
    """Close a portion of the accounts that nobody used for so many days and whose people were told twice; those that
    were closed, none when no more are left. Of each kind of administrators the one who signed in last stays.
    """
    moment = now()
    await lock_granting(connection)
    due = [
        accounts.c.active,
        accounts.c.unused_warnings == len(WARNED_BEFORE),
        accounts.c.unused_warned_at <= moment - timedelta(days=WARNED_BEFORE[-1]),
        accounts.c.used_at <= moment - timedelta(days=days),
        accounts.c.account_id.not_in(_kept()),
    ]
    values = {"active": False, "closed_unused_at": moment}
    closed = await _take(connection, due, values, closes_after=timedelta(), days=days)
    ids = [each.account.account_id for each in closed]
    await connection.execute(delete(sessions).where(sessions.c.account_id.in_(ids)))
    await connection.execute(delete(pending_sign_ins).where(pending_sign_ins.c.account_id.in_(ids)))
    entries = [
        entry_of(
            "account:close_unused",
            each.account,
            acting=acting,
            days=str(days),
            used_at=each.used_at.isoformat(timespec="minutes"),
        )
        for each in closed
    ]
    await record_all(connection, entries)
    return closed


def _kept() -> Select[tuple[int]]:
    """The administrator of each kind who can sign in and did so last."""
    return (
        select(accounts.c.account_id)
        .ext(distinct_on(accounts.c.role))
        .where(
            accounts.c.role.in_([role.value for role in ADMINISTRATORS]),
            accounts.c.active,
            accounts.c.password_hash != NO_PASSWORD,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
        )
        .order_by(accounts.c.role, accounts.c.used_at.desc(), accounts.c.account_id)
    )


async def _take(
    connection: AsyncConnection,
    due: list[ColumnElement[bool]],
    values: dict[str, object],
    *,
    closes_after: timedelta,
    days: int,
) -> list[UnusedAccount]:
    chosen = select(accounts.c.account_id).where(*due).order_by(accounts.c.account_id).limit(PORTION)
    # Looked at again where a row is changed: whoever signed in meanwhile is none of them.
    taken = update(accounts).where(accounts.c.account_id.in_(chosen), *due).values(values).returning(accounts)
    moment = now()
    return [
        UnusedAccount(
            account=account_of(row),
            mobile=row["mobile"],
            used_at=row["used_at"],
            closes_at=max(moment + closes_after, row["used_at"] + timedelta(days=days)),
        )
        for row in (await connection.execute(taken)).mappings()
    ]


async def note_use(connection: AsyncConnection, account_id: int) -> None:
    """An account is used now: it was made, opened or signed in with."""
    values = {"used_at": now(), "unused_warnings": 0, "unused_warned_at": None}
    await connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(values))


async def open_unused(connection: AsyncConnection, account: Account, reason: str, *, acting: Acting) -> None:
    """Open an account again that was closed because nobody used it.

    Raises `Refusal`: `access.denied` (403) for others than a 系统管理员, `account.reason_missing` (422), and
    `account.not_unused` (409) for an account that was not closed for that.
    """
    if acting.role is not Role.ADMINISTRATOR:
        raise refuse("access.denied", "长期未用停用的账户由系统管理员启用。", status=403)
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST or unprintable(reason):
        message = f"请写明启用的原因，不超过{_LONGEST}个字，例如：产假结束，本人当面确认。"
        raise refuse("account.reason_missing", message, field="reason", status=422)
    opened = (
        update(accounts)
        .where(accounts.c.account_id == account.account_id, accounts.c.closed_unused_at.is_not(None))
        .values(active=True, used_at=now(), unused_warnings=0, unused_warned_at=None, closed_unused_at=None)
    )
    if not (await connection.execute(opened)).rowcount:
        raise refuse("account.not_unused", "该账户不是因长期未用停用的，请刷新后核对。", status=409)
    await record(connection, entry_of("account:open_unused", account, acting=acting, reason=reason))
