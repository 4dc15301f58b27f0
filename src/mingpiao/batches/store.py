"""Batches and their rows in the database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, RowMapping, Text, bindparam, column, select, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.batches.model import (
    BatchRow,
    BatchState,
    BillBatch,
    PackState,
    RowFilter,
    RowState,
    RuleCount,
    SheetRow,
)
from mingpiao.kernel.errors import Problem, refuse
from mingpiao.rules.model import Hit
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page

BATCHES = NamedLock("batches")

_NEWEST_FIRST = Keyset(KeyColumn("batch_id", int, descending=True))
_IN_ORDER = Keyset(KeyColumn("row_no", int))

_COUNTS = """
SELECT batch_id, state, count(*) AS rows, coalesce(sum(total), 0) AS total
FROM batch_rows WHERE batch_id = ANY(:batch_ids) GROUP BY 1, 2
"""


async def lock_batch(connection: AsyncConnection, batch_id: int) -> BillBatch:
    """The batch, which nobody else changes until the transaction ends. Raises `Refusal` (`batch.unknown`)."""
    return await _batch(connection, _LOCK.clause, batch_id)


async def get_batch(connection: AsyncConnection, batch_id: int) -> BillBatch:
    """A batch within the scope. Raises `Refusal` (`batch.unknown`, 404)."""
    return await _batch(connection, _GET, batch_id)


async def count_unfinished(connection: AsyncConnection, unit_id: int, kind_code: str) -> int:
    """How many batches of a unit and kind may still issue bills."""
    query = text(
        "SELECT count(*) FROM batches WHERE unit_id = :unit_id AND kind_code = :kind_code AND state <> 'finished'"
    )
    return int(await connection.scalar(query, {"unit_id": unit_id, "kind_code": kind_code}) or 0)


_GET = text("SELECT * FROM batches WHERE batch_id = :batch_id")
_LOCK = BATCHES.statement("SELECT * FROM batches WHERE batch_id = :batch_id FOR UPDATE")


async def _batch(connection: AsyncConnection, query: Any, batch_id: int) -> BillBatch:
    row = None
    if 0 < batch_id < 2**63:
        row = (await connection.execute(query, {"batch_id": batch_id})).mappings().one_or_none()
    if row is None:
        raise refuse("batch.unknown", "没有找到该批次，可能已被删除，请从批量开具记录中选择。", status=404)
    return (await _with_counts(connection, [row]))[0]


async def _with_counts(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[BillBatch]:
    counts: dict[int, dict[RowState, int]] = {}
    totals: dict[int, dict[RowState, Decimal]] = {}
    found = await connection.execute(text(_COUNTS), {"batch_ids": [row["batch_id"] for row in rows]})
    for each in found:
        counts.setdefault(each.batch_id, {})[RowState(each.state)] = each.rows
        totals.setdefault(each.batch_id, {})[RowState(each.state)] = each.total
    return [_from_row(row, counts.get(row["batch_id"], {}), totals.get(row["batch_id"], {})) for row in rows]


_PLAIN = frozenset(BillBatch.__struct_fields__) - {
    "kind",
    "state",
    "pack_state",
    "counts",
    "issued_total",
    "total_to_issue",
}


def _from_row(row: RowMapping, counts: dict[RowState, int], totals: dict[RowState, Decimal]) -> BillBatch:
    nothing = Decimal(0)
    return BillBatch(
        kind=row["kind_code"],
        state=BatchState(row["state"]),
        pack_state=PackState(row["pack_state"]),
        counts=counts,
        issued_total=totals.get(RowState.ISSUED, nothing),
        total_to_issue=totals.get(RowState.READY, nothing) + totals.get(RowState.SENDING, nothing),
        **{name: row[name] for name in _PLAIN},
    )


async def list_batches(connection: AsyncConnection, *, after: str = "", limit: int = 50) -> Page[BillBatch]:
    """Batches within the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    before = _NEWEST_FIRST.read(after)[0] if after else 2**63 - 1
    query = text("SELECT * FROM batches WHERE batch_id < :before ORDER BY batch_id DESC LIMIT :limit")
    rows = (await connection.execute(query, {"before": before, "limit": limit + 1})).mappings().all()
    return _NEWEST_FIRST.page(await _with_counts(connection, rows) if rows else [], limit)


