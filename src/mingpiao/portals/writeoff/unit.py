"""核销 of a unit: its months, and one month that is held against what arrived and submitted."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_typed_decimal
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed, is_revised
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.gates import UNIT_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.writeoff.consequences import of_partial, of_submitting
from mingpiao.portals.writeoff.parts import CRUMBS, Waiting, month_address, month_from, waiting_of
from mingpiao.portals.writeoff.rights import UNIT_WRITEOFF
from mingpiao.writeoff.model import (
    DIFFERENCE_REASONS,
    SOURCES,
    DifferenceReason,
    MonthStanding,
    WriteOffState,
)
from mingpiao.writeoff.service import (
    CATCH_UP,
    MOST_ITEMISED,
    catch_up_of,
    close_so_far,
    count_unpaid,
    load_policies,
    month_detail,
    month_standing,
    months_in_force,
    next_month,
    require_explained,
    submit,
    unit_months,
    unsettled_exceptions,
)

_VIEWERS = [require_right(UNIT_VIEW)]
_GUARDS = [require_right(UNIT_WRITEOFF)]
#: Rows for reasons that a page begins with, and how many more it has with each press of the button.
_ROWS = 3
_NOT_A_NUMBER = Decimal("NaN")


class DifferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reason as it was typed."""

    code: str = ""
    amount: str = ""
    words: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.code or self.words)


async def _close(call: PageCall) -> None:
    """Months that are over are closed now, if the worker has not come to it yet."""
    async with call.services.database.system() as connection:  # system: closing a month writes its cycles
        await close_so_far(connection, unit_of(call.session.account))


@get("/writeoff", guards=_VIEWERS)
async def months(call: NamedDependency[PageCall]) -> Response[str]:
    """All closed months of the unit, newest first."""
    await _close(call)
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        found = await unit_months(connection, unit_id)
        begins_on = await months_in_force(connection)
        caught_up = await catch_up_of(connection, unit_id)
    return page(
        call.request,
        "writeoff/months.html",
        title="核销",
        crumbs=CRUMBS[:1],
        months=found,
        begins_on=begins_on,
        caught_up=CATCH_UP if caught_up else "",
        months_left=sum(len(each.left) for each in caught_up),
        present=today().replace(day=1),
        month_address=month_address,
        may_import=allowed(call.session.account.role, UNIT_WRITEOFF),
    )


@get("/writeoff/{month:str}", guards=_VIEWERS)
async def one_month(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str]:
    """One month: its bills, what arrived, the difference, and the buttons that submit it."""
    wanted = month_from(month)
    await _close(call)
    if kept := use_kept_members(call.request):
        return await _month_page(call, wanted, waiting_of(kept), _rows_of(kept))
    return await _month_page(call, wanted, waiting_of(read_query(call.request)))


async def _month_page(
    call: PageCall,
    month: date,
    waiting: Waiting,
    rows: tuple[DifferenceRow, ...] = (),
    problems: tuple[Problem, ...] = (),
    *,
    more: int = 0,
) -> Response[str]:
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        standing = await month_standing(connection, unit_id, month)
        bills = sum(each.issued_count + each.reversed_count for each in standing.cycles)
        detail = await month_detail(connection, unit_id, month, bills=bills)
        earlier = [
            each
            for each in await unit_months(connection, unit_id)
            if each.month < month and not each.is_written_off
        ]
        policies = await load_policies(connection)
    region = standing.cycles[0].region_code if standing.cycles else ""
    tolerance = policies.of(region).policy.tolerance if region else Decimal(0)
    catalog = await call.services.catalog.get()
    shown = rows or (DifferenceRow(amount=f"{standing.difference:.2f}"),)
    return page(
        call.request,
        "writeoff/month.html",
        title=f"{month:%Y年%-m月}核销",
        crumbs=[*CRUMBS, ("补核销", CATCH_UP)] if standing.is_catch_up else CRUMBS,
        month=month,
        detail=detail,
        earlier=earlier[-1] if earlier else None,
        agrees=abs(standing.difference) <= tolerance,
        tolerance=tolerance,
        rows=shown + (DifferenceRow(),) * max(more, _ROWS - len(shown)),
        problems=problems,
        kinds={each.kind_code: kind_name(catalog, each.kind_code) for each in standing.cycles},
        sources=SOURCES,
        reasons=list(DIFFERENCE_REASONS.items()),
        labels=DIFFERENCE_REASONS,
        most=MOST_ITEMISED,
        is_over=next_month(month) <= today(),
        after=next_month(month),
        may_submit=allowed(call.session.account.role, UNIT_WRITEOFF),
        **await _status(call, standing, waiting),
    )


