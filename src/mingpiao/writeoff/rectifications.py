"""整改: breaches of a unit become one notice with a last day; the unit answers it, the department accepts.

A notice that is overdue stops the unit by a day on its stock rows (`limits.py`), written in the transaction that
issues, extends, returns or accepts it, so that nothing happens at midnight. Locks are taken in the order of
write-off: the unit's limits and stock rows, then its cases and notices.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import load as load_catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.messages.service import tell_department, tell_unit
from mingpiao.numbering.service import hold_stocks
from mingpiao.rules.service import VIOLATIONS
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.units.service import get as get_unit
from mingpiao.writeoff.cases import case_of
from mingpiao.writeoff.casework import (
    add_step,
    checked_files,
    checked_words,
    require_department,
    require_own_unit,
)
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import (
    CaseState,
    Correction,
    ExceptionCase,
    NoticeLine,
    Rectification,
    RectificationFilter,
    RectificationNotice,
    RectificationState,
    WorkStepKind,
)
from mingpiao.writeoff.months import months_after
from mingpiao.writeoff.policies import load_policies
from mingpiao.writeoff.tables import corrections, exception_cases, rectification_serials, rectifications

PAGE_SIZE = 50
MAX_BILLS = 200
_DUE_FIRST = Keyset(KeyColumn("due_on", date), KeyColumn("rectification_id", int))
_FACES = text("""
SELECT bill_id, color, state, issued_at, related_bill_id FROM bills_of_months
WHERE unit_id = :unit_id AND bill_id = ANY (:ids)
""")


# -- looking up ------------------------------------------------------------------------------------------


async def get_rectification(connection: AsyncConnection, rectification_id: int) -> Rectification:
    """A notice within the scope; raises `Refusal` (`rectification.unknown`, 404)."""
    query = select(rectifications).where(rectifications.c.rectification_id == rectification_id)
    row = (await connection.execute(query)).mappings().one_or_none() if rectification_id < 2**63 else None
    if row is None:
        raise _unknown()
    return _rectification_of(row)


async def list_rectifications(
    connection: AsyncConnection, wanted: RectificationFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Rectification]:
    """A page of the notices within the scope, those that are due first come first."""
    query = select(rectifications)
    if wanted.unit_id is not None:
        query = query.where(rectifications.c.unit_id == wanted.unit_id)
    if wanted.states:
        query = query.where(rectifications.c.state.in_([each.value for each in wanted.states]))
    if wanted.region_code:
        own = rectifications.c.region_code == wanted.region_code
        query = query.where(own | (rectifications.c.escalated_to == wanted.region_code))
    if wanted.escalated:
        query = query.where(rectifications.c.escalated_to.is_not(None))
    if wanted.due == "overdue":
        open_ones = rectifications.c.state != RectificationState.ACCEPTED.value
        query = query.where(open_ones, rectifications.c.due_on < today())
    query = query.where(_DUE_FIRST.beyond(rectifications.c, after)) if after else query
    found = await connection.execute(query.order_by(*_DUE_FIRST.order(rectifications.c)).limit(limit + 1))
    return _DUE_FIRST.page([_rectification_of(row) for row in found.mappings()], limit)


async def breaches_of(connection: AsyncConnection, unit_id: int) -> list[ExceptionCase]:
    """The breaches of a unit for which no notice was issued yet, within the scope."""
    query = (
        select(exception_cases)
        .where(exception_cases.c.unit_id == unit_id, exception_cases.c.state == CaseState.BREACHED.value)
        .order_by(exception_cases.c.case_id)
        .limit(MAX_BILLS)
    )
    return [case_of(row) for row in (await connection.execute(query)).mappings()]


async def cases_of(connection: AsyncConnection, rectification_id: int) -> list[ExceptionCase]:
    """The cases that a notice takes up, within the scope."""
    query = (
        select(exception_cases)
        .where(exception_cases.c.rectification_id == rectification_id)
        .order_by(exception_cases.c.case_id)
    )
    return [case_of(row) for row in (await connection.execute(query)).mappings()]


async def corrections_of(connection: AsyncConnection, rectification_id: int) -> dict[int, Correction]:
    """How the bills of a notice were corrected, by case, within the scope."""
    query = select(corrections).where(corrections.c.rectification_id == rectification_id)
    return {
        row.case_id: Correction(case_id=row.case_id, red_bill_id=row.red_bill_id, new_bill_id=row.new_bill_id)
        for row in await connection.execute(query)
    }


async def notice_of(connection: AsyncConnection, rectification: Rectification) -> RectificationNotice:
    """What a notice says, as it was issued; whoever draws it as a document needs nothing else."""
    return await _notice(
        connection,
        await cases_of(connection, rectification.rectification_id),
        unit_id=rectification.unit_id,
        issuer_code=rectification.issuer_code,
        serial=rectification.serial,
        issued_on=to_shanghai(rectification.issued_at).date(),
        due_on=rectification.first_due_on,
        demands=rectification.demands,
    )


async def _notice(
    connection: AsyncConnection,
    cases: Sequence[ExceptionCase],
    *,
    unit_id: int,
    issuer_code: str,
    serial: str,
    issued_on: date,
    due_on: date,
    demands: str,
) -> RectificationNotice:
    unit = await get_unit(connection, unit_id)
    departments = (await load_catalog(connection)).departments
    return RectificationNotice(
        serial=serial,
        unit_name=unit.name,
        unit_uscc=unit.uscc,
        department=departments[issuer_code].name if issuer_code in departments else "财政部门",
        issued_on=issued_on,
        due_on=due_on,
        demands=demands,
        lines=tuple(_line(case) for case in cases),
    )


def _line(case: ExceptionCase) -> NoticeLine:
    identity = BillIdentity.from_bill_id(case.bill_id)
    return NoticeLine(
        code=identity.code,
        number=identity.number,
        kind_code=case.kind_code,
        total=case.total,
        breach=VIOLATIONS[case.breach_type],
        basis=case.breach_basis,
        amount=case.breach_amount or case.total * 0,
        reason=case.reason,
    )


# -- the notice ------------------------------------------------------------------------------------------


async def preview_notice(
    connection: AsyncConnection, unit_id: int, case_ids: Sequence[int], demands: str, *, acting: Acting
) -> RectificationNotice:
    """What a notice would say if it were issued today. Raises as `issue_notice`."""
    found = await _breaches(connection, unit_id, case_ids, acting=acting)
    words = checked_words(demands, "整改要求", field="demands", substantial=True)
    return await _notice(
        connection,
        found,
        unit_id=unit_id,
        issuer_code=acting.region_code or "",
        serial="",
        issued_on=today(),
        due_on=await _due_on(connection, found[0].region_code),
        demands=words,
    )


async def issue_notice(
    connection: AsyncConnection, unit_id: int, case_ids: Sequence[int], demands: str, *, acting: Acting
) -> Rectification:
    """整改通知: take up breaches of a unit (ids of their cases) and set the last day, some calendar months on.

    Raises `Refusal`: `access.denied` (403), `exception.unknown` (404), `rectification.none_chosen`,
    `rectification.too_many` (422), `rectification.case_taken` (409) for a case that is no breach of this unit or
    that another notice took up, and what `checked_words` raises for `demands`.
    """
    words = checked_words(demands, "整改要求", field="demands", substantial=True)
    # Asked before any lock is taken: who may not issue it holds nobody up.
    await _breaches(connection, unit_id, case_ids, acting=acting)
    await hold_stocks(connection, [unit_id])
    found = await _breaches(connection, unit_id, case_ids, acting=acting)
    region = found[0].region_code
    due = await _due_on(connection, region)
    values = {
        "unit_id": unit_id,
        "region_code": region,
        "issuer_code": acting.region_code,
        "year": today().year,
        "number": await _next_number(connection, acting.region_code or "", today().year),
        "demands": words,
        "issued_at": now(),
        "issued_by_name": acting.name,
        "first_due_on": due,
        "due_on": due,
    }
    statement = insert(rectifications).values(values).returning(rectifications)
    issued = _rectification_of((await connection.execute(statement)).mappings().one())
    taken = await connection.execute(
        update(exception_cases)
        .where(
            exception_cases.c.case_id.in_([case.case_id for case in found]),
            exception_cases.c.state == CaseState.BREACHED.value,
        )
        .values(
            state=CaseState.RECTIFYING.value,
            rectification_id=issued.rectification_id,
            revision=exception_cases.c.revision + 1,
        )
    )
    if taken.rowcount != len(found):
        raise _taken()
    bills = "、".join(str(case.bill_id) for case in found)
    await _put_down(
        connection, issued, WorkStepKind.ISSUED, words, day=due, details={"bills": bills}, acting=acting
    )
    await update_limits(connection, [unit_id], acting=acting)
    await tell_unit(
        connection,
        unit_id,
        f"rectification:issue:{issued.rectification_id}",
        f"整改通知：{issued.serial}",
        f"{len(found)}份票据认定违规，请在{due:%Y年%-m月%-d日}前完成整改并报送整改情况。",
        link=f"/unit/rectifications/{issued.rectification_id}",
        urgent=True,
    )
    return issued


async def _breaches(
    connection: AsyncConnection, unit_id: int, case_ids: Sequence[int], *, acting: Acting
) -> list[ExceptionCase]:
    wanted = list(dict.fromkeys(case_ids))
    if not wanted:
        message = "请至少选择一份违规票据。"
        raise refuse("rectification.none_chosen", message, field="chosen", status=422)
    if len(wanted) > MAX_BILLS:
        message = f"一份通知最多列{MAX_BILLS}份票据，请分开发出。"
        raise refuse("rectification.too_many", message, field="chosen", status=422)
    query = (
        select(exception_cases)
        .where(exception_cases.c.case_id.in_(wanted), exception_cases.c.unit_id == unit_id)
        .order_by(exception_cases.c.case_id)
    )
    found = [case_of(row) for row in (await connection.execute(query)).mappings()]
    missing = refuse("exception.unknown", "没有找到该异常票据，或您无权查看。", status=404)
    if len(found) != len(wanted):
        raise missing
    for case in found:
        require_department(case.region_code, missing, acting=acting)
    if any(case.state is not CaseState.BREACHED for case in found):
        raise _taken()
    return found


def _taken() -> Refusal:
    message = "所选票据中有的不是违规，或已列入其他整改通知，请刷新后重新选择。"
    return refuse("rectification.case_taken", message, field="chosen", status=409)


async def _due_on(connection: AsyncConnection, region_code: str) -> date:
    policy = (await load_policies(connection)).of(region_code).policy
    return months_after(today(), policy.rectification_months)


async def _next_number(connection: AsyncConnection, region_code: str, year: int) -> int:
    """The next number of a department in a year; whoever asks later waits for this transaction's end."""
    statement = insert(rectification_serials).values(region_code=region_code, year=year, last_number=1)
    counted = statement.on_conflict_do_update(
        index_elements=["region_code", "year"],
        set_={"last_number": rectification_serials.c.last_number + 1},
    ).returning(rectification_serials.c.last_number)
    number: int = (await connection.execute(counted)).scalar_one()
    return number


