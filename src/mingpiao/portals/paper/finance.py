"""/finance/paper: paper of departments and their units, print orders, and moving paper down and up."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.paper.model import PaperBatch, PaperCount, PaperPurpose, PaperState, WantedPaper
from mingpiao.paper.service import (
    allot_to_region,
    allot_to_unit,
    get_batch,
    less,
    lines_of,
    list_batches,
    order_batch,
    paper_counts,
    receive_batch,
    return_paper,
)
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name, kind_options
from mingpiao.portals.list_columns import Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.paper import counts, stops
from mingpiao.portals.paper.common import FINANCE_COMMON, FINANCE_STEPS
from mingpiao.portals.paper.common import FINANCE_HOME as HOME
from mingpiao.portals.paper.destructions import FINANCE_DESTRUCTIONS, FINANCE_HANDLERS
from mingpiao.portals.paper.endings import ending_forms
from mingpiao.portals.paper.parts import own_holdings, own_parcels
from mingpiao.portals.paper.rights import PAPER_MOVE
from mingpiao.portals.paper.sheets import (
    SHEETS,
    RangeForm,
    reason_field,
    rest_of,
    sheet_form_handlers,
)
from mingpiao.portals.regions import home_region
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import fresh_number
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.units.service import search

_CRUMBS = (("纸质票据", HOME),)
_BATCHES = f"{HOME}/batches"
_STATES = tuple(each for each in PaperState)
_BY_PLACE = Keyset(
    KeyColumn("region", str), KeyColumn("whose", str), KeyColumn("kind", str), KeyColumn("purpose", str)
)
_NEWEST = Keyset(KeyColumn("batch_id", int, descending=True))


class PaperRow(msgspec.Struct, frozen=True, kw_only=True):
    """Sheets of a department, or of its region's units together, of a kind and purpose."""

    region: str
    whose: str
    kind: str
    purpose: str
    name: str
    kind_name: str
    count: PaperCount
    below: str


async def _rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[PaperRow]:
    catalog, region, kind = here.catalog, wanted["region"], wanted["kind"]
    regions = [region, *(each.code for each in catalog.live_regions() if each.parent == region)]
    place = _BY_PLACE.read(key) if key else ("", "", "", "")
    rows = [
        PaperRow(
            region=each.region_code,
            whose="0" if each.unit_id is None else "1",
            kind=each.kind_code,
            purpose=each.purpose.value,
            name=catalog.region_path(each.region_code)
            if each.region_code in catalog.regions
            else each.region_code,
            kind_name=kind_name(catalog, each.kind_code),
            count=each,
            below=f"{HOME}?region={each.region_code}" if each.region_code != region else "",
        )
        for each in await paper_counts(here.connection, regions)
        if kind in ("", each.kind_code)
    ]
    rows.sort(key=lambda row: (row.region, row.whose, row.kind, row.purpose))
    return _BY_PLACE.page(
        [row for row in rows if (row.region, row.whose, row.kind, row.purpose) > place], limit
    )


def _column(state: PaperState) -> Column[PaperRow]:
    return Column(
        name=state.value,
        label=state.label,
        kind="count",
        phone=state in (PaperState.STOCK, PaperState.USED, PaperState.VOID),
        value=lambda row: row.count.of(state),
    )


