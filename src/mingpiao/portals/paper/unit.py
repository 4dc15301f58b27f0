"""/unit/paper: a unit's paper at its store and points, and what becomes of it."""

from collections.abc import Mapping

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.paper.model import PaperState
from mingpiao.paper.service import move_to_point, return_paper, stop_of
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import FormField
from mingpiao.portals.gates import UNIT_VIEW, Right, allowed
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.paper import counts
from mingpiao.portals.paper.common import UNIT_COMMON, UNIT_STEPS
from mingpiao.portals.paper.common import UNIT_HOME as HOME
from mingpiao.portals.paper.destructions import UNIT_DESTRUCTIONS, UNIT_HANDLERS
from mingpiao.portals.paper.endings import ending_forms
from mingpiao.portals.paper.parts import own_holdings, own_parcels
from mingpiao.portals.paper.rights import UNIT_PAPER, UNIT_PAPER_DECIDE
from mingpiao.portals.paper.sheets import RangeForm, reason_field, rest_of, sheet_form_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.units.service import points_of_unit

_CRUMBS = (("首页", "/unit"), ("纸质票据", HOME))
_LINKS: tuple[tuple[str, str, Right], ...] = (
    ("领到开票点", f"{HOME}/hand-out", UNIT_PAPER),
    ("从开票点收回", f"{HOME}/take-back", UNIT_PAPER),
    ("作废", f"{HOME}/void", UNIT_PAPER),
    ("盘点", f"{HOME}/counts", UNIT_VIEW),
    ("退回财政部门", f"{HOME}/return", UNIT_PAPER),
    ("报告遗失", f"{HOME}/lose", UNIT_PAPER_DECIDE),
    ("销毁清册", UNIT_DESTRUCTIONS.address, UNIT_VIEW),
    ("流转记录", UNIT_STEPS.address, UNIT_VIEW),
    ("追踪", f"{HOME}/trace", UNIT_VIEW),
)


@get("/paper", guards=[require_right(UNIT_VIEW)])
async def paper_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The unit's paper as ranges, by place and state."""
    role = call.session.account.role
    async with call.reads() as connection:
        stop = await stop_of(connection, unit_of(call.session.account))
    return page(
        call.request,
        "paper/stock.html",
        title="纸质票据",
        crumbs=list(_CRUMBS[:1]),
        holdings=await own_holdings(call),
        stop=stop,
        parcels=await own_parcels(call),
        parcels_address=f"{HOME}/parcels",
        links=[(label, address) for label, address, right in _LINKS if allowed(role, right)],
        empty="财政部门发放、本单位签收以后在这里。",
    )


async def _point_fields(call: PageCall) -> tuple[tuple[FormField, ...], str]:
    async with call.reads() as connection:
        points = await points_of_unit(connection, unit_of(call.session.account))
    if not points:
        return (
            (),
            "本单位还没有开票点。请联系同级财政部门登记开票点；没有开票点的，纸质票据直接从本单位库存使用。",
        )
    options = tuple((each.code, f"{each.name}（{each.code}）") for each in points)
    return (
        FormField(
            name="point", label="开票点", kind="select", required=True, empty="请选择", options=options
        ),
    ), ""


async def _hand_out(
    connection: AsyncConnection, typed: Mapping[str, str], _catalog: Catalog, call: PageCall
) -> object:
    sheets, point = typed.get("sheets", ""), typed.get("point", "")
    return await move_to_point(connection, sheets, point, back=False, **rest_of(typed), acting=call.acting)


async def _take_back(
    connection: AsyncConnection, typed: Mapping[str, str], _catalog: Catalog, call: PageCall
) -> object:
    sheets, point = typed.get("sheets", ""), typed.get("point", "")
    return await move_to_point(connection, sheets, point, back=True, **rest_of(typed), acting=call.acting)


async def _return(
    connection: AsyncConnection, typed: Mapping[str, str], catalog: Catalog, call: PageCall
) -> object:
    return await return_paper(
        connection, typed.get("sheets", ""), catalog, **rest_of(typed), acting=call.acting
    )


_STOCK = (PaperState.STOCK,)
_FORMS = (
    RangeForm(
        address=f"{HOME}/hand-out",
        title="领到开票点",
        button="领到开票点",
        right=UNIT_PAPER,
        states=_STOCK,
        carry_out=_hand_out,
        crumbs=_CRUMBS,
        done=HOME,
        fields=_point_fields,
    ),
    RangeForm(
        address=f"{HOME}/take-back",
        title="从开票点收回",
        button="收回本单位库存",
        right=UNIT_PAPER,
        states=_STOCK,
        carry_out=_take_back,
        crumbs=_CRUMBS,
        done=HOME,
        fields=_point_fields,
    ),
    RangeForm(
        address=f"{HOME}/return",
        title="退回财政部门",
        button="退回",
        right=UNIT_PAPER,
        states=_STOCK,
        carry_out=_return,
        crumbs=_CRUMBS,
        done=HOME,
        note=reason_field("退回的原因", "财政部门会看到。开票点的先收回本单位库存。最多200字。"),
    ),
)
HANDLERS = [
    paper_page,
    *list_handlers(UNIT_STEPS),
    *UNIT_COMMON,
    *list_handlers(UNIT_DESTRUCTIONS),
    *UNIT_HANDLERS,
    *counts.UNIT_HANDLERS,
    *(
        handler
        for form in (*_FORMS, *ending_forms(HOME, UNIT_PAPER, UNIT_PAPER_DECIDE))
        for handler in sheet_form_handlers(form)
    ),
]
