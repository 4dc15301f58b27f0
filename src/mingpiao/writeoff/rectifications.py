"""整改: a unit answers a notice of rectification (`notices.py`), and its department examines what it did."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.messages.service import of_revisions, settle, tell_department, tell_unit
from mingpiao.numbering.service import hold_stocks
from mingpiao.writeoff.casework import (
    checked_files,
    checked_words,
    require_department,
    require_own_unit,
)
from mingpiao.writeoff.limits import unit_stops, update_limits
from mingpiao.writeoff.model import (
    BillOrigin,
    CaseState,
    Correction,
    ExceptionCase,
    Rectification,
    RectificationState,
    UnitStops,
    WorkStepKind,
)
from mingpiao.writeoff.months import months_after
from mingpiao.writeoff.notices import (
    cases_of,
    corrections_of,
    get_rectification,
    put_down,
    rectification_of,
    unknown_notice,
)
from mingpiao.writeoff.policies import load_policies
from mingpiao.writeoff.tables import corrections, exception_cases, rectifications

# The bills that were issued by 按原内容重开, unless they are reversed too or stand for a bill of another notice.
_REISSUED = text("""
SELECT reissued.blue_id, reissued.bill_id
FROM reissued_bills AS reissued JOIN bills_of_months AS new USING (unit_id, bill_id)
WHERE reissued.unit_id = :unit_id AND reissued.blue_id = ANY (:ids) AND new.state = 'normal' AND NOT EXISTS (
    SELECT FROM corrections WHERE corrections.unit_id = reissued.unit_id
    AND corrections.new_bill_id = reissued.bill_id AND corrections.rectification_id <> :rectification_id)