# -- rows ----------------------------------------------------------------------------------------

_ROWS = table(
    "batch_rows",
    Column("batch_id", BigInteger),
    Column("row_no", Integer),
    Column("state", Text),
    Column("payer_name", Text),
    Column("hits", JSONB),
    column("*", is_literal=True),
)


async def list_rows(
    connection: AsyncConnection, batch_id: int, wanted: RowFilter, *, after: str = "", limit: int = 50
) -> Page[BatchRow]:
    """Rows of a batch within the scope, in the order of its file. Raises `Refusal` (`list.key_malformed`)."""
    columns = _ROWS.c
    query = select(text("*")).select_from(_ROWS).where(columns.batch_id == batch_id)
    if wanted.state:
        query = query.where(columns.state == wanted.state)
    if wanted.rule:
        query = query.where(columns.hits.contains([{"rule": wanted.rule}]))
    if wanted.payer:
        query = query.where(columns.payer_name.contains(wanted.payer, autoescape=True))
    if wanted.row_no is not None:
        query = query.where(columns.row_no == wanted.row_no)
    if after:
        query = query.where(_IN_ORDER.beyond(columns, after))
    query = query.order_by(columns.row_no).limit(limit + 1)
    found = [row_of(row) for row in (await connection.execute(query)).mappings()]
    return _IN_ORDER.page(found, limit)


async def get_row(connection: AsyncConnection, batch_id: int, row_no: int) -> BatchRow:
    """One row within the scope. Raises `Refusal` (`batch.row_unknown`, 404)."""
    row = None
    if 0 < row_no < 2**31:
        query = text("SELECT * FROM batch_rows WHERE batch_id = :batch_id AND row_no = :row_no")
        values = {"batch_id": batch_id, "row_no": row_no}
        row = (await connection.execute(query, values)).mappings().one_or_none()
    if row is None:
        raise refuse("batch.row_unknown", "批次中没有这一行，请返回批次页面选择。", status=404)
    return row_of(row)


async def rows_in(
    connection: AsyncConnection, batch_id: int, states: Sequence[RowState], *, limit: int | None = None
) -> list[BatchRow]:
    """The rows of a batch in these states, in their order."""
    query = text(
        "SELECT * FROM batch_rows WHERE batch_id = :batch_id AND state = ANY(:states) ORDER BY row_no LIMIT :limit"
    )
    values = {"batch_id": batch_id, "states": [state.value for state in states], "limit": limit}
    return [row_of(row) for row in (await connection.execute(query, values)).mappings()]


def row_of(row: RowMapping) -> BatchRow:
    """A row from all columns of its table."""
    return BatchRow(
        batch_id=row["batch_id"],
        row_no=row["row_no"],
        unit_id=row["unit_id"],
        cells=row["cells"],
        faults=row["faults"],
        reasons=row["reasons"],
        state=RowState(row["state"]),
        business_no=row["business_no"],
        payer_name=row["payer_name"],
        total=row["total"],
        problems=msgspec.convert(row["problems"], tuple[Problem, ...]),
        hits=msgspec.convert(row["hits"], tuple[Hit, ...]),
        handler=row["handler"],
        bill_id=row["bill_id"],
        check_code=row["check_code"],
        issued_at=row["issued_at"],
        application_id=row["application_id"],
    )


_INSERT = text(
    """
INSERT INTO batch_rows (batch_id, unit_id, row_no, cells, faults, content, payer_name)
SELECT :batch_id, :unit_id, row_no, cells, faults, content, payer_name
FROM unnest(CAST(:row_nos AS integer[]), CAST(:cells AS jsonb[]), CAST(:faults AS jsonb[]),
            CAST(:contents AS bytea[]), CAST(:payers AS text[])) AS fresh(row_no, cells, faults, content, payer_name)
ON CONFLICT (batch_id, row_no) DO UPDATE SET
    cells = excluded.cells, faults = excluded.faults, content = excluded.content, payer_name = excluded.payer_name,
    reasons = '{}', state = 'new', problems = '[]', hits = '[]', total = NULL
WHERE batch_rows.state IN ('new', 'wrong', 'asked', 'ready')
"""
)


