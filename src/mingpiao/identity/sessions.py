"""Server-side sessions: a random token in the cookie, only its SM3 hash in the database."""

import secrets
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.address_lists import ADMIN
from mingpiao.identity.model import Account, Role, Session, SignedIn, Visitor
from mingpiao.identity.tables import accounts, address_lists, pending_sign_ins, sessions
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.storage.database import Database

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
#: `seen_at` may be this much out of date, so that not every page costs a write.
SEEN_STEP = timedelta(minutes=1)
_TOKEN_BYTES = 32
#: What a browser says about itself may be long.
MAX_AGENT = 200


def token_hash(token: str) -> bytes:
    """What the database stores of a token: 32 bytes."""
    return sm3(token.encode())


def account_of(row: RowMapping) -> Account:
    """The account in a row of `accounts`."""
    return Account(
        account_id=row["account_id"],
        username=row["username"],
        display_name=row["display_name"],
        role=Role(row["role"]),
        unit_id=row["unit_id"],
        region_code=row["region_code"],
        active=row["active"],
        must_change_password=row["must_change_password"],
        valid_until=row["valid_until"],
        lost_at=row["lost_at"],
    )


async def open_session(
    connection: AsyncConnection,
    account: Account,
    factors: tuple[str, ...],
    *,
    visitor: Visitor,
    device_hash: bytes | None = None,
    point: str = "",
) -> SignedIn:
    """Begin a session with a fresh token; the session that `visitor` replaces and the account's expired ones end.

    `point` is the 开票点 to which it is bound, for as long as it lasts.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    moment = now()
    await connection.execute(
        delete(sessions).where(
            or_(
                sessions.c.token_hash == token_hash(visitor.replacing),
                (sessions.c.account_id == account.account_id)
                & or_(
                    sessions.c.seen_at < moment - IDLE_LIMIT, sessions.c.created_at < moment - ABSOLUTE_LIMIT
                ),
            )
        )
    )
    csrf_token = secrets.token_urlsafe(_TOKEN_BYTES)
    begun = insert(sessions).values(
        token_hash=token_hash(token),
        account_id=account.account_id,
        factors=list(factors),
        created_at=moment,
        seen_at=moment,
        proved_at=moment,
        address=visitor.address,
        agent=visitor.agent[:MAX_AGENT],
        device_hash=device_hash,
        csrf_token=csrf_token,
        point_code=point,
    )
    session_id: int = (await connection.execute(begun.returning(sessions.c.session_id))).scalar_one()
    session = Session(
        session_id=session_id,
        account=account,
        factors=factors,
        created_at=moment,
        proved_at=moment,
        ends_at=moment + IDLE_LIMIT,
        csrf_token=csrf_token,
        point=point,
    )
    return SignedIn(token=token, session=session)


async def session_of(
    database: Database, token: str, *, at: datetime | None = None, seen: bool = True
) -> Session | None:
    """The live session of a token at a time (by default now), or None.

    Unless `seen`, it is only looked at: what a page asks by itself is no sign that somebody sits there.

    A session ends 30 minutes after it was last seen, 12 hours after it began, when its account is closed, and
    after the account's last day.
    """
    moment = at or now()
    query = (
        select(sessions, accounts)
        .join_from(sessions, accounts, sessions.c.account_id == accounts.c.account_id)
        .outerjoin(
            address_lists,
            (address_lists.c.place == func.coalesce(accounts.c.region_code, ADMIN))
            & accounts.c.unit_id.is_(None),
        )
        .with_only_columns(
            sessions.c.session_id,
            sessions.c.factors,
            sessions.c.created_at.label("begun_at"),
            sessions.c.proved_at,
            sessions.c.seen_at,
            sessions.c.csrf_token,
            sessions.c.point_code,
            address_lists.c.networks,
            accounts,
        )
        .where(
            sessions.c.token_hash == token_hash(token),
            sessions.c.seen_at > moment - IDLE_LIMIT,
            sessions.c.created_at > moment - ABSOLUTE_LIMIT,
            accounts.c.active,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= to_shanghai(moment).date()),
        )
    )
    async with database.system() as connection:
        row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            return None
        last = row["seen_at"]
        if seen and moment - last >= SEEN_STEP:
            last = moment
            touched = (
                update(sessions).where(sessions.c.token_hash == token_hash(token)).values(seen_at=moment)
            )
            await connection.execute(touched)
    return Session(
        session_id=row["session_id"],
        account=account_of(row),
        factors=tuple(row["factors"]),
        created_at=row["begun_at"],
        proved_at=row["proved_at"],
        ends_at=min(last + IDLE_LIMIT, row["begun_at"] + ABSOLUTE_LIMIT),
        csrf_token=row["csrf_token"],
        networks=tuple(row["networks"] or ()),
        point=row["point_code"],
    )


async def count_sessions(connection: AsyncConnection, account_id: int) -> int:
    """How many sessions of an account are live. The connection must have system scope."""
    moment = now()
    query = (
        select(func.count())
        .select_from(sessions)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.seen_at > moment - IDLE_LIMIT,
            sessions.c.created_at > moment - ABSOLUTE_LIMIT,
        )
    )
    count: int = (await connection.execute(query)).scalar_one()
    return count


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A live session as its owner sees it: when it began and was used last, from where, and by which factors."""

    session_id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str
    factors: tuple[str, ...]


async def open_sessions(connection: AsyncConnection, account_id: int) -> list[OpenSession]:
    """The live sessions of an account, the one used last first. The connection must have system scope."""
    moment = now()
    query = (
        select(sessions)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.seen_at > moment - IDLE_LIMIT,
            sessions.c.created_at > moment - ABSOLUTE_LIMIT,
        )
        .order_by(sessions.c.seen_at.desc(), sessions.c.session_id.desc())
    )
    return [
        OpenSession(
            session_id=row["session_id"],
            created_at=row["created_at"],
            seen_at=row["seen_at"],
            address=row["address"],
            agent=row["agent"],
            factors=tuple(row["factors"]),
        )
        for row in (await connection.execute(query)).mappings()
    ]


async def end_session(connection: AsyncConnection, token: str) -> int | None:
    """End the session of a token. Returns the id of its account, or None if there is no such session."""
    ended = (
        delete(sessions).where(sessions.c.token_hash == token_hash(token)).returning(sessions.c.account_id)
    )
    return (await connection.execute(ended)).scalar_one_or_none()


async def end_sessions_of(connection: AsyncConnection, account_id: int, *, keeping: str = "") -> None:
    """End all sessions of an account, except that of the token `keeping`, and sign-ins that wait for a factor."""
    await connection.execute(delete(pending_sign_ins).where(pending_sign_ins.c.account_id == account_id))
    await connection.execute(
        delete(sessions).where(
            sessions.c.account_id == account_id, sessions.c.token_hash != token_hash(keeping)
        )
    )
