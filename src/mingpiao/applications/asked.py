"""核实记录: requests that rules asked about and that did not become a bill at once.

A request is known by unit, business number and digest: sent again, it is the same row. A program is answered
after its row is committed; whoever got no answer sends its request again, and is asked again. The end of a
request is read from bills and applications, so that issuing a bill writes nothing here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import BigInteger, Column, ColumnElement, DateTime, Numeric, RowMapping, Text, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import GIVEN_UP_DAYS, AskedFilter, AskedRequest, AskEnding
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record_many
from mingpiao.issuing.model import IssueRequest, NeedsConfirmation, Outcome, Refused
from mingpiao.issuing.service import request_digest
from mingpiao.kernel.clock import SHANGHAI, now
from mingpiao.kernel.text import unprintable
from mingpiao.rules.model import Hit
from mingpiao.storage.paging import KeyColumn, Keyset, Page

#: Records of requests that nobody sent for so many days are deleted.
KEPT_DAYS = 730

_Key = tuple[str, bytes]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to keep of answers to a unit: questions, and refusals, by business number and digest."""

    questions: Mapping[_Key, Sequence[tuple[IssueRequest, NeedsConfirmation]]]
    refusals: frozenset[str]

    def parts(self) -> list["Asked"]:
        """The questions and the refusals, as far as there are any, each for a transaction of its own.

        Each part locks rows in one order; together they could wait for another batch in a circle.
        """
        parts = (
            Asked(questions=self.questions, refusals=frozenset()),
            Asked(questions={}, refusals=self.refusals),
        )
        return [part for part in parts if part.questions or part.refusals]


def asked_among(answered: Iterable[tuple[IssueRequest, Outcome]]) -> Asked:
    """What answers ask, and which business numbers they refuse for what stands in the request."""
    questions: dict[_Key, list[tuple[IssueRequest, NeedsConfirmation]]] = {}
    refusals: set[str] = set()
    for request, outcome in answered:
        if isinstance(outcome, NeedsConfirmation):
            key = (request.business_no, request_digest(request))
            questions.setdefault(key, []).append((request, outcome))
        elif _is_refused(outcome) and unprintable(request.business_no) is None:
            refusals.add(request.business_no)
    return Asked(questions=questions, refusals=frozenset(refusals))


