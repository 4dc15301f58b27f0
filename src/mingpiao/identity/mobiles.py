"""Mobile numbers of accounts: where codes and notices go. Pages and the audit trail have them masked."""

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import differences, entry_of, record
from mingpiao.identity.model import Account, Acting, Role
from mingpiao.identity.passwords import NO_PASSWORD
from mingpiao.identity.sessions import account_of
from mingpiao.identity.tables import accounts
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.mobiles import masked_mobile, mobile_problems


async def mobile_of(connection: AsyncConnection, account_id: int) -> str:
    """The number of an account, or an empty text."""
    query = select(accounts.c.mobile).where(accounts.c.account_id == account_id)
    return str(await connection.scalar(query) or "")


async def set_mobile(connection: AsyncConnection, account: Account, mobile: str, *, acting: Acting) -> str:
    """Set the number of an account, or none, and return the one in whose place it comes, or an empty text; nothing is
    recorded where it is that already.

    Raises `Refusal`: `mobile.invalid`. `recovery` tells whoever has the number of before.
    """
    problems = mobile_problems(mobile) if mobile else ()
    if problems:
        raise Refusal(*problems)
    before = await mobile_of(connection, account.account_id)
    changed = (
        update(accounts)
        .where(accounts.c.account_id == account.account_id, accounts.c.mobile != mobile)
        .values(mobile=mobile)
    )
    if not (await connection.execute(changed)).rowcount:
        return ""
    told = differences({"mobile": masked_mobile(before)}, {"mobile": masked_mobile(mobile)})
    entry = entry_of("account:set_mobile", account, acting=acting)
    await record(connection, msgspec.structs.replace(entry, changed=told))
    return before


async def mobile_for_codes(connection: AsyncConnection, account: Account) -> str:
    """The number to which a code for an account goes: that of its unit's 票据管理员, and for a manager or a person
    of a department or the site their own. Empty where there is none.
    """
    if account.unit_id is None or account.role is Role.UNIT_MANAGER:
        return await mobile_of(connection, account.account_id)
    query = (
        select(accounts.c.mobile)
        .where(
            accounts.c.unit_id == account.unit_id,
            accounts.c.role == Role.UNIT_MANAGER.value,
            accounts.c.active,
            accounts.c.mobile != "",
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
        )
        .order_by(accounts.c.account_id)
        .limit(1)
    )
    return str(await connection.scalar(query) or "")


async def find_persons(
    connection: AsyncConnection,
    *,
    username: str = "",
    person: str = "",
    unit_id: int | None = None,
    region_code: str | None = None,
) -> list[Account]:
    """Accounts that may sign in: by user name, or by name or user name within a unit or a department."""
    query = select(accounts).where(
        accounts.c.active,
        accounts.c.password_hash != NO_PASSWORD,
        (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
    )
    if username:
        query = query.where(accounts.c.username == username)
    else:
        query = query.where(
            accounts.c.unit_id.is_not_distinct_from(unit_id),
            accounts.c.region_code.is_not_distinct_from(region_code),
            (accounts.c.display_name == person) | (accounts.c.username == person),
        )
    rows = await connection.execute(query.order_by(accounts.c.account_id).limit(2))
    return [account_of(row) for row in rows.mappings()]