_KIND = ChoiceFilter(name="kind", label="票据种类", options=kind_options, may_be_gone=True)
PAPER_STOCK: Listing[PaperRow] = Listing(
    name="finance_paper",
    address=HOME,
    title="纸质票据",
    filters=(RegionFilter(), _KIND),
    columns=(
        Column(
            name="region",
            label="地区",
            kind="wide",
            head=True,
            value=lambda row: row.name,
            link=lambda row: row.below,
        ),
        Column(
            name="whose",
            label="持有",
            kind="short",
            value=lambda row: "财政部门" if row.whose == "0" else "用票单位",
        ),
        Column(
            name="kind",
            label="票据种类",
            kind="wide",
            value=lambda row: Parts((row.kind_name, Note(row.count.purpose.label))),
            text=lambda row: f"{row.kind_name}（{row.count.purpose.label}）",
        ),
        *(_column(each) for each in _STATES),
    ),
    fetch=_rows,
    empty=("没有纸质票据", "省级在“印制批次”中登记印制计划并验收入库以后，逐级发放。"),
    buttons=(
        Button(label="发放给下级", address=f"{HOME}/allot", right=PAPER_MOVE, primary=True),
        Button(label="发放给单位", address=f"{HOME}/allot-unit", right=PAPER_MOVE),
        Button(label="退回上级", address=f"{HOME}/return", right=PAPER_MOVE),
        Button(label="本部门库存", address=f"{HOME}/own"),
        Button(label="印制批次", address=_BATCHES),
        Button(label="销毁清册", address=FINANCE_DESTRUCTIONS.address),
        Button(label="停用进度", address=f"{HOME}/stops"),
        Button(label="流转记录", address=FINANCE_STEPS.address),
        Button(label="追踪", address=f"{HOME}/trace"),
    ),
    export=ExportFile(action="paper_stock:export", file="paper-stock", right=FINANCE_VIEW),
)


_OWN = (
    ("待签收", "parcels", FINANCE_VIEW),
    ("盘点", "counts", FINANCE_VIEW),
    ("作废", "void", PAPER_MOVE),
    ("申请销毁", "destroy", PAPER_MOVE),
    ("报告遗失", "lose", PAPER_MOVE),
)


@get("/paper/own", guards=[require_right(FINANCE_VIEW)])
async def own_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The department's own paper as ranges."""
    return page(
        call.request,
        "paper/stock.html",
        title="本部门的纸质票据",
        crumbs=list(_CRUMBS),
        holdings=await own_holdings(call),
        stop=None,
        parcels=await own_parcels(call),
        parcels_address=f"{HOME}/parcels",
        links=[
            (label, f"{HOME}/{place}")
            for label, place, right in _OWN
            if allowed(call.session.account.role, right)
        ],
        empty="上级发放、本部门签收以后在这里；省级在“印制批次”中验收入库。",
    )


# -- print orders ----------------------------------------------------------------------------------


async def _batch_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[PaperBatch]:
    before: Any = _NEWEST.read(key)[0] if key else 0
    found = await list_batches(here.connection, kind_code=wanted["kind"], before=before, limit=limit + 1)
    return _NEWEST.page(found, limit)


PAPER_BATCHES: Listing[PaperBatch] = Listing(
    name="finance_paper_batches",
    address=_BATCHES,
    title="印制批次",
    crumbs=_CRUMBS,
    filters=(_KIND,),
    columns=(
        Column(
            name="sheets",
            label="号段",
            kind="code",
            head=True,
            value=lambda row: f"{row.sheets.code} {row.sheets.numbers}",
            link=lambda row: f"{_BATCHES}/{row.batch_id}",
        ),
        Column(name="kind", label="票据种类", kind="code", value=lambda row: row.kind_code),
        Column(name="purpose", label="用途", kind="short", value=lambda row: row.purpose.label),
        Column(name="ordered", label="印制（张）", kind="count", value=lambda row: row.sheets.count),
        Column(name="arrived", label="已入库（张）", kind="count", value=lambda row: row.arrived),
        Column(name="printer", label="印制企业", kind="wide", phone=False, value=lambda row: row.printer),
        Column(name="plan", label="印制计划文号", phone=False, value=lambda row: row.plan_no),
        Column(name="at", label="时间", kind="moment", phone=False, value=lambda row: row.ordered_at),
    ),
    fetch=_batch_rows,
    empty=("没有印制批次", "省级财政部门在这里登记印制计划。"),
    buttons=(Button(label="登记印制计划", address=f"{HOME}/order", right=PAPER_MOVE, primary=True),),
    export=ExportFile(action="paper_batch:export", file="paper-batches", right=FINANCE_VIEW),
)


