"""/finance/units: the units of the region and below."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.house.rooms import locks
from mingpiao.issuing.model import BillFilter, DayTotal
from mingpiao.issuing.service import list_bills, unit_totals
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.portals.units.lists import MODES, UNITS
from mingpiao.units.service import load_profile

_RECENT_BILLS = 10
_LOCKS = {
    "qualification_expired": "资质证书已过期",
    "qualification_revoked": "资质证书的认定已撤销",
    "ukey_lost": "数字证书已挂失",
    "writeoff_overdue": "核销逾期",
    "rectification_overdue": "整改逾期",
}


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
    unit = profile.unit
    return page(
        call.request,
        "units/unit.html",
        title=unit.name,
        crumbs=[(UNITS.title, UNITS.address)],
        unit=unit,
        mode=MODES[unit.mode.value],
        region=catalog.region_path(unit.region_code),
        stocks=stocks,
        lock_label=lock_label,
        is_over=lambda until: until is not None and until < last,
        kind_name=lambda code: kind_name(catalog, code),
        items=sorted((catalog.items[code] for code in profile.item_codes), key=lambda item: item.code),
        month=_month_sums(totals),
        month_start=last.replace(day=1),
        today=last,
        recent=recent.items,
        bills_address=f"/finance/bills?{urlencode({'unit': unit.uscc, 'from': _month_start(last)})}",
    )


def lock_label(reason: str) -> str:
    """The reason why a unit is stopped, in Chinese."""
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


HANDLERS = [*list_handlers(UNITS), unit_page]
