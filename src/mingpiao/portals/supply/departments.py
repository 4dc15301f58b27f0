"""/finance/supply/stock: numbers in the stock of departments, passing them down, and giving them back up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.numbering.model import MoveFilter, MoveWay, NumberMove, RegionStock
from mingpiao.numbering.service import list_moves
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name, kind_options
from mingpiao.portals.list_columns import Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.regions import home_region
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import fresh_number, lasts, typed_number
from mingpiao.portals.supply.rights import SUPPLY_MOVE
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.supply.service import (
    MAX_NOTE,
    codes_to_pass_down,
    department_stocks,
    give_back,
    load_supply_policy,
    pass_down,
)

ADDRESS = "/finance/supply/stock"
_MOVES_ADDRESS = "/finance/supply/moves"
_DOWN, _UP = f"{ADDRESS}/allot", f"{ADDRESS}/return"
_BY_PLACE = Keyset(KeyColumn("region", str), KeyColumn("code", str))
_CRUMBS = (("票据申领", "/finance/supply"),)


class StockRow(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a department in a 票据代码; `below` is the address of the regions below, empty where there are none."""

    region: str
    code: str
    name: str
    kind: str
    stock: RegionStock
    lasts: str
    whole: str
    below: str


class MoveRow(msgspec.Struct, frozen=True, kw_only=True):
    """A move with the names of its departments and its kind."""

    move: NumberMove
    giver: str
    taker: str
    kind: str


def _children(catalog: Catalog, region: str) -> list[str]:
    return [each.code for each in catalog.live_regions() if each.parent == region]


async def _stock_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[StockRow]:
    """The region itself with all codes, and the regions right below it with those that they have."""
    region, kind, catalog = wanted["region"], wanted["kind"], here.catalog
    below, codes = _children(catalog, region), await codes_to_pass_down(here.connection, catalog, kind)
    found = [
        *await department_stocks(here.connection, [region], codes),
        *await department_stocks(here.connection, below, codes if kind else {}),
    ]
    place = _BY_PLACE.read(key) if key else ("", "")
    rows = [
        StockRow(
            region=each.stock.region_code,
            code=each.stock.code,
            name=_region_name(catalog, each.stock.region_code),
            kind=kind_name(catalog, each.stock.kind_code),
            stock=each.stock,
            lasts=_begins(catalog, each.stock) or lasts(each.outlook),
            whole=_begins(catalog, each.stock) or lasts(each.whole),
            below=_below(catalog, each.stock.region_code, region),
        )
        for each in found
        if (each.stock.region_code, each.stock.code) > place and kind in ("", each.stock.kind_code)
    ]
    return _BY_PLACE.page(rows, limit)


def _begins(catalog: Catalog, stock: RegionStock) -> str:
    """That a code is one of a later year than its kind's present one; empty for any other."""
    kind = catalog.kinds.get(stock.kind_code)
    is_later = kind is not None and stock.code > catalog.bill_code(kind)
    return f"20{stock.code[-2:]}年度的代码" if is_later else ""


def _region_name(catalog: Catalog, region: str) -> str:
    return catalog.region_path(region) if region in catalog.regions else region


def _below(catalog: Catalog, region: str, chosen: str) -> str:
    return f"{ADDRESS}?region={region}" if region != chosen and _children(catalog, region) else ""


