"""Questions as rows: a page asks one, a worker answers it, and the department reads it; alike ones share an answer."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog, UnitType
from mingpiao.cube.model import (
    CUBE_DIMENSIONS,
    CUBE_MEASURES,
    MAX_MEASURES,
    MAX_MONTHS,
    MAX_ROWS,
    AskedQuestion,
    CubeAnswer,
    CubeQuestion,
    CubeState,
)
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import SHANGHAI, now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.lake.service import extent_of_lake
from mingpiao.storage.paging import KeyColumn, Keyset, Page

JOB = "answer_cube"
PAGE_SIZE = 20
_NEWEST_FIRST = Keyset(KeyColumn("question_id", int, True))
_NO_BOUND = 2**63 - 1

_KNOWN = text(
    "SELECT question_id FROM cube_questions WHERE region_code = :region_code AND digest = :digest AND extent = :extent "
    "AND state IN ('waiting', 'running', 'done') ORDER BY question_id DESC LIMIT 1"
)
_INSERT = text(
    "INSERT INTO cube_questions (region_code, question, digest, extent, estimate, asked_by, asked_by_name, asked_at) "
    "VALUES (:region_code, CAST(:question AS jsonb), :digest, :extent, :estimate, :asked_by, :asked_by_name, :asked_at) "
    "ON CONFLICT (asked_by) WHERE state IN ('waiting', 'running') DO NOTHING RETURNING question_id"
)
_GET = text("SELECT * FROM cube_questions WHERE question_id = :question_id AND region_code = :region_code")
_LIST = text(
    "SELECT * FROM cube_questions WHERE region_code = :region_code AND question_id < :before "
    "ORDER BY question_id DESC LIMIT :limit"
)
_ASK_STOP = text(
    "UPDATE cube_questions SET stop_requested = true, "
    "state = CASE state WHEN 'waiting' THEN 'stopped' ELSE state END "
    "WHERE question_id = :question_id AND state IN ('waiting', 'running')"
)
_BEGIN = text(
    "UPDATE cube_questions SET state = 'running', progress = 0 "
    "WHERE question_id = :question_id AND state IN ('waiting', 'running') RETURNING *"
)
_ADVANCE = text(
    "UPDATE cube_questions SET progress = greatest(progress, CAST(:progress AS real)) "
    "WHERE question_id = :question_id AND state = 'running' RETURNING stop_requested"
)
_EXTENT = text(
    "UPDATE cube_questions SET extent = :extent, estimate = :estimate WHERE question_id = :question_id"
)
_END = text(
    "UPDATE cube_questions SET state = :state, answer = CAST(:answer AS jsonb), failure = :failure "
    "WHERE question_id = :question_id AND state = 'running'"
)


def check_question(question: CubeQuestion, catalog: Catalog) -> None:
    """Raise `Refusal` (422) with every problem of a question, each at its field: `cube.measures`, `cube.rows`,
    `cube.columns`, `cube.days`, `cube.kinds`, `cube.unit_types`, `cube.top`.
    """
    problems = [
        Problem(code=f"cube.{field}", field=field, message=message, status=422)
        for field, wrong, message in (
            ("measures", not _measures_fit(question), f"请选择1至{MAX_MEASURES}个指标。"),
            ("rows", question.rows not in CUBE_DIMENSIONS, "请选择行。"),
            ("columns", not _columns_fit(question), "列应与行不同，并从列表中选择。"),
            ("last", question.first > question.last, "结束日期早于开始日期，请修改。"),
            (
                "first",
                _months(question.first, question.last) > MAX_MONTHS,
                f"期间最长{MAX_MONTHS}个月，请缩短。",
            ),
            ("kinds", not set(question.kinds) <= set(catalog.kinds), "请从列表中选择票据种类。"),
            ("unit_types", not set(question.unit_types) <= set(UnitType), "请从列表中选择单位类型。"),
            ("top", not 0 <= question.top <= MAX_ROWS, f"行数应为0至{MAX_ROWS:,}，0表示全部。"),
            (
                "year_before",
                question.year_before and bool(question.columns),
                "有列时不能同时与上年同期比较。",
            ),
        )
        if wrong
    ]
    if problems:
        raise Refusal(*problems)


def _measures_fit(question: CubeQuestion) -> bool:
    names = question.measures
    return (
        0 < len(names) <= MAX_MEASURES and len(set(names)) == len(names) and set(names) <= set(CUBE_MEASURES)
    )


def _columns_fit(question: CubeQuestion) -> bool:
    if not question.columns:
        return True
    dimension = CUBE_DIMENSIONS.get(question.columns)
    return dimension is not None and dimension.narrow and question.columns != question.rows


def _months(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month + 1


async def ask(
    connection: AsyncConnection,
    catalog: Catalog,
    question: CubeQuestion,
    *,
    region_code: str,
    acting: Acting,
) -> int:
    """Ask a question for a department (`region_code`, whose area the question's own region lies in); returns its id.

    Alike ones of the department share an answer as long as the lake is the same. Raises `Refusal`: what
    `check_question` raises, `cube.one_at_a_time` (429) while the person's last one is not answered.
    """
    check_question(question, catalog)
    extent = await extent_of_lake(connection, question.first, question.last)
    encoded = msgspec.json.encode(question).decode()
    values = {
        "region_code": region_code,
        "question": encoded,
        "digest": hashlib.new("sm3", encoded.encode()).digest(),
        "extent": extent.digest,
        "estimate": extent.bills,
        "asked_by": acting.actor,
        "asked_by_name": acting.name,
        "asked_at": now(),
    }
    known: int | None = await connection.scalar(_KNOWN, values)
    if known is not None:
        return known
    question_id: int | None = await connection.scalar(_INSERT, values)
    if question_id is None:
        message = "您的上一个查询还没有完成，请等它完成，或先停止它。"
        raise refuse("cube.one_at_a_time", message, status=429)
    await enqueue(connection, JOB, {"question_id": question_id})
    await _audit(
        connection, "ask", question_id, {"rows": CUBE_DIMENSIONS[question.rows].label}, acting=acting
    )
    return question_id


async def get_question(connection: AsyncConnection, question_id: int, *, region_code: str) -> AskedQuestion:
    """A department's question with its answer. Raises `Refusal` (`cube.unknown`, 404)."""
    values = {"question_id": question_id, "region_code": region_code}
    row = (await connection.execute(_GET, values)).mappings().one_or_none()
    if row is None:
        raise refuse("cube.unknown", "没有找到该查询，或您无权查看，请重新查询。", status=404)
    return _question(row)


async def list_questions(
    connection: AsyncConnection, *, region_code: str, after: str = "", limit: int = PAGE_SIZE
) -> Page[AskedQuestion]:
    """A page of a department's questions, the newest first."""
    before = _NEWEST_FIRST.read(after)[0] if after else _NO_BOUND
    values = {"region_code": region_code, "before": before, "limit": limit + 1}
    found = [_question(row) for row in (await connection.execute(_LIST, values)).mappings()]
    return _NEWEST_FIRST.page(found, limit)


async def stop_question(
    connection: AsyncConnection, question_id: int, *, region_code: str, acting: Acting
) -> None:
    """Stop a question unless it has ended. Raises `Refusal` (`cube.unknown`, 404)."""
    await get_question(connection, question_id, region_code=region_code)
    if (await connection.execute(_ASK_STOP, {"question_id": question_id})).rowcount:
        await _audit(connection, "stop", question_id, {}, acting=acting)


async def _audit(
    connection: AsyncConnection, verb: str, question_id: int, details: Mapping[str, str], *, acting: Acting
) -> None:
    entry = AuditEntry(
        acting=acting, action=f"cube:{verb}", subject=f"cube:{question_id}", details=dict(details)
    )
    await record(connection, entry)


def _question(row: RowMapping) -> AskedQuestion:
    return AskedQuestion(
        question_id=row["question_id"],
        region_code=row["region_code"],
        question=msgspec.convert(row["question"], CubeQuestion),
        state=CubeState(row["state"]),
        progress=row["progress"],
        estimate=row["estimate"],
        failure=row["failure"],
        answer=None if row["answer"] is None else msgspec.convert(row["answer"], CubeAnswer),
        asked_by_name=row["asked_by_name"],
        asked_at=row["asked_at"].astimezone(SHANGHAI),
    )


# -- the worker's side ---------------------------------------------------------------------------------------


async def begin(connection: AsyncConnection, question_id: int) -> AskedQuestion | None:
    """Begin a question, or begin again one whose worker was killed; None when it was stopped or is answered."""
    row = (await connection.execute(_BEGIN, {"question_id": question_id})).mappings().one_or_none()
    return None if row is None else _question(row)


async def remember_extent(connection: AsyncConnection, asked: AskedQuestion) -> None:
    """Keep what the lake is now: the answer will be made of this, or of more."""
    extent = await extent_of_lake(connection, asked.question.first, asked.question.last)
    values = {"question_id": asked.question_id, "extent": extent.digest, "estimate": extent.bills}
    await connection.execute(_EXTENT, values)


async def advance(connection: AsyncConnection, question_id: int, progress: float) -> bool:
    """Keep the progress; False when somebody asked to stop."""
    values = {"question_id": question_id, "progress": progress}
    stop = (await connection.execute(_ADVANCE, values)).scalar_one_or_none()
    return stop is False


async def end(
    connection: AsyncConnection,
    question_id: int,
    state: CubeState,
    *,
    answer: CubeAnswer | None = None,
    failure: str = "",
) -> None:
    """End a question that runs."""
    values: dict[str, Any] = {
        "question_id": question_id,
        "state": state.value,
        "answer": None if answer is None else msgspec.json.encode(answer).decode(),
        "failure": failure,
    }
    await connection.execute(_END, values)
