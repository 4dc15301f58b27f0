"""What the administrator reads: every account with its lock."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import RowMapping, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import record
from mingpiao.identity.model import Account, Acting, AuditEntry
from mingpiao.identity.passwords import NO_PASSWORD
from mingpiao.identity.sessions import account_of
from mingpiao.identity.tables import accounts, invitations, totp_secrets
from mingpiao.identity.wrong_passwords import open_locks
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.storage.paging import KeyColumn, Keyset, Page

ACCOUNT_PAGE = 50


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """An account with its number of wrong passwords in a row, and the time until which it is locked (None: it
    is not).

    While it is `invited`, its person has chosen no password yet; `invited_until` is the end of the open
    invitation, if there is one. `over`: its last day is past. `used_at` is the last sign-in, or when it was made;
    `closed_unused` says that it was closed because nobody used it, `has_factor` that it has a second factor.
    """

    account: Account
    failed_attempts: int
    locked_until: datetime | None
    invited: bool = False
    invited_until: datetime | None = None
    over: bool = False
    mobile: str = ""
    used_at: datetime
    closed_unused: bool = False
    has_factor: bool = False


class Unused(StrEnum):
    """What happens to accounts that nobody uses."""

    WARNED = "warned"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"warned": "长期未用，将停用", "closed": "长期未用，已停用"}[self.value]


_OPEN_INVITATION = (
    select(func.max(invitations.c.expires_at))
    .where(
        invitations.c.account_id == accounts.c.account_id,
        invitations.c.used_at.is_(None),
        invitations.c.withdrawn_at.is_(None),
    )
    .scalar_subquery()
    .label("invited_until")
)
_HAS_FACTOR = (
    select(totp_secrets.c.account_id)
    .where(totp_secrets.c.account_id == accounts.c.account_id)
    .exists()
    .label("has_factor")
)
_WITH_INVITATION = select(accounts, _OPEN_INVITATION, _HAS_FACTOR)
_ACCOUNT_ORDERS = {
    "": Keyset(KeyColumn("account_id", int)),
    "username": Keyset(KeyColumn("username", str), KeyColumn("account_id", int)),
}


async def search_accounts(
    connection: AsyncConnection,
    *,
    words: str = "",
    role: str = "",
    region: str = "",
    staff: bool = False,
    unused: Unused | None = None,
    order: str = "",
    after: str = "",
    limit: int = ACCOUNT_PAGE,
) -> Page[AccountState]:
    """A page of accounts with their total number, by id or by `username`; `words` is searched for in names.
    `region` is that of a department itself, without those below. `staff` leaves people of units out, `unused` all that
    are used.

    `after` is the `next_key` of the page before. Raises `Refusal` (`list.key_malformed`) for any other text.
    """
    keys = _ACCOUNT_ORDERS[order]
    query = _WITH_INVITATION
    if words:
        query = query.where(
            or_(
                accounts.c.username.contains(words, autoescape=True),
                accounts.c.display_name.contains(words, autoescape=True),
            )
        )
    if staff:
        query = query.where(accounts.c.unit_id.is_(None))
    if unused is Unused.WARNED:
        query = query.where(accounts.c.active, accounts.c.unused_warnings > 0)
    if unused is Unused.CLOSED:
        query = query.where(accounts.c.closed_unused_at.is_not(None))
    if role:
        query = query.where(accounts.c.role == role)
    if region:
        query = query.where(accounts.c.region_code == region)
    total = await connection.scalar(select(func.count()).select_from(query.subquery()))
    query = query.where(keys.beyond(accounts.c, after)) if after else query
    rows = await connection.execute(query.order_by(*keys.order(accounts.c)).limit(limit + 1))
    return keys.page(
        [_state(row) for row in rows.mappings()],
        limit,
        lambda each: tuple(getattr(each.account, column.name) for column in keys.columns),
        total=total,
    )


async def account_state(connection: AsyncConnection, account_id: int) -> AccountState:
    """An account by id; raises `Refusal` (`account.unknown`, 404)."""
    query = _WITH_INVITATION.where(accounts.c.account_id == account_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise refuse("account.unknown", "没有这个账户，请从账户列表中选择。", status=404)
    return _state(row)


async def unit_account_states(connection: AsyncConnection, unit_id: int) -> list[AccountState]:
    """All accounts of a unit by user name, with their locks and invitations."""
    query = _WITH_INVITATION.where(accounts.c.unit_id == unit_id).order_by(accounts.c.username)
    return [_state(row) for row in (await connection.execute(query)).mappings()]


async def display_names(connection: AsyncConnection, labels: Iterable[str]) -> dict[str, str]:
    """Names of persons by their label in the audit trail, `account:<id>`; other labels are left out.

    The connection must have system scope.
    """
    return {
        label: account.display_name for label, account in (await _accounts_by(connection, labels)).items()
    }


async def _accounts_by(connection: AsyncConnection, labels: Iterable[str]) -> dict[str, Account]:
    numbers = (read_whole(label[8:]) for label in labels if label.startswith("account:"))
    ids = {number for number in numbers if number is not None}
    query = select(accounts).where(accounts.c.account_id.in_(sorted(ids)))
    found = [account_of(row) for row in (await connection.execute(query)).mappings()]
    return {account.actor: account for account in found}


async def unlock(connection: AsyncConnection, account: Account, *, acting: Acting) -> None:
    """Remove the lock after wrong passwords. Records nothing if there was none."""
    opened = await connection.execute(
        update(accounts)
        .where(
            accounts.c.account_id == account.account_id,
            or_(accounts.c.failed_attempts > 0, accounts.c.locked_until.is_not(None)),
        )
        .values(failed_attempts=0, locked_until=None)
    )
    if await open_locks(connection, account.username, account.account_id) or opened.rowcount:
        await record(
            connection,
            AuditEntry(
                acting=acting,
                action="account:unlock",
                subject=f"account:{account.account_id}",
                unit_id=account.unit_id,
                details={"username": account.username},
            ),
        )


def _state(row: RowMapping) -> AccountState:
    locked_until = row["locked_until"]
    return AccountState(
        account=account_of(row),
        failed_attempts=row["failed_attempts"],
        locked_until=locked_until if locked_until is not None and locked_until > now() else None,
        over=account_of(row).is_over(today()),
        invited=row["password_hash"] == NO_PASSWORD,
        invited_until=row["invited_until"],
        mobile=row["mobile"],
        used_at=row["used_at"],
        closed_unused=row["closed_unused_at"] is not None,
        has_factor=row["has_factor"],
    )
