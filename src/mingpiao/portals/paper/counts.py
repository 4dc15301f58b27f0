"""盘点 in both portals: what was found beside the books, and the differences."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.paper.service import MAX_LINES, list_stocktakings, take_stock
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW, Right, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.paper.common import FINANCE_HOME, UNIT_HOME
from mingpiao.portals.paper.parts import own_holder
from mingpiao.portals.paper.rights import PAPER_MOVE, UNIT_PAPER
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import fresh_number

_FIELDS = (
    FormField(
        name="sheets",
        label="盘到的号段",
        kind="textarea",
        required=True,
        hint=f"在库、作废待销毁的实物都盘，包括各开票点的。每行一段：票据代码 起始号码 终止号码，最多{MAX_LINES}行；一张也没有的，写“无”。",
        attributes={"rows": 6, "spellcheck": "false", "autocomplete": "off"},
    ),
    FormField(
        name="counted_by",
        label="盘点人",
        required=True,
        hint="多人用顿号分开。",
        attributes={"maxlength": 60},
    ),
    FormField(
        name="explanation",
        label="差异说明",
        kind="textarea",
        hint="盘到的与账上不一致时必填，最多500字。盘亏的找不到时，另行报告遗失。",
        attributes={"rows": 2, "maxlength": 500},
    ),
)


def count_handlers(home: str, view: Right, take: Right) -> list[HTTPRouteHandler]:
    """盘点 below a portal's pages of paper: the form, and what was found before."""
    address = f"{home}/counts"
    route = "/" + address.split("/", 2)[2]
    form = PageForm(address=address, fields=_FIELDS, button="保存盘点结果", cancel=home)

    async def shown(
        call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
    ) -> Response[str]:
        catalog = await call.services.catalog.get()
        async with call.reads() as connection:
            takings = await list_stocktakings(connection, own_holder(call, catalog))
        return form_page(
            call.request,
            form,
            values,
            problems,
            template="paper/counts.html",
            title="盘点",
            crumbs=[("纸质票据", home)],
            takings=takings,
            may_take=allowed(call.session.account.role, take),
        )

    @get(route, guards=[require_right(view)])
    async def counts_page(call: NamedDependency[PageCall]) -> Response[str]:
        return await shown(call, use_kept_members(call.request) or {"request_no": fresh_number()})

    @post(route, guards=[require_right(take)], status_code=200)
    async def take_count(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
        typed = await read_form(call.request)
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await take_stock(
                    connection,
                    typed.get("sheets", ""),
                    counted_by=typed.get("counted_by", ""),
                    explanation=typed.get("explanation", ""),
                    request_no=typed.get("request_no", ""),
                    acting=call.acting,
                )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return await shown(call, typed, refusal.problems)
        return redirect(call.request, address)

    return [counts_page, take_count]


UNIT_HANDLERS = count_handlers(UNIT_HOME, UNIT_VIEW, UNIT_PAPER)
FINANCE_HANDLERS = count_handlers(FINANCE_HOME, FINANCE_VIEW, PAPER_MOVE)
