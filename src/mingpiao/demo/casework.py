"""Exceptions and notices of rectification in every state: what departments and units made of the oldest month.

Each step is taken through the rooms' verbs under the moved clock, and only from the state that it begins with: a
build that was cut off goes on where it was.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

import msgspec

from mingpiao.demo.backing import Shelf
from mingpiao.demo.first_day import issue, reverse
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, handler_of, officer_of
from mingpiao.issuing.model import BillState, IssueRequest, ReversalRequest
from mingpiao.issuing.service import get_bill
from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.writeoff.model import (
    Breach,
    CaseFilter,
    CaseState,
    ExceptionCase,
    Rectification,
    RectificationState,
)
from mingpiao.writeoff.service import (
    accept,
    answer_case,
    ask_unit,
    clear_case,
    get_rectification,
    issue_notice,
    list_cases,
    mark_breach,
    months_after,
    report,
)

#: Who has the cases in every state, and whose notices are overdue or nearly so.
ASKED, OVERDUE = "association", "court"
#: The city of the second gives its units a month for a rectification.
MONTHS = 1
_DAY = timedelta(days=1)
#: Days until a last day that is near, and since one that has passed.
_LEFT, _PAST = 3, 5

DemoStep = Callable[[], Awaitable[None]]


class _Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A unit whose oldest month has exceptions, and everything that is needed to work on them."""

    services: DemoServices
    shelf: Shelf
    member: Member
    wanted: Sequence[IssueRequest]


def casework(
    services: DemoServices,
    shelf: Shelf,
    first: Mapping[str, Member],
    wanted: Mapping[str, Sequence[IssueRequest]],
    months: Sequence[date],
    settled: date,
) -> list[tuple[datetime, DemoStep]]:
    """All steps with their moments, in no order.

    `first` has the first unit of each profile, `wanted` what it issued in the oldest of the `months`, and
    `settled` is the day on which that one was written off.
    """
    desks = {
        profile: _Desk(
            services=services,
            shelf=shelf,
            member=first[profile],
            wanted=wanted[profile],
        )
        for profile in (ASKED, OVERDUE)
    }
    return [*_every_state(desks[ASKED], months, settled), *_last_days(desks[OVERDUE], settled)]


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _every_state(desk: _Desk, months: Sequence[date], settled: date) -> list[tuple[datetime, DemoStep]]:
    """By place among the unit's cases: 0 解除, 1 待说明, 2 已说明, 3 违规, 4 已整改, 5 待验收; the others wait."""
    present = today()
    return [
        (_at(settled + _DAY, 11), partial(_ask, desk, 0)),
        (_at(settled + _DAY, 14), partial(_notify, desk, 4)),
        (_at(settled + _DAY, 15), partial(_notify, desk, 5)),
        (_at(settled + 3 * _DAY, 11), partial(_answer, desk, 0)),
        (_at(settled + 4 * _DAY, 11), partial(_clear, desk, 0)),
        (_at(months[1].replace(day=25), 11), partial(_correct, desk, 4)),
        (_at(months[1].replace(day=25), 15), partial(_report, desk, 4)),
        (_at(months[1].replace(day=26), 11), partial(_accept, desk, 4)),
        (_at(months[2].replace(day=25), 11), partial(_correct, desk, 5)),
        (_at(present - 2 * _DAY, 11), partial(_report, desk, 5)),
        (_at(present - 6 * _DAY, 11), partial(_ask, desk, 2)),
        (_at(present - 2 * _DAY, 15), partial(_answer, desk, 2)),
        (_at(present - _DAY, 11), partial(_ask, desk, 1)),
        (_at(present - _DAY, 14), partial(_breach, desk, 3)),
    ]


def _last_days(desk: _Desk, settled: date) -> list[tuple[datetime, DemoStep]]:
    """By place: 0 a notice that is overdue, 1 one with some days left, 2 解除, 3 explained unasked; the others wait."""
    past, soon = today() - _PAST * _DAY, today() + _LEFT * _DAY
    overdue = max(day for day in _days_before(past) if months_after(day, MONTHS) <= past)
    ending = min(day for day in _days_before(soon) if months_after(day, MONTHS) >= soon)
    return [
        (_at(settled + 2 * _DAY, 11), partial(_clear, desk, 2)),
        (_at(settled + 3 * _DAY, 15), partial(_explain, desk, 3)),
        (_at(overdue, 11), partial(_notify, desk, 0)),
        (_at(ending, 11), partial(_notify, desk, 1)),
    ]


def _days_before(day: date) -> list[date]:
    return [day - count * _DAY for count in range(20, 40)]


# -- cases -------------------------------------------------------------------------------------------------

_QUESTION = "这张票据没有对应的到账，请说明款项何时、以什么方式收到。"
_ANSWER = "付款人当月以现金缴纳，次月三日由本单位汇总存入账户，存款回单可以核对。"
_CLEARED = "已核对单位的存款回单和银行流水，款项次月到账，金额一致。"
_BREACH = Breach(
    type="conduct",
    basis="《财政票据管理办法》第二十条",
    amount=Decimal(0),
    reason="经核对账户流水和单位账簿，票据所列款项没有收取。",
)
_DEMANDS = "冲红没有收款依据的票据，按实际收取的款项重新开具，并核对本单位全部未到账的票据。"
_MEASURES = "已冲红原票据，按实际收款重新开具并送达付款人；今后先确认到账再开票。"