""")
_FACES = text("""
SELECT bill_id, color, state, issued_at, related_bill_id FROM bills_of_months
WHERE unit_id = :unit_id AND bill_id = ANY (:ids)
""")


# -- the unit answers ------------------------------------------------------------------------------------


async def report(
    connection: AsyncConnection,
    rectification_id: int,
    measures: str,
    *,
    replaced_by: Mapping[int, int] | None = None,
    kept: Mapping[int, str] | None = None,
    common_reason: str = "",
    files: Sequence[str] = (),
    revision: int,
    acting: Acting,
) -> Rectification:
    """报送整改情况: what the unit did, and of each case (its id) the bill that it issued instead (票据编号).

    That a case's bill was reversed, and what was issued by 按原内容重开, is found without saying. Why a bill was
    not reversed must be said, in `kept` by case or in `common_reason` of all others; nothing there counts of a bill
    that is.

    Raises `Refusal`: `rectification.unknown` (404), `access.denied` (403), what `checked_words` and `checked_files`
    raise, `rectification.correction_invalid` (422, by field `replaced_by/<case>`), `rectification.reason_required`
    (422, by field `kept/<case>`) and what `checked_words` raises for that field, `rectification.not_open` or
    `rectification.changed` (409).
    """
    present = await get_rectification(connection, rectification_id)
    require_own_unit(present.unit_id, unknown_notice(), acting=acting)
    words = checked_words(measures, "整改措施", field="measures", substantial=True)
    digests = await checked_files(connection, present.unit_id, files)
    await hold_stocks(connection, [present.unit_id])
    present = await _in_state(connection, present, revision, RectificationState.ISSUED)
    made = await _corrections(connection, present, replaced_by or {}, kept or {}, common_reason)
    reported = await _change(
        connection, present, revision, {"state": RectificationState.ANSWERED.value, "answered_at": now()}
    )
    await _link(connection, reported, made)
    await put_down(
        connection,
        reported,
        WorkStepKind.REPORTED,
        "\n".join([words, *_told_of_kept(await cases_of(connection, rectification_id), made)]),
        files=digests,
        details={"bills": "、".join(str(each.new_bill_id) for each in made if each.new_bill_id)},
        acting=acting,
    )
    await update_limits(connection, [present.unit_id], acting=acting)
    # Reporting is what the notice, and a report that was returned, asked for.
    asked = of_revisions(f"rectification:{rectification_id}", present.revision)
    await settle(connection, f"rectification:issue:{rectification_id}", *asked)
    await tell_department(
        connection,
        present.region_code,
        f"rectification:report:{rectification_id}:{reported.revision}",
        f"{present.serial}的整改情况已报送",
        words,
        link=f"/finance/rectifications/{rectification_id}",
    )
    return reported


def _told_of_kept(cases: Sequence[ExceptionCase], made: Sequence[Correction]) -> Iterator[str]:
    """Which bills were not reversed and why, a line for each reason."""
    bills = {case.case_id: BillIdentity.from_bill_id(case.bill_id) for case in cases}
    numbers: dict[str, list[str]] = {}
    for each in made:
        if each.reason:
            identity = bills[each.case_id]
            numbers.setdefault(each.reason, []).append(f"{identity.code} {identity.number}")
    for reason, named in numbers.items():
        yield f"没有冲红的票据{'、'.join(named)}：{reason}"


async def _corrections(
    connection: AsyncConnection,
    present: Rectification,
    replaced_by: Mapping[int, int],
    kept: Mapping[int, str],
    common_reason: str,
) -> list[Correction]:
    cases = await cases_of(connection, present.rectification_id)
    chosen = await _reissued(connection, present, cases) | dict(replaced_by)
    faces = await _faces(connection, present.unit_id, [*(case.bill_id for case in cases), *chosen.values()])
    made, problems = [], []
    own = {case.case_id for case in cases}
    problems += [_unlinked(each, "该票据不在这份整改通知上。") for each in replaced_by if each not in own]
    named = list(chosen.values())
    for case in cases:
        new = chosen.get(case.case_id)
        if case.origin is BillOrigin.FORMER:
            # What an old system issued is put right there; here the unit says how.
            problems += [] if new is None else [_unlinked(case.case_id, _FORMER)]
            continue
        old = faces[case.bill_id]
        if new is not None and (wrong := _wrong_correction(old, faces.get(new), named.count(new))):
            problems.append(_unlinked(case.case_id, wrong))
        elif old.state == "reversed" and old.related_bill_id is not None:
            made.append(Correction(case_id=case.case_id, red_bill_id=old.related_bill_id, new_bill_id=new))
        else:
            reason, unsaid = _why_kept(case, kept.get(case.case_id, "").strip() or common_reason)
            made.append(Correction(case_id=case.case_id, reason=reason))
            problems += unsaid
    if problems:
        raise Refusal(*problems)
    return made


def _why_kept(case: ExceptionCase, text: str) -> tuple[str, tuple[Problem, ...]]:
    """Why a bill was not reversed, and what is wrong with that."""
    field = f"kept/{case.case_id}"
    if not text.strip():
        number = BillIdentity.from_bill_id(case.bill_id).number
        message = f"票据{number}还没有冲红，请先冲红；确实不冲红的，写明原因。"
        missing = Problem(code="rectification.reason_required", field=field, message=message, status=422)
        return "", (missing,)
    try:
        return checked_words(text, "不冲红的原因", field=field, substantial=True), ()
    except Refusal as refusal:
        return "", refusal.problems


async def _faces(connection: AsyncConnection, unit_id: int, bill_ids: Sequence[int]) -> dict[int, Any]:
    given = {"unit_id": unit_id, "ids": list(bill_ids)}
    return {row.bill_id: row for row in await connection.execute(_FACES, given)}


async def _reissued(
    connection: AsyncConnection, present: Rectification, cases: Sequence[ExceptionCase]
) -> dict[int, int]:
    """By case, the bill that was issued by 按原内容重开."""
    by_bill = {case.bill_id: case.case_id for case in cases}
    given = {
        "unit_id": present.unit_id,
        "ids": list(by_bill),
        "rectification_id": present.rectification_id,
    }
    return {by_bill[row.blue_id]: row.bill_id for row in await connection.execute(_REISSUED, given)}


async def corrections_so_far(connection: AsyncConnection, present: Rectification) -> dict[int, Correction]:
    """How the bills of a notice were corrected, or why they were not, by case, within the scope: as reported, and,
    until it is accepted, with what was reversed and reissued since.
    """
    reported = await corrections_of(connection, present.rectification_id)
    if present.state is RectificationState.ACCEPTED:
        return reported
    cases = await cases_of(connection, present.rectification_id)
    reissued = await _reissued(connection, present, cases)
    faces = await _faces(connection, present.unit_id, [case.bill_id for case in cases])
    found = {
        case.case_id: Correction(
            case_id=case.case_id,
            red_bill_id=faces[case.bill_id].related_bill_id,
            new_bill_id=reissued.get(case.case_id),
        )
        for case in cases
        if case.origin is BillOrigin.OWN and faces[case.bill_id].state == "reversed"
    }
    named = {case_id: each for case_id, each in reported.items() if each.new_bill_id is not None}
    return reported | found | named


_FORMER = "历史票据不在本平台冲红和重开，请在整改措施中写明，不填写重开的票据。"


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

    How its bills were corrected is kept as it is now, with what was reversed and reissued since the report.

    Raises `Refusal`: `rectification.unknown` (404), `access.denied` (403), what `checked_words` raises,
    `rectification.not_reported` or `rectification.changed` (409).
    """
    present = await _of_department(connection, rectification_id, acting=acting)
    words = checked_words(opinion, "验收意见", field="opinion")
    await hold_stocks(connection, [present.unit_id])
    present = await _in_state(connection, present, revision, RectificationState.ANSWERED)
    before = await unit_stops(connection, present.unit_id)
    made = await corrections_so_far(connection, present)
    await _link(connection, present, list(made.values()))
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
    await _settle_report(connection, present)
    await put_down(connection, accepted, WorkStepKind.ACCEPTED, words, acting=acting)
    await update_limits(connection, [present.unit_id], acting=acting)
    after = await unit_stops(connection, present.unit_id)
    await _tell_unit(connection, accepted, "整改已通过", f"{words}{_resumed(before, after)}")
    return accepted