def _text(name: str, label: str, hint: str, longest: int) -> FormField:
    return FormField(name=name, label=label, required=True, hint=hint, attributes={"maxlength": longest})


async def _order_fields(call: PageCall) -> tuple[tuple[FormField, ...], str]:
    catalog = await call.services.catalog.get()
    if not home_region(call.session.account, catalog).endswith("0000"):
        return (), "纸质票据由省级财政部门统一印制。"
    kinds = tuple(
        (each.code, kind_name(catalog, each.code)) for each in catalog.kinds.values() if not each.retired
    )
    purposes = tuple((each.value, each.label) for each in PaperPurpose)
    return (
        FormField(name="kind", label="票据种类", kind="select", required=True, empty="请选择", options=kinds),
        FormField(
            name="purpose", label="用途", kind="select", required=True, empty="请选择", options=purposes
        ),
        _text("printer", "印制企业", "与印制合同一致。", 100),
        _text("plan_no", "印制计划文号", "例如：印2026-3。", 60),
    ), ""


async def _order(
    connection: AsyncConnection, typed: Mapping[str, str], catalog: Catalog, call: PageCall
) -> object:
    wanted = WantedPaper(
        kind_code=typed.get("kind", ""),
        purpose=typed.get("purpose", ""),
        sheets=typed.get("sheets", ""),
        printer=typed.get("printer", ""),
        plan_no=typed.get("plan_no", ""),
        request_no=typed.get("request_no", ""),
        note=typed.get("note", ""),
    )
    return await order_batch(connection, wanted, catalog, acting=call.acting)


@get("/paper/batches/{batch_id:int}", guards=[require_right(FINANCE_VIEW)])
async def batch_page(call: NamedDependency[PageCall], batch_id: FromPath[int]) -> Response[str]:
    """A batch, and the form that takes in what arrived."""
    return await _batch_page(call, batch_id, use_kept_members(call.request))


