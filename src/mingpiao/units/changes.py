"""变更: what a unit is called and where it belongs, and whether it may issue; each change from a day on.

A change of today is carried out at once, a later one on its day by the worker. Name, region, mode, suspending
and resuming are decided by one person; a new code and closing are proposed by one and approved by another
(room `approvals`). Bills keep what was on them: a change concerns those that are issued after it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.catalog.service import region_has_ended
from mingpiao.house.model import ChangedRow, ProposalKind, Topic
from mingpiao.house.rooms import listeners
from mingpiao.identity.model import Acting, AuditEntry, platform
from mingpiao.identity.service import accounts_of_unit, differences, record, set_active
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import tell_department
from mingpiao.numbering.service import hold_stocks, lock_issuing, return_numbers, unlock_issuing
from mingpiao.sealing.service import retire_key
from mingpiao.storage.database import Database
from mingpiao.storage.notices import notify
from mingpiao.units.apps import close_apps
from mingpiao.units.model import (
    ChangeState,
    Unit,
    UnitChange,
    UnitChangeKind,
    UnitMode,
    UnitState,
)
from mingpiao.units.registration import code_problem, text_problems
from mingpiao.units.store import CHANNEL, get, lock_managed, lock_unit, may_manage, refuse_closed
from mingpiao.units.tables import unit_changes, units

#: Why a unit is stopped, as it stands on stock rows.
SUSPENDED, CLOSED = "unit_suspended", "unit_closed"
#: How far ahead a change may be planned.
FURTHEST = timedelta(days=366)
MAX_REASON = 200
TWO_PERSONS = frozenset({UnitChangeKind.USCC, UnitChangeKind.CLOSE})

#: What stands in the way of a unit's closing or moving to another region: Chinese sentences, empty if nothing.
OBSTACLES: Topic[Callable[[AsyncConnection, int], Awaitable[Sequence[str]]]] = Topic(name="units.obstacles")
#: What stands in the way of its closing alone, in the same way.
CLOSING: Topic[Callable[[AsyncConnection, int], Awaitable[Sequence[str]]]] = Topic(name="units.closing")
#: A unit moved to a region; told in the transaction of the move.
MOVED: Topic[Callable[[AsyncConnection, int, str], Awaitable[None]]] = Topic(name="units.moved")
#: A unit changed between 接口 and 在线; told in the transaction of the change, which holds the unit's stocks.
SWITCHED: Topic["_Switched"] = Topic(name="units.switched")

_WORKER = platform("apply_unit_changes")


class _Switched(Protocol):
    """Does what follows a new mode of some units."""

    async def __call__(
        self, connection: AsyncConnection, unit_ids: Sequence[int], /, *, acting: Acting
    ) -> None: ...


class ChangeWish(msgspec.Struct, frozen=True, kw_only=True):
    """A change as a person wants it. `after` is the new name, code, region or mode; empty for the others.

    `until` is the last day of a suspension, None without an end.
    """

    kind: UnitChangeKind
    effective_on: date
    reason: str
    after: str = ""
    until: date | None = None


async def change_unit(connection: AsyncConnection, unit_id: int, wish: ChangeWish, *, acting: Acting) -> bool:
    """Plan a change that one person decides, and carry it out if its day is today; whether it was carried out.

    Raises `Refusal` with every problem of the wish (`wish_problems`), `unit.change_needs_two` (409) for one
    that two persons decide, `unit.ordered_above` (409) where it would undo what a department above ordered, and
    what `lock_managed` raises.
    """
    unit = await lock_managed(connection, unit_id, acting=acting)
    if wish.kind in TWO_PERSONS:
        raise refuse("unit.change_needs_two", "这项变更需要另一位负责人审核，请提交审核。", status=409)
    await _check(connection, unit, wish, acting=acting)
    if wish.kind is UnitChangeKind.RESUME:
        await _refuse_above(connection, unit_id, acting.region_code)
        # The end of a suspension that was planned with it gives way to the one that is wanted now.
        await _withdraw_planned(connection, unit_id, [UnitChangeKind.RESUME], acting=acting)
    change = await _plan(connection, unit, wish, acting=acting)
    if wish.kind is UnitChangeKind.SUSPEND and wish.until is not None:
        back = msgspec.structs.replace(
            wish, kind=UnitChangeKind.RESUME, effective_on=wish.until + timedelta(days=1), until=None
        )
        await _withdraw_planned(connection, unit_id, [UnitChangeKind.RESUME], acting=acting)
        await _plan(connection, unit, back, acting=acting)
    if change.effective_on > today():
        return False
    await _carry_out(connection, unit, change, acting=acting)
    return True


async def propose_change(
    connection: AsyncConnection, unit_id: int, wish: ChangeWish, *, acting: Acting
) -> int:
    """Put a new code or closing down for a second person; returns the proposal's id. Raises as `change_unit`."""
    unit = await lock_managed(connection, unit_id, acting=acting)
    await _check(connection, unit, wish, acting=acting)
    payload = {
        "unit_id": unit_id,
        "before": _before(unit, wish.kind),
        "author": acting.actor,
        "author_name": acting.name,
        "wish": msgspec.to_builtins(wish),
    }
    return await propose(
        connection,
        UNIT_PROPOSAL,
        str(unit_id),
        payload,
        title=f"{unit.name}：{wish.kind.label}",
        reason=wish.reason,
        acting=acting,
    )


