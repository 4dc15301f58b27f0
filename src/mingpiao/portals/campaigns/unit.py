"""/unit/writeoff/catch-up: 补核销 of a unit, what is open by year and month."""

from collections.abc import Sequence
from datetime import date

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.former.months import MONTHS as FORMER_MONTHS
from mingpiao.portals.gates import UNIT_VIEW
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.portals.writeoff.parts import CRUMBS, month_address
from mingpiao.writeoff.model import Campaign, CatchUp, CatchUpMonth, CatchUpState
from mingpiao.writeoff.service import catch_up_of, close_so_far

_COLOURS = {
    CatchUpState.DONE: "green",
    CatchUpState.CHECKING: "blue",
    CatchUpState.OPEN: "orange",
    CatchUpState.OVERDUE: "red",
}


class YearRow(msgspec.Struct, frozen=True, kw_only=True):
    """A year of a campaign: for each of its twelve months what is open, None for one without bills.

    `outside` are the numbers of the months that do not belong to the campaign.
    """

    year: int
    months: tuple[CatchUpMonth | None, ...]
    outside: frozenset[int]


@get("/writeoff/catch-up", guards=[require_right(UNIT_VIEW)])
async def catch_up_page(call: NamedDependency[PageCall]) -> Response[str]:
    """Each campaign that concerns the unit, with a table of its years and months."""
    unit_id = unit_of(call.session.account)
    async with call.services.database.system() as connection:  # system: closing a month writes its cycles
        await close_so_far(connection, unit_id)
    async with call.reads() as connection:
        found = await catch_up_of(connection, unit_id)
    return page(
        call.request,
        "campaigns/catch_up.html",
        title="补核销",
        crumbs=CRUMBS,
        campaigns=[(each, _years(each)) for each in found],
        colours=_COLOURS,
        address_of=_address,
    )


def _address(each: CatchUpMonth) -> str:
    """The page of a month, or that of its former bills where these are what is left."""
    return f"{FORMER_MONTHS}/{each.month:%Y-%m}" if each.is_former else month_address(each.month)


def _years(found: CatchUp) -> Sequence[YearRow]:
    known = {each.month: each for each in found.months}
    return [_year(found.campaign, known, year) for year in found.campaign.years]


def _year(campaign: Campaign, known: dict[date, CatchUpMonth], year: int) -> YearRow:
    months = [date(year, number, 1) for number in range(1, 13)]
    return YearRow(
        year=year,
        months=tuple(known.get(each) for each in months),
        outside=frozenset(
            each.month for each in months if not campaign.first_month <= each <= campaign.last_month
        ),
    )


HANDLERS = [catch_up_page]