#: More than a unit of the demonstration has.
_MOST = 1_000


async def _case(desk: _Desk, place: int) -> ExceptionCase:
    async with desk.services.database.system() as connection:
        wanted = CaseFilter(unit_id=desk.member[0].unit_id)
        found = (await list_cases(connection, wanted, limit=_MOST)).items
    return sorted(found, key=lambda case: case.case_id)[place]


async def _ask(desk: _Desk, place: int) -> None:
    case = await _case(desk, place)
    if case.state is CaseState.OPEN:
        async with desk.services.database.system() as connection:
            due = today() + 10 * _DAY
            officer = officer_of(desk.member[0].region_code)
            await ask_unit(connection, case.case_id, _QUESTION, due, revision=case.revision, acting=officer)


async def _answer(desk: _Desk, place: int) -> None:
    await _tell(desk, place, CaseState.ASKED)


async def _explain(desk: _Desk, place: int) -> None:
    """What the unit says before anybody has asked."""
    await _tell(desk, place, CaseState.OPEN)


async def _tell(desk: _Desk, place: int, state: CaseState) -> None:
    case = await _case(desk, place)
    if case.state is state:
        async with desk.services.database.system() as connection:
            handler = handler_of(desk.member)
            await answer_case(connection, case.case_id, _ANSWER, revision=case.revision, acting=handler)


async def _clear(desk: _Desk, place: int) -> None:
    case = await _case(desk, place)
    if case.is_undecided:
        async with desk.services.database.system() as connection:
            officer = officer_of(desk.member[0].region_code)
            await clear_case(connection, case.case_id, _CLEARED, revision=case.revision, acting=officer)


async def _breach(desk: _Desk, place: int) -> None:
    case = await _case(desk, place)
    if case.is_undecided:
        async with desk.services.database.system() as connection:
            breach = msgspec.structs.replace(_BREACH, amount=case.total)
            officer = officer_of(desk.member[0].region_code)
            await mark_breach(connection, case.case_id, breach, revision=case.revision, acting=officer)


# -- notices -----------------------------------------------------------------------------------------------


async def _notify(desk: _Desk, place: int) -> None:
    """Mark a breach, and issue a notice about it."""
    await _breach(desk, place)
    case = await _case(desk, place)
    if case.state is CaseState.BREACHED:
        async with desk.services.database.system() as connection:
            officer = officer_of(desk.member[0].region_code)
            await issue_notice(connection, case.unit_id, [case.case_id], _DEMANDS, acting=officer)


async def _correct(desk: _Desk, place: int) -> None:
    """Reverse the bill of a case, and issue one instead."""
    unit, entry = desk.member
    case = await _case(desk, place)
    async with desk.services.database.system() as connection:
        blue = await get_bill(connection, case.bill_id)
    if blue.state is BillState.NORMAL:
        reason = "按整改通知冲红，按实际收款重新开具"
        wanted = ReversalRequest(code=blue.code, number=blue.number, reason=reason, handler=entry.handler)
        await reverse(desk.services.desk, unit.unit_id, [wanted])
    await _instead(desk, blue.business_no)


async def _instead(desk: _Desk, business_no: str) -> BillIdentity:
    """The bill that stands for the one of a business number; it is issued unless it was."""
    unit = desk.member[0]
    before = next(each for each in desk.wanted if each.business_no == business_no)
    request = msgspec.structs.replace(before, business_no=f"GZ{business_no}")
    catalog = await desk.services.catalog.get()
    backed = await desk.shelf.back(unit, [request], catalog, today())
    (made,) = await issue(desk.services.desk, unit.unit_id, backed)
    return made.identity


async def _notice(desk: _Desk, place: int) -> tuple[ExceptionCase, Rectification]:
    case = await _case(desk, place)
    async with desk.services.database.system() as connection:
        return case, await get_rectification(connection, case.rectification_id or 0)


async def _report(desk: _Desk, place: int) -> None:
    case, notice = await _notice(desk, place)
    if notice.state is not RectificationState.ISSUED:
        return
    async with desk.services.database.system() as connection:
        old = await get_bill(connection, case.bill_id)
    new = await _instead(desk, old.business_no)
    async with desk.services.database.system() as connection:
        await report(
            connection,
            notice.rectification_id,
            _MEASURES,
            replaced_by={case.case_id: new.bill_id},
            revision=notice.revision,
            acting=handler_of(desk.member),
        )


async def _accept(desk: _Desk, place: int) -> None:
    _, notice = await _notice(desk, place)
    if notice.state is RectificationState.ANSWERED:
        async with desk.services.database.system() as connection:
            officer = officer_of(desk.member[0].region_code)
            opinion = "冲红和重开的票据已核对，整改到位。"
            await accept(
                connection, notice.rectification_id, opinion, revision=notice.revision, acting=officer
            )