async def write_rows(
    connection: AsyncConnection,
    batch_id: int,
    unit_id: int,
    rows: Sequence[SheetRow],
    contents: Sequence[bytes],
) -> None:
    """Add rows to a batch, or put them in the place of those with the same number that may still be changed."""
    values = {
        "batch_id": batch_id,
        "unit_id": unit_id,
        "row_nos": [row.row_no for row in rows],
        "cells": [_json(row.cells) for row in rows],
        "faults": [_json(row.faults) for row in rows],
        "contents": list(contents),
        "payers": [row.cells.get("payer/name", "")[:100] for row in rows],
    }
    await connection.execute(_INSERT, values)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class RowVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found of a row."""

    row_no: int
    state: RowState
    business_no: str
    total: Decimal | None
    problems: tuple[Problem, ...]
    hits: tuple[Hit, ...]
    reasons: dict[str, str]


_JUDGE = text(
    """
UPDATE batch_rows AS row SET
    state = found.state, business_no = found.business_no, total = found.total, problems = found.problems,
    hits = found.hits, reasons = found.reasons
FROM unnest(CAST(:row_nos AS integer[]), CAST(:states AS text[]), CAST(:numbers AS text[]),
            CAST(:totals AS numeric[]), CAST(:problems AS jsonb[]), CAST(:hits AS jsonb[]), CAST(:reasons AS jsonb[]))
    AS found(row_no, state, business_no, total, problems, hits, reasons)
WHERE row.batch_id = :batch_id AND row.row_no = found.row_no
  AND row.state IN ('new', 'wrong', 'asked', 'ready')
"""
)


async def write_verdicts(connection: AsyncConnection, batch_id: int, verdicts: Sequence[RowVerdict]) -> None:
    """Keep what a check found of rows that may still be changed."""
    values = {
        "batch_id": batch_id,
        "row_nos": [each.row_no for each in verdicts],
        "states": [each.state.value for each in verdicts],
        "numbers": [each.business_no for each in verdicts],
        "totals": [each.total for each in verdicts],
        "problems": [_json(each.problems) for each in verdicts],
        "hits": [_json(each.hits) for each in verdicts],
        "reasons": [_json(each.reasons) for each in verdicts],
    }
    await connection.execute(_JUDGE, values)


class RowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk answered for a row that was sent."""

    row_no: int
    state: RowState
    problems: tuple[Problem, ...] = ()
    hits: tuple[Hit, ...] = ()
    bill_id: int | None = None
    check_code: str = ""
    issued_at: Any = None
    application_id: int | None = None


_ANSWER = text(
    """
UPDATE batch_rows AS row SET
    state = found.state, problems = found.problems,
    hits = CASE WHEN found.state IN ('issued', 'to_checker') THEN row.hits ELSE found.hits END,
    bill_id = found.bill_id, check_code = found.check_code, issued_at = found.issued_at,
    application_id = found.application_id
FROM unnest(CAST(:row_nos AS integer[]), CAST(:states AS text[]), CAST(:problems AS jsonb[]), CAST(:hits AS jsonb[]),
            CAST(:bill_ids AS bigint[]), CAST(:check_codes AS text[]), CAST(:moments AS timestamptz[]),
            CAST(:applications AS bigint[]))
    AS found(row_no, state, problems, hits, bill_id, check_code, issued_at, application_id)
WHERE row.batch_id = :batch_id AND row.row_no = found.row_no AND row.state = 'sending'
"""
)


async def write_outcomes(connection: AsyncConnection, batch_id: int, outcomes: Sequence[RowAnswer]) -> None:
    """Keep the answers for rows that were sent; a row that was answered before stays as it is."""
    values = {
        "batch_id": batch_id,
        "row_nos": [each.row_no for each in outcomes],
        "states": [each.state.value for each in outcomes],
        "problems": [_json(each.problems) for each in outcomes],
        "hits": [_json(each.hits) for each in outcomes],
        "bill_ids": [each.bill_id for each in outcomes],
        "check_codes": [each.check_code for each in outcomes],
        "moments": [each.issued_at for each in outcomes],
        "applications": [each.application_id for each in outcomes],
    }
    await connection.execute(_ANSWER, values)