async def _status(call: PageCall, standing: MonthStanding, waiting: Waiting) -> dict[str, Any]:
    """What the fragment about the state of a month needs."""
    asked, unsettled = standing.writeoff, 0
    if asked is not None:
        async with call.reads() as connection:
            unsettled = await unsettled_exceptions(connection, standing.unit_id, standing.month)
    return {
        "standing": standing,
        "asked": asked,
        "checking": asked is not None and asked.state is WriteOffState.CHECKING,
        "at": month_address(standing.month),
        "status_at": month_address(standing.month, waiting, "/status"),
        "here": month_address(standing.month, waiting),
        "waiting": waiting,
        "go_back": await waiting.address(call),
        "unsettled": unsettled,
        "overdue": bool(standing.cycles) and not standing.is_written_off and standing.due_on < today(),
    }


@get("/writeoff/{month:str}/status", guards=_VIEWERS)
async def status(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str]:
    """How a month stands, as a fragment; when it is checked, the whole page comes anew."""
    async with call.reads() as connection:
        standing = await month_standing(connection, unit_of(call.session.account), month_from(month))
    told = await _status(call, standing, waiting_of(read_query(call.request)))
    headers = {} if told["checking"] else {"HX-Refresh": "true"}
    return page(call.request, "writeoff/_status.html", headers=headers, **told)


@post("/writeoff/{month:str}", guards=_GUARDS, status_code=200)
async def send(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str] | Response[bytes]:
    """Submit a month, as a whole or in part; or show more rows for reasons.

    A month with a difference, or in part, is submitted after a page that says what is explained and what follows.
    """
    wanted = month_from(month)
    members = await read_form(call.request)
    waiting, rows, action = waiting_of(members), _rows_of(members), members.get("action", "")
    if action == "more":
        return await _month_page(call, wanted, waiting, rows, more=_ROWS)
    if is_revised(members):
        return await _month_page(call, wanted, waiting, rows)
    unit_id = unit_of(call.session.account)
    try:
        if not is_confirmed(members):
            before = _before_partial if action == "partial" else _before_submitting
            asked = await before(call, wanted, rows, waiting)
            if asked is not None:
                crumbs = [*CRUMBS, (f"{wanted:%Y年%-m月}", asked.back)]
                return consequences_page(call.request, asked, crumbs=crumbs)
        async with call.services.database.system() as connection:  # system: a verb writes
            standing = await month_standing(connection, unit_id, wanted)
            await submit(
                connection,
                unit_id,
                wanted,
                reasons=() if action == "partial" else _reasons(rows, standing.difference),
                partial=action == "partial",
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _month_page(call, wanted, waiting, rows, refusal.problems)
    return redirect(call.request, month_address(wanted, waiting))


async def _before_submitting(
    call: PageCall, month: date, rows: tuple[DifferenceRow, ...], waiting: Waiting
) -> Consequences | None:
    """The page before a month with a difference is submitted; None where nothing has to be explained, or no more.

    Raises what `submit` raises about the reasons.
    """
    async with call.reads() as connection:
        standing = await month_standing(connection, unit_of(call.session.account), month)
        policies = await load_policies(connection)
    if not standing.cycles or (standing.writeoff is not None and standing.writeoff.stands):
        return None
    tolerance = policies.of(standing.cycles[0].region_code).policy.tolerance
    if abs(standing.difference) <= tolerance:
        return None
    reasons = _reasons(rows, standing.difference)
    require_explained(standing, reasons, tolerance)
    return of_submitting(standing, reasons, waiting)


async def _before_partial(
    call: PageCall, month: date, rows: tuple[DifferenceRow, ...], waiting: Waiting
) -> Consequences | None:
    """The page before a month is written off in part; None where that has been asked for already."""
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        standing = await month_standing(connection, unit_id, month)
        unpaid = await count_unpaid(connection, unit_id, month)
    if not standing.cycles or (standing.writeoff is not None and standing.writeoff.stands):
        return None
    return of_partial(standing, unpaid, [(each.code, each.amount, each.words) for each in rows], waiting)


def _rows_of(members: Mapping[str, str]) -> tuple[DifferenceRow, ...]:
    """The rows of a form in which a reason is chosen or told, in their order."""
    found: list[DifferenceRow] = []
    while (code := members.get(f"reasons.{(place := len(found))}.code")) is not None:
        amount, words = (members.get(f"reasons.{place}.{name}", "") for name in ("amount", "words"))
        found.append(DifferenceRow(code=code, amount=amount, words=words))
    return tuple(each for each in found if not each.is_blank)


def _reasons(rows: tuple[DifferenceRow, ...], difference: Decimal) -> tuple[DifferenceReason, ...]:
    """The reasons of the rows; one without an amount explains what the others leave."""
    amounts = [None if not each.amount else _amount(each.amount) for each in rows]
    told = sum((each for each in amounts if each is not None and each.is_finite()), Decimal(0))
    left = difference - told if amounts.count(None) == 1 else Decimal(0)
    return tuple(
        DifferenceReason(code=row.code, amount=left if amount is None else amount, words=row.words)
        for row, amount in zip(rows, amounts, strict=True)
    )


def _amount(text: str) -> Decimal:
    number = read_typed_decimal(text)
    return _NOT_A_NUMBER if number is None else number


HANDLERS = [months, one_month, status, send]