# -- the unit answers ------------------------------------------------------------------------------------


async def report(
    connection: AsyncConnection,
    rectification_id: int,
    measures: str,
    *,
    replaced_by: Mapping[int, int] | None = None,
    files: Sequence[str] = (),
    revision: int,
    acting: Acting,
) -> Rectification:
    """报送整改情况: what the unit did, and of each case (its id) the bill that it issued instead (票据编号).

    That a case's bill was reversed is found without saying. Raises `Refusal`: `rectification.unknown` (404),
    `access.denied` (403), what `checked_words` and `checked_files` raise, `rectification.correction_invalid`
    (422, by field `replaced_by/<case>`), `rectification.not_open` or `rectification.changed` (409).
    """
    present = await get_rectification(connection, rectification_id)
    require_own_unit(present.unit_id, _unknown(), acting=acting)
    words = checked_words(measures, "整改措施", field="measures", substantial=True)
    digests = await checked_files(connection, present.unit_id, files)
    await hold_stocks(connection, [present.unit_id])
    present = await _in_state(connection, present, revision, RectificationState.ISSUED)
    made = await _corrections(connection, present, replaced_by or {})
    reported = await _change(
        connection, present, revision, {"state": RectificationState.ANSWERED.value, "answered_at": now()}
    )
    await _link(connection, reported, made)
    await _put_down(
        connection,
        reported,
        WorkStepKind.REPORTED,
        words,
        files=digests,
        details={"bills": "、".join(str(each.new_bill_id) for each in made if each.new_bill_id)},
        acting=acting,
    )
    await update_limits(connection, [present.unit_id], acting=acting)
    await tell_department(
        connection,
        present.region_code,
        f"rectification:report:{rectification_id}:{reported.revision}",
        f"{present.serial}的整改情况已报送",
        words,
        link=f"/finance/rectifications/{rectification_id}",
    )
    return reported


