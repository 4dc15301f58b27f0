"""Revoked certificates: lists (CRL) of authorities outside are imported, and what they name is looked up.

A list is one file with all that its issuer has revoked; a newer one takes its place. The platform's own units and
departments change their keys by `retire_key`, which takes nothing from what they sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.crl import RevocationList
from mingpiao.crypto.errors import MalformedList
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.sealing.model import KeyInfo, Revocation

#: Larger than the lists of provinces' CAs by far.
MAX_LIST = 8 * 1024 * 1024
#: Clocks differ by this much at most.
_AHEAD_SECONDS = 300
#: The reason in lists of what is only on hold; a later list without it ends that.
_HOLD = "certificate_hold"

_HELD = text("SELECT number, this_update FROM revocation_lists WHERE issuer = :issuer")
_STORE = text(
    """
INSERT INTO revocation_lists AS held (issuer, number, this_update, next_update, content, imported_by_name, imported_at)
VALUES (:issuer, :number, :this_update, :next_update, :content, :imported_by_name, :imported_at)
ON CONFLICT (issuer) DO UPDATE SET number = excluded.number, this_update = excluded.this_update,
    next_update = excluded.next_update, content = excluded.content, imported_by_name = excluded.imported_by_name,
    imported_at = excluded.imported_at
WHERE (excluded.this_update, excluded.number) > (held.this_update, held.number)
"""
)
_FORGET = text("DELETE FROM revoked_certificates WHERE issuer = :issuer")
_NAME = text(
    "INSERT INTO revoked_certificates (issuer, serial, revoked_at, reason) "
    "SELECT :issuer, * FROM unnest(CAST(:serials AS text[]), CAST(:moments AS timestamptz[]), CAST(:reasons AS text[]))"
)
_LISTS = text(
    """
SELECT issuer, this_update, next_update, imported_by_name, imported_at,
    (SELECT count(*) FROM revoked_certificates AS named WHERE named.issuer = lists.issuer) AS revoked
FROM revocation_lists AS lists ORDER BY issuer
"""
)
_FIND = """
SELECT issuer, serial, revoked_at, reason FROM revoked_certificates
WHERE (serial, issuer) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""
_FIND_ONE = text("SELECT revoked_at FROM revoked_certificates WHERE issuer = :issuer AND serial = :serial")
_BY_OWN_CA = text("SELECT certificate FROM signing_keys WHERE owner_kind = 'authority' ORDER BY key_id")


class ImportedList(msgspec.Struct, frozen=True, kw_only=True):
    """A revocation list in force: whose it is, how many certificates it names, and until when it is the newest.

    `next_update` is None where its issuer does not say.
    """

    issuer: str
    this_update: datetime
    next_update: datetime | None
    revoked: int
    imported_by_name: str
    imported_at: datetime


async def import_list(
    connection: AsyncConnection, data: bytes, issuers: Iterable[bytes] = (), *, acting: Acting
) -> ImportedList:
    """Take a revocation list (DER or PEM) in; it replaces the one before of the same issuer.

    It must be signed by an authority of signing keys or one of `issuers` (DER). Raises `Refusal`: `access.denied`
    (403) for anybody but the head of a province's department and the platform; `crl.malformed`, `crl.issuer_unknown`,
    `crl.not_yet` (422); `crl.older` (409) for one that is older than the one in force. The same one again is no change.
    """
    _require_province(acting=acting)
    found = _read(data)
    own = (await connection.execute(_BY_OWN_CA)).scalars()
    if not any(found.issued_by(x509.read(der)) for der in (*own, *issuers)):
        message = "该吊销列表不是由平台信任的机构签发的，或内容被改动。请从签发证书的机构重新下载。"
        raise refuse("crl.issuer_unknown", message, field="crl", status=422)
    if (found.this_update - now()).total_seconds() > _AHEAD_SECONDS:
        raise refuse("crl.not_yet", "该吊销列表的签发时间在将来，请核对平台的时钟。", field="crl", status=422)
    # Of two at once the second waits here for the first one's row, and is then held against it.
    if not await _store(connection, found, acting=acting):
        held = (await connection.execute(_HELD, {"issuer": found.issuer})).one()
        if (found.this_update, found.number) != (held.this_update, held.number):
            message = "平台已有该机构更新的吊销列表，请下载最新的再导入。"
            raise refuse("crl.older", message, field="crl", status=409)
    lists = await imported_lists(connection)
    return next(each for each in lists if each.issuer == found.issuer)


def _require_province(*, acting: Acting) -> None:
    region = acting.region_code or ""
    if acting.account is not None and (
        acting.role is not Role.DEPARTMENT_HEAD or not region.endswith("0000")
    ):
        raise refuse("access.denied", "吊销列表由省级财政部门负责人导入。", status=403)


def _read(data: bytes) -> RevocationList:
    try:
        if len(data) > MAX_LIST:
            raise MalformedList("too large")
        return RevocationList(data)
    except MalformedList as error:
        message = "该文件不是证书吊销列表（CRL，DER 或 PEM，SM2 签名）。请从签发证书的机构重新下载。"
        raise refuse("crl.malformed", message, field="crl", status=422) from error


async def _store(connection: AsyncConnection, found: RevocationList, *, acting: Acting) -> bool:
    """Whether the list is newer than the one in force, and is that now."""
    entries = list(found.entries.values())
    stored = await connection.execute(
        _STORE,
        {
            "issuer": found.issuer,
            "number": found.number,
            "this_update": found.this_update,
            "next_update": found.next_update,
            "content": found.der,
            "imported_by_name": acting.name,
            "imported_at": now(),
        },
    )
    if stored.rowcount == 0:
        return False
    await connection.execute(_FORGET, {"issuer": found.issuer})
    named = {
        "issuer": found.issuer,
        "serials": [each.serial for each in entries],
        "moments": [each.revoked_at for each in entries],
        "reasons": [each.reason for each in entries],
    }
    await connection.execute(_NAME, named)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="crl:import",
            subject=f"crl:{found.issuer}",
            details={"issuer": found.issuer, "revoked": str(len(entries))},
        ),
    )
    return True


async def list_contents(connection: AsyncConnection) -> list[bytes]:
    """The lists in force themselves (DER), by issuer. Connection must be of system scope."""
    found = await connection.execute(text("SELECT content FROM revocation_lists ORDER BY issuer"))
    return [bytes(row.content) for row in found]


async def imported_lists(connection: AsyncConnection) -> list[ImportedList]:
    """The lists in force, by issuer. Connection must be of system scope."""
    rows = (await connection.execute(_LISTS)).mappings()
    return [msgspec.convert(dict(row), ImportedList) for row in rows]


async def revoked_since(connection: AsyncConnection, issuer: str, serial: str) -> datetime | None:
    """When a certificate was revoked by what was imported; None if it was not. Connection must be of system scope."""
    found: datetime | None = await connection.scalar(_FIND_ONE, {"issuer": issuer, "serial": serial})
    return found


async def revocations_of(
    pool: "asyncpg.Pool[asyncpg.Record]", names: Sequence[KeyInfo]
) -> Mapping[KeyInfo, Revocation]:
    """Those of the named certificates that are revoked or on hold, and since when."""
    rows = await pool.fetch(_FIND, [name.serial for name in names], [name.issuer for name in names])
    return {
        KeyInfo(serial=row["serial"], issuer=row["issuer"]): Revocation(
            since=row["revoked_at"], is_held=row["reason"] == _HOLD
        )
        for row in rows
    }
