"""What departments do with tips: accept or refuse, pass on, ask, merge, answer.

Each step names the revision that its author saw: of two people at once the second learns that the tip has changed.
What the reporter reads (`words`) and what stays within departments (`note`) are two texts, and no unit sees either.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import load as load_catalog
from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.messages.service import tell_department
from mingpiao.storage.database import Database
from mingpiao.tips.intake import contact_label
from mingpiao.tips.model import Tip, TipState, TipStepKind, serial_of
from mingpiao.tips.settings import TipSettings
from mingpiao.tips.store import add_tip_step, change_tip, get_tip, unknown
from mingpiao.tips.tables import tips
from mingpiao.tips.wishes import words_problem

_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_PORTION = 500
_OVERDUE = text("""
SELECT tip_id, revision, region_code, due_at FROM tips
WHERE state IN ('new', 'accepted', 'asked') AND overdue_told IS NULL AND due_at <= :now
ORDER BY due_at, tip_id LIMIT :portion
""")


async def accept_tip(
    connection: AsyncConnection,
    tip_id: int,
    note: str,
    *,
    settings: TipSettings,
    revision: int,
    acting: Acting,
) -> Tip:
    """受理: the department looks into it, and has `tip_answer_working_days` for an answer.

    Raises `Refusal`: `tip.unknown` (404), `access.denied` (403), `tip.words_invalid` (422), `tip.accepted` (409) for
    one that is accepted, `tip.decided` or `tip.changed` (409).
    """
    tip = await require_department(connection, tip_id, acting=acting)
    note = _note(note)
    require_open(tip)
    if tip.accepted_at is not None:
        raise refuse("tip.accepted", "该线索已经受理，请刷新页面查看。", status=409)
    moment = now()
    values = {
        # What the reporter was asked stays open.
        "state": (TipState.ASKED if tip.state is TipState.ASKED else TipState.ACCEPTED).value,
        "accepted_at": moment,
        "due_at": end_of_workday(moment, settings.tip_answer_working_days),
    }
    accepted = await change_tip(connection, tip_id, values, revision=revision)
    await add_tip_step(connection, accepted, TipStepKind.ACCEPTED, note=note, acting=acting)
    return accepted


async def refuse_tip(
    connection: AsyncConnection, tip_id: int, answer: str, note: str, *, revision: int, acting: Acting
) -> Tip:
    """不予受理, with a reason that the reporter reads. Raises as `accept_tip`."""
    tip = await require_department(connection, tip_id, acting=acting)
    words, note = _words(answer, "answer", "不予受理的理由"), _note(note)
    require_open(tip)
    if tip.accepted_at is not None:
        raise refuse("tip.accepted", "该线索已经受理，请办理后办结并答复。", status=409)
    values = _decided(TipState.REFUSED, words, acting=acting)
    refused = await change_tip(connection, tip_id, values, revision=revision)
    await add_tip_step(connection, refused, TipStepKind.REFUSED, words=words, note=note, acting=acting)
    return refused


async def close_tip(
    connection: AsyncConnection, tip_id: int, answer: str, note: str, *, revision: int, acting: Acting
) -> Tip:
    """办结, with an answer for the reporter and those whose tips were merged into this one.

    Raises `Refusal` as `accept_tip`, and `tip.not_accepted` (409).
    """
    tip = await require_department(connection, tip_id, acting=acting)
    words, note = _words(answer, "answer", "答复"), _note(note)
    require_open(tip)
    if tip.accepted_at is None:
        raise refuse("tip.not_accepted", "请先受理，再办结。", status=409)
    values = _decided(TipState.CLOSED, words, acting=acting)
    closed = await change_tip(connection, tip_id, values, revision=revision)
    await add_tip_step(connection, closed, TipStepKind.CLOSED, words=words, note=note, acting=acting)
    return closed


async def ask_reporter(
    connection: AsyncConnection, tip_id: int, question: str, *, revision: int, acting: Acting
) -> Tip:
    """要求补充: the reporter reads the question with the 查询码, and answers once. Raises as `accept_tip`."""
    tip = await require_department(connection, tip_id, acting=acting)
    words = _words(question, "question", "需要补充的内容")
    require_open(tip)
    values = {"state": TipState.ASKED.value, "question": words}
    asked = await change_tip(connection, tip_id, values, revision=revision)
    await add_tip_step(connection, asked, TipStepKind.ASKED, words=words, acting=acting)
    return asked


async def transfer_tip(
    connection: AsyncConnection,
    tip_id: int,
    region_code: str,
    note: str,
    *,
    settings: TipSettings,
    revision: int,
    acting: Acting,
) -> Tip:
    """转办 to another department, which accepts or refuses it itself, in time of its own.

    Raises `Refusal` as `accept_tip`, and `tip.department_invalid` (422).
    """
    tip = await require_department(connection, tip_id, acting=acting)
    catalog = await load_catalog(connection)
    note = _words(note, "note", "转办原因")
    require_open(tip)
    if region_code not in catalog.departments or region_code == tip.region_code:
        message = "请选择要转交的财政部门，不能是现在的部门。"
        raise refuse("tip.department_invalid", message, field="region", status=422)
    values = {
        "region_code": region_code,
        "state": TipState.NEW.value,
        "question": "",
        "accepted_at": None,
        "due_at": end_of_workday(now(), settings.tip_accept_working_days),
    }
    moved = await change_tip(connection, tip_id, values, revision=revision)
    name = catalog.departments[region_code].name
    words = f"转交{name}办理。"
    await add_tip_step(connection, moved, TipStepKind.TRANSFERRED, words=words, note=note, acting=acting)
    await tell_department(
        connection,
        region_code,
        f"tip:new:{tip_id}:{moved.revision}",
        f"收到转办的群众线索{moved.serial}",
        f"{note} 请在{moved.last_day:%-m月%-d日}前决定是否受理。",
        link=f"/finance/tips/{tip_id}",
    )
    return moved


async def merge_tip(
    connection: AsyncConnection, tip_id: int, into: int, note: str, *, revision: int, acting: Acting
) -> Tip:
    """并案: a tip is worked on together with an open one of the same bill or unit, whose answer is its answer.

    What was merged into it follows. Raises `Refusal` as `accept_tip`, and `tip.not_alike` (422).
    """
    tip = await require_department(connection, tip_id, acting=acting)
    note = _note(note)
    require_open(tip)
    leading = await _leading(connection, tip, into, acting=acting)
    values = {"state": TipState.MERGED.value, "merged_into": into, "question": ""}
    # Always in this order, so that two who merge wait for each other and never in a circle.
    changes: dict[int, tuple[dict[str, Any], int]] = {
        tip_id: (values, revision),
        into: ({}, leading.revision),
    }
    done = {
        each: await change_tip(connection, each, changes[each][0], revision=changes[each][1])
        for each in sorted(changes)
    }
    await connection.execute(update(tips).where(tips.c.merged_into == tip_id).values(merged_into=into))
    words = "已与同类线索合并办理。"
    kept = f"并入{serial_of(into)}。{note}"
    await add_tip_step(connection, done[tip_id], TipStepKind.MERGED, words=words, note=kept, acting=acting)
    took = serial_of(tip_id)
    await add_tip_step(connection, done[into], TipStepKind.TOOK, note=f"{took}并入本线索。", acting=acting)
    return done[tip_id]


async def _leading(connection: AsyncConnection, tip: Tip, into: int, *, acting: Acting) -> Tip:
    """The tip that another one is merged into. Raises `Refusal` (`tip.not_alike`, 422)."""
    try:
        found = await require_department(connection, into, acting=acting)
    except Refusal:
        found = None
    alike = found is not None and found.is_open and into != tip.tip_id and _same_matter(tip, found)
    if found is None or not alike:
        message = "请选择要并入的线索：同一票据或同一单位、还没有办结的。"
        raise refuse("tip.not_alike", message, field="into", status=422)
    return found


def _same_matter(one: Tip, other: Tip) -> bool:
    same_bill = one.bill_id is not None and one.bill_id == other.bill_id
    return same_bill or (one.unit_id is not None and one.unit_id == other.unit_id)


async def read_contact(
    connection: AsyncConnection, tip_id: int, master_key: MasterKey, *, acting: Acting
) -> str:
    """How the reporter can be reached, or an empty text; who reads it is recorded. Raises as `accept_tip`."""
    tip = await require_department(connection, tip_id, acting=acting)
    query = select(tips.c.contact, tips.c.code_hash).where(tips.c.tip_id == tip_id)
    row = (await connection.execute(query)).one()
    if row.contact is None:
        return ""
    contact = master_key.unwrap(row.contact, contact_label(row.code_hash)).decode()
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="tip:read_contact",
            subject=f"tip:{tip_id}",
            region_code=tip.region_code,
            details={"contact": tip.contact},
        ),
    )
    return contact


async def follow_moved_unit(connection: AsyncConnection, unit_id: int, region_code: str) -> None:
    """Open tips of a unit that moved belong to the department of its new region."""
    await connection.execute(
        text(
            "UPDATE tips SET region_code = :region, revision = revision + 1 "
            "WHERE unit_id = :unit_id AND state IN ('new', 'accepted', 'asked') AND region_code <> :region"
        ),
        {"region": region_code, "unit_id": unit_id},
    )


async def follow_ended_region(connection: AsyncConnection, region: str, into: str, *, acting: Acting) -> None:
    """A region ended: all tips of its department belong to the one that took its place."""
    moved = text("UPDATE tips SET region_code = :into, revision = revision + 1 WHERE region_code = :region")
    count = (await connection.execute(moved, {"into": into, "region": region})).rowcount
    if count:
        await record(
            connection,
            AuditEntry(
                acting=acting,
                action="tip:follow_region",
                subject=f"region:{into}",
                region_code=into,
                details={"region": region, "tips": str(count)},
            ),
        )


async def tell_of_overdue(database: Database) -> None:
    """Tell each department once of each tip that it has not acted on in time."""
    while True:
        async with database.system() as connection:
            given = {"now": now(), "portion": _PORTION}
            rows = list(await connection.execute(_OVERDUE, given))
            for row in rows:
                await _tell_overdue(connection, row.tip_id, row.revision, row.region_code, row.due_at)
            told = update(tips).where(tips.c.tip_id.in_([row.tip_id for row in rows]))
            await connection.execute(told.values(overdue_told=now()))
        if len(rows) < _PORTION:
            return


async def _tell_overdue(
    connection: AsyncConnection, tip_id: int, revision: int, region_code: str, due_at: datetime
) -> None:
    await tell_department(
        connection,
        region_code,
        f"tip:overdue:{tip_id}:{revision}",
        f"群众线索{serial_of(tip_id)}逾期未办",
        f"应在{to_shanghai(due_at):%-m月%-d日}零时前办理，请尽快办理。",
        link=f"/finance/tips/{tip_id}",
        urgent=True,
    )


# -- shared ------------------------------------------------------------------------------------------------


async def require_department(connection: AsyncConnection, tip_id: int, *, acting: Acting) -> Tip:
    """A tip of the acting person's department, or of one below it. Raises `Refusal` (403, 404)."""
    if acting.role not in _DEPARTMENT_ROLES or acting.region_code is None:
        raise refuse("access.denied", "群众线索由财政部门的经办人和负责人办理。", status=403)
    tip = await get_tip(connection, tip_id)
    if not region_covers(acting.region_code, tip.region_code):
        raise unknown()
    return tip


def require_open(tip: Tip) -> None:
    if not tip.is_open:
        who = f"（{tip.decided_by_name}）" if tip.decided_by_name else ""
        message = f"该线索的状态是“{tip.state.label}”{who}，请刷新页面查看。"
        raise refuse("tip.decided", message, status=409, state=tip.state.value)


def _words(text_: str, field: str, what: str) -> str:
    words = text_.strip()
    problem = words_problem(words, field, what, least=4)
    if problem is not None:
        raise Refusal(problem)
    return words


def _note(text_: str) -> str:
    note = text_.strip()
    problem: Problem | None = words_problem(note, "note", "内部备注") if note else None
    if problem is not None:
        raise Refusal(problem)
    return note


def _decided(state: TipState, answer: str, *, acting: Acting) -> dict[str, Any]:
    return {
        "state": state.value,
        "answer": answer,
        "question": "",
        "decided_at": now(),
        "decided_by_name": acting.name,
    }
