"""Wrong passwords, counted by what was typed as a name and where it came from, and the lock after five.

A name alone never locks a browser that is known: else anybody could keep anybody out. The name of no account
counts like any other, so that the lock tells nothing. A browser in which the account has signed in before has a
count of its own, whatever else comes from its network. Counts are rows that are forgotten after a day, not lines of the audit
trail, which tells of the first one and of each lock.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.usernames import is_username
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem

FAILURES_ALLOWED = 5
#: Wrong passwords from one network within `LOCKED_FOR`, whatever the names.
NETWORK_FAILURES_ALLOWED = 50
#: Wrong passwords for one name within `LOCKED_FOR`, from whatever networks and browsers that are not known.
NAME_FAILURES_ALLOWED = 50
_ANYWHERE = "anywhere"
LOCKED_FOR = timedelta(minutes=15)
#: A count that nobody added to for so long is forgotten.
FORGOTTEN_AFTER = timedelta(days=1)
#: A browser that was not used for so long is known no more.
DEVICE_KNOWN_FOR = timedelta(days=180)
_LOCK_MINUTES = int(LOCKED_FOR.total_seconds() // 60)

# One statement, so that attempts at the same moment are all counted. A lock that is over, or a count that is
# older than its window, begins anew.
_COUNT = text("""
INSERT INTO sign_in_failures AS known (name_hash, origin, failures, first_at, last_at, locked_until)
VALUES (:name_hash, :origin, 1, :moment, :moment, NULL)
ON CONFLICT (name_hash, origin) DO UPDATE SET
    failures = CASE WHEN known.locked_until <= :moment OR known.first_at < :window THEN 1
                    ELSE known.failures + 1 END,
    first_at = CASE WHEN known.locked_until <= :moment OR known.first_at < :window THEN :moment
                    ELSE known.first_at END,
    last_at = :moment,
    locked_until = CASE
        WHEN known.locked_until > :moment THEN known.locked_until
        WHEN known.locked_until IS NULL AND known.first_at >= :window AND known.failures + 1 >= :allowed
            THEN CAST(:until AS timestamptz)
        ELSE NULL END