async def _corrections(
    connection: AsyncConnection, present: Rectification, replaced_by: Mapping[int, int]
) -> list[Correction]:
    cases = await cases_of(connection, present.rectification_id)
    ids = [case.bill_id for case in cases] + list(replaced_by.values())
    given = {"unit_id": present.unit_id, "ids": ids}
    faces = {row.bill_id: row for row in await connection.execute(_FACES, given)}
    made, problems = [], []
    own = {case.case_id for case in cases}
    problems += [_unlinked(each, "该票据不在这份整改通知上。") for each in replaced_by if each not in own]
    named = list(replaced_by.values())
    for case in cases:
        new = replaced_by.get(case.case_id)
        old = faces[case.bill_id]
        if old.state == "reversed" and old.related_bill_id is not None:
            made.append(Correction(case_id=case.case_id, red_bill_id=old.related_bill_id, new_bill_id=new))
        if new is not None:
            wrong = _wrong_correction(old, faces.get(new), named.count(new))
            problems += [_unlinked(case.case_id, wrong)] if wrong else []
    if problems:
        raise Refusal(*problems)
    return made


def _wrong_correction(old: Any, new: Any, times: int) -> str:
    """Why a bill does not stand for the one that it is said to replace; empty if it does."""
    if old.state != "reversed":
        return "原票据还没有冲红，请先冲红，再填写重开的票据。"
    if new is None:
        return "没有找到该票据，请核对票据代码和号码。"
    if new.color != "blue" or new.state != "normal" or new.bill_id == old.bill_id:
        return "重开的票据应是有效的蓝字票据，请核对。"
    if new.issued_at < old.issued_at:
        return "重开的票据不能早于原票据，请核对。"
    return "同一份票据不能重复填写。" if times > 1 else ""


