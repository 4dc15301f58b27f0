"""What the search box finds, grouped, within what the person may see; a whole number leads to its bill."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.model import Bill, BillFilter
from mingpiao.issuing.service import find_by_business_no, get_bill, list_bills
from mingpiao.kernel.codes import is_number, region_covers
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.bills.access import bill_id_of, unit_of
from mingpiao.portals.forms import clean_text, read_day, read_query
from mingpiao.portals.list_filters import usual_start
from mingpiao.portals.regions import home_region
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect
from mingpiao.units.model import Unit
from mingpiao.units.service import search

_WHOLE = re.compile(r"(\d{8})\s*-?\s*(\d{10})", re.ASCII)
_PART = re.compile(r"\d{4,9}", re.ASCII)
#: Rows of a group; its list shows the others.
_SHOWN = 8


class FoundBills(msgspec.Struct, frozen=True, kw_only=True):
    """A group of bills: what they have in common, and the list that shows all of them."""

    heading: str
    bills: tuple[Bill, ...]
    more: str


@get("/search")
async def search_of_unit(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Bills of one's own unit."""
    words = _words(call)
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        found = await _by_whole_number(connection, words) or await _by_business_no(connection, unit_id, words)
        if found:
            return redirect(call.request, f"/unit/bills/{found.code}/{found.number}")
        groups = await _groups(connection, words, "/unit/bills", unit_id=unit_id)
    return _results(call, words, groups, (), "/unit/bills")


@get("/search")
async def search_of_department(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Bills and units of the region."""
    words = _words(call)
    async with call.reads() as connection:
        found = await _by_whole_number(connection, words)
        if found:
            return redirect(call.request, f"/finance/bills/{found.code}/{found.number}")
        catalog = await call.services.catalog.get()
        home = home_region(call.session.account, catalog)
        below = [code for code in sorted(catalog.regions) if region_covers(home, code)]
        groups = await _groups(connection, words, "/finance/bills", region_codes=below)
        units = (await search(connection, words=words, limit=_SHOWN)).items if words else ()
    return _results(call, words, groups, units, "/finance/bills")


def _words(call: PageCall) -> str:
    return clean_text(read_query(call.request).get("q", ""))


async def _by_whole_number(connection: AsyncConnection, words: str) -> Bill | None:
    """The bill of a whole code and number, if the person may see it."""
    whole = _WHOLE.fullmatch(words)
    if whole is None:
        return None
    try:
        return await get_bill(connection, bill_id_of(*whole.groups()))
    except Refusal:
        return None


async def _by_business_no(connection: AsyncConnection, unit_id: int, words: str) -> Bill | None:
    try:
        return await find_by_business_no(connection, unit_id, words) if words else None
    except Refusal:
        return None


async def _groups(
    connection: AsyncConnection,
    words: str,
    base: str,
    *,
    unit_id: int | None = None,
    region_codes: Sequence[str] = (),
) -> list[FoundBills]:
    """Bills by their number, and by their payer within the usual days, without empty groups."""
    if not words:
        return []
    start = usual_start()
    days = BillFilter(unit_id=unit_id, issued_from=read_day(start))
    asked: list[tuple[str, BillFilter, dict[str, str]]] = []
    if is_number(words):
        asked.append(("票据号码", BillFilter(unit_id=unit_id, number=words), {"number": words}))
    elif _PART.fullmatch(words):
        asked.append(
            (
                "票据号码（近30天）",
                msgspec.structs.replace(days, number_part=words),
                {"number": words, "from": start},
            )
        )
    asked.append(
        ("缴款人（近30天）", msgspec.structs.replace(days, payer=words), {"payer": words, "from": start})
    )
    groups = [
        FoundBills(
            heading=heading,
            bills=(await list_bills(connection, wanted, limit=_SHOWN, region_codes=region_codes)).items,
            more=f"{base}?{urlencode(query)}",
        )
        for heading, wanted, query in asked
    ]
    return [each for each in groups if each.bills]


def _results(
    call: PageCall, words: str, groups: Sequence[FoundBills], units: Sequence[Unit], base: str
) -> Response[str] | Response[bytes]:
    """The page of results; a whole number of one bill leads to it."""
    if is_number(words) and len(groups) == 1 and len(groups[0].bills) == 1 and not units:
        (bill,) = groups[0].bills
        return redirect(call.request, f"{base}/{bill.code}/{bill.number}")
    return page(
        call.request,
        "searching/results.html",
        title="查找结果" if words else "查找",
        words=words,
        found_words=words,
        groups=groups,
        units=units,
        base=base,
    )