RETURNING failures, locked_until
""")
_LOCKED = text(
    "SELECT true FROM sign_in_failures WHERE locked_until > :moment AND (origin = :origin "
    "AND name_hash = ANY(:name_hashes) OR NOT :known AND origin = :anywhere AND name_hash = :name_hash) LIMIT 1"
)
# The row's lock lasts for the transaction: a right password waits for wrong ones that are being counted.
_CLEAR = text(
    "DELETE FROM sign_in_failures WHERE name_hash = :name_hash AND origin = :origin "
    "AND (locked_until IS NULL OR locked_until <= :moment) RETURNING failures"
)
_CLEAR_CODES = text("DELETE FROM sign_in_failures WHERE name_hash = :name_hash AND origin = :origin")
_OPEN = text("DELETE FROM sign_in_failures WHERE name_hash = ANY(:name_hashes) RETURNING true")
_KNOWN = text(
    "UPDATE known_devices SET seen_at = :moment WHERE device_hash = ANY(:device_hashes) "
    "AND account_id = :account_id AND seen_at > :oldest RETURNING device_hash"
)
#: More tokens than this are in no cookie of ours.
_MOST_TOKENS = 8


class Origin(msgspec.Struct, frozen=True):
    """Where an attempt comes from: a network address, or a browser that the account is known in."""

    label: str
    known: bool = False
    device_hash: bytes | None = None


class Counted(msgspec.Struct, frozen=True):
    """A wrong password after it was counted. `telling`: it is the first of its row, or the one that locks."""

    failures: int
    locked: bool
    telling: bool


def locked_problem() -> Problem:
    """The answer while a name is locked for where one comes from; the same whether or not there is such a name."""
    return Problem(
        code="session.account_locked",
        message=f"用户名或密码多次不正确，从这里登录已暂停，请{_LOCK_MINUTES}分钟后再试，"
        "或从以前登录过的浏览器登录，或请本单位管理员重置密码。",
        field="username",
        status=429,
    )


def network(address: str) -> Origin:
    """An attempt from a browser that is not known."""
    return Origin(f"network:{address}")


def device_hashes(cookie: str) -> list[bytes]:
    """What the database stores of the tokens in the cookie of known browsers; none of what is no such cookie."""
    tokens = cookie.split(".")
    return [sm3(token.encode()) for token in tokens] if cookie and len(tokens) <= _MOST_TOKENS else []


async def origin_of(connection: AsyncConnection, account_id: int | None, device: str, address: str) -> Origin:
    """The browser whose cookie says `device` when the account is known in it, else the network address."""
    hashes = device_hashes(device)
    if account_id is None or not hashes:
        return network(address)
    moment = now()
    values = {
        "device_hashes": hashes,
        "account_id": account_id,
        "moment": moment,
        "oldest": moment - DEVICE_KNOWN_FOR,
    }
    found = (await connection.execute(_KNOWN, values)).scalars().first()
    return known_device(found) if found is not None else network(address)


def known_device(device_hash: bytes) -> Origin:
    """An attempt from a browser in which the account has signed in before."""
    return Origin(f"device:{device_hash.hex()}", known=True, device_hash=device_hash)


async def is_locked(connection: AsyncConnection, username: str, origin: Origin) -> bool:
    """Whether no password counts at this moment for a name, from there."""
    names = [_name_hash(username)] if origin.known else [_name_hash(username), _name_hash("")]
    values = {
        "name_hashes": names,
        "origin": origin.label,
        "moment": now(),
        "known": origin.known,
        "anywhere": _ANYWHERE,
        "name_hash": names[0],
    }
    return bool(await connection.scalar(_LOCKED, values))


async def count(connection: AsyncConnection, username: str, origin: Origin) -> Counted:
    """Count a wrong password for its name and, unless the browser is known, for its network and for its name wherever
    it comes from.
    """
    hashed = _name_hash(username)
    counted = await _count(connection, hashed, origin.label, FAILURES_ALLOWED, FORGOTTEN_AFTER)
    if origin.known:
        return counted
    whole = await _count(connection, _name_hash(""), origin.label, NETWORK_FAILURES_ALLOWED, LOCKED_FOR)
    anywhere = await _count(connection, hashed, _ANYWHERE, NAME_FAILURES_ALLOWED, LOCKED_FOR)
    locked = counted.locked or whole.locked or anywhere.locked
    return Counted(counted.failures, locked, counted.telling or whole.telling)


async def _count(
    connection: AsyncConnection, hashed: bytes, origin: str, allowed: int, window: timedelta
) -> Counted:
    moment: datetime = now()
    values = {
        "name_hash": hashed,
        "origin": origin,
        "moment": moment,
        "window": moment - window,
        "until": moment + LOCKED_FOR,
        "allowed": allowed,
    }
    row = (await connection.execute(_COUNT, values)).mappings().one()
    locked = row["locked_until"] is not None
    return Counted(row["failures"], locked, row["failures"] in (1, allowed))


async def clear(connection: AsyncConnection, username: str, origin: Origin) -> int | None:
    """Forget the wrong passwords before a right one: how many they were, or None where a lock holds."""
    values = {"name_hash": _name_hash(username), "origin": origin.label, "moment": now()}
    failures: int | None = await connection.scalar(_CLEAR, values)
    if await is_locked(connection, username, origin):
        return None
    return failures or 0


async def open_locks(connection: AsyncConnection, username: str, account_id: int) -> bool:
    """Forget all wrong passwords for a name, and wrong codes of its account, wherever they came from; whether there
    were any.
    """
    hashes = [_name_hash(username), _account_hash(account_id)]
    return bool((await connection.execute(_OPEN, {"name_hashes": hashes})).first())


async def count_code(connection: AsyncConnection, account_id: int, origin: Origin) -> Counted:
    """Count a code of a second factor before it is looked at; `clear_codes` forgets it when it was right.

    All codes from browsers that are not known count together, wherever they come from: whoever sends them knows the
    password. The row's lock lasts for the transaction, so of many at the same moment no more count than are allowed.
    `locked`: this one is beyond them, or the last.
    """
    hashed = _account_hash(account_id)
    return await _count(connection, hashed, _code_origin(origin), FAILURES_ALLOWED, FORGOTTEN_AFTER)


async def clear_codes(connection: AsyncConnection, account_id: int, origin: Origin) -> None:
    """Forget the wrong codes from there after a right one."""
    values = {"name_hash": _account_hash(account_id), "origin": _code_origin(origin)}
    await connection.execute(_CLEAR_CODES, values)


def _code_origin(origin: Origin) -> str:
    return origin.label if origin.known else "unknown"


def _account_hash(account_id: int) -> bytes:
    return sm3(f"second factor\0{account_id}".encode())


def _name_hash(username: str) -> bytes:
    return sm3(b"sign-in name\0" + (username.encode() if is_username(username) else b""))
