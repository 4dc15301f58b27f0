"""Public certificates of all keys that ever sealed. The certificate of an id never changes."""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from mingpiao.sealing.model import KeyInfo

_ROOTS = "SELECT certificate FROM signing_keys WHERE owner_kind = 'authority' ORDER BY key_id"
_BY_ID = "SELECT key_id, certificate FROM signing_keys WHERE key_id = ANY ($1::bigint[])"
_BY_NAME = """
SELECT certificate, serial, issuer, owner_kind FROM signing_keys
WHERE (serial, issuer) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""


class NamedCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate (DER), the name by which a signature refers to it, and the kind of owner of its key."""

    certificate: bytes
    key_info: KeyInfo
    owner_kind: str


async def root_certificates(pool: "asyncpg.Pool[asyncpg.Record]") -> list[bytes]:
    """The trusted authorities (DER), old ones included."""
    return [row["certificate"] for row in await pool.fetch(_ROOTS)]


async def certificates_by_id(
    pool: "asyncpg.Pool[asyncpg.Record]", key_ids: Iterable[int]
) -> dict[int, bytes]:
    """The certificates (DER) of keys, by key id; an id without a key is left out."""
    return {row["key_id"]: row["certificate"] for row in await pool.fetch(_BY_ID, list(key_ids))}


async def certificates_by_name(
    pool: "asyncpg.Pool[asyncpg.Record]", names: Sequence[KeyInfo]
) -> list[NamedCertificate]:
    """The certificates that signatures name, as far as they are in our database."""
    rows = await pool.fetch(_BY_NAME, [name.serial for name in names], [name.issuer for name in names])
    return [
        NamedCertificate(
            certificate=row["certificate"],
            key_info=KeyInfo(serial=row["serial"], issuer=row["issuer"]),
            owner_kind=row["owner_kind"],
        )
        for row in rows
    ]
