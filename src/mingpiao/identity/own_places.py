"""What a person does with their own sessions and known browsers."""

from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import entry_of, record
from mingpiao.identity.model import Acting, Session
from mingpiao.identity.places import browser_name
from mingpiao.identity.tables import known_devices, sessions
from mingpiao.identity.wrong_passwords import DEVICE_KNOWN_FOR
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse


class KnownDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A browser in which an account has signed in before, with the address that it came from last."""

    device_id: int
    agent: str
    address: str
    first_seen_at: datetime
    seen_at: datetime


async def known_devices_of(connection: AsyncConnection, account_id: int) -> list[KnownDevice]:
    """The browsers that an account is known in, the one used last first. The connection must have system scope."""
    query = (
        select(known_devices)
        .where(known_devices.c.account_id == account_id, known_devices.c.seen_at > now() - DEVICE_KNOWN_FOR)
        .order_by(known_devices.c.seen_at.desc(), known_devices.c.device_id.desc())
    )
    return [
        KnownDevice(
            device_id=row["device_id"],
            agent=row["agent"],
            address=row["address"],
            first_seen_at=row["first_seen_at"],
            seen_at=row["seen_at"],
        )
        for row in (await connection.execute(query)).mappings()
    ]


async def end_own_session(
    connection: AsyncConnection, session: Session, session_id: int, *, acting: Acting
) -> None:
    """End one of a person's own sessions; nothing happens if it has ended already.

    Raises `Refusal` (`session.is_this`, 409) for the one that asks: that is what signing out is for.
    """
    if session_id == session.session_id:
        raise refuse("session.is_this", "这是您正在使用的登录，请用右上角的“退出登录”结束。", status=409)
    ended = (
        delete(sessions)
        .where(sessions.c.session_id == session_id, sessions.c.account_id == session.account.account_id)
        .returning(sessions.c.agent, sessions.c.address)
    )
    row = (await connection.execute(ended)).one_or_none()
    if row is not None:
        told = {"browser": browser_name(row.agent), "ended": row.address}
        await record(connection, entry_of("session:end", session.account, acting=acting, **told))


async def end_other_sessions(connection: AsyncConnection, session: Session, *, acting: Acting) -> int:
    """End all of a person's sessions but the one that asks. Returns how many there were."""
    ended = delete(sessions).where(
        sessions.c.account_id == session.account.account_id, sessions.c.session_id != session.session_id
    )
    count = (await connection.execute(ended)).rowcount
    if count:
        told = {"count": str(count)}
        await record(connection, entry_of("session:end_others", session.account, acting=acting, **told))
    return count


async def forget_device(
    connection: AsyncConnection, session: Session, device_id: int, *, acting: Acting
) -> None:
    """Let a browser be known no more, and end the sessions that were begun in it, but not the one that asks."""
    account = session.account
    gone = (
        delete(known_devices)
        .where(known_devices.c.device_id == device_id, known_devices.c.account_id == account.account_id)
        .returning(known_devices.c.device_hash, known_devices.c.agent)
    )
    row = (await connection.execute(gone)).one_or_none()
    if row is None:
        return
    await connection.execute(
        delete(sessions).where(
            sessions.c.account_id == account.account_id,
            sessions.c.device_hash == row.device_hash,
            sessions.c.session_id != session.session_id,
        )
    )
    told = {"browser": browser_name(row.agent)}
    await record(connection, entry_of("session:forget_device", account, acting=acting, **told))
