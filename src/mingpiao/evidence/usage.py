"""How much of each file is used by bills. The train reads and changes it while it locks the row of its paper.

Files of the same paper (`papers.py`) have one counter, that of the paper's first file.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import asyncpg
import msgspec
from sqlalchemy import LargeBinary, TextualSelect, bindparam, column, text

from mingpiao.evidence.model import LikePaper, Usage
from mingpiao.storage.locks import NamedLock

#: The id of a unit and the SM3 (hex) of one of its files.
EvidenceKey = tuple[int, str]

EVIDENCE_FILES = NamedLock("evidence files")

#: The papers of files are settled before any bill may use a file, and never change.
_PAPERS = """
SELECT files.unit_id, files.digest, coalesce(files.paper, files.digest) AS paper, alike.name AS like_name,
    likes_paper.used_amount AS like_amount, likes_paper.used_bills AS like_bills
FROM evidence_files AS files
LEFT JOIN evidence_files AS alike ON (alike.unit_id, alike.digest) = (files.unit_id, files.resembles)
LEFT JOIN evidence_files AS likes_paper
    ON (likes_paper.unit_id, likes_paper.digest) = (alike.unit_id, coalesce(alike.paper, alike.digest))
WHERE (files.unit_id, files.digest) IN (SELECT * FROM unnest($1::bigint[], $2::bytea[]))
"""
_LOCK = EVIDENCE_FILES.statement("""
SELECT unit_id, digest, used_amount, used_bills FROM evidence_files
WHERE (unit_id, digest) IN (SELECT * FROM unnest($1::bigint[], $2::bytea[]))
   OR (unit_id, digest) IN (
       SELECT uses.unit_id, coalesce(files.paper, files.digest)
       FROM evidence_uses AS uses JOIN evidence_files AS files USING (unit_id, digest)
       WHERE (uses.unit_id, uses.bill_id) IN (SELECT * FROM unnest($3::bigint[], $4::bigint[])))
ORDER BY unit_id, digest
FOR UPDATE
""")
_RECORD = """
INSERT INTO evidence_uses (unit_id, bill_id, digest, amount)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::numeric[])
"""
#: A bill that stands on two files of one paper uses the paper once.
_ADD = """
UPDATE evidence_files SET used_amount = used_amount + fresh.amount, used_bills = used_bills + fresh.bills
FROM (
    SELECT unit_id, paper, sum(amount) AS amount, count(*) AS bills FROM (
        SELECT DISTINCT used.unit_id, used.bill_id, coalesce(files.paper, files.digest) AS paper, used.amount
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::numeric[]) AS used(unit_id, bill_id, digest, amount)
        JOIN evidence_files AS files USING (unit_id, digest)
    ) AS each_paper GROUP BY 1, 2
) AS fresh
WHERE evidence_files.unit_id = fresh.unit_id AND evidence_files.digest = fresh.paper
"""
_RELEASE = """
UPDATE evidence_files SET used_amount = used_amount - freed.amount, used_bills = used_bills - freed.bills
FROM (
    SELECT unit_id, paper, sum(amount) AS amount, count(*) AS bills FROM (
        SELECT DISTINCT uses.unit_id, uses.bill_id, coalesce(files.paper, files.digest) AS paper, uses.amount
        FROM evidence_uses AS uses JOIN evidence_files AS files USING (unit_id, digest)
        WHERE (uses.unit_id, uses.bill_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))
    ) AS each_paper GROUP BY 1, 2
) AS freed
WHERE evidence_files.unit_id = freed.unit_id AND evidence_files.digest = freed.paper
"""


def bills_on(digest: str) -> TextualSelect:
    """A query for the bills (`unit_id`, `bill_id`), each once, that were issued with a paper, also those reversed since.

    That is with any file of the paper to which this one belongs in the same unit. It covers the scope of the connection
    that runs it, and uses the index evidence_uses_digest.
    """
    return (
        text("""
WITH papers AS (
    SELECT unit_id, paper FROM evidence_files WHERE digest = :digest AND paper IS NOT NULL
), files AS (
    SELECT unit_id, paper AS digest FROM papers
    UNION SELECT unit_id, copies.digest FROM papers JOIN evidence_files AS copies USING (unit_id, paper)
    UNION SELECT unit_id, digest FROM evidence_files WHERE paper = :digest
)
SELECT unit_id, bill_id FROM evidence_uses WHERE digest = :digest
UNION SELECT unit_id, bill_id FROM files JOIN evidence_uses USING (unit_id, digest)
""")
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
    """Lock the papers of these files and those of bills (unit id, 票据编号) to be reversed, all in one order.

    Returns the usage of each file.
    """
    if not files and not reversed_bills:
        return {}
    units, digests = [unit_id for unit_id, _ in files], [bytes.fromhex(digest) for _, digest in files]
    asked = await connection.fetch(_PAPERS, units, digests) if files else []
    rows = await connection.fetch(
        _LOCK.sql,
        [row["unit_id"] for row in asked],
        [row["paper"] for row in asked],
        [unit_id for unit_id, _ in reversed_bills],
        [bill_id for _, bill_id in reversed_bills],
    )
    used = {(row["unit_id"], row["digest"]): (row["used_amount"], row["used_bills"]) for row in rows}
    return {
        (row["unit_id"], row["digest"].hex()): _usage(row, *used[row["unit_id"], row["paper"]])
        for row in asked
    }


def _usage(row: asyncpg.Record, amount: Decimal, bills: int) -> Usage:
    like = (
        LikePaper(name=row["like_name"], amount=row["like_amount"], bills=row["like_bills"])
        if row["like_bills"]
        else None
    )
    return Usage(
        amount=amount,
        bills=bills,
        paper=row["paper"].hex() if row["paper"] != row["digest"] else "",
        like=like,
    )


async def record_uses(connection: asyncpg.Connection, uses: Iterable[Use]) -> None:
    """Record which files new bills use; `lock_evidence` must have locked the papers of these files."""
    rows = list(uses)
    if not rows:
        return
    units, bills = [use.unit_id for use in rows], [use.bill_id for use in rows]
    digests, amounts = [bytes.fromhex(use.digest) for use in rows], [use.amount for use in rows]
    await connection.execute(_RECORD, units, bills, digests, amounts)
    await connection.execute(_ADD, units, bills, digests, amounts)


async def release_uses(connection: asyncpg.Connection, reversed_bills: Sequence[tuple[int, int]]) -> None:
    """Release the amounts used by bills (unit id, 票据编号) that are reversed; the record of their use is kept."""
    if reversed_bills:
        await connection.execute(
            _RELEASE, [unit_id for unit_id, _ in reversed_bills], [bill_id for _, bill_id in reversed_bills]
        )
