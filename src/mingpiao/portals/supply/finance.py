"""/finance/supply: what units ask for that the audit leaves to a person."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.lists import FINANCE_REQUISITIONS, state_badge
from mingpiao.portals.supply.parts import bars_of, load_requisition, typed_number
from mingpiao.portals.supply.rights import SUPPLY_DECIDE
from mingpiao.supply.service import grant_requisition, kind_stocks, refuse_requisition

LIST = FINANCE_REQUISITIONS.address
_VERBS = ("grant", "refuse")


@get("/supply/{requisition_id:int}", guards=[require_right(FINANCE_VIEW)])
async def requisition_page(call: NamedDependency[PageCall], requisition_id: FromPath[int]) -> Response[str]:
    """A request with the unit's use and stock, and what can be decided."""
    return await _page(call, requisition_id)


async def _page(
    call: PageCall,
    requisition_id: int,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    found, kind = await load_requisition(call, requisition_id)
    made = found.requisition
    async with call.reads() as connection:
        stocks = await kind_stocks(connection, made.unit_id)
    stock = next((each for each in stocks if each.kind_code == made.kind_code), None)
    waits = made.state.value == "review"
    proposed = stock.limit if stock and stock.limit is not None else made.quantity
    usual = {
        "quantity": str(min(made.quantity, max(1, proposed))),
        "estimate": "" if made.estimate is None else str(made.estimate),
    }
    return page(
        call.request,
        "supply/finance_requisition.html",
        title=f"申领：{kind}",
        crumbs=[(FINANCE_REQUISITIONS.title, LIST)],
        made=made,
        kind=kind,
        unit=found.unit_name,
        badge=state_badge(made),
        stock=stock,
        bars=bars_of(stock.outlook) if stock else (),
        wants_estimate=stock is None or not stock.outlook.is_known or stock.outlook.by_estimate,
        may_decide=waits and allowed(call.session.account.role, SUPPLY_DECIDE),
        values=usual | dict(typed or {}),
        problems=problems,
        address=f"{LIST}/{requisition_id}",
    )


@post(
    "/supply/{requisition_id:int}/{verb:str}",
    guards=[require_right(SUPPLY_DECIDE)],
    status_code=200,
    opt=sensitive(Sensitive.NUMBERS, verb=frozenset({"grant"})),
)
async def decide(
    call: NamedDependency[PageCall], requisition_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`grant` or `refuse`; of two people at once the second sees what the first one did."""
    if verb not in _VERBS:
        raise refuse("http.404", "没有这种办理方式，请返回申领。", status=404)
    typed = await read_form(call.request)
    catalog = await call.services.catalog.get()
    revision = typed_number(typed.get("revision", ""))
    reason = typed.get("reason", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            if verb == "refuse":
                await refuse_requisition(
                    connection, requisition_id, reason, catalog, revision=revision, acting=call.acting
                )
            else:
                await grant_requisition(
                    connection,
                    requisition_id,
                    typed_number(typed.get("quantity", "")),
                    catalog,
                    reason=reason,
                    estimate=typed_number(typed["estimate"]) if typed.get("estimate") else None,
                    revision=revision,
                    acting=call.acting,
                )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, requisition_id, refusal.problems, typed)
    return redirect(call.request, f"{LIST}/{requisition_id}")


HANDLERS = [*list_handlers(FINANCE_REQUISITIONS), requisition_page, decide]
