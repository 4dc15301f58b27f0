"""复核规则: a unit's manager says which bills a second person must agree to."""

from collections.abc import Mapping
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.service import checkers_of_unit
from mingpiao.issuing.service import add_demand, switch_demand
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.checking.lists import DEMANDS, item_name
from mingpiao.portals.checking.rights import UNIT_DEMANDS
from mingpiao.portals.forms import FormField, PageForm, form_page, read_amount, read_form
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.session import PageCall, redirect, require_right

LIST = DEMANDS.address
_GUARDS = [require_right(UNIT_DEMANDS)]
_CRUMBS = [("首页", "/unit"), (DEMANDS.title, LIST)]


@get("/demands", guards=_GUARDS)
async def demand_list(call: NamedDependency[PageCall]) -> Response[str]:
    """All demands of the unit, and whether anybody could check."""
    async with call.services.database.system() as connection:  # system: no scope reads accounts
        checkers = await checkers_of_unit(connection, unit_of(call.session.account))
    return await show_list(call.request, call.session, call.services, DEMANDS, checkers=checkers)


@get("/demands/new", guards=_GUARDS)
async def new_demand(call: NamedDependency[PageCall]) -> Response[str]:
    """The form for a new demand."""
    return await _form(call, {})


@post("/demands/new", guards=_GUARDS, status_code=200)
async def add(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Add a demand, which is in force at once."""
    members = await read_form(call.request)
    profile = await call.services.units.profile(unit_of(call.session.account))
    try:
        amount = _amount(members.get("amount_from", ""))
        async with call.services.database.system() as connection:  # system: only this scope writes
            await add_demand(
                connection,
                profile,
                kind=members.get("kind", ""),
                item=members.get("item", ""),
                amount_from=amount,
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _form(call, members, refusal.problems)
    return redirect(call.request, LIST)


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return read_amount(text)
    except ValueError as error:
        message = "起点金额应为最多两位小数的数字，请修改。"
        raise refuse("checking_demand.amount_invalid", message, field="amount_from", status=422) from error


async def _form(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    profile = await call.services.units.profile(unit_of(call.session.account))
    catalog = await call.services.catalog.get()
    form = PageForm(
        address=f"{LIST}/new",
        fields=(
            FormField(
                name="kind",
                label="票据种类",
                kind="select",
                options=tuple((code, kind_name(catalog, code)) for code in sorted(profile.kind_codes)),
                empty="不限",
            ),
            FormField(
                name="item",
                label="收款项目",
                kind="select",
                options=tuple((code, item_name(code, catalog)) for code in sorted(profile.item_codes)),
                empty="不限",
                hint="票据上有该项目即须复核。",
            ),
            FormField(
                name="amount_from",
                label="起点金额（元）",
                hint="票据合计金额达到此数的须复核；不填表示不限，全部票据都要复核的填0。",
                attributes={"inputmode": "decimal", "autocomplete": "off"},
            ),
        ),
        note="各项同时符合的票据才须复核。需要“或者”的，分成几条规则。保存后立即生效。",
        button="增加规则",
        cancel=LIST,
    )
    return form_page(call.request, form, values, problems, title="增加复核规则", crumbs=_CRUMBS)


@post("/demands/{demand_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def switch(
    call: NamedDependency[PageCall], demand_id: FromPath[int], verb: FromPath[str]
) -> Response[bytes]:
    """`enable` or `disable` a demand."""
    if verb not in {"enable", "disable"}:
        raise refuse("http.404", "没有这种操作，请返回复核规则。", status=404)
    async with call.services.database.system() as connection:  # system: only this scope writes
        await switch_demand(
            connection, unit_of(call.session.account), demand_id, verb == "enable", acting=call.acting
        )
    return redirect(call.request, LIST)


HANDLERS = [demand_list, *list_helpers(DEMANDS, guards=_GUARDS), new_demand, add, switch]