def _unlinked(case_id: int, message: str) -> Problem:
    return Problem(
        code="rectification.correction_invalid", field=f"replaced_by/{case_id}", message=message, status=422
    )


async def _link(connection: AsyncConnection, present: Rectification, made: Sequence[Correction]) -> None:
    if not made:
        return
    rows = [
        msgspec.structs.asdict(each)
        | {"unit_id": present.unit_id, "rectification_id": present.rectification_id}
        for each in made
    ]
    # All are written anew: two bills may have been linked the wrong way round before.
    await connection.execute(
        delete(corrections).where(corrections.c.rectification_id == present.rectification_id)
    )
    try:
        async with connection.begin_nested():
            await connection.execute(insert(corrections), rows)
    except IntegrityError as error:
        if "corrections_unit_id_new_bill_id_key" not in str(error):
            raise
        message = "重开的票据已用于另一份整改通知，请核对。"
        raise refuse("rectification.correction_invalid", message, field="measures", status=422) from error


# -- the department examines -----------------------------------------------------------------------------


async def accept(
    connection: AsyncConnection, rectification_id: int, opinion: str, *, revision: int, acting: Acting
) -> Rectification:
    """通过整改: its bills are written off with their cycles, and what it stopped goes on at once.

    Raises `Refusal`: `rectification.unknown` (404), `access.denied` (403), what `checked_words` raises,
    `rectification.not_reported` or `rectification.changed` (409).
    """
    present = await _of_department(connection, rectification_id, acting=acting)
    words = checked_words(opinion, "验收意见", field="opinion")
    await hold_stocks(connection, [present.unit_id])
    present = await _in_state(connection, present, revision, RectificationState.ANSWERED)
    accepted = await _change(
        connection,
        present,
        revision,
        {"state": RectificationState.ACCEPTED.value, "accepted_at": now(), "accepted_by_name": acting.name},
    )
    await connection.execute(
        update(exception_cases)
        .where(
            exception_cases.c.rectification_id == rectification_id,
            exception_cases.c.state == CaseState.RECTIFYING.value,
        )
        .values(state=CaseState.RECTIFIED.value, revision=exception_cases.c.revision + 1)
    )
    await _put_down(connection, accepted, WorkStepKind.ACCEPTED, words, acting=acting)
    await update_limits(connection, [present.unit_id], acting=acting)
    await _tell_unit(connection, accepted, "整改已通过", f"{words} 因整改逾期停止的事项立即恢复。")
    return accepted