async def withdraw_change(
    connection: AsyncConnection, unit_id: int, change_id: int, *, acting: Acting
) -> None:
    """Take a planned change back. Raises `Refusal`: `unit.change_settled` (409) for one that is no longer planned,
    `unit.ordered_above` (409) for one that a department above planned.
    """
    await lock_managed(connection, unit_id, acting=acting)
    own = (unit_changes.c.unit_id == unit_id) & (unit_changes.c.change_id == change_id)
    row = (await connection.execute(select(unit_changes).where(own))).mappings().one_or_none()
    if row is None or row["state"] != ChangeState.PLANNED.value:
        raise refuse("unit.change_settled", "这项变更已生效、已撤回或不存在，请刷新页面。", status=409)
    if not may_undo(_change(row), acting.region_code):
        raise _ordered_above()
    await _settle(connection, _change(row), ChangeState.WITHDRAWN)
    await _record(connection, "unit:withdraw_change", _change(row), acting=acting)
    if row["kind"] == UnitChangeKind.SUSPEND.value:
        await _withdraw_planned(connection, unit_id, [UnitChangeKind.RESUME], acting=acting)


def may_undo(change: UnitChange, region_code: str | None) -> bool:
    """Whether the department of a region (None: the platform) may undo a change: its own, or of one below it."""
    return change.made_in is None or region_code is None or region_covers(region_code, change.made_in)


def _ordered_above() -> Refusal:
    return refuse(
        "unit.ordered_above",
        "这项决定由上级财政部门作出，本部门不能撤回或恢复。请报作出决定的部门办理。",
        status=409,
    )


async def _refuse_above(connection: AsyncConnection, unit_id: int, region_code: str | None) -> None:
    """Raise `Refusal` where the suspension in force, or its planned end, is of a department above."""
    of_unit = (unit_changes.c.unit_id == unit_id) & (
        (
            (unit_changes.c.kind == UnitChangeKind.SUSPEND.value)
            & (unit_changes.c.state == ChangeState.APPLIED.value)
        )
        | (
            (unit_changes.c.kind == UnitChangeKind.RESUME.value)
            & (unit_changes.c.state == ChangeState.PLANNED.value)
        )
    )
    query = select(unit_changes).where(of_unit).order_by(unit_changes.c.settled_at, unit_changes.c.change_id)
    found = [_change(row) for row in (await connection.execute(query)).mappings()]
    suspended = [each for each in found if each.kind is UnitChangeKind.SUSPEND][-1:]
    ends = [each for each in found if each.kind is UnitChangeKind.RESUME]
    if not all(may_undo(each, region_code) for each in (*suspended, *ends)):
        raise _ordered_above()


