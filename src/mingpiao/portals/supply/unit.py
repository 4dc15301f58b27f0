"""/unit/supply: a unit's stock and how long it lasts, asking for numbers, and what became of it."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import UNIT_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.lists import UNIT_REQUISITIONS, state_badge
from mingpiao.portals.supply.parts import (
    KindStockView,
    fresh_number,
    load_requisition,
    stock_views,
    typed_number,
)
from mingpiao.portals.supply.points import ADDRESS as POINTS_ADDRESS
from mingpiao.portals.supply.points import point_field
from mingpiao.portals.supply.returning import UNIT_SEGMENTS
from mingpiao.portals.supply.rights import UNIT_SUPPLY, UNIT_SUPPLY_ORDER
from mingpiao.supply.model import WantedNumbers
from mingpiao.supply.service import (
    MAX_PURPOSE,
    kind_stocks,
    load_supply_policy,
    orders_of,
    request_numbers,
    set_supply_order,
    withdraw_requisition,
)
from mingpiao.units.model import UnitMode
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import points_open_to

ADDRESS = "/unit/supply"
_CRUMBS = [("首页", "/unit"), ("票据申领", ADDRESS)]


@get("/supply", guards=[require_right(UNIT_VIEW)])
async def supply_page(call: NamedDependency[PageCall]) -> Response[str]:
    """库存 by kind: what is left, how long it lasts, what was used, and the way to ask for more."""
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        unit = await get_unit(connection, unit_id)
        policy = (await load_supply_policy(connection)).policy
        orders = await orders_of(connection, unit_id)
    stocks = await _stocks(call)
    present = {each.stock.kind_code for each in stocks}
    catalog = await call.services.catalog.get()
    role = call.session.account.role
    return page(
        call.request,
        "supply/stocks.html",
        title="票据申领",
        crumbs=_CRUMBS[:1],
        stocks=stocks,
        left_over=[
            (kind_name(catalog, each.kind_code), f"{ADDRESS}/automatic/{each.kind_code}")
            for each in orders.values()
            if each.active and each.kind_code not in present
        ],
        policy=policy,
        is_online=unit.mode is UnitMode.ONLINE,
        may_ask=allowed(role, UNIT_SUPPLY),
        may_order=allowed(role, UNIT_SUPPLY_ORDER),
        records=UNIT_REQUISITIONS.address,
        segments=UNIT_SEGMENTS.address,
        points=POINTS_ADDRESS,
    )


async def _stocks(call: PageCall) -> list[KindStockView]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        return stock_views(await kind_stocks(connection, unit_of(call.session.account)), catalog)


async def _stock(call: PageCall, kind_code: str) -> KindStockView:
    for each in await _stocks(call):
        if each.stock.kind_code == kind_code:
            return each
    raise refuse("unit.kind_not_granted", "本单位没有核定该票据种类，请从“票据申领”中选择。", status=404)


# -- asking --------------------------------------------------------------------------------------


@get("/supply/ask/{kind_code:str}", guards=[require_right(UNIT_SUPPLY)])
async def ask_page(call: NamedDependency[PageCall], kind_code: FromPath[str]) -> Response[str]:
    """The form, with the quantity that use proposes."""
    view = await _stock(call, kind_code)
    proposed = view.stock.proposed
    usual = {"quantity": str(proposed) if proposed else "", "request_no": fresh_number()}
    return await _ask_page(call, view, use_kept_members(call.request) or usual)


async def _ask_page(
    call: PageCall, view: KindStockView, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    kind_code = view.stock.kind_code
    async with call.reads() as connection:
        unit_id = unit_of(call.session.account)
        points, as_whole = await points_open_to(connection, unit_id, acting=call.acting)
    if len(points) == 1 and not as_whole:
        values = {"point": next(iter(points))} | dict(values)
    estimate = FormField(
        name="estimate",
        label="预计每月用量（份）",
        required=True,
        hint="这种票据还没有一个完整月份的用量；由财政部门核定一次，以后按它自动审核。",
        attributes={"inputmode": "numeric", "maxlength": 9},
    )
    form = PageForm(
        address=f"{ADDRESS}/ask/{kind_code}",
        fields=(
            FormField(
                name="quantity",
                label="申领数量（个）",
                required=True,
                hint=_quantity_hint(view),
                attributes={"inputmode": "numeric", "maxlength": 9},
            ),
            *(() if view.stock.outlook.is_known else (estimate,)),
            FormField(
                name="purpose",
                label="用途",
                required=True,
                hint=f"例如：门诊收费窗口。最多{MAX_PURPOSE}字。",
                attributes={"maxlength": MAX_PURPOSE},
            ),
            *((point_field(points, as_whole=as_whole),) if points or not as_whole else ()),
        ),
        button="提交申领",
        cancel=ADDRESS,
    )
    return form_page(
        call.request,
        form,
        values,
        problems,
        template="supply/ask.html",
        title=f"申领：{view.name}",
        crumbs=_CRUMBS,
        view=view,
    )


def _quantity_hint(view: KindStockView) -> str:
    stock = view.stock
    if stock.proposed is None or stock.limit is None:
        return "没有用量可以参照，请按实际需要填写。"
    if stock.limit == 0:
        return (
            "库存已经够用，现在申领不会发放。" if stock.free else "近几个月没有用量可以参照，由财政部门审核。"
        )
    return f"按用量建议{stock.proposed:,}个，本次最多发放{stock.limit:,}个。"


@post("/supply/ask/{kind_code:str}", guards=[require_right(UNIT_SUPPLY)], status_code=200)
async def ask(call: NamedDependency[PageCall], kind_code: FromPath[str]) -> Response[str] | Response[bytes]:
    """Ask; what is granted is in stock with the answer."""
    typed = await read_form(call.request)
    view = await _stock(call, kind_code)
    catalog = await call.services.catalog.get()
    wanted = WantedNumbers(
        kind_code=kind_code,
        quantity=typed_number(typed.get("quantity", "")),
        purpose=typed.get("purpose", ""),
        request_no=typed.get("request_no", "") or fresh_number(),
        point_code=typed.get("point", ""),
        estimate=typed_number(typed["estimate"]) if typed.get("estimate") else None,
    )
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            made = await request_numbers(
                connection, unit_of(call.session.account), wanted, catalog, acting=call.acting
            )
    except Refusal as refusal:
        if refusal.status == 403 and not refusal.problems[0].field:
            raise
        return await _ask_page(call, view, typed, refusal.problems)
    return redirect(call.request, f"{ADDRESS}/{made.requisition_id}")


# -- what became of it ---------------------------------------------------------------------------


@get("/supply/{requisition_id:int}", guards=[require_right(UNIT_VIEW)])
async def requisition_page(call: NamedDependency[PageCall], requisition_id: FromPath[int]) -> Response[str]:
    """A request: what was asked for, what the audit found, and the numbers granted."""
    return await _requisition_page(call, requisition_id)


async def _requisition_page(
    call: PageCall, requisition_id: int, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    found, kind = await load_requisition(call, requisition_id)
    made = found.requisition
    waits = made.state.value == "review"
    return page(
        call.request,
        "supply/unit_requisition.html",
        title=f"申领：{kind}",
        crumbs=[*_CRUMBS, (UNIT_REQUISITIONS.title, UNIT_REQUISITIONS.address)],
        made=made,
        kind=kind,
        badge=state_badge(made),
        may_withdraw=waits and allowed(call.session.account.role, UNIT_SUPPLY),
        address=f"{ADDRESS}/{requisition_id}/withdraw",
        again=f"{ADDRESS}/ask/{made.kind_code}",
        problems=problems,
    )


@post("/supply/{requisition_id:int}/withdraw", guards=[require_right(UNIT_SUPPLY)], status_code=200)
async def withdraw(
    call: NamedDependency[PageCall], requisition_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Take a request back that waits."""
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await withdraw_requisition(
                connection, unit_of(call.session.account), requisition_id, acting=call.acting
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _requisition_page(call, requisition_id, refusal.problems)
    return redirect(call.request, f"{ADDRESS}/{requisition_id}")


# -- standing orders -----------------------------------------------------------------------------


@get("/supply/automatic/{kind_code:str}", guards=[require_right(UNIT_VIEW)])
async def order_page(call: NamedDependency[PageCall], kind_code: FromPath[str]) -> Response[str]:
    """自动申领 of a kind: whether it is on, and the manager's form."""
    view = await _stock(call, kind_code)
    order = view.stock.order
    usual = view.stock.outlook.expected[0][1] if view.stock.outlook.is_known else 0
    below = order.below if order else max(1, round(usual))
    return _order_page(call, view, use_kept_members(call.request) or {"below": str(below)})


def _order_page(
    call: PageCall, view: KindStockView, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    order = view.stock.order
    is_on = order is not None and order.active
    form = PageForm(
        address=f"{ADDRESS}/automatic/{view.stock.kind_code}",
        fields=(
            FormField(
                name="below",
                label="库存低于（个）时自动申领",
                required=True,
                hint="例如一个月的用量。",
                attributes={"inputmode": "numeric", "maxlength": 9},
            ),
        ),
        button="保存" if is_on else "开启自动申领",
        cancel=ADDRESS,
    )
    return form_page(
        call.request,
        form,
        values,
        problems,
        template="supply/automatic.html",
        title=f"自动申领：{view.name}",
        crumbs=_CRUMBS,
        order=order,
        is_on=is_on,
        may_change=allowed(call.session.account.role, UNIT_SUPPLY_ORDER),
    )


@post("/supply/automatic/{kind_code:str}", guards=[require_right(UNIT_SUPPLY_ORDER)], status_code=200)
async def change_order(
    call: NamedDependency[PageCall], kind_code: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Switch it on, change its threshold, or switch it off."""
    typed = await read_form(call.request)
    active = typed.get("active", "yes") == "yes"
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        order = (await orders_of(connection, unit_id)).get(kind_code)
    # A kind that was withdrawn has no page any more; its order is switched off all the same.
    view = await _stock(call, kind_code) if active or order is None else None
    below = order.below if order and not active else typed_number(typed.get("below", ""))
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await set_supply_order(connection, unit_id, kind_code, below, active=active, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403 or view is None:
            raise
        return _order_page(call, view, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


HANDLERS = [
    supply_page,
    ask_page,
    ask,
    order_page,
    change_order,
    *list_handlers(UNIT_REQUISITIONS),
    requisition_page,
    withdraw,
]
