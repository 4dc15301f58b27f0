"""/finance/units: the units of the region and below."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.house.rooms import locks
from mingpiao.identity.model import Session
from mingpiao.issuing.model import BillFilter, DayTotal
from mingpiao.issuing.service import list_bills, unit_totals
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.bills.filters import clean_text
from mingpiao.portals.forms import read_query
from mingpiao.portals.regions import chosen_region, region_options
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, scoped_reads
from mingpiao.units.model import UnitMode
from mingpiao.units.service import PAGE_SIZE, load_profile, search

_RECENT_BILLS = 10
_MODES = {UnitMode.ONLINE.value: "在线开票", UnitMode.INTERFACE.value: "接口开票"}


class MonthSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit issued and reversed in a kind since the first of the month; amounts in 元."""

    kind: str
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal


@get("/units")
async def unit_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Units by name or code, mode and region, in the order in which they were registered."""
    catalog = await services.catalog.get()
    given = read_query(request)
    values = {name: clean_text(given.get(name, "")) for name in ("words", "mode", "region")}
    region_code = chosen_region(session, catalog, values["region"])
    values["mode"] = values["mode"] if values["mode"] in _MODES else ""
    async with scoped_reads(services, session.account) as connection:
        found = await search(
            connection,
            words=values["words"],
            mode=values["mode"],
            region_prefix=region_prefix(region_code),
            after=_key(given.get("after", "")),
        )
    shown = found[:PAGE_SIZE]
    more = {"after": str(shown[-1].unit_id)} if len(found) > PAGE_SIZE else {}
    return page(
        request,
        "units/units.html",
        title="用票单位",
        values=values,
        units=shown,
        modes=list(_MODES.items()),
        mode_labels=_MODES,
        regions=region_options(session, catalog),
        region_path=catalog.region_path,
        next_address=_address(values | more) if more else "",
        first_address=_address(values) if given.get("after") else "",
    )


@get("/units/{unit_id:int}")
async def unit_page(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    unit_id: FromPath[int],
) -> Response[str]:
    """One unit: its data, stock and locks, items, the month's bills and the last ones."""
    catalog = await services.catalog.get()
    last = today()
    async with scoped_reads(services, session.account) as connection:
        profile = await load_profile(connection, unit_id)
        stocks = await stock_levels(connection, unit_id)
        totals = await unit_totals(connection, unit_id, last.replace(day=1), last)
        recent = await list_bills(connection, BillFilter(unit_id=unit_id), limit=_RECENT_BILLS)
    unit = profile.unit
    return page(
        request,
        "units/unit.html",
        title=unit.name,
        crumbs=[("用票单位", "/finance/units")],
        unit=unit,
        mode=_MODES[unit.mode.value],
        region=catalog.region_path(unit.region_code),
        stocks=stocks,
        lock_label=lock_label,
        is_over=lambda until: until is not None and until < last,
        kind_name=lambda code: kind_name(catalog, code),
        items=sorted((catalog.items[code] for code in profile.item_codes), key=lambda item: item.code),
        month=_month_sums(totals),
        month_start=last.replace(day=1),
        today=last,
        recent=recent.bills,
        bills_address=f"/finance/bills?{urlencode({'unit': unit.uscc, 'from': _month_start(last)})}",
    )


def kind_name(catalog: Catalog, code: str) -> str:
    """The name of a 票据种类 without the province before it, or its code when the catalog has none."""
    kind = catalog.kinds.get(code)
    return kind.name.removeprefix(catalog.regions[f"{catalog.province}0000"].name) if kind else code


def lock_label(reason: str) -> str:
    """Why a unit is stopped, in Chinese."""
    lock = locks().get(reason)
    return reason if lock is None else lock.label


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


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _address(values: dict[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"/finance/units?{urlencode(given)}" if given else "/finance/units"


HANDLERS = [unit_list, unit_page]
