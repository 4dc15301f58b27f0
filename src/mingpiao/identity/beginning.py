"""The end of every way to sign in: a session, the place learnt, and the line in the audit trail."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.address_lists import address_list, is_within, place_of_account, refused_address
from mingpiao.identity.audit import entry_of, record
from mingpiao.identity.factors import PASSWORD
from mingpiao.identity.kept_forms import remember_owner
from mingpiao.identity.model import Account, AuditEntry, SignedIn, Visitor, acting_as, acting_for
from mingpiao.identity.places import arrival, arrive
from mingpiao.identity.sessions import open_session
from mingpiao.identity.unused import note_use
from mingpiao.identity.wrong_passwords import Origin
from mingpiao.storage.database import Database


async def begin_session(
    connection: AsyncConnection,
    account: Account,
    factors: tuple[str, ...],
    *,
    visitor: Visitor,
    origin: Origin,
    details: dict[str, str] | None = None,
    point: str = "",
) -> SignedIn:
    """Sign an account in that was proved by `factors`: from `origin`, which is known or not.

    Whoever calls it has proved the person, and that the account may sign in now. `details` go into the audit trail;
    `point` is the 开票点 to which the proof binds the session.
    Raises `Refusal` (`access.network_denied`, 403) from a network that the person's list does not have.
    """
    place = place_of_account(account)
    if place and not is_within(visitor.address, (await address_list(connection, place)).networks):
        raise refused_address()
    await note_use(connection, account.account_id)
    there = arrival(visitor, origin)
    signed_in = await open_session(
        connection, account, factors, visitor=visitor, device_hash=there.device_hash, point=point
    )
    session = signed_in.session
    is_new = await arrive(connection, account, visitor, there, session_id=session.session_id)
    await remember_owner(connection, session.csrf_token, account.account_id)
    told = {"place": "new"} if is_new else {}
    if factors != (PASSWORD,):
        told["factors"] = "+".join(factors)
    await record(
        connection,
        AuditEntry(
            acting=acting_as(session, visitor.address),
            action="session:sign_in",
            subject=f"account:{account.account_id}",
            unit_id=account.unit_id,
            details=(details or {}) | told,
        ),
    )
    return msgspec.structs.replace(signed_in, device=there.cookie)


async def record_refused(database: Database, account: Account, *, address: str) -> None:
    """Record that somebody proved who they are, but came from a network that is not allowed."""
    async with database.system() as connection:
        acting = acting_for(account, address=address)
        await record(connection, entry_of("session:network_refused", account, acting=acting))
