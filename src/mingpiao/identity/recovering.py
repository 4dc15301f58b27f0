"""What happens to an account whose person has no password any more, or whose UKey was lost."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import entry_of, record
from mingpiao.identity.model import Account, Acting
from mingpiao.identity.new_passwords import require_new_password, store_password
from mingpiao.identity.sessions import account_of, end_sessions_of
from mingpiao.identity.tables import accounts
from mingpiao.kernel.clock import now


async def account_by_id(connection: AsyncConnection, account_id: int) -> Account | None:
    """An account as it is now, or None."""
    query = select(accounts).where(accounts.c.account_id == account_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else account_of(row)


async def recover_password(
    connection: AsyncConnection,
    account: Account,
    password: str,
    *,
    acting: Acting,
) -> None:
    """Give an account the password that its person chose without the one before; its sessions and locks end.

    The caller has seen proof that the person may. Raises `Refusal` with the problems of the password.
    """
    await require_new_password(connection, password, username=account.username, account_id=account.account_id)
    await store_password(connection, account, password, must_change=False)
    await end_sessions_of(connection, account.account_id)
    await record(connection, entry_of("account:recover_password", account, acting=acting))


async def mark_lost(connection: AsyncConnection, account: Account, *, acting: Acting) -> bool:
    """Note that an account's UKey was lost, and end its sessions; False where it was noted before."""
    noted = (
        update(accounts)
        .where(accounts.c.account_id == account.account_id, accounts.c.lost_at.is_(None))
        .values(lost_at=now())
    )
    fresh = bool((await connection.execute(noted)).rowcount)
    await end_sessions_of(connection, account.account_id)
    if fresh:
        await record(connection, entry_of("account:report_loss", account, acting=acting))
    return fresh


async def clear_lost(connection: AsyncConnection, account: Account, reason: str, *, acting: Acting) -> bool:
    """Note that a loss is over, for a reason; False where there was none."""
    cleared = (
        update(accounts)
        .where(accounts.c.account_id == account.account_id, accounts.c.lost_at.is_not(None))
        .values(lost_at=None)
    )
    if not (await connection.execute(cleared)).rowcount:
        return False
    await record(connection, entry_of("account:lift_loss", account, acting=acting, reason=reason))
    return True
