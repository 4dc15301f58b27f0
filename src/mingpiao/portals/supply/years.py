"""/finance/supply/years: 年度换码, and how far it is."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import typed_number
from mingpiao.portals.supply.rights import SUPPLY_SETTINGS
from mingpiao.supply.service import open_year, year_openings

ADDRESS = "/finance/supply/years"
_CRUMBS = [("票据申领", "/finance/supply"), ("号码库存", "/finance/supply/stock")]


@get("/supply/years", guards=[require_right(FINANCE_VIEW)])
async def years_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The years that were opened, how far each is, and the form of the province's head."""
    usual = {"year": str(today().year + 1), "least": "100"}
    return await _page(call, use_kept_members(call.request) or usual)


async def _page(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        openings = await year_openings(connection)
    account = call.session.account
    is_province = account.region_code is not None and account.region_code.endswith("0000")
    years = tuple((str(year), f"{year}年") for year in (today().year, today().year + 1))
    form = PageForm(
        address=ADDRESS,
        fields=(
            FormField(name="year", label="年度", kind="select", required=True, options=years),
            FormField(
                name="least",
                label="每种票据最少发放（个）",
                required=True,
                hint="各单位按最近六个月的用量发放建议月数的号码；用量少的和没有用量的，发放这个数量。",
                attributes={"inputmode": "numeric", "maxlength": 9},
            ),
        ),
        note="启用后为在用的每种票据建立新的票据代码，并在后台为接口开票单位发放第一段号码。"
        "逐级下发的，号码下发到哪一级，哪一级的单位随即自动得到第一段号码，不用再启用一次。"
        "旧代码的号码先用完，不作废；在线开票单位在票据种类的版式年度改为新年度以后自动领取新代码的号码。",
        button="启用年度代码",
        cancel="/finance/supply/stock",
    )
    return form_page(
        call.request,
        form,
        values,
        problems,
        template="supply/years.html",
        title="年度换码",
        crumbs=_CRUMBS,
        openings=openings,
        may_open=is_province and allowed(account.role, SUPPLY_SETTINGS),
    )


@post(
    "/supply/years",
    guards=[require_right(SUPPLY_SETTINGS)],
    status_code=200,
    opt=sensitive(Sensitive.NUMBERS),
)
async def open_codes_of_year(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Open the year; a worker goes through the units."""
    typed = await read_form(call.request)
    catalog = await call.services.catalog.get()
    year, least = typed_number(typed.get("year", "")), typed_number(typed.get("least", ""))
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await open_year(connection, year, least, catalog, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _page(call, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


HANDLERS = [years_page, open_codes_of_year]
