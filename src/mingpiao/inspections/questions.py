"""Saved queries of a department: kept under a name, for everybody in it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import RowMapping, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.inspections.addresses import query_from
from mingpiao.inspections.checking import require_query
from mingpiao.inspections.query import InspectionQuery
from mingpiao.inspections.tables import inspection_questions
from mingpiao.inspections.vocabulary import Vocabulary, make_vocabulary
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable

MAX_NAME = 60
#: A department keeps so many queries.
MOST_KEPT = 200
_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
# Names are looked for in the request, and not the request among names: 36,000 names take milliseconds.
_NAMED = text(
    "SELECT uscc, name FROM unit_codes WHERE strpos(:request, name) > 0 OR strpos(:request, uscc) > 0"
)
_OF_CODES = text("SELECT uscc, name FROM unit_codes WHERE uscc = ANY (:codes)")


class SavedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A query that a department kept."""

    question_id: int
    region_code: str
    name: str
    query: InspectionQuery
    saved_by_name: str
    saved_at: datetime


def require_inspector(*, acting: Acting) -> str:
    """The region of who acts. Raises `Refusal` (`access.denied`, 403) for anybody but people of departments."""
    if acting.role not in _ROLES or acting.region_code is None:
        raise refuse("access.denied", "监督检查由财政部门的经办人和负责人办理。", status=403)
    return acting.region_code


async def vocabulary_for(
    connection: AsyncConnection,
    request: str,
    catalog: Catalog,
    own_region: str,
    *,
    rules: Mapping[str, str],
    places: Mapping[str, str],
) -> Vocabulary:
    """The words with which a request is read: those units within the scope that it names, and the whole catalogue."""
    rows = await connection.execute(_NAMED, {"request": request})
    units = {row.name: row.uscc for row in rows}
    return make_vocabulary(catalog, own_region=own_region, units=units, rules=rules, places=places)


async def unit_names(connection: AsyncConnection, query: InspectionQuery) -> dict[str, str]:
    """The present names of a query's units within the scope by code: a unit with a new name is shown by that."""
    rows = await connection.execute(_OF_CODES, {"codes": [*query.units, *query.not_units]})
    return {row.uscc: row.name for row in rows}


async def save_question(
    connection: AsyncConnection,
    name: str,
    query: InspectionQuery,
    catalog: Catalog,
    *,
    rules: Mapping[str, str],
    acting: Acting,
) -> SavedQuestion:
    """Keep a query under a name for the department; the same name again takes the place of the former query.

    Raises `Refusal`: `access.denied` (403), `inspection.name_invalid` (422), what `require_query` raises,
    `inspection.too_many_questions` (409).
    """
    region = require_inspector(acting=acting)
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or unprintable(name):
        message = f"请填写名称，1至{MAX_NAME}个普通字符。"
        raise refuse("inspection.name_invalid", message, field="name", status=422)
    require_query(query, catalog, region, rules)
    row = {
        "region_code": region,
        "name": name,
        "query": msgspec.to_builtins(query),
        "saved_by": acting.account_id,
        "saved_by_name": acting.name,
        "saved_at": now(),
    }
    kept = insert(inspection_questions).values(row)
    changed = {key: kept.excluded[key] for key in ("query", "saved_by", "saved_by_name", "saved_at")}
    statement = kept.on_conflict_do_update(index_elements=["region_code", "name"], set_=changed)
    found = (await connection.execute(statement.returning(inspection_questions))).mappings().one()
    if len(await list_questions(connection, region, limit=MOST_KEPT + 1)) > MOST_KEPT:
        message = f"本部门已存{MOST_KEPT}个检查条件，请先删除不用的。"
        raise refuse("inspection.too_many_questions", message, status=409)
    await _put_down(connection, "inspection:save_question", found["question_id"], name, acting=acting)
    return _question(found)


async def forget_question(connection: AsyncConnection, question_id: int, *, acting: Acting) -> None:
    """Delete a query of one's own department. Raises `Refusal`: `access.denied` (403), `inspection.question_unknown` (404)."""
    region = require_inspector(acting=acting)
    columns = inspection_questions.c
    gone = delete(inspection_questions).where(
        columns.question_id == question_id, columns.region_code == region
    )
    row = (
        (await connection.execute(gone.returning(inspection_questions))).mappings().one_or_none()
        if question_id < 2**63
        else None
    )
    if row is None:
        message = "没有找到这个检查条件，可能已被删除，请刷新页面。"
        raise refuse("inspection.question_unknown", message, status=404)
    await _put_down(connection, "inspection:forget_question", question_id, row["name"], acting=acting)


async def list_questions(
    connection: AsyncConnection, region_code: str, *, limit: int = MOST_KEPT
) -> list[SavedQuestion]:
    """What a department keeps, the newest first, within the scope."""
    query = (
        select(inspection_questions)
        .where(inspection_questions.c.region_code == region_code)
        .order_by(inspection_questions.c.saved_at.desc(), inspection_questions.c.question_id.desc())
        .limit(limit)
    )
    return [_question(row) for row in (await connection.execute(query)).mappings()]


def _question(row: RowMapping) -> SavedQuestion:
    return SavedQuestion(
        question_id=row["question_id"],
        region_code=row["region_code"],
        name=row["name"],
        query=query_from(row["query"]),
        saved_by_name=row["saved_by_name"],
        saved_at=row["saved_at"],
    )


async def _put_down(
    connection: AsyncConnection, action: str, question_id: int, name: str, *, acting: Acting
) -> None:
    entry = AuditEntry(
        acting=acting, action=action, subject=f"inspection_question:{question_id}", details={"name": name}
    )
    await record(connection, entry)