def _resumed(before: UnitStops, after: UnitStops) -> str:
    """What goes on for a unit, in words; empty where nothing was stopped."""
    if not before.told:
        return ""
    return f" 还有逾期的事项没有办完，仍{after.told}。" if after.told else " 因逾期停止的事项立即恢复。"


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
    await _settle_report(connection, present)
    await put_down(connection, returned, WorkStepKind.RETURNED, words, day=due, acting=acting)
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
    await put_down(connection, longer, WorkStepKind.EXTENDED, words, day=due_on, acting=acting)
    await update_limits(connection, [present.unit_id], acting=acting)
    await _tell_unit(connection, longer, "整改期限已延长", f"新的期限为{due_on:%Y年%-m月%-d日}。{words}")
    return longer


# -- shared ----------------------------------------------------------------------------------------------


async def _of_department(
    connection: AsyncConnection, rectification_id: int, *, acting: Acting
) -> Rectification:
    present = await get_rectification(connection, rectification_id)
    require_department(present.region_code, unknown_notice(), acting=acting)
    return present


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
    return rectification_of(row)


async def _settle_report(connection: AsyncConnection, present: Rectification) -> None:
    """The department has examined what was reported."""
    topics = of_revisions(f"rectification:report:{present.rectification_id}", present.revision)
    await settle(connection, *topics)


async def _tell_unit(connection: AsyncConnection, present: Rectification, title: str, body: str) -> None:
    await tell_unit(
        connection,
        present.unit_id,
        f"rectification:{present.rectification_id}:{present.revision}",
        f"{title}：{present.serial}",
        body,
        link=f"/unit/rectifications/{present.rectification_id}",
    )
