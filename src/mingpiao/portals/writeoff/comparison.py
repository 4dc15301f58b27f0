"""报送的合计: a unit's own totals of a month beside the platform's bills, as its program was told."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import UNIT_VIEW
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.portals.writeoff.parts import CRUMBS, month_address, month_from
from mingpiao.writeoff.service import compare_totals, declared_month, differing_bills

#: Bills that the page lists; programs get all of them.
_MOST_BILLS = 200


@get("/writeoff/{month:str}/totals", guards=[require_right(UNIT_VIEW)])
async def totals_page(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str]:
    """Where the totals differ, and the bills behind it."""
    wanted, unit_id = month_from(month), unit_of(call.session.account)
    async with call.reads() as connection:
        declared = await declared_month(connection, unit_id, wanted)
        found = await compare_totals(connection, [unit_id], wanted) if declared else {}
        differences = found.get(unit_id, [])
        bills, count = await differing_bills(connection, unit_id, wanted, differences, _MOST_BILLS)
    catalog = await call.services.catalog.get()
    return page(
        call.request,
        "writeoff/comparison.html",
        title="报送的合计",
        crumbs=[*CRUMBS, (f"{wanted:%Y年%-m月}", month_address(wanted))],
        month=wanted,
        declared=declared,
        differences=differences,
        bills=bills,
        count=count,
        kinds={code: kind_name(catalog, code) for code in {each.kind_code for each in differences}},
        items=catalog.items,
    )


HANDLERS = [totals_page]
