"""/finance/supply/trace: the whole way of one number."""

from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.portals.supply.lists import FINANCE_REQUISITIONS
from mingpiao.supply.service import NumberTrace, trace_number

ADDRESS = "/finance/supply/trace"


@get("/supply/trace", guards=[require_right(FINANCE_VIEW)])
async def trace_page(call: NamedDependency[PageCall]) -> Response[str]:
    """A form for code and number, and the way of the number that it names."""
    typed = read_query(call.request)
    code, number = typed.get("code", ""), typed.get("number", "")
    trace: NumberTrace | None = None
    problems: tuple[Problem, ...] = ()
    if code or number:
        catalog = await call.services.catalog.get()
        try:
            async with call.reads() as connection:
                trace = await trace_number(connection, code, number, catalog)
        except Refusal as refusal:
            problems = refusal.problems
    return page(
        call.request,
        "supply/trace.html",
        title="号码追踪",
        crumbs=[(FINANCE_REQUISITIONS.title, FINANCE_REQUISITIONS.address)],
        code=code,
        number=number,
        trace=trace,
        problems=problems,
        address=ADDRESS,
    )


HANDLERS = [trace_page]