_TAKE = text(
    """
UPDATE batch_rows SET state = 'sending', handler = :handler
WHERE batch_id = :batch_id AND row_no IN (
    SELECT row_no FROM batch_rows WHERE batch_id = :batch_id AND state = 'ready' ORDER BY row_no LIMIT :limit)
"""
)


async def take_rows(connection: AsyncConnection, batch_id: int, handler: str, limit: int) -> list[BatchRow]:
    """The next rows to send, in the handler's name; rows that were taken before and not answered come first."""
    before = await rows_in(connection, batch_id, [RowState.SENDING], limit=limit)
    if before:
        return before
    values = {"batch_id": batch_id, "handler": handler, "limit": limit}
    await connection.execute(_TAKE, values)
    return await rows_in(connection, batch_id, [RowState.SENDING], limit=limit)


_SAME = text(
    """
SELECT mine.row_no, min(other.batch_id) AS batch_id, min(other.row_no) AS other_no
FROM batch_rows AS mine
JOIN batch_rows AS other ON other.unit_id = mine.unit_id AND other.content = mine.content
    AND ((other.batch_id <> mine.batch_id AND other.state IN ('sending', 'to_checker', 'issued'))
         OR (other.batch_id = mine.batch_id AND other.row_no < mine.row_no))
WHERE mine.batch_id = :batch_id AND mine.state IN ('new', 'wrong', 'asked', 'ready')
GROUP BY mine.row_no
"""
)


async def same_rows(connection: AsyncConnection, batch_id: int) -> dict[int, tuple[int, int]]:
    """The batch and row whose content is the same, by row: an earlier row of this batch, or one of another that
    is issued or on its way.
    """
    found = await connection.execute(_SAME, {"batch_id": batch_id})
    return {each.row_no: (each.batch_id, each.other_no) for each in found}


_ASKING = text(
    """
SELECT hit ->> 'rule' AS rule, max(hit ->> 'name') AS name, max(hit ->> 'message') AS message,
       max(hit ->> 'basis') AS basis, count(*) AS rows
FROM batch_rows CROSS JOIN jsonb_array_elements(hits) AS hit
WHERE batch_id = :batch_id AND state = 'asked' AND hit ->> 'severity' = 'ask'
  AND coalesce(reasons ->> (hit ->> 'rule'), '') = ''
GROUP BY 1 ORDER BY 5 DESC, 1
"""
)


async def rules_asking(connection: AsyncConnection, batch_id: int) -> list[RuleCount]:
    """The rules that wait for a reason about rows of a batch, those with the most rows first."""
    found = (await connection.execute(_ASKING, {"batch_id": batch_id})).mappings()
    return [RuleCount(**row) for row in found]


_REASON = text(
    """
UPDATE batch_rows SET reasons = reasons || jsonb_build_object(CAST(:rule AS text), CAST(:reason AS text))
WHERE batch_id = :batch_id AND state IN ('asked', 'ready', 'wrong') AND hits @> :hit
  AND (CAST(:row_no AS integer) IS NULL OR row_no = :row_no)
  AND (CAST(:row_no AS integer) IS NOT NULL OR coalesce(reasons ->> CAST(:rule AS text), '') = '')
"""
).bindparams(bindparam("hit", type_=JSONB))


async def write_reason(
    connection: AsyncConnection, batch_id: int, rule: str, reason: str, row_no: int | None
) -> int:
    """Answer a rule about one row, or about all rows that have no answer to it yet; how many were changed."""
    values = {
        "batch_id": batch_id,
        "rule": rule,
        "reason": reason,
        "row_no": row_no,
        "hit": [{"rule": rule}],
    }
    return (await connection.execute(_REASON, values)).rowcount


#: How long the ZIP file of a batch can be downloaded.
PACK_KEPT = timedelta(days=7)


def pack_key(batch_id: int, expires_at: datetime) -> str:
    """The key of a batch's ZIP file in the file store: one that is packed anew later is another file."""
    return f"batches/{batch_id}-{expires_at.astimezone(UTC):%Y%m%d}.zip"
