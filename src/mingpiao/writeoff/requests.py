"""核销申请: a unit asks that its closed month be written off; a worker checks it and ends it.

A month is written off as a whole, and the oldest first, except for months of campaigns. What the checks do not
pass becomes exception cases, one a bill, and the rest is written off all the same: writing off touches the cycles
and these bills, and no other bill.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.former.service import former_cycles_of, settle_former
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import settle
from mingpiao.numbering.service import hold_stocks
from mingpiao.rules.service import thin_reason
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import lock_unit
from mingpiao.writeoff.cycles import close_so_far, cycles_of, open_months
from mingpiao.writeoff.model import (
    DIFFERENCE_REASONS,
    BillOrigin,
    DifferenceReason,
    MonthStanding,
    WriteOff,
    WriteOffState,
)
from mingpiao.writeoff.owed import require_closed_month, require_over
from mingpiao.writeoff.policies import load_policies, months_in_force
from mingpiao.writeoff.tables import receipts, writeoffs

JOB = "write_off"
#: A job that a person waits for goes before those that nobody does.
_PRIORITY = 10
MAX_REASONS, MAX_WORDS = 50, 200
#: Without a reason from the list, so many characters are the least that say something.
OTHER_WORDS = 4
#: 元: a difference of so much is never explained by choosing from a list alone.
WORDS_FROM = Decimal(10_000)
_UNIT_ROLES = frozenset({Role.UNIT_MANAGER, Role.UNIT_HANDLER})


async def month_standing(
    connection: AsyncConnection, unit_id: int, month: date, *, lock: bool = False
) -> MonthStanding:
    """How a unit's month stands, within the scope. A month without cycles has none: it is not closed, or has no bills."""
    found = await cycles_of(connection, unit_id, month, lock=lock)
    return MonthStanding(
        unit_id=unit_id,
        month=month,
        cycles=found,
        received=await received_of(connection, unit_id, month),
        writeoff=await present_request(connection, unit_id, month),
    )


async def received_of(connection: AsyncConnection, unit_id: int, month: date) -> dict[str, Decimal]:
    """What arrived for a month, in 元, by source."""
    query = (
        select(receipts.c.source, func.sum(receipts.c.amount).label("amount"))
        .where(receipts.c.unit_id == unit_id, receipts.c.month == month)
        .group_by(receipts.c.source)
        .order_by(receipts.c.source)
    )
    return {row.source: row.amount for row in await connection.execute(query)}


async def submit(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    *,
    reasons: Sequence[DifferenceReason] = (),
    partial: bool = False,
    automatic: bool = False,
    origin: BillOrigin = BillOrigin.OWN,
    acting: Acting,
) -> WriteOff:
    """Ask for a month (its first day) to be written off; a worker checks it at once.

    With `origin` FORMER it is the month's former bills: nothing is known of what arrived for them, so neither
    `reasons` nor `partial` count, and months may be asked for in any order.

    Asking again while it is checked, or after it was written off, returns the same request. What was issued
    and what arrived must agree within the policy's tolerance, or `reasons` must explain the difference to the
    cent (large ones in words, `words_from`), or `partial` leaves bills without a receipt as exceptions.

    Raises `Refusal`: `access.denied` (403) for anybody but people and programs of the unit,
    what `require_closed_month` raises, `writeoff.nothing` (404) for a month without bills,
    `writeoff.earlier_open` (409) while an older month is not written off, `writeoff.difference` (422) with
    the difference, `writeoff.reason_invalid` (422, by field).
    """
    refuse_strangers(unit_id, acting=acting)
    if origin is BillOrigin.FORMER:
        return await _submit_former(connection, unit_id, month, acting=acting)
    await require_closed_month(connection, unit_id, month)
    # Older months too, where the worker has not been there yet: the oldest is written off first.
    await close_so_far(connection, unit_id)
    # What arrives is put down under the same locks: nothing comes in between adding it up and the commit.
    await hold_stocks(connection, [unit_id])
    standing = await month_standing(connection, unit_id, month, lock=True)
    if standing.writeoff is not None and standing.writeoff.stands:
        return standing.writeoff
    if not standing.cycles:
        raise _nothing(month)
    await _refuse_out_of_turn(connection, unit_id, month)
    region = standing.cycles[0].region_code
    tolerance = (await load_policies(connection)).of(region).policy.tolerance
    require_explained(standing, reasons, tolerance, partial=partial)
    made = await _put_down(
        connection,
        standing.writeoff,
        acting=acting,
        unit_id=unit_id,
        month=month,
        region_code=region,
        issued_net=standing.issued_net,
        received=standing.received_total,
        tolerance=tolerance,
        reasons=[msgspec.to_builtins(each) for each in reasons],
        partial=partial,
        automatic=automatic,
    )
    details = {
        "issued": str(made.issued_net),
        "received": str(made.received),
        "difference": str(made.difference),
    }
    await record_writeoff(connection, "submit", made, details, acting=acting)
    return made