async def send_back(
    connection: AsyncConnection, rectification_id: int, reason: str, *, revision: int, acting: Acting
) -> Rectification:
    """退回: the unit has to do more. The time in which the department examined does not count against it.

    Raises as `accept`.
    """
    present = await _of_department(connection, rectification_id, acting=acting)
    words = checked_words(reason, "退回原因", field="opinion", substantial=True)
    await hold_stocks(connection, [present.unit_id])
    present = await _in_state(connection, present, revision, RectificationState.ANSWERED)
    due = _due_after_examination(present)
    returned = await _change(
        connection, present, revision, {"state": RectificationState.ISSUED.value, "due_on": due}
    )
    await _put_down(connection, returned, WorkStepKind.RETURNED, words, day=due, acting=acting)
    await update_limits(connection, [present.unit_id], acting=acting)
    await _tell_unit(connection, returned, "整改情况被退回", f"{words} 请在{due:%Y年%-m月%-d日}前重新报送。")
    return returned


def _due_after_examination(present: Rectification) -> date:
    if present.answered_at is None:
        return present.due_on
    answered_on = to_shanghai(present.answered_at).date()
    in_time = answered_on <= present.due_on
    return present.due_on + (today() - answered_on) if in_time else present.due_on


async def extend(
    connection: AsyncConnection,
    rectification_id: int,
    due_on: date,
    reason: str,
    *,
    revision: int,
    acting: Acting,
) -> Rectification:
    """延长整改期限, once. Raises as `accept`, and `rectification.extended_already` (409),
    `rectification.due_invalid` (422) for a day that is not later, or more than the policy's months later.
    """
    present = await _of_department(connection, rectification_id, acting=acting)
    words = checked_words(reason, "延期原因", field="reason", substantial=True)
    await hold_stocks(connection, [present.unit_id])
    present = await _in_state(
        connection, present, revision, RectificationState.ISSUED, RectificationState.ANSWERED
    )
    if present.extended:
        raise refuse("rectification.extended_already", "整改期限只能延长一次，已经延长过。", status=409)
    policy = (await load_policies(connection)).of(present.region_code).policy
    latest = months_after(max(present.due_on, today()), policy.rectification_months)
    if not max(present.due_on, today()) <= due_on <= latest or due_on == present.due_on:
        message = f"新的期限应晚于现在的期限和今天，不晚于{latest:%Y年%-m月%-d日}，请修改。"
        raise refuse("rectification.due_invalid", message, field="due_on", status=422)
    longer = await _change(connection, present, revision, {"due_on": due_on, "extended": True})
    await _put_down(connection, longer, WorkStepKind.EXTENDED, words, day=due_on, acting=acting)
    await update_limits(connection, [present.unit_id], acting=acting)
    await _tell_unit(connection, longer, "整改期限已延长", f"新的期限为{due_on:%Y年%-m月%-d日}。{words}")
    return longer