async def _batch_page(
    call: PageCall, batch_id: int, values: Mapping[str, str] | None, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        batch = await get_batch(connection, batch_id)
    missing = less([batch.sheets], batch.received)
    own = home_region(call.session.account, catalog)
    form = PageForm(
        address=f"{_BATCHES}/{batch_id}/receive",
        fields=(SHEETS, FormField(name="note", label="验收情况", attributes={"maxlength": 200})),
        button="验收入库",
        cancel=_BATCHES,
    )
    return form_page(
        call.request,
        form,
        values or {"sheets": lines_of(missing), "request_no": fresh_number()},
        problems,
        template="paper/batch.html",
        title=f"印制批次：{batch.sheets.code}",
        crumbs=[*_CRUMBS, (PAPER_BATCHES.title, _BATCHES)],
        batch=batch,
        kind=kind_name(catalog, batch.kind_code),
        missing=missing,
        may_receive=bool(missing) and own.endswith("0000") and allowed(call.session.account.role, PAPER_MOVE),
    )


@post("/paper/batches/{batch_id:int}/receive", guards=[require_right(PAPER_MOVE)], status_code=200)
async def receive(
    call: NamedDependency[PageCall], batch_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Take in what arrived; the same form once more is the same step."""
    typed = await read_form(call.request)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await receive_batch(
                connection,
                batch_id,
                typed.get("sheets", ""),
                request_no=typed.get("request_no", ""),
                note=typed.get("note", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _batch_page(call, batch_id, typed, refusal.problems)
    return redirect(call.request, f"{_BATCHES}/{batch_id}")


# -- down and up -----------------------------------------------------------------------------------


async def _region_fields(call: PageCall) -> tuple[tuple[FormField, ...], str]:
    catalog = await call.services.catalog.get()
    own = home_region(call.session.account, catalog)
    below = tuple((each.code, each.name) for each in catalog.live_regions() if each.parent == own)
    if not below:
        return (), "本级没有下级地区，请直接发放给用票单位。"
    return (
        FormField(
            name="to_region", label="下级地区", kind="select", required=True, empty="请选择", options=below
        ),
    ), ""


async def _unit_fields(_call: PageCall) -> tuple[tuple[FormField, ...], str]:
    return (
        FormField(
            name="unit",
            label="用票单位",
            required=True,
            hint="单位全称或统一社会信用代码。",
            attributes={"maxlength": 100},
        ),
    ), ""


async def _to_region(
    connection: AsyncConnection, typed: Mapping[str, str], catalog: Catalog, call: PageCall
) -> object:
    return await allot_to_region(
        connection,
        typed.get("sheets", ""),
        typed.get("to_region", ""),
        catalog,
        **rest_of(typed),
        acting=call.acting,
    )


async def _to_unit(
    connection: AsyncConnection, typed: Mapping[str, str], _catalog: Catalog, call: PageCall
) -> object:
    words = typed.get("unit", "")
    async with call.reads() as scoped:
        found = (await search(scoped, words=words, limit=50)).items if words else ()
    exact = [each for each in found if words in (each.name, each.uscc)] or list(found)
    if len(exact) != 1:
        message = "请填写本地区一个用票单位的全称或统一社会信用代码。"
        raise refuse("paper.form_invalid", message, field="unit", status=422)
    return await allot_to_unit(
        connection, typed.get("sheets", ""), exact[0].unit_id, **rest_of(typed), acting=call.acting
    )


async def _back(
    connection: AsyncConnection, typed: Mapping[str, str], catalog: Catalog, call: PageCall
) -> object:
    return await return_paper(
        connection, typed.get("sheets", ""), catalog, **rest_of(typed), acting=call.acting
    )


async def _up_fields(call: PageCall) -> tuple[tuple[FormField, ...], str]:
    catalog = await call.services.catalog.get()
    is_top = home_region(call.session.account, catalog).endswith("0000")
    return (), "省级没有上级，不需要退回。" if is_top else ""


_IN_STOCK = (PaperState.STOCK,)
_FORMS = (
    RangeForm(
        address=f"{HOME}/order",
        title="登记印制计划",
        button="登记",
        right=PAPER_MOVE,
        states=(),
        carry_out=_order,
        crumbs=(*_CRUMBS, (PAPER_BATCHES.title, _BATCHES)),
        done=_BATCHES,
        fields=_order_fields,
    ),
    RangeForm(
        address=f"{HOME}/allot",
        title="发放给下级地区",
        button="发放",
        right=PAPER_MOVE,
        states=_IN_STOCK,
        carry_out=_to_region,
        crumbs=_CRUMBS,
        done=FINANCE_STEPS.address,
        fields=_region_fields,
    ),
    RangeForm(
        address=f"{HOME}/allot-unit",
        title="发放给用票单位",
        button="发放",
        right=PAPER_MOVE,
        states=_IN_STOCK,
        carry_out=_to_unit,
        crumbs=_CRUMBS,
        done=FINANCE_STEPS.address,
        fields=_unit_fields,
    ),
    RangeForm(
        address=f"{HOME}/return",
        title="退回上级",
        button="退回",
        right=PAPER_MOVE,
        states=_IN_STOCK,
        carry_out=_back,
        crumbs=_CRUMBS,
        done=FINANCE_STEPS.address,
        fields=_up_fields,
        note=reason_field("退回的原因", "上级会看到。最多200字。"),
    ),
)
HANDLERS = [
    *list_handlers(PAPER_STOCK),
    *list_handlers(PAPER_BATCHES),
    *list_handlers(FINANCE_STEPS),
    own_page,
    batch_page,
    receive,
    *FINANCE_COMMON,
    *list_handlers(FINANCE_DESTRUCTIONS),
    *FINANCE_HANDLERS,
    *counts.FINANCE_HANDLERS,
    *stops.HANDLERS,
    *(
        handler
        for form in (*_FORMS, *ending_forms(HOME, PAPER_MOVE, PAPER_MOVE))
        for handler in sheet_form_handlers(form)
    ),
]