async def _move_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[MoveRow]:
    asked = MoveFilter(region=wanted["region"], kind_code=wanted["kind"], way=wanted["way"])
    found = await list_moves(here.connection, asked, after=key, limit=limit)
    rows = tuple(
        MoveRow(
            move=each,
            giver=_region_name(here.catalog, each.from_region),
            taker=_region_name(here.catalog, each.to_region),
            kind=kind_name(here.catalog, each.kind_code),
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _spans(move: NumberMove) -> str:
    return "、".join(f"{first:010d}至{last:010d}" for first, last in move.spans)


_KIND = ChoiceFilter(name="kind", label="票据种类", options=kind_options, may_be_gone=True)
DEPARTMENT_STOCKS: Listing[StockRow] = Listing(
    name="finance_number_stock",
    address=ADDRESS,
    title="号码库存",
    crumbs=_CRUMBS,
    filters=(RegionFilter(), _KIND),
    columns=(
        Column(
            name="region",
            label="财政部门",
            kind="wide",
            head=True,
            value=lambda row: row.name,
            link=lambda row: row.below,
        ),
        Column(
            name="kind",
            label="票据种类",
            kind="wide",
            value=lambda row: Parts((row.kind, Note(row.code))),
            text=lambda row: row.kind,
        ),
        Column(name="code", label="票据代码", kind="code", shown=False, value=lambda row: row.code),
        Column(name="received", label="收到", kind="count", value=lambda row: row.stock.received),
        Column(name="down", label="下发", kind="count", value=lambda row: row.stock.passed_down),
        Column(name="units", label="发给单位", kind="count", value=lambda row: row.stock.to_units),
        Column(
            name="back", label="退回上级", kind="count", phone=False, value=lambda row: row.stock.given_back
        ),
        Column(name="left", label="结余", kind="count", value=lambda row: row.stock.left),
        Column(name="lasts", label="本级单位够用多久", kind="short", value=lambda row: row.lasts),
        Column(name="whole", label="含下级够用多久", kind="short", value=lambda row: row.whole),
    ),
    fetch=_stock_rows,
    empty=("没有号码", "省级启用票据种类以后，这里有它的号码；市县的号码由上级下发。"),
    buttons=(
        Button(label="下发号码", address=_DOWN, right=SUPPLY_MOVE, primary=True),
        Button(label="退回上级", address=_UP, right=SUPPLY_MOVE),
        Button(label="下发和退回记录", address=_MOVES_ADDRESS),
        Button(label="年度换码", address="/finance/supply/years"),
        Button(label="退回注销清册", address="/finance/supply/returned"),
    ),
    export=ExportFile(
        action="number_stock:export",
        file="number-stock",
        right=FINANCE_VIEW,
        columns=("region", "kind", "code", "received", "down", "units", "back", "left", "lasts", "whole"),
    ),
)
NUMBER_MOVES: Listing[MoveRow] = Listing(
    name="finance_number_moves",
    address=_MOVES_ADDRESS,
    title="下发和退回记录",
    crumbs=(*_CRUMBS, (DEPARTMENT_STOCKS.title, ADDRESS)),
    filters=(
        ChoiceFilter(name="way", label="方式", options=tuple((each.value, each.label) for each in MoveWay)),
        _KIND,
        RegionFilter(own=False),
    ),
    columns=(
        Column(name="at", label="时间", kind="moment", head=True, value=lambda row: row.move.made_at),
        Column(name="way", label="方式", kind="short", value=lambda row: row.move.way.label),
        Column(name="giver", label="来自地区", kind="wide", value=lambda row: row.giver),
        Column(name="taker", label="交给地区", kind="wide", value=lambda row: row.taker),
        Column(name="kind", label="票据种类", kind="wide", value=lambda row: row.kind),
        Column(name="quantity", label="数量", kind="count", value=lambda row: row.move.quantity),
        Column(name="code", label="票据代码", kind="code", shown=False, value=lambda row: row.move.code),
        Column(name="spans", label="号段", kind="long", value=lambda row: _spans(row.move)),
        Column(name="by", label="经办人", shown=False, value=lambda row: row.move.made_by_name),
        Column(name="note", label="说明", kind="long", shown=False, value=lambda row: row.move.note),
    ),
    fetch=_move_rows,
    empty=("没有下发或退回过号码", "在“号码库存”中下发或退回以后，每次都记在这里。"),
    export=ExportFile(action="number_move:export", file="number-moves", right=FINANCE_VIEW),
)


# -- passing down, and giving back up ------------------------------------------------------------

_QUANTITY = FormField(
    name="quantity",
    label="数量（个）",
    required=True,
    hint="从最早收到的号码起，按顺序。",
    attributes={"inputmode": "numeric", "maxlength": 13},
)
_NOTE = FormField(
    name="note", label="说明", hint=f"对方会看到，最多{MAX_NOTE}字。", attributes={"maxlength": MAX_NOTE}
)


def _choice(name: str, label: str, options: tuple[tuple[str, str], ...]) -> FormField:
    return FormField(name=name, label=label, kind="select", required=True, empty="请选择", options=options)


def _code_options(catalog: Catalog, stocks: Sequence[RegionStock]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.code, f"{kind_name(catalog, each.kind_code)} {each.code}（结余{each.left:,}）")
        for each in stocks
    )


@get("/supply/stock/allot", guards=[require_right(SUPPLY_MOVE)])
async def pass_down_page(call: NamedDependency[PageCall]) -> Response[str]:
    """下发: which region right below, which 票据代码, and how many."""
    return await _down_page(call, use_kept_members(call.request) or {"request_no": fresh_number()})


async def _down_page(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    own = home_region(call.session.account, catalog)
    async with call.reads() as connection:
        by_levels = (await load_supply_policy(connection)).policy.by_levels
        codes = await codes_to_pass_down(connection, catalog)
        stocks = [each.stock for each in await department_stocks(connection, [own], codes)]
    below = _children(catalog, own)
    why = ""
    if not by_levels:
        why = "全省现由省级统一发放号码，不逐级下发。需要时由省级负责人在“申领设置”中改为“逐级下发”。"
    elif not below:
        why = "本级没有下级地区。号码直接发给本级的用票单位，不需要的可以退回上级。"
    regions = tuple((code, _region_name(catalog, code)) for code in below)
    numbers = _choice("code", "票据", _code_options(catalog, [each for each in stocks if each.code in codes]))
    choices = (_choice("to_region", "下级地区", regions), numbers)
    form = PageForm(address=_DOWN, fields=(*choices, _QUANTITY, _NOTE), button="下发", cancel=ADDRESS)
    return _form_page(call, form, "下发号码", values, problems, why)


@post(
    "/supply/stock/allot",
    guards=[require_right(SUPPLY_MOVE)],
    status_code=200,
    opt=sensitive(Sensitive.NUMBERS),
)
async def pass_numbers_down(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Pass numbers down; the same form once more is the same move."""
    return await _moved(call, pass_down, ("to_region", "code"), _down_page)


@get("/supply/stock/return", guards=[require_right(SUPPLY_MOVE)])
async def give_back_page(call: NamedDependency[PageCall]) -> Response[str]:
    """退回: which 票据代码, and how many."""
    return await _up_page(call, use_kept_members(call.request) or {"request_no": fresh_number()})


async def _up_page(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    own = home_region(call.session.account, catalog)
    async with call.reads() as connection:
        stocks = [each.stock for each in await department_stocks(connection, [own], {}) if each.stock.left]
    why = ""
    if own.endswith("0000"):
        why = "省级的号码就在号码池里，不需要退回。"
    elif not stocks:
        why = "本部门的库存里没有可以退回的号码。"
    fields = (_choice("code", "票据", _code_options(catalog, stocks)), _QUANTITY, _NOTE)
    form = PageForm(address=_UP, fields=fields, button="退回上级", cancel=ADDRESS)
    return _form_page(call, form, "退回号码", values, problems, why)


@post(
    "/supply/stock/return",
    guards=[require_right(SUPPLY_MOVE)],
    status_code=200,
    opt=sensitive(Sensitive.NUMBERS),
)
async def give_numbers_back(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Give numbers back up; the same form once more is the same move."""
    return await _moved(call, give_back, ("code",), _up_page)


async def _moved(
    call: PageCall,
    move: Callable[..., Awaitable[int]],
    what: tuple[str, ...],
    page: Callable[[PageCall, Mapping[str, str], tuple[Problem, ...]], Awaitable[Response[str]]],
) -> Response[str] | Response[bytes]:
    """Move numbers as typed, where the members `what` tell which; with problems the page again."""
    typed = await read_form(call.request)
    catalog = await call.services.catalog.get()
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await move(
                connection,
                *(typed.get(name, "") for name in what),
                typed_number(typed.get("quantity", "")),
                catalog,
                request_no=typed.get("request_no", ""),
                note=typed.get("note", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await page(call, typed, refusal.problems)
    return redirect(call.request, _MOVES_ADDRESS)


def _form_page(
    call: PageCall,
    form: PageForm,
    title: str,
    values: Mapping[str, str],
    problems: tuple[Problem, ...],
    why: str,
) -> Response[str]:
    return form_page(
        call.request,
        form,
        values,
        problems,
        template="supply/move.html",
        title=title,
        crumbs=[*_CRUMBS, (DEPARTMENT_STOCKS.title, ADDRESS)],
        why=why,
    )


HANDLERS = [
    *list_handlers(DEPARTMENT_STOCKS),
    *list_handlers(NUMBER_MOVES),
    pass_down_page,
    pass_numbers_down,
    give_back_page,
    give_numbers_back,
]