async def _submit_former(
    connection: AsyncConnection, unit_id: int, month: date, *, acting: Acting
) -> WriteOff:
    require_over(month)
    # Imports lock the same row: what comes in later finds the month taken.
    await lock_unit(connection, unit_id)
    known = await present_request(connection, unit_id, month, BillOrigin.FORMER)
    if known is not None and known.stands:
        return known
    found = await former_cycles_of(connection, unit_id, month)
    if not found:
        raise _nothing(month)
    unit = await get_unit(connection, unit_id)
    made = await _put_down(
        connection,
        known,
        acting=acting,
        unit_id=unit_id,
        month=month,
        region_code=unit.region_code,
        issued_net=sum((each.net_amount for each in found), Decimal("0.00")),
        received=Decimal("0.00"),
        tolerance=Decimal("0.00"),
        reasons=[],
        partial=False,
        automatic=False,
        origin=BillOrigin.FORMER.value,
    )
    await settle_former(connection, unit_id, month, made.writeoff_id)
    details = {"issued": str(made.issued_net), "origin": BillOrigin.FORMER.value}
    await record_writeoff(connection, "submit", made, details, acting=acting)
    return made


def _nothing(month: date) -> Refusal:
    return refuse("writeoff.nothing", f"{month:%Y年%-m月}没有需要核销的票据。", status=404)


async def _put_down(
    connection: AsyncConnection, before: WriteOff | None, *, acting: Acting, **values: Any
) -> WriteOff:
    """Write a request down, and have it checked. Opening the one `before` again has asked for this one."""
    if before is not None:
        await settle(connection, f"writeoff:reopen:{before.writeoff_id}")
    who = {"submitted_by": acting.actor, "submitted_by_name": acting.name, "submitted_at": now()}
    statement = insert(writeoffs).values(**values, **who).returning(writeoffs)
    made = writeoff_of((await connection.execute(statement)).mappings().one())
    await enqueue(
        connection,
        JOB,
        {"writeoff_id": made.writeoff_id},
        key=f"{JOB}:{made.writeoff_id}",
        priority=0 if made.automatic else _PRIORITY,
    )
    return made


async def _refuse_out_of_turn(connection: AsyncConnection, unit_id: int, month: date) -> None:
    """Months in force go oldest first; those of a campaign wait for nobody, and nobody waits for them."""
    begins_on = await months_in_force(connection)
    if begins_on is None or month < begins_on:
        return
    oldest = min(each for each in await open_months(connection, unit_id) if each >= begins_on)
    if oldest < month:
        message = f"请先核销{oldest:%Y年%-m月}的票据，再核销{month:%Y年%-m月}的。"
        raise refuse("writeoff.earlier_open", message, status=409, month=f"{oldest:%Y-%m}")


def refuse_strangers(unit_id: int, *, acting: Acting) -> None:
    """Raise `Refusal` (`access.denied`, 403) unless a manager, a handler or a program of the unit acts."""
    own = acting.unit_id in (None, unit_id) if acting.account is None else acting.unit_id == unit_id
    if not own or (acting.role is not None and acting.role not in _UNIT_ROLES):
        raise refuse("access.denied", "只能由本单位的人员或系统为本单位提交核销。", status=403)


def require_explained(
    standing: MonthStanding, reasons: Sequence[DifferenceReason], tolerance: Decimal, *, partial: bool = False
) -> None:
    """Raise the `Refusal` (`writeoff.reason_invalid`, `writeoff.difference`) of `submit` unless a month's difference
    is within the tolerance, or these reasons explain it, or the month is submitted in part.
    """
    if problems := reason_problems(reasons, standing.issued_net):
        raise Refusal(*problems)
    _refuse_difference(standing, reasons, tolerance, partial=partial)


def words_from(issued_net: Decimal) -> Decimal:
    """From how many 元 on a reason needs words: a tenth of what was issued, at most `WORDS_FROM`."""
    return min(WORDS_FROM, abs(issued_net) / 10)


def reason_problems(reasons: Sequence[DifferenceReason], issued_net: Decimal) -> list[Problem]:
    """What is wrong with the reasons of a difference, by field (`reasons.0.amount`).

    Amounts under one code count together, so that no large one goes without words in small parts.
    """
    found: list[Problem] = []
    large = _codes_in_need_of_words(reasons, words_from(issued_net))
    if len(reasons) > MAX_REASONS:
        found.append(_wrong("reasons", f"差额原因不能超过{MAX_REASONS}条，请合并。"))
    for index, each in enumerate(reasons):
        place = f"reasons.{index}"
        if each.code not in DIFFERENCE_REASONS:
            found.append(_wrong(f"{place}.code", "请从列表中选择差额原因。"))
        if not _is_difference(each.amount):
            found.append(_wrong(f"{place}.amount", "请填写差额金额，单位为元，最多两位小数，不能为零。"))
        if len(each.words) > MAX_WORDS or unprintable(each.words):
            found.append(_wrong(f"{place}.words", f"说明不能超过{MAX_WORDS}个字，也不能含特殊符号。"))
        if each.code == "other" and len(each.words.strip()) < OTHER_WORDS:
            found.append(
                _wrong(f"{place}.words", f"选择“其他”时，请用不少于{OTHER_WORDS}个字写清楚差额的原因。")
            )
        elif each.code in large and (thin := thin_reason(each.words, "该项差额较大，说明")):
            found.append(_wrong(f"{place}.words", thin))
    return found


