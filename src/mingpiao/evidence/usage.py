"""How much of each file is used by bills. The train reads and changes it while it locks the file's row."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import asyncpg
import msgspec
from sqlalchemy import LargeBinary, TextualSelect, bindparam, column, text

from mingpiao.evidence.model import Usage
from mingpiao.storage.locks import NamedLock

#: The id of a unit and the SM3 (hex) of one of its files.
EvidenceKey = tuple[int, str]

EVIDENCE_FILES = NamedLock("evidence files")

_LOCK = EVIDENCE_FILES.statement("""
SELECT unit_id, digest, used_amount, used_bills FROM evidence_files
WHERE (unit_id, digest) IN (SELECT * FROM unnest($1::bigint[], $2::bytea[]))
   OR (unit_id, digest) IN (
       SELECT unit_id, digest FROM evidence_uses
       WHERE (unit_id, bill_id) IN (SELECT * FROM unnest($3::bigint[], $4::bigint[])))
ORDER BY unit_id, digest
FOR UPDATE
""")
_RECORD = """
INSERT INTO evidence_uses (unit_id, bill_id, digest, amount)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::numeric[])
"""
_ADD = """
UPDATE evidence_files SET used_amount = used_amount + fresh.amount, used_bills = used_bills + fresh.bills
FROM (
    SELECT unit_id, digest, sum(amount) AS amount, count(*) AS bills
    FROM unnest($1::bigint[], $2::bytea[], $3::numeric[]) AS used(unit_id, digest, amount) GROUP BY 1, 2
) AS fresh
WHERE evidence_files.unit_id = fresh.unit_id AND evidence_files.digest = fresh.digest
"""
_RELEASE = """
UPDATE evidence_files SET used_amount = used_amount - freed.amount, used_bills = used_bills - freed.bills
FROM (
    SELECT unit_id, digest, sum(amount) AS amount, count(*) AS bills FROM evidence_uses
    WHERE (unit_id, bill_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[])) GROUP BY 1, 2
) AS freed
WHERE evidence_files.unit_id = freed.unit_id AND evidence_files.digest = freed.digest
"""


def bills_on(digest: str) -> TextualSelect:
    """A query for the bills (`unit_id`, `bill_id`) that were issued with a file, also those reversed since.

    It covers the scope of the connection that runs it, and uses the index evidence_uses_digest.
    """
    return (
        text("SELECT unit_id, bill_id FROM evidence_uses WHERE digest = :digest")
        .bindparams(bindparam("digest", bytes.fromhex(digest), LargeBinary))
        .columns(column("unit_id"), column("bill_id"))
    )


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a file by a bill; `amount` is the bill's total in 元."""

    unit_id: int
    bill_id: int
    digest: str
    amount: Decimal


async def lock_evidence(
    connection: asyncpg.Connection, files: Sequence[EvidenceKey], reversed_bills: Sequence[tuple[int, int]]
) -> dict[EvidenceKey, Usage]:
    """Lock these files and the files of bills (unit id, 票据编号) to be reversed, all in one order.

    Returns the usage of each file.
    """
    if not files and not reversed_bills:
        return {}
    rows = await connection.fetch(
        _LOCK.sql,
        [unit_id for unit_id, _ in files],
        [bytes.fromhex(digest) for _, digest in files],
        [unit_id for unit_id, _ in reversed_bills],
        [bill_id for _, bill_id in reversed_bills],
    )
    return {
        (row["unit_id"], row["digest"].hex()): Usage(amount=row["used_amount"], bills=row["used_bills"])
        for row in rows
    }


async def record_uses(connection: asyncpg.Connection, uses: Iterable[Use]) -> None:
    """Record which files new bills use; `lock_evidence` must have locked the rows of these files."""
    rows = list(uses)
    if not rows:
        return
    units, digests = [use.unit_id for use in rows], [bytes.fromhex(use.digest) for use in rows]
    amounts = [use.amount for use in rows]
    await connection.execute(_RECORD, units, [use.bill_id for use in rows], digests, amounts)
    await connection.execute(_ADD, units, digests, amounts)


async def release_uses(connection: asyncpg.Connection, reversed_bills: Sequence[tuple[int, int]]) -> None:
    """Release the amounts used by bills (unit id, 票据编号) that are reversed; the record of their use is kept."""
    if reversed_bills:
        await connection.execute(
            _RELEASE, [unit_id for unit_id, _ in reversed_bills], [bill_id for _, bill_id in reversed_bills]
        )