async def withdraw_moves(connection: AsyncConnection, unit_id: int, *, acting: Acting) -> list[UnitChange]:
    """Take the planned moves of a unit back, because the platform or a department above moves it; returns them."""
    await lock_managed(connection, unit_id, acting=acting)
    return await _withdraw_planned(connection, unit_id, [UnitChangeKind.REGION], acting=acting)


async def unit_history(connection: AsyncConnection, unit_id: int) -> list[UnitChange]:
    """All changes of a unit within the connection's scope, newest first."""
    query = (
        select(unit_changes)
        .where(unit_changes.c.unit_id == unit_id)
        .order_by(unit_changes.c.effective_on.desc(), unit_changes.c.change_id.desc())
    )
    return [_change(row) for row in (await connection.execute(query)).mappings()]


async def obstacles(connection: AsyncConnection, unit_id: int, kind: UnitChangeKind) -> list[str]:
    """What stands in the way of closing or moving a unit, in Chinese sentences; empty if nothing."""
    asked = listeners(OBSTACLES) + (listeners(CLOSING) if kind is UnitChangeKind.CLOSE else ())
    return [each for listener in asked for each in await listener(connection, unit_id)]


async def apply_due_changes(database: Database) -> None:
    """Carry out all planned changes whose day has come, each in a transaction of its own.

    One that no longer fits is marked as failed, and the department that planned it is told.
    """
    query = (
        select(unit_changes.c.unit_id, unit_changes.c.change_id)
        .where(unit_changes.c.state == ChangeState.PLANNED.value, unit_changes.c.effective_on <= today())
        .order_by(unit_changes.c.effective_on, unit_changes.c.change_id)
    )
    async with database.system() as connection:
        due = [(row.unit_id, row.change_id) for row in await connection.execute(query)]
    for unit_id, change_id in due:
        try:
            async with database.system() as connection:
                if change := await _lock_planned(connection, unit_id, change_id):
                    unit = await get(connection, unit_id)
                    await _carry_out(connection, unit, change, acting=_WORKER)
        except Refusal as refusal:
            await _fail(database, unit_id, change_id, refusal.problems[0])


async def _lock_planned(connection: AsyncConnection, unit_id: int, change_id: int) -> UnitChange | None:
    await lock_unit(connection, unit_id)
    query = select(unit_changes).where(
        unit_changes.c.change_id == change_id, unit_changes.c.state == ChangeState.PLANNED.value
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _change(row)


async def _fail(database: Database, unit_id: int, change_id: int, problem: Problem) -> None:
    async with database.system() as connection:
        change = await _lock_planned(connection, unit_id, change_id)
        if change is None:
            return
        unit = await get(connection, unit_id)
        await _settle(connection, change, ChangeState.FAILED, problem.message)
        await _record(connection, "unit:change_failed", change, acting=_WORKER, failure=problem.message)
        await tell_department(
            connection,
            unit.region_code,
            f"unit:change_failed:{change_id}",
            f"{unit.name}：{change.kind.label}没有生效",
            problem.message,
            link=f"/finance/units/{unit_id}",
            urgent=True,
        )


# -- what a wish must be -------------------------------------------------------------------------------


def wish_problems(unit: Unit, wish: ChangeWish) -> list[Problem]:
    """What is wrong with a change, as far as the unit alone tells: by the fields `after`, `effective_on`, `until`, `reason`."""
    problems = _value_problems(unit, wish)
    if not today() <= wish.effective_on <= today() + FURTHEST:
        problems.append(_wrong("effective_on", "生效日期应在今天至一年内，请修改。"))
    if wish.until is not None and wish.until < wish.effective_on:
        problems.append(_wrong("until", "暂停的最后一天不能早于生效日期，请修改。"))
    if not wish.reason.strip() or len(wish.reason) > MAX_REASON or unprintable(wish.reason):
        problems.append(_wrong("reason", f"请填写变更原因，不超过{MAX_REASON}个字，不含特殊符号。"))
    return problems


def _value_problems(unit: Unit, wish: ChangeWish) -> list[Problem]:
    match wish.kind:
        case UnitChangeKind.NAME:
            found = text_problems({"name": wish.after})
        case UnitChangeKind.USCC:
            found = [problem] if (problem := code_problem(wish.after)) else []
        case UnitChangeKind.MODE:
            found = (
                []
                if wish.after in {each.value for each in UnitMode}
                else [_wrong("after", "请选择开票方式。")]
            )
        case UnitChangeKind.REGION:
            found = [] if wish.after else [_wrong("after", "请选择所属地区。")]
        case _:
            return _state_problems(unit, wish.kind)
    if not found and wish.after == _before(unit, wish.kind):
        found = [_wrong("after", f"与现在的{wish.kind.subject}相同，请修改。")]
    return [msgspec.structs.replace(each, field="after") for each in found]


def _state_problems(unit: Unit, kind: UnitChangeKind) -> list[Problem]:
    if kind is UnitChangeKind.SUSPEND and unit.state is UnitState.SUSPENDED:
        return [_wrong("", "该单位已暂停用票，无需再次暂停。")]
    if kind is UnitChangeKind.RESUME and unit.state is UnitState.ACTIVE:
        return [_wrong("", "该单位没有暂停用票，无需恢复。")]
    return []


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="unit.change_invalid", field=field, message=message, status=422)


