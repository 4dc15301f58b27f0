"""/finance/units: the units of the region and below."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.service import present_rates
from mingpiao.identity.service import unit_account_states
from mingpiao.issuing.model import BillFilter, DayTotal
from mingpiao.issuing.service import list_bills, unit_totals
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.gates import allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.portals.units.changes import value_words
from mingpiao.portals.units.lists import MODES, UNITS, lock_label, state_badge
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.portals.units.steps import is_ready, unit_steps
from mingpiao.units.model import Unit, UnitChangeKind, UnitState
from mingpiao.units.service import (
    apps_of_unit,
    load_profile,
    may_undo,
    points_of_unit,
    unit_history,
    unit_seals,
)
from mingpiao.writeoff.service import unit_stops

_RECENT_BILLS = 10


class MonthSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit issued and reversed in a kind since the first of the month; amounts in 元."""

    kind: str
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal


@get("/units/{unit_id:int}")
async def unit_page(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """One unit: its data, stock and locks, items, the month's bills and the last ones."""
    catalog = await call.services.catalog.get()
    last = today()
    async with call.reads() as connection:
        profile = await load_profile(connection, unit_id)
        stocks = await stock_levels(connection, unit_id)
        totals = await unit_totals(connection, unit_id, last.replace(day=1), last)
        recent = await list_bills(connection, BillFilter(unit_id=unit_id), limit=_RECENT_BILLS)
        changes = await unit_history(connection, unit_id)
        points = await points_of_unit(connection, unit_id)
        stops = await unit_stops(connection, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads accounts, apps or keys
        accounts = await unit_account_states(connection, unit_id)
        apps = await apps_of_unit(connection, unit_id)
        seals = await unit_seals(connection, unit_id)
    unit = profile.unit
    steps = unit_steps(profile, stocks, accounts, apps, seals)
    ready = is_ready(steps, has_issued=bool(recent.items))
    return page(
        call.request,
        "units/unit.html",
        title=unit.name,
        crumbs=[(UNITS.title, UNITS.address)],
        base=f"{UNITS.address}/{unit_id}",
        may_manage=allowed(call.session.account.role, UNIT_MANAGE),
        may_undo=may_undo,
        state=state_badge(unit, ready=ready),
        steps=steps,
        ready=ready,
        unit=unit,
        watched=profile.is_watched(last),
        mode=MODES[unit.mode.value],
        region=catalog.region_path(unit.region_code),
        stocks=stocks,
        stops=stops,
        changes=changes,
        change_kinds=_changes_of(unit),
        value_words=lambda kind, value: value_words(kind, value, catalog),
        points=points,
        accounts=accounts,
        apps=apps,
        seal=next((each for each in seals if each.retired_at is None), None),
        lock_label=lock_label,
        is_over=lambda until: until is not None and until < last,
        kind_name=lambda code: kind_name(catalog, code),
        rates_of=present_rates,
        items=sorted((catalog.items[code] for code in profile.item_codes), key=lambda item: item.code),
        month=_month_sums(totals),
        month_start=last.replace(day=1),
        today=last,
        recent=recent.items,
        bills_address=f"/finance/bills?{urlencode({'unit': unit.uscc, 'from': _month_start(last)})}",
    )


def _changes_of(unit: Unit) -> list[UnitChangeKind]:
    """The changes that a unit may have now."""
    if unit.state is UnitState.CLOSED:
        return []
    other = UnitChangeKind.RESUME if unit.state is UnitState.ACTIVE else UnitChangeKind.SUSPEND
    return [each for each in UnitChangeKind if each is not other]


def _month_sums(totals: list[DayTotal]) -> list[MonthSum]:
    return [
        MonthSum(
            kind=kind,
            issued_count=sum(total.issued_count for total in own),
            issued_amount=sum((total.issued_amount for total in own), Decimal(0)),
            reversed_count=sum(total.reversed_count for total in own),
            reversed_amount=sum((total.reversed_amount for total in own), Decimal(0)),
        )
        for kind in sorted({total.kind for total in totals})
        for own in [[total for total in totals if total.kind == kind]]
    ]


def _month_start(day: date) -> str:
    return day.replace(day=1).isoformat()


HANDLERS = [*list_handlers(UNITS), unit_page]
