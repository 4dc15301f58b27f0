"""被查单位的说明: a department tells a unit what was found in its bills, and the unit says what it has to say."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, Role
from mingpiao.inspections.store import all_bills, get_own, put_down
from mingpiao.inspections.tables import inspection_statements, inspections
from mingpiao.inspections.work import InspectionState, InspectionStepKind, PaperVerdict
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.text import character_message, unprintable_place
from mingpiao.messages.service import settle, tell_department, tell_unit
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 30
MAX_WORDS = 1_000
MIN_WORDS = 5
_LONGEST = timedelta(days=92)
_NEWEST_FIRST = Keyset(KeyColumn("statement_id", int, True))
_UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER})
#: What a unit may read: not which inspection it is, nor who else is inspected.
_SEEN = [each for each in inspection_statements.c if each.name not in ("inspection_id", "asked_by_name")]


class ToldBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of a statement, with what an inspector wrote of it."""

    bill_id: int
    note: str

    @property
    def identity(self) -> BillIdentity:
        return BillIdentity.from_bill_id(self.bill_id)


class UnitStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit was told and asked, and what it says."""

    statement_id: int
    unit_id: int
    question: str
    bills: tuple[ToldBill, ...]
    due_on: date
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    answered_by_name: str


async def ask_statement(
    connection: AsyncConnection,
    inspection_id: int,
    unit_id: int,
    question: str,
    due_on: date,
    *,
    acting: Acting,
) -> None:
    """Tell a unit which of its bills were found wrong, and ask what it says, once an inspection.

    Raises `Refusal`: `inspection.unknown` (404), `inspection.not_working`, `inspection.nothing_wrong`,
    `inspection.asked` (409), `inspection.words_invalid`, `inspection.due_invalid` (422).
    """
    present = await get_own(connection, inspection_id, acting=acting)
    if present.state is not InspectionState.WORKING:
        raise refuse("inspection.not_working", "只有“检查中”的检查可以请单位说明。", status=409)
    words = checked_words(question, "question", "要说明的问题")
    if not today() <= due_on <= today() + _LONGEST:
        message = "说明期限应在今天至三个月内，请修改。"
        raise refuse("inspection.due_invalid", message, field="due_on", status=422)
    wrong = [
        each
        for each in await all_bills(connection, inspection_id)
        if each.unit_id == unit_id and each.verdict is PaperVerdict.WRONG
    ]
    if not wrong:
        raise refuse("inspection.nothing_wrong", "该单位没有“有问题”的票据，不需要说明。", status=409)
    row = {
        "inspection_id": inspection_id,
        "unit_id": unit_id,
        "question": words,
        "bills": [{"bill_id": each.bill_id, "note": each.note} for each in wrong],
        "due_on": due_on,
        "asked_at": now(),
        "asked_by_name": acting.name,
    }
    known = select(inspection_statements.c.statement_id).where(
        inspection_statements.c.inspection_id == inspection_id, inspection_statements.c.unit_id == unit_id
    )
    if (await connection.execute(known)).first() is not None:
        raise refuse("inspection.asked", "已请该单位说明，请等待或查看它的说明。", status=409)
    made = insert(inspection_statements).values(row).returning(inspection_statements.c.statement_id)
    statement_id: int = (await connection.execute(made)).scalar_one()
    await put_down(connection, inspection_id, InspectionStepKind.ASKED, words, acting=acting)
    await tell_unit(
        connection,
        unit_id,
        _topic(statement_id),
        "监督检查请您单位说明情况",
        f"{words} 请在{due_on:%Y年%-m月%-d日}前说明。",
        link=f"/unit/inspections/{statement_id}",
        urgent=True,
    )


def checked_words(text: str, field: str, what: str) -> str:
    """Text that people wrote, without outer spaces. Raises `Refusal` (`inspection.words_invalid`, 422)."""
    words = text.strip()
    message = ""
    place = unprintable_place(words.replace("\r", " ").replace("\n", " "))
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        message = f"{what}应为{MIN_WORDS}至{MAX_WORDS:,}字，现有{len(words)}字，请修改。"
    elif place is not None:
        message = character_message(what, words, place)
    if message:
        raise refuse("inspection.words_invalid", message, field=field, status=422)
    return words


async def answer_statement(
    connection: AsyncConnection, statement_id: int, answer: str, *, acting: Acting
) -> UnitStatement:
    """What the unit says, once, also after its time and until the inspection ends.

    Raises `Refusal`: `access.denied` (403), `inspection.statement_unknown` (404), `inspection.words_invalid` (422),
    `inspection.answered`, `inspection.ended` (409).
    """
    if acting.role not in _UNIT_ROLES:
        raise refuse("access.denied", "情况说明由被查单位填写。", status=403)
    statement = await get_statement(connection, statement_id)
    if statement.unit_id != acting.unit_id:
        raise _unknown()
    words = checked_words(answer, "answer", "情况说明")
    query = (
        select(
            inspections.c.inspection_id, inspections.c.region_code, inspections.c.name, inspections.c.state
        )
        .join(
            inspection_statements,
            inspection_statements.c.inspection_id == inspections.c.inspection_id,
        )
        .where(inspection_statements.c.statement_id == statement_id)
    )
    found = (await connection.execute(query)).one()
    if found.state != InspectionState.WORKING.value:
        raise refuse("inspection.ended", "该检查已经结束，不需要再说明。", status=409)
    columns = inspection_statements.c
    answered = (
        update(inspection_statements)
        .where(columns.statement_id == statement_id, columns.answered_at.is_(None))
        .values(answer=words, answered_at=now(), answered_by_name=acting.name)
        .returning(*_SEEN)
    )
    row = (await connection.execute(answered)).mappings().one_or_none()
    if row is None:
        raise refuse("inspection.answered", "已经说明过，请等待财政部门办理。", status=409)
    await put_down(connection, found.inspection_id, InspectionStepKind.ANSWERED, words, acting=acting)
    await settle(connection, _topic(statement_id))
    await tell_department(
        connection,
        found.region_code,
        f"inspection:answer:{statement_id}",
        f"“{found.name}”有单位作了说明",
        words,
        link=f"/finance/inspections/{found.inspection_id}",
    )
    return _statement(row)


async def get_statement(connection: AsyncConnection, statement_id: int) -> UnitStatement:
    """A statement within the scope; raises `Refusal` (`inspection.statement_unknown`, 404)."""
    query = select(*_SEEN).where(inspection_statements.c.statement_id == statement_id)
    row = (await connection.execute(query)).mappings().one_or_none() if statement_id < 2**63 else None
    if row is None:
        raise _unknown()
    return _statement(row)


async def list_statements(
    connection: AsyncConnection, unit_id: int, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[UnitStatement]:
    """A page of what a unit was asked within the scope, the newest first."""
    query = select(*_SEEN).where(inspection_statements.c.unit_id == unit_id)
    query = query.where(_NEWEST_FIRST.beyond(inspection_statements.c, after)) if after else query
    rows = await connection.execute(
        query.order_by(*_NEWEST_FIRST.order(inspection_statements.c)).limit(limit + 1)
    )
    return _NEWEST_FIRST.page([_statement(row) for row in rows.mappings()], limit)


async def statements_of(connection: AsyncConnection, inspection_id: int) -> Sequence[UnitStatement]:
    """What units were asked in an inspection, and what they say."""
    query = select(*_SEEN).where(inspection_statements.c.inspection_id == inspection_id)
    rows = await connection.execute(query.order_by(inspection_statements.c.statement_id))
    return [_statement(row) for row in rows.mappings()]


def _topic(statement_id: int) -> str:
    return f"inspection:statement:{statement_id}"


def _unknown() -> Refusal:
    return refuse("inspection.statement_unknown", "没有找到该说明事项，或您无权查看。", status=404)


def _statement(row: RowMapping) -> UnitStatement:
    return UnitStatement(**dict(row) | {"bills": msgspec.convert(row["bills"], tuple[ToldBill, ...])})