async def _check(connection: AsyncConnection, unit: Unit, wish: ChangeWish, *, acting: Acting) -> None:
    refuse_closed(unit)
    problems = wish_problems(unit, wish)
    if wish.kind is UnitChangeKind.REGION and wish.after and not may_manage(wish.after, acting=acting):
        problems.append(_wrong("after", "只能迁到本部门所辖的地区；跨地区迁移请由共同的上级财政部门办理。"))
    if problems:
        raise Refusal(*problems)
    if wish.kind is UnitChangeKind.REGION:
        await _refuse_ended(connection, wish.after, wish.effective_on)
    if wish.kind in (UnitChangeKind.REGION, UnitChangeKind.CLOSE):
        await _refuse_obstacles(connection, unit.unit_id, wish.kind)


async def _refuse_ended(connection: AsyncConnection, region_code: str, day: date) -> None:
    if await region_has_ended(connection, region_code, day):
        raise Refusal(_wrong("after", "该地区已撤并，请选择接替它的地区。"))


async def _refuse_obstacles(connection: AsyncConnection, unit_id: int, kind: UnitChangeKind) -> None:
    found = await obstacles(connection, unit_id, kind)
    if found:
        raise Refusal(*(Problem(code="unit.obstacle", message=message, status=409) for message in found))


def _before(unit: Unit, kind: UnitChangeKind) -> str:
    values = {
        UnitChangeKind.NAME: unit.name,
        UnitChangeKind.USCC: unit.uscc,
        UnitChangeKind.REGION: unit.region_code,
        UnitChangeKind.MODE: unit.mode.value,
    }
    return values.get(kind, unit.state.value)


# -- planning and carrying out ---------------------------------------------------------------------------


async def _plan(
    connection: AsyncConnection,
    unit: Unit,
    wish: ChangeWish,
    *,
    acting: Acting,
    author: Mapping[str, str] | None = None,
) -> UnitChange:
    made = author or {"author": acting.actor, "author_name": acting.name}
    row = {
        "unit_id": unit.unit_id,
        "kind": wish.kind.value,
        "before": _before(unit, wish.kind),
        "after": wish.after,
        "effective_on": wish.effective_on,
        "reason": wish.reason.strip(),
        "made_by": made["author"],
        "made_by_name": made["author_name"],
        "made_in": acting.region_code,
        "decided_by": acting.actor if author else None,
        "decided_by_name": acting.name if author else "",
    }
    try:
        async with connection.begin_nested():
            statement = insert(unit_changes).values(row).returning(unit_changes)
            change = _change((await connection.execute(statement)).mappings().one())
    except IntegrityError as error:
        if "unit_changes_planned" not in str(error):
            raise
        raise refuse(
            "unit.change_planned",
            f"该单位已有一项待生效的{wish.kind.label}，请先撤回。",
            status=409,
        ) from error
    if change.effective_on > today():
        await _record(connection, "unit:plan_change", change, acting=acting)
    return change