def _is_refused(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and all(problem.status == 422 for problem in outcome.problems)


# In the order of the unique index, so that trains of two batches wait for each other and never in a circle.
_KEEP = """
INSERT INTO asked_requests AS known (unit_id, business_no, digest, kind_code, payer_name, total, hits, asked_by,
                                     asked_at, asked_last_at, times)
SELECT $1::bigint, business_no, digest, kind_code, payer_name, total, hits, $8::text, $9::timestamptz,
       $9::timestamptz, times
FROM unnest($2::text[], $3::bytea[], $4::text[], $5::text[], $6::numeric[], $7::jsonb[], $10::integer[])
    AS fresh(business_no, digest, kind_code, payer_name, total, hits, times)
ORDER BY business_no, digest
ON CONFLICT (unit_id, business_no, digest) DO UPDATE SET
    hits = excluded.hits, asked_by = excluded.asked_by, times = known.times + excluded.times,
    asked_last_at = greatest(known.asked_last_at, excluded.asked_last_at)
RETURNING business_no, hits, xmax = 0 AS fresh
"""
_ASKED_BEFORE = """
SELECT DISTINCT business_no FROM asked_requests
WHERE unit_id = $1 AND business_no = ANY($2::text[]) AND (refused_at IS NULL OR refused_at < asked_last_at)
ORDER BY business_no
"""
# One number after the other, in order, so that two batches wait for each other and never in a circle.
_REFUSE = """
UPDATE asked_requests SET refused_at = greatest(asked_last_at, $3::timestamptz)
WHERE unit_id = $1 AND business_no = $2 AND (refused_at IS NULL OR refused_at < asked_last_at)
RETURNING business_no
"""


async def keep_asked(connection: asyncpg.Connection, unit_id: int, asked: Asked, *, acting: Acting) -> None:
    """Keep what rules asked about a unit's requests, and which of those asked before were refused since.

    Works within the caller's transaction, which keeps one of the `parts`. The audit trail has a row for the first time that a request is
    asked about and for its refusal; repetitions only count.
    """
    entries: list[AuditEntry] = []
    if asked.questions:
        entries += [
            _entry("ask", unit_id, row["business_no"], acting=acting, rules=_rules(row["hits"]))
            for row in await connection.fetch(_KEEP, *_columns(unit_id, asked.questions, acting=acting))
            if row["fresh"]
        ]
    if asked.refusals:
        for row in await connection.fetch(_ASKED_BEFORE, unit_id, sorted(asked.refusals)):
            if await connection.fetch(_REFUSE, unit_id, row["business_no"], now()):
                entries.append(_entry("refuse", unit_id, row["business_no"], acting=acting))
    if entries:
        await record_many(connection, entries)


def _columns(
    unit_id: int,
    questions: Mapping[_Key, Sequence[tuple[IssueRequest, NeedsConfirmation]]],
    *,
    acting: Acting,
) -> tuple[Any, ...]:
    last = [found[-1] for found in questions.values()]
    return (
        unit_id,
        [number for number, _ in questions],
        [digest for _, digest in questions],
        [request.kind for request, _ in last],
        [request.payer.name for request, _ in last],
        [request.total for request, _ in last],
        [outcome.hits for _, outcome in last],
        acting.name,
        now(),
        [len(found) for found in questions.values()],
    )


def _rules(hits: Sequence[Mapping[str, Any]]) -> str:
    return "、".join(hit["rule"] for hit in hits)


def _entry(verb: str, unit_id: int, business_no: str, *, acting: Acting, **details: str) -> AuditEntry:
    return AuditEntry(
        acting=acting,
        action=f"asked_request:{verb}",
        subject=f"business_no:{business_no}",
        unit_id=unit_id,
        details={"business_no": business_no, **details},
    )


# -- lists ---------------------------------------------------------------------------------------

#: Each request with its end. Whether one that waits was given up is a matter of days (`_with_ending`).
_WITH_ENDS = text(
    """
SELECT asked.asked_id, asked.unit_id, asked.business_no, asked.kind_code, asked.payer_name, asked.total, asked.hits,
       asked.asked_by, asked.asked_at, asked.asked_last_at, asked.times, issued.bill_id, brought.application_id,
       CASE WHEN issued.reviewed THEN 'reviewed'
            WHEN issued.request_digest <> asked.digest THEN 'changed'
            WHEN issued.confirmed THEN 'confirmed'
            WHEN issued.bill_id IS NOT NULL THEN 'unasked'
            WHEN brought.state IN ('awaits_checker', 'agreed') THEN 'with_checker'
            WHEN brought.application_id IS NOT NULL THEN 'appealed'
            WHEN asked.refused_at >= asked.asked_last_at THEN 'refused'
            ELSE 'waiting' END AS ending
FROM asked_requests AS asked
LEFT JOIN requests_with_bills AS issued
    ON issued.unit_id = asked.unit_id AND issued.business_no = asked.business_no
LEFT JOIN applications AS brought
    ON brought.unit_id = asked.unit_id AND brought.business_no = asked.business_no
    AND (brought.appealed_at IS NOT NULL AND brought.state NOT IN ('refused', 'withdrawn')
         OR brought.state IN ('awaits_checker', 'agreed'))
"""
)
_REQUESTS = _WITH_ENDS.columns(
    Column("asked_id", BigInteger),
    Column("unit_id", BigInteger),
    Column("business_no", Text),
    Column("kind_code", Text),
    Column("payer_name", Text),
    Column("total", Numeric(16, 2)),
    Column("hits", JSONB),
    Column("asked_by", Text),
    Column("asked_at", DateTime(timezone=True)),
    Column("asked_last_at", DateTime(timezone=True)),
    Column("times", BigInteger),
    Column("bill_id", BigInteger),
    Column("application_id", BigInteger),
    Column("ending", Text),
).subquery("asked")
_NEWEST_FIRST = Keyset(KeyColumn("asked_id", int, True))


async def list_asked(
    connection: AsyncConnection, wanted: AskedFilter, *, after: str = "", limit: int = 50
) -> Page[AskedRequest]:
    """A page of requests that rules asked about, those asked first lately first, within the scope.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    query = select(_REQUESTS).where(*_conditions(wanted)).order_by(*_NEWEST_FIRST.order(_REQUESTS.c))
    if after:
        query = query.where(_NEWEST_FIRST.beyond(_REQUESTS.c, after))
    found = (await connection.execute(query.limit(limit + 1))).mappings()
    return _NEWEST_FIRST.page([_from_row(row) for row in found], limit)


def _conditions(wanted: AskedFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        found.append(_REQUESTS.c.unit_id == wanted.unit_id)
    if wanted.business_no:
        found.append(_REQUESTS.c.business_no == wanted.business_no)
    if wanted.rule:
        found.append(_REQUESTS.c.hits.contains([{"rule": wanted.rule}]))
    if wanted.asked_from:
        found.append(_REQUESTS.c.asked_at >= datetime.combine(wanted.asked_from, time.min, SHANGHAI))
    if wanted.asked_to:
        end = datetime.combine(wanted.asked_to, time.min, SHANGHAI) + timedelta(days=1)
        found.append(_REQUESTS.c.asked_at < end)
    return found + _with_ending(wanted.ending)


def _with_ending(ending: str) -> list[ColumnElement[bool]]:
    """The condition of an end; the database knows all but whether one that waits was given up."""
    if not ending:
        return []
    if ending not in (AskEnding.WAITING, AskEnding.GIVEN_UP):
        return [_REQUESTS.c.ending == ending]
    late = _REQUESTS.c.asked_last_at < _given_up_before()
    return [_REQUESTS.c.ending == AskEnding.WAITING.value, late if ending == AskEnding.GIVEN_UP else ~late]


def _given_up_before() -> datetime:
    return now() - timedelta(days=GIVEN_UP_DAYS)


def _from_row(row: RowMapping) -> AskedRequest:
    ending = AskEnding(row["ending"])
    if ending is AskEnding.WAITING and row["asked_last_at"] < _given_up_before():
        ending = AskEnding.GIVEN_UP
    return AskedRequest(
        asked_id=row["asked_id"],
        unit_id=row["unit_id"],
        business_no=row["business_no"],
        kind=row["kind_code"],
        payer_name=row["payer_name"],
        total=row["total"],
        hits=msgspec.convert(row["hits"], tuple[Hit, ...]),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        asked_last_at=row["asked_last_at"],
        times=row["times"],
        ending=ending,
        bill_id=row["bill_id"],
        application_id=row["application_id"],
    )


_RULES = text(
    """
SELECT hit ->> 'rule' AS code, max(hit ->> 'name') AS name
FROM (SELECT hits FROM asked_requests ORDER BY asked_id DESC LIMIT 1000) AS latest
CROSS JOIN jsonb_array_elements(hits) AS hit GROUP BY 1 ORDER BY 2, 1
"""
)


async def rules_that_asked(connection: AsyncConnection) -> list[tuple[str, str]]:
    """(code, name) of each rule that asked about one of the scope's latest thousand requests, by name."""
    return [(row.code, row.name) for row in await connection.execute(_RULES)]
