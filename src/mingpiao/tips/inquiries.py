"""情况问询: a department asks the unit of a tip to explain something, and the unit answers.

The unit reads the question, which the officer writes for it, and nothing else: neither that there is a tip, nor what
it says, nor who reported. A question is answered once.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import settle, tell_department, tell_unit
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.tips.model import Inquiry, Tip, TipStepKind
from mingpiao.tips.store import add_tip_step, change_tip, get_tip
from mingpiao.tips.tables import tip_inquiries
from mingpiao.tips.triage import require_department, require_open
from mingpiao.tips.wishes import checked_words

PAGE_SIZE = 30
#: A unit has at most so many days to answer.
_LONGEST = timedelta(days=92)
_NEWEST_FIRST = Keyset(KeyColumn("inquiry_id", int, True))
_UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER})
#: What a unit may read of a question: not the tip that it came from.
_SEEN = [each for each in tip_inquiries.c if each.name != "tip_id"]


async def ask_unit(
    connection: AsyncConnection,
    tip_id: int,
    question: str,
    due_on: date,
    *,
    revision: int,
    acting: Acting,
) -> Tip:
    """Ask the unit of an accepted tip, which has until the end of `due_on`. One question is open at a time.

    Raises `Refusal`: as `accept_tip`, `tip.not_accepted`, `tip.no_unit`, `tip.awaits_answer` (409), `tip.due_invalid`
    (422).
    """
    tip = await require_department(connection, tip_id, acting=acting)
    words = checked_words(question, "question", "请单位说明的问题")
    if not today() <= due_on <= today() + _LONGEST:
        message = "说明期限应在今天至三个月内，请修改。"
        raise refuse("tip.due_invalid", message, field="due_on", status=422)
    require_open(tip)
    if tip.accepted_at is None:
        raise refuse("tip.not_accepted", "请先受理，再请单位说明。", status=409)
    if tip.unit_id is None:
        raise refuse("tip.no_unit", "这条线索没有对应的用票单位，不能在平台上请单位说明。", status=409)
    changed = await change_tip(connection, tip_id, {}, revision=revision)
    open_one = select(tip_inquiries.c.inquiry_id).where(
        tip_inquiries.c.tip_id == tip_id, tip_inquiries.c.answered_at.is_(None)
    )
    if (await connection.execute(open_one)).first() is not None:
        raise refuse("tip.awaits_answer", "上一个问题单位还没有说明，请等待说明。", status=409)
    row = {
        "tip_id": tip_id,
        "unit_id": tip.unit_id,
        "region_code": tip.region_code,
        "question": words,
        "due_on": due_on,
        "asked_at": now(),
        "asked_by_name": acting.name,
    }
    made = insert(tip_inquiries).values(row).returning(tip_inquiries.c.inquiry_id)
    inquiry_id: int = (await connection.execute(made)).scalar_one()
    await add_tip_step(connection, changed, TipStepKind.INQUIRED, note=words, acting=acting)
    await tell_unit(
        connection,
        tip.unit_id,
        f"inquiry:{inquiry_id}",
        "财政部门请您单位说明情况",
        f"{words} 请在{due_on:%Y年%-m月%-d日}前说明。",
        link=f"/unit/inquiries/{inquiry_id}",
        urgent=True,
    )
    return changed


async def answer_inquiry(
    connection: AsyncConnection, inquiry_id: int, answer: str, *, acting: Acting
) -> Inquiry:
    """What the unit says; late answers count too.

    Raises `Refusal`: `inquiry.unknown` (404), `access.denied` (403), `tip.words_invalid` (422), `inquiry.answered`
    (409).
    """
    if acting.role not in _UNIT_ROLES or acting.unit_id is None:
        raise refuse("access.denied", "由单位的开票人或管理员说明。", status=403)
    own = await get_inquiry(connection, inquiry_id)
    if own.unit_id != acting.unit_id:
        raise _unknown()
    words = checked_words(answer, "answer", "情况说明")
    answered = (
        update(tip_inquiries)
        .where(tip_inquiries.c.inquiry_id == inquiry_id, tip_inquiries.c.answered_at.is_(None))
        .values(answer=words, answered_at=now(), answered_by_name=acting.name)
        .returning(tip_inquiries)
    )
    row = (await connection.execute(answered)).one_or_none()
    if row is None:
        raise refuse("inquiry.answered", "已经说明过，请等待财政部门办理。", status=409)
    await settle(connection, f"inquiry:{inquiry_id}")
    tip = await get_tip(connection, row.tip_id)
    await add_tip_step(connection, tip, TipStepKind.EXPLAINED, note=words, acting=acting)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="inquiry:answer",
            subject=f"inquiry:{inquiry_id}",
            unit_id=acting.unit_id,
            details={"words": words},
        ),
    )
    await tell_department(
        connection,
        tip.region_code,
        f"inquiry:answer:{inquiry_id}",
        f"线索{tip.serial}的单位已说明",
        words,
        link=f"/finance/tips/{tip.tip_id}",
    )
    return _inquiry(row)


async def get_inquiry(connection: AsyncConnection, inquiry_id: int) -> Inquiry:
    """A question within the scope; raises `Refusal` (`inquiry.unknown`, 404)."""
    query = select(*_SEEN).where(tip_inquiries.c.inquiry_id == inquiry_id)
    row = (await connection.execute(query)).one_or_none() if inquiry_id < 2**63 else None
    if row is None:
        raise _unknown()
    return _inquiry(row)


async def list_inquiries(
    connection: AsyncConnection,
    unit_id: int,
    *,
    is_open: bool | None = None,
    after: str = "",
    limit: int = PAGE_SIZE,
) -> Page[Inquiry]:
    """A page of a unit's questions, the newest first; open ones or answered ones where `is_open` says so."""
    query = select(*_SEEN).where(tip_inquiries.c.unit_id == unit_id)
    if is_open is not None:
        unanswered = tip_inquiries.c.answered_at.is_(None)
        query = query.where(unanswered if is_open else ~unanswered)
    query = query.where(_NEWEST_FIRST.beyond(tip_inquiries.c, after)) if after else query
    rows = await connection.execute(query.order_by(*_NEWEST_FIRST.order(tip_inquiries.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([_inquiry(row) for row in rows], limit)


async def inquiries_of_tip(connection: AsyncConnection, tip_id: int) -> list[Inquiry]:
    """The questions that a tip led to, the oldest first, within a department's scope."""
    query = select(*_SEEN).where(tip_inquiries.c.tip_id == tip_id).order_by(tip_inquiries.c.inquiry_id)
    return [_inquiry(row) for row in await connection.execute(query)]


def _inquiry(row: Row[tuple[object, ...]]) -> Inquiry:
    answered_at: datetime | None = row.answered_at
    return Inquiry(
        inquiry_id=row.inquiry_id,
        unit_id=row.unit_id,
        question=row.question,
        due_on=row.due_on,
        asked_at=row.asked_at,
        asked_by_name=row.asked_by_name,
        answer=row.answer,
        answered_at=answered_at,
        answered_by_name=row.answered_by_name,
    )


def _unknown() -> Refusal:
    return refuse("inquiry.unknown", "没有找到该问询，或您无权查看。", status=404)