async def _carry_out(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    refuse_closed(unit)
    await _STEPS[change.kind](connection, unit, change, acting=acting)
    await _settle(connection, change, ChangeState.APPLIED)
    await _record(connection, f"unit:{change.kind.verb}", change, acting=acting)
    await notify(connection, CHANNEL, str(unit.unit_id))


async def _set(connection: AsyncConnection, unit: Unit, **values: str) -> None:
    try:
        async with connection.begin_nested():
            await connection.execute(update(units).where(units.c.unit_id == unit.unit_id).values(values))
    except IntegrityError as error:
        if "units_uscc_key" in str(error):
            raise refuse(
                "unit.uscc_taken", "该统一社会信用代码已由其他单位登记，请核对。", field="after", status=409
            ) from error
        if "units_region_code_fkey" in str(error):
            raise refuse(
                "unit.region_unknown", "没有该地区，请重新选择。", field="after", status=422
            ) from error
        raise


async def _rename(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    await _set(connection, unit, name=change.after)


async def _recode(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    await _set(connection, unit, uscc=change.after)
    # The certificate names the old code: what it sealed keeps verifying, and nothing more is sealed with it.
    await retire_key(connection, ("unit", unit.uscc), unit_id=unit.unit_id, acting=acting)


async def _move(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    await _refuse_ended(connection, change.after, today())
    await _refuse_obstacles(connection, unit.unit_id, change.kind)
    await _set(connection, unit, region_code=change.after)
    for tell in listeners(MOVED):
        await tell(connection, unit.unit_id, change.after)


async def _switch(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    # What the mode decides is written on stock rows: no train reads them in between.
    await hold_stocks(connection, [unit.unit_id])
    await _set(connection, unit, mode=change.after)
    for tell in listeners(SWITCHED):
        await tell(connection, [unit.unit_id], acting=acting)


async def _suspend(connection: AsyncConnection, unit: Unit, _change: UnitChange, *, acting: Acting) -> None:
    await _set(connection, unit, state=UnitState.SUSPENDED.value)
    await lock_issuing(connection, unit.unit_id, SUSPENDED, acting=acting)


async def _resume(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    # A department above may have suspended the unit since this was planned.
    await _refuse_above(connection, unit.unit_id, change.made_in)
    await _set(connection, unit, state=UnitState.ACTIVE.value)
    await unlock_issuing(connection, unit.unit_id, SUSPENDED, acting=acting)
    await _withdraw_planned(
        connection, unit.unit_id, [UnitChangeKind.RESUME], acting=acting, but=change.change_id
    )


async def _close(connection: AsyncConnection, unit: Unit, change: UnitChange, *, acting: Acting) -> None:
    await _refuse_obstacles(connection, unit.unit_id, change.kind)
    await _set(connection, unit, state=UnitState.CLOSED.value)
    await lock_issuing(connection, unit.unit_id, CLOSED, acting=acting)
    await return_numbers(connection, unit.unit_id, change.reason, acting=acting)
    await close_apps(connection, unit.unit_id, acting=acting)
    for account in await accounts_of_unit(connection, unit.unit_id):
        if account.active:
            await set_active(connection, account, False, acting=acting)
    await _withdraw_planned(connection, unit.unit_id, [*UnitChangeKind], acting=acting, but=change.change_id)


class _Step(Protocol):
    """Does what a kind of change is, in its transaction."""

    async def __call__(
        self, connection: AsyncConnection, unit: Unit, change: UnitChange, /, *, acting: Acting
    ) -> None: ...


_STEPS: dict[UnitChangeKind, _Step] = {
    UnitChangeKind.NAME: _rename,
    UnitChangeKind.USCC: _recode,
    UnitChangeKind.REGION: _move,
    UnitChangeKind.MODE: _switch,
    UnitChangeKind.SUSPEND: _suspend,
    UnitChangeKind.RESUME: _resume,
    UnitChangeKind.CLOSE: _close,
}


async def _withdraw_planned(
    connection: AsyncConnection,
    unit_id: int,
    kinds: Sequence[UnitChangeKind],
    *,
    acting: Acting,
    but: int = 0,
) -> list[UnitChange]:
    """Take planned changes of these kinds back, because another change makes them pointless; returns them."""
    query = select(unit_changes).where(
        unit_changes.c.unit_id == unit_id,
        unit_changes.c.kind.in_([each.value for each in kinds]),
        unit_changes.c.state == ChangeState.PLANNED.value,
        unit_changes.c.change_id != but,
    )
    planned = [_change(row) for row in (await connection.execute(query)).mappings()]
    for change in planned:
        await _settle(connection, change, ChangeState.WITHDRAWN)
        await _record(connection, "unit:withdraw_change", change, acting=acting)
    return planned


async def _settle(
    connection: AsyncConnection, change: UnitChange, state: ChangeState, note: str = ""
) -> None:
    settled = update(unit_changes).where(unit_changes.c.change_id == change.change_id)
    await connection.execute(settled.values(state=state.value, settled_at=now(), note=note))


def _change(row: RowMapping) -> UnitChange:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    values["kind"], values["state"] = UnitChangeKind(values["kind"]), ChangeState(values["state"])
    return UnitChange(**values)


_STATES_AFTER = {
    UnitChangeKind.SUSPEND: UnitState.SUSPENDED,
    UnitChangeKind.RESUME: UnitState.ACTIVE,
    UnitChangeKind.CLOSE: UnitState.CLOSED,
}


def _worded(kind: UnitChangeKind, value: str) -> str:
    """What a change finds, or leaves, in words. One of the state says what it leaves by its kind."""
    if kind is UnitChangeKind.MODE:
        return UnitMode(value).label
    if kind in _STATES_AFTER:
        return UnitState(value or _STATES_AFTER[kind]).label
    return value


async def _record(
    connection: AsyncConnection, action: str, change: UnitChange, *, acting: Acting, **more: str
) -> None:
    applied = action == f"unit:{change.kind.verb}"
    before, after = _worded(change.kind, change.before), _worded(change.kind, change.after)
    # What is only planned, or was taken back, has changed nothing.
    planned = {} if applied else {"from": before, "to": after}
    details = {
        "change": change.kind.label,
        **planned,
        "effective_on": change.effective_on.isoformat(),
        "reason": change.reason,
    }
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"unit:{change.unit_id}",
        unit_id=change.unit_id,
        details={name: value for name, value in (details | more).items() if value},
        changed=differences({change.kind.subject: before}, {change.kind.subject: after}) if applied else (),
    )
    await record(connection, entry)


# -- two persons -----------------------------------------------------------------------------------------


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    unit_id: int
    before: str
    author: str
    author_name: str
    wish: ChangeWish


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    """What the change would do now; raises `Refusal` (`proposal.stale`) where the unit is no longer what it was."""
    given = msgspec.convert(payload, _Payload, strict=False)
    unit = await get(connection, given.unit_id)
    kind = given.wish.kind
    if _before(unit, kind) != given.before and kind is UnitChangeKind.USCC:
        raise stale(f"“{unit.name}”的{kind.subject}")
    refuse_closed(unit)
    after = given.wish.after if kind is UnitChangeKind.USCC else UnitState.CLOSED.label
    before = unit.uscc if kind is UnitChangeKind.USCC else unit.state.label
    day = max(given.wish.effective_on, today()).isoformat()
    return [
        ChangedRow(label=kind.subject, before=before, after=after, subject=unit.name),
        ChangedRow(label="生效日期", before="", after=day, subject=unit.name),
    ]


async def _approve(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    given = msgspec.convert(payload, _Payload, strict=False)
    unit = await lock_managed(connection, given.unit_id, acting=acting)
    await _describe(connection, payload)
    # The day may have passed while the proposal waited.
    wish = msgspec.structs.replace(given.wish, effective_on=max(given.wish.effective_on, today()))
    await _check(connection, unit, wish, acting=acting)
    author = {"author": given.author, "author_name": given.author_name}
    change = await _plan(connection, unit, wish, acting=acting, author=author)
    if change.effective_on <= today():
        await _carry_out(connection, unit, change, acting=acting)


UNIT_PROPOSAL = ProposalKind(
    kind="unit",
    label="用票单位变更",
    describe=_describe,
    apply=_approve,
    page=lambda key: f"/finance/units/{key}",
)
