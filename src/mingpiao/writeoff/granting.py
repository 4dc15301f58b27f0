"""What two persons of a department grant a unit: a later day for a month, and a written-off month opened again.

One proposes with a reason, another one approves (room `approvals`). The rows that say who did are kept, and the
database holds that they are two.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.former.service import release_former
from mingpiao.house.model import ChangedRow, ProposalKind
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import settle, tell_unit
from mingpiao.numbering.service import hold_stocks, set_writeoff_from
from mingpiao.units.model import UnitMode
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import lock_unit
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.cases import topics_of_case
from mingpiao.writeoff.casework import add_steps, checked_words, require_department
from mingpiao.writeoff.cycles import cycles_of, kinds_without_later, oldest_open
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import (
    UNDECIDED,
    BillOrigin,
    CaseState,
    Cycle,
    WorkStepKind,
    WriteOff,
    WriteOffState,
)
from mingpiao.writeoff.months import months_after, workday_after
from mingpiao.writeoff.policies import load_policies
from mingpiao.writeoff.requests import get_writeoff, month_standing, page_of
from mingpiao.writeoff.tables import (
    cycles,
    exception_cases,
    writeoff_extensions,
    writeoff_reopenings,
    writeoffs,
)

#: A day may be put off by so many months at a time.
MOST_MONTHS = 3
_REGION = text("SELECT region_code, mode FROM managed_units WHERE unit_id = :unit_id")


class _Extension(msgspec.Struct, frozen=True, kw_only=True):
    unit_id: int
    month: date
    due_before: date
    due_on: date
    reason: str
    author: str
    author_name: str


class _Reopening(msgspec.Struct, frozen=True, kw_only=True):
    writeoff_id: int
    reason: str
    author: str
    author_name: str


# -- a later day -----------------------------------------------------------------------------------------


async def propose_extension(
    connection: AsyncConnection, unit_id: int, month: date, due_on: date, reason: str, *, acting: Acting
) -> int:
    """延期核销: propose that a unit's closed month is due later; returns the proposal's id.

    Raises `Refusal`: `unit.unknown` (404), `access.denied` (403), what `checked_words` raises,
    `cycle.not_open` (409) for a month that is not closed or is written off, `cycle.due_invalid` (422), and what
    `propose` raises.
    """
    words = checked_words(reason, "延期原因", field="reason", substantial=True)
    open_ones = await _open_cycles(connection, unit_id, month, acting=acting)
    before = min(cycle.due_on for cycle in open_ones)
    _require_later(before, due_on)
    unit = await get_unit(connection, unit_id)
    payload = _Extension(
        unit_id=unit_id,
        month=month,
        due_before=before,
        due_on=due_on,
        reason=words,
        author=acting.actor,
        author_name=acting.name,
    )
    return await propose(
        connection,
        EXTENSION,
        f"{unit_id}:{month:%Y-%m}",
        msgspec.to_builtins(payload),
        title=f"{unit.name}：延期核销{month:%Y年%-m月}的票据",
        reason=words,
        affects=[str(unit_id)],
        acting=acting,
    )


async def _open_cycles(
    connection: AsyncConnection, unit_id: int, month: date, *, lock: bool = False, acting: Acting
) -> list[Cycle]:
    unit = await get_unit(connection, unit_id)
    missing = refuse("unit.unknown", "没有找到该用票单位，或您无权查看。", status=404)
    require_department(unit.region_code, missing, acting=acting)
    found = await cycles_of(connection, unit_id, month, lock=lock)
    open_ones = [cycle for cycle in found if cycle.writeoff_id is None]
    if not open_ones:
        message = f"{month:%Y年%-m月}没有待核销的票据，不需要延期。"
        raise refuse("cycle.not_open", message, status=409)
    return open_ones


def _require_later(before: date, due_on: date) -> None:
    latest = months_after(max(before, today()), MOST_MONTHS)
    if not max(before, today()) <= due_on <= latest or due_on == before:
        message = f"新的期限应晚于现在的期限和今天，不晚于{latest:%Y年%-m月%-d日}，请修改。"
        raise refuse("cycle.due_invalid", message, field="due_on", status=422)


async def _describe_extension(
    connection: AsyncConnection, payload: Mapping[str, Any]
) -> Sequence[ChangedRow]:
    """What would be due later now; raises `Refusal` (`proposal.stale`) once the month has another day or none."""
    given = msgspec.convert(payload, _Extension)
    unit = await get_unit(connection, given.unit_id)
    found = await cycles_of(connection, given.unit_id, given.month)
    days = [cycle.due_on for cycle in found if cycle.writeoff_id is None]
    if not days or min(days) != given.due_before or given.due_on < today():
        raise stale(f"“{unit.name}”{given.month:%Y年%-m月}的核销期限")
    return [
        ChangedRow(
            label=f"{given.month:%Y年%-m月}核销期限",
            before=given.due_before.isoformat(),
            after=given.due_on.isoformat(),
            subject=unit.name,
        )
    ]


async def _extend(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    given = msgspec.convert(payload, _Extension)
    await hold_stocks(connection, [given.unit_id])
    await _open_cycles(connection, given.unit_id, given.month, lock=True, acting=acting)
    await _describe_extension(connection, payload)
    await connection.execute(
        update(cycles)
        .where(
            cycles.c.unit_id == given.unit_id, cycles.c.month == given.month, cycles.c.writeoff_id.is_(None)
        )
        .values(due_on=given.due_on, extended=True)
    )
    await connection.execute(
        insert(writeoff_extensions).values(
            unit_id=given.unit_id,
            month=given.month,
            due_before=given.due_before,
            due_on=given.due_on,
            reason=given.reason,
            proposed_by=given.author,
            proposed_by_name=given.author_name,
            approved_by=acting.actor,
            approved_by_name=acting.name,
            approved_at=now(),
        )
    )
    await update_limits(connection, [given.unit_id], acting=acting)
    await add_up_units(connection, [given.unit_id])
    details = {"month": f"{given.month:%Y-%m}", "due_on": given.due_on.isoformat(), "reason": given.reason}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="cycle:extend",
            subject=f"unit:{given.unit_id}",
            unit_id=given.unit_id,
            details=details,
        ),
    )
    await tell_unit(
        connection,
        given.unit_id,
        f"writeoff:extend:{given.unit_id}:{given.month}:{given.due_on}",
        f"{given.month:%Y年%-m月}的核销期限已延长",
        f"新的期限为{given.due_on:%Y年%-m月%-d日}。",
        link=f"/unit/writeoff/{given.month:%Y-%m}",
    )


EXTENSION = ProposalKind(
    kind="writeoff_extension",
    label="核销期限",
    describe=_describe_extension,
    apply=_extend,
    page=lambda key: f"/finance/units/{key.partition(':')[0]}",
)


# -- a month opened again --------------------------------------------------------------------------------


async def propose_reopening(
    connection: AsyncConnection, writeoff_id: int, reason: str, *, acting: Acting
) -> int:
    """重新打开核销: propose that a written-off month be written off anew; returns the proposal's id.

    Raises `Refusal`: `writeoff.unknown` (404), `access.denied` (403), what `checked_words` raises,
    `writeoff.not_done` (409), and what `propose` raises.
    """
    words = checked_words(reason, "重新打开的原因", field="reason", substantial=True)
    done = await _written_off(connection, writeoff_id, acting=acting)
    unit = await get_unit(connection, done.unit_id)
    payload = _Reopening(writeoff_id=writeoff_id, reason=words, author=acting.actor, author_name=acting.name)
    return await propose(
        connection,
        REOPENING,
        str(writeoff_id),
        msgspec.to_builtins(payload),
        title=f"{unit.name}：重新打开{done.month:%Y年%-m月}的核销",
        reason=words,
        affects=[str(done.unit_id)],
        acting=acting,
    )


async def _written_off(connection: AsyncConnection, writeoff_id: int, *, acting: Acting) -> WriteOff:
    done = await get_writeoff(connection, writeoff_id)
    unit = await get_unit(connection, done.unit_id)
    missing = refuse("writeoff.unknown", "没有找到该核销申请，或您无权查看。", status=404)
    require_department(unit.region_code, missing, acting=acting)
    if done.state is not WriteOffState.DONE:
        raise _not_done(done)
    return done


def _not_done(done: WriteOff) -> Refusal:
    message = f"该核销申请的状态是“{done.state.label}”，只有已核销的才能重新打开。"
    return refuse("writeoff.not_done", message, status=409, state=done.state.value)


async def _describe_reopening(
    connection: AsyncConnection, payload: Mapping[str, Any]
) -> Sequence[ChangedRow]:
    """What would be opened again; raises `Refusal` (`proposal.stale`) once it is written off no longer."""
    given = msgspec.convert(payload, _Reopening)
    done = await get_writeoff(connection, given.writeoff_id)
    unit = await get_unit(connection, done.unit_id)
    if done.state is not WriteOffState.DONE:
        raise stale(f"“{unit.name}”{done.month:%Y年%-m月}的核销")
    return [
        ChangedRow(
            label=f"{done.month:%Y年%-m月}", before="已核销", after="未核销，须重新核销", subject=unit.name
        ),
        ChangedRow(
            label="核销证书", before=done.serial, after=f"{done.serial}（已被取代）", subject=unit.name
        ),
    ]


async def _reopen(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    given = msgspec.convert(payload, _Reopening)
    asked = await _written_off(connection, given.writeoff_id, acting=acting)
    unit_id = asked.unit_id
    if asked.origin is BillOrigin.FORMER:
        await lock_unit(connection, unit_id)
        done = await _written_off(connection, given.writeoff_id, acting=acting)
        await release_former(connection, unit_id, done.month)
        # A campaign may stop what such a month owes again.
        await hold_stocks(connection, [unit_id])
        await update_limits(connection, [unit_id], acting=acting)
        await add_up_units(connection, [unit_id])
        await _supersede(connection, done, given, acting=acting)
        await _told_of_reopening(
            connection,
            done,
            f"财政部门重新打开了该月历史票据的核销，请补充导入后重新提交。原因：{given.reason}",
        )
        return
    await hold_stocks(connection, [unit_id])
    # As it is now: two may have been opening it again.
    done = await _written_off(connection, given.writeoff_id, acting=acting)
    closed = await cycles_of(connection, unit_id, done.month, lock=True)
    await _open_cycles_again(connection, done)
    await _supersede(connection, done, given, acting=acting)
    kinds = await kinds_without_later(connection, unit_id, done.month, [each.kind_code for each in closed])
    await update_limits(connection, [unit_id], acting=acting)
    await add_up_units(connection, [unit_id])
    # An older month may have been opened again before.
    for kind, month in sorted((await oldest_open(connection, unit_id, kinds)).items()):
        await set_writeoff_from(connection, [unit_id], [kind], month)
    due = (await month_standing(connection, unit_id, done.month)).due_on
    await _told_of_reopening(
        connection,
        done,
        f"财政部门重新打开了该月的核销，请在{due:%Y年%-m月%-d日}前核对到账并重新提交。原因：{given.reason}",
    )


async def _supersede(
    connection: AsyncConnection, done: WriteOff, given: _Reopening, *, acting: Acting
) -> None:
    """The request counts no longer; who proposed and approved it stands beside it."""
    await connection.execute(
        update(writeoffs)
        .where(writeoffs.c.writeoff_id == done.writeoff_id)
        .values(state=WriteOffState.SUPERSEDED.value)
    )
    await _drop_undecided(connection, done, given.reason, acting=acting)
    await connection.execute(
        insert(writeoff_reopenings).values(
            writeoff_id=done.writeoff_id,
            unit_id=done.unit_id,
            reason=given.reason,
            proposed_by=given.author,
            proposed_by_name=given.author_name,
            approved_by=acting.actor,
            approved_by_name=acting.name,
            reopened_at=now(),
        )
    )
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="writeoff:reopen",
            subject=f"writeoff:{done.writeoff_id}",
            unit_id=done.unit_id,
            details={"month": f"{done.month:%Y-%m}", "reason": given.reason},
        ),
    )


async def _told_of_reopening(connection: AsyncConnection, done: WriteOff, words: str) -> None:
    await tell_unit(
        connection,
        done.unit_id,
        f"writeoff:reopen:{done.writeoff_id}",
        f"{done.month:%Y年%-m月}须重新核销",
        words,
        link=page_of(done),
        urgent=True,
    )


async def _open_cycles_again(connection: AsyncConnection, done: WriteOff) -> None:
    """The unit has as many working days as for a month that ended today, in the region where it is now."""
    unit = (await connection.execute(_REGION, {"unit_id": done.unit_id})).one()
    policy = (await load_policies(connection)).of(unit.region_code).policy
    await connection.execute(
        update(cycles)
        .where(cycles.c.unit_id == done.unit_id, cycles.c.month == done.month)
        .values(
            writeoff_id=None,
            written_off_at=None,
            region_code=unit.region_code,
            due_on=workday_after(today(), policy.workdays_for(UnitMode(unit.mode))),
            extended=True,
        )
    )


async def _drop_undecided(
    connection: AsyncConnection, done: WriteOff, reason: str, *, acting: Acting
) -> None:
    """What nobody has decided is checked anew with its month; what was decided stays decided."""
    dropped = await connection.execute(
        update(exception_cases)
        .where(
            exception_cases.c.writeoff_id == done.writeoff_id,
            exception_cases.c.state.in_([each.value for each in UNDECIDED]),
        )
        .values(
            state=CaseState.CLEARED.value,
            revision=exception_cases.c.revision + 1,
            decided_by=acting.actor,
            decided_by_name=acting.name,
            decided_at=now(),
            reason=f"核销重新打开，随该月重新检查：{reason}",
        )
        .returning(exception_cases.c.case_id, exception_cases.c.revision)
    )
    revisions = {row.case_id: row.revision for row in dropped}
    asked = [topic for case_id, last in revisions.items() for topic in topics_of_case(case_id, last)]
    await settle(connection, f"writeoff:exceptions:{done.writeoff_id}", *asked)
    await add_steps(
        connection,
        dict.fromkeys(revisions, done.unit_id),
        WorkStepKind.CLEARED,
        of="case_id",
        words="核销重新打开，随该月重新检查",
        acting=acting,
    )


REOPENING = ProposalKind(
    kind="writeoff_reopening",
    label="重新打开核销",
    describe=_describe_reopening,
    apply=_reopen,
)
