"""The parties that seal: the keys of units and departments in the database."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import refuse
from mingpiao.sealing.keys import KeyRing
from mingpiao.sealing.model import KeyInfo, SealingKey, SealingParty, SealMark
from mingpiao.sealing.tables import signing_keys
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices, notify
from mingpiao.storage.remembered import Remembered

CHANNEL = "signing_key_changed"

#: The owner of a key: a kind of owner ("unit", "department", "maker", "authority") and the owner's code.
Owner = tuple[str, str]

#: The owners of the platform's own authority.
ROOT: Owner = ("authority", "root")
MAKER: Owner = ("maker", "maker")


class KeptKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that an owner has or had, when it was made, and when it went out of use (None: it is in use)."""

    party: SealingParty
    made_at: datetime
    retired_at: datetime | None


async def store_key(
    connection: AsyncConnection,
    owner: Owner,
    key: SealingKey,
    *,
    unit_id: int | None = None,
    acting: Acting,
) -> SealingParty:
    """Store a new key for an owner without a key in use; the database gives the id.

    `unit_id` is the unit that owns it, for the audit trail.
    """
    row = {"owner_kind": owner[0], "owner": owner[1], **msgspec.structs.asdict(key)}
    stored = (
        (await connection.execute(insert(signing_keys).values(row).returning(signing_keys))).mappings().one()
    )
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="signing_key:store",
            subject=f"signing_key:{stored['key_id']}",
            unit_id=unit_id,
            region_code=owner[1] if owner[0] == "department" else None,
            details={"owner": ":".join(owner), "serial": key.serial},
        ),
    )
    await notify(connection, CHANNEL)
    return _party(stored)


async def retire_key(
    connection: AsyncConnection, owner: Owner, *, unit_id: int | None = None, acting: Acting
) -> bool:
    """Take the key that an owner uses out of use; False when there is none. `unit_id` as in `store_key`.

    It is kept for ever: what it sealed keeps verifying.
    """
    retired = (
        update(signing_keys)
        .where(
            signing_keys.c.owner_kind == owner[0],
            signing_keys.c.owner == owner[1],
            signing_keys.c.retired_at.is_(None),
        )
        .values(retired_at=func.now())
        .returning(signing_keys.c.key_id, signing_keys.c.serial)
    )
    row = (await connection.execute(retired)).one_or_none()
    if row is None:
        return False
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="signing_key:retire",
            subject=f"signing_key:{row.key_id}",
            unit_id=unit_id,
            region_code=owner[1] if owner[0] == "department" else None,
            details={"owner": ":".join(owner), "serial": row.serial},
        ),
    )
    await notify(connection, CHANNEL)
    return True


async def keys_of(connection: AsyncConnection, owner: Owner) -> list[KeptKey]:
    """All keys that an owner ever had, the newest first."""
    query = (
        select(signing_keys)
        .where(signing_keys.c.owner_kind == owner[0], signing_keys.c.owner == owner[1])
        .order_by(signing_keys.c.key_id.desc())
    )
    return [
        KeptKey(party=_party(row), made_at=row["created_at"], retired_at=row["retired_at"])
        for row in (await connection.execute(query)).mappings()
    ]


async def find_key(connection: AsyncConnection, owner: Owner) -> SealingParty | None:
    """The key that an owner uses now."""
    query = select(signing_keys).where(
        signing_keys.c.owner_kind == owner[0],
        signing_keys.c.owner == owner[1],
        signing_keys.c.retired_at.is_(None),
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _party(row)


async def keys_in_use(connection: AsyncConnection, *, limit: int) -> dict[Owner, SealingParty]:
    """The oldest keys in use by owner, up to a limit; their certificates end first."""
    query = (
        select(signing_keys)
        .where(signing_keys.c.retired_at.is_(None))
        .order_by(signing_keys.c.key_id)
        .limit(limit)
    )
    rows = (await connection.execute(query)).mappings()
    return {(row["owner_kind"], row["owner"]): _party(row) for row in rows}


async def open_keys(connection: AsyncConnection, master: MasterKey, *, limit: int = 100_000) -> int:
    """How many keys in use the master key opens, newest first, up to a limit.

    Raises the `Refusal` of the first that it does not open: see `KeyRing.open`.
    """
    query = (
        select(signing_keys)
        .where(signing_keys.c.retired_at.is_(None))
        .order_by(signing_keys.c.key_id.desc())
        .limit(limit)
    )
    ring = KeyRing(master)
    parties = [_party(row) for row in (await connection.execute(query)).mappings()]
    for party in parties:
        ring.open(party.encrypted_key, party.certificate, party.key_info)
    return len(parties)


async def certificates(connection: AsyncConnection, owner_kind: str = "") -> list[bytes]:
    """All certificates ever used (DER), optionally of one kind of owner; old ones are never deleted."""
    query = select(signing_keys.c.certificate).order_by(signing_keys.c.key_id)
    if owner_kind:
        query = query.where(signing_keys.c.owner_kind == owner_kind)
    return list((await connection.execute(query)).scalars())


async def seals(connection: AsyncConnection) -> dict[str, bytes]:
    """All seals ever used (SESeal) by the hash that bills name them by."""
    query = select(signing_keys.c.seal_hash, signing_keys.c.seal).where(signing_keys.c.seal.is_not(None))
    return {row.seal_hash: row.seal for row in await connection.execute(query)}


def _party(row: RowMapping) -> SealingParty:
    return SealingParty(
        key_id=row["key_id"],
        certificate=row["certificate"],
        seal=row["seal"],
        mark=SealMark(seal_id=row["seal_id"], name=row["seal_name"], hash=row["seal_hash"]),
        key_info=KeyInfo(serial=row["serial"], issuer=row["issuer"]),
        encrypted_key=row["encrypted_key"],
    )


class PartyStore:
    """The sealing parties in the memory of a process; it drops them when a key changes."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        # An owner without a key is remembered too: most departments let one above them seal.
        self._by_owner = Remembered[Owner, SealingParty | None](self._read)
        self._by_id: dict[int, SealingParty] = {}
        notices.subscribe(CHANNEL, lambda _payload: self._by_owner.forget())

    async def in_use(self, owners: Sequence[Owner]) -> SealingParty:
        """The key in use of the first owner that has one.

        Raises `Refusal` (`sealing.no_key`, 409) if none has.
        """
        for owner in owners:
            party = await self._by_owner.get(owner)
            if party is not None:
                return party
        raise refuse("sealing.no_key", "尚未配置电子签章密钥，请联系财政部门办理后再开票。", status=409)

    async def by_id(self, key_id: int) -> SealingParty:
        """The key of an id that a bill names, in use or retired."""
        known = self._by_id.get(key_id)
        if known is not None:
            return known
        async with self._database.system() as connection:
            query = select(signing_keys).where(signing_keys.c.key_id == key_id)
            party = _party((await connection.execute(query)).mappings().one())
        # The key of an id never changes; only whether it is in use does.
        self._by_id[key_id] = party
        return party

    async def _read(self, owner: Owner) -> SealingParty | None:
        async with self._database.system() as connection:
            return await find_key(connection, owner)
