"""/paper-losses: 遗失公告 for everybody, and whether a sheet was reported lost."""

from litestar import Response, Router, get
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.paper.model import LossNotice
from mingpiao.paper.service import list_losses, losses_of_sheet, sheet_of
from mingpiao.portals.forms import read_id, read_query
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, page
from mingpiao.portals.session import PageRequest

ADDRESS = "/paper-losses"
_PAGE = 20


@get(ADDRESS)
async def losses_page(request: PageRequest, services: NamedDependency[Services]) -> Response[str]:
    """The notices, newest first, or those that name the sheet that was asked for."""
    query = read_query(request)
    code, number = query.get("code", ""), query.get("number", "")
    before = read_id(query.get("before", "")) or 0
    found: list[LossNotice] = []
    problems: tuple[Problem, ...] = ()
    try:
        async with services.database.system() as connection:  # system: notices are for everybody
            if code or number:
                found = await losses_of_sheet(connection, sheet_of(code, number))
            else:
                found = await list_losses(connection, before=before, limit=_PAGE + 1)
    except Refusal as refusal:
        problems = refusal.problems
    more = found[_PAGE - 1].step_id if len(found) > _PAGE else 0
    return page(
        request,
        "paper/losses.html",
        title="纸质票据遗失公告",
        address=ADDRESS,
        code=code,
        number=number,
        asked=bool(code or number),
        notices=found[:_PAGE],
        older=f"{ADDRESS}?before={more}" if more else "",
        problems=problems,
    )


def create_losses_router() -> Router:
    """Nobody needs to sign in."""
    return Router(
        path="/", route_handlers=[losses_page], exception_handlers=EXCEPTION_HANDLERS, include_in_schema=False
    )