def _is_difference(amount: Decimal) -> bool:
    return amount.is_finite() and amount != 0 and abs(amount) <= MAX_AMOUNT and fits_places(amount, 2)


def _codes_in_need_of_words(reasons: Sequence[DifferenceReason], least: Decimal) -> frozenset[str]:
    sums: dict[str, Decimal] = {}
    for each in reasons:
        if _is_difference(each.amount):
            sums[each.code] = sums.get(each.code, Decimal(0)) + abs(each.amount)
    return frozenset(code for code, amount in sums.items() if amount >= least)


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="writeoff.reason_invalid", field=field, message=message, status=422)


def _refuse_difference(
    standing: MonthStanding, reasons: Sequence[DifferenceReason], tolerance: Decimal, *, partial: bool
) -> None:
    left = standing.difference - sum((each.amount for each in reasons), Decimal(0))
    if partial or abs(left) <= tolerance:
        return
    message = (
        f"{_left_words(standing.difference, left, told=bool(reasons))}请补充到账记录，或逐项填写差额原因；"
        "也可以先核销已匹配到账的票据。"
    )
    raise refuse(
        "writeoff.difference", message, field="reasons", status=422, difference=f"{standing.difference:.2f}"
    )


def _left_words(difference: Decimal, left: Decimal, *, told: bool) -> str:
    """How the sums differ; where reasons were given, how much of it they leave, or say too much."""
    whole = f"到账金额比开票金额{'少' if difference > 0 else '多'}{abs(difference):.2f}元"
    if not told:
        return f"{whole}。"
    if difference == 0:
        return "到账金额与开票金额一致，不需要说明差额。"
    if left * difference > 0:
        return f"{whole}，还有{abs(left):.2f}元没有说明。"
    return f"{whole}，填写的原因多说明了{abs(left):.2f}元。"


# -- what a worker does --------------------------------------------------------------------------------


async def get_writeoff(connection: AsyncConnection, writeoff_id: int) -> WriteOff:
    """A request for write-off within the scope; raises `Refusal` (`writeoff.unknown`, 404)."""
    query = select(writeoffs).where(writeoffs.c.writeoff_id == writeoff_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise refuse("writeoff.unknown", "没有找到该核销申请，或您无权查看。", status=404)
    return writeoff_of(row)


async def end_writeoff(
    connection: AsyncConnection, writeoff_id: int, state: WriteOffState, **values: Any
) -> bool:
    """End a request that is being checked; False if another worker has ended it."""
    ended = await connection.execute(
        update(writeoffs)
        .where(writeoffs.c.writeoff_id == writeoff_id, writeoffs.c.state == WriteOffState.CHECKING.value)
        .values(state=state.value, finished_at=now(), **values)
    )
    return bool(ended.rowcount)


async def present_request(
    connection: AsyncConnection, unit_id: int, month: date, origin: BillOrigin = BillOrigin.OWN
) -> WriteOff | None:
    """The newest request for a unit's month, within the scope."""
    query = (
        select(writeoffs)
        .where(
            writeoffs.c.unit_id == unit_id,
            writeoffs.c.month == month,
            writeoffs.c.origin == origin.value,
        )
        .order_by(writeoffs.c.writeoff_id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else writeoff_of(row)


def writeoff_of(row: RowMapping) -> WriteOff:
    """A request for write-off from its row."""
    values = dict(row) | {
        "state": WriteOffState(row["state"]),
        "reasons": msgspec.convert(row["reasons"], tuple[DifferenceReason, ...]),
        "origin": BillOrigin(row["origin"]),
        "left_out": tuple(row["left_out"]),
    }
    return WriteOff(**values)


def page_of(asked: WriteOff) -> str:
    """Where a unit sees the month of a request."""
    former = asked.origin is BillOrigin.FORMER
    return f"/unit/{'former/months' if former else 'writeoff'}/{asked.month:%Y-%m}"


def name_of(asked: WriteOff) -> str:
    """The month of a request for people; that of former bills says so."""
    return f"{asked.month:%Y年%-m月}{'历史票据' if asked.origin is BillOrigin.FORMER else ''}"


async def record_writeoff(
    connection: AsyncConnection, verb: str, made: WriteOff, details: dict[str, str], *, acting: Acting
) -> None:
    """Write what happened to a request into the audit trail."""
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"writeoff:{verb}",
            subject=f"writeoff:{made.writeoff_id}",
            unit_id=made.unit_id,
            details={"month": f"{made.month:%Y-%m}"} | details,
        ),
    )
