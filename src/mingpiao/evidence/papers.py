"""The same paper in another file of its unit: found when a file was read, before any bill may use it.

The first file of a paper carries the counters of all of them, so what bills may still use of a paper does not begin anew
with a copy of it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.model import Extraction
from mingpiao.evidence.sameness import Content, Sameness, compare_papers, content_of, traits_of
from mingpiao.storage.locks import NamedLock

#: Two copies that were read at the same moment must see each other.
_LOCK = NamedLock("papers").statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('papers ' || CAST(:unit_id AS text), 0))"
)
#: Other files of which at least one trait is that of this one. Those with most of them come first: a unit has many papers
#: over one sum, and a copy shares more than that.
_CANDIDATES = text(
    """
SELECT digest, extraction, coalesce(paper, digest) AS paper FROM evidence_files
WHERE unit_id = :unit_id AND traits && CAST(:traits AS bigint[]) AND digest <> :digest AND state = 'read'
ORDER BY cardinality(ARRAY(SELECT unnest(traits) INTERSECT SELECT unnest(CAST(:traits AS bigint[])))) DESC,
    uploaded_at, digest LIMIT 60
"""
)
_LINK = text(
    "UPDATE evidence_files SET traits = :traits, paper = :paper, resembles = :resembles "
    "WHERE unit_id = :unit_id AND digest = :digest"
)


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What another file is to this one: the paper of which it is a copy, or a file that it resembles."""

    paper: bytes | None = None
    resembles: bytes | None = None


async def link_paper(connection: AsyncConnection, unit_id: int, digest: str, says: Extraction) -> None:
    """Find the paper to which a file that was just read belongs, in the transaction that settles it."""
    content = content_of(says)
    # Traits are of one unit: a notice that all units have does not make the index bring the files of all.
    traits = [trait ^ unit_id for trait in traits_of(content)]
    key: dict[str, Any] = {"unit_id": unit_id, "digest": bytes.fromhex(digest)}
    await connection.execute(_LOCK.clause, {"unit_id": str(unit_id)})
    rows = (await connection.execute(_CANDIDATES, key | {"traits": traits})).all()
    found = _found(content, rows)
    await connection.execute(
        _LINK, key | {"traits": traits, "paper": found.paper, "resembles": found.resembles}
    )


def _found(content: Content, others: Iterable[Row[Any]]) -> _Found:
    """The first of `others` that is the same paper, else the first that resembles it."""
    resembles: bytes | None = None
    for other in others:
        sameness = compare_papers(content, content_of(msgspec.convert(other.extraction, Extraction)))
        if sameness is Sameness.SAME:
            return _Found(paper=other.paper)
        if sameness is Sameness.RESEMBLING and resembles is None:
            resembles = other.digest
    return _Found(resembles=resembles)