# -- shared ----------------------------------------------------------------------------------------------


async def _of_department(
    connection: AsyncConnection, rectification_id: int, *, acting: Acting
) -> Rectification:
    present = await get_rectification(connection, rectification_id)
    require_department(present.region_code, _unknown(), acting=acting)
    return present


def _unknown() -> Refusal:
    return refuse("rectification.unknown", "没有找到该整改通知，或您无权查看。", status=404)


def _changed() -> Refusal:
    message = "这份整改刚才已由他人办理，请刷新页面，按最新情况再办。"
    return refuse("rectification.changed", message, status=409)


async def _in_state(
    connection: AsyncConnection, present: Rectification, revision: int, *states: RectificationState
) -> Rectification:
    """A notice as it is now. Raises `Refusal` unless it is as its author saw it, in one of these states."""
    found = await get_rectification(connection, present.rectification_id)
    if found.state not in states:
        code = "rectification.not_open"
        if RectificationState.ANSWERED in states and found.state is RectificationState.ISSUED:
            code = "rectification.not_reported"
        message = f"这份整改的状态是“{found.state.label}”，不能这样办理，请刷新页面查看。"
        raise refuse(code, message, status=409, state=found.state.value)
    if found.revision != revision:
        raise _changed()
    return found


async def _change(
    connection: AsyncConnection, present: Rectification, revision: int, values: dict[str, Any]
) -> Rectification:
    changed = await connection.execute(
        update(rectifications)
        .where(
            rectifications.c.rectification_id == present.rectification_id,
            rectifications.c.revision == revision,
        )
        .values(revision=revision + 1, **values)
        .returning(rectifications)
    )
    row = changed.mappings().one_or_none()
    if row is None:
        raise _changed()
    return _rectification_of(row)


async def _put_down(
    connection: AsyncConnection,
    present: Rectification,
    kind: WorkStepKind,
    words: str,
    *,
    day: date | None = None,
    files: Sequence[str] = (),
    details: Mapping[str, str] | None = None,
    acting: Acting,
) -> None:
    await add_step(
        connection,
        present.unit_id,
        kind,
        rectification_id=present.rectification_id,
        words=words,
        day=day,
        files=files,
        acting=acting,
    )
    told = {"notice": present.serial, "words": words, "due_on": day.isoformat() if day else ""}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"rectification:{_ACTIONS[kind]}",
            subject=f"rectification:{present.rectification_id}",
            unit_id=present.unit_id,
            details={name: value for name, value in {**told, **(details or {})}.items() if value},
        ),
    )


_ACTIONS = {
    WorkStepKind.ISSUED: "issue",
    WorkStepKind.REPORTED: "report",
    WorkStepKind.RETURNED: "return",
    WorkStepKind.EXTENDED: "extend",
    WorkStepKind.ACCEPTED: "accept",
}


async def _tell_unit(connection: AsyncConnection, present: Rectification, title: str, body: str) -> None:
    await tell_unit(
        connection,
        present.unit_id,
        f"rectification:{present.rectification_id}:{present.revision}",
        f"{title}：{present.serial}",
        body,
        link=f"/unit/rectifications/{present.rectification_id}",
    )


def _rectification_of(row: RowMapping) -> Rectification:
    return Rectification(**(dict(row) | {"state": RectificationState(row["state"])}))
