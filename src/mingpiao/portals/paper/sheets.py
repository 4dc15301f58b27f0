"""Forms that name ranges of sheets: one declaration each, for its page, its question before, and its verb."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.paper.model import PaperState
from mingpiao.paper.service import MAX_LINES, MAX_NOTE, read_ranges, told
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed, is_revised
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form, read_query
from mingpiao.portals.gates import Right
from mingpiao.portals.kept import CSRF_FIELD, use_kept_members
from mingpiao.portals.paper.parts import own_holdings
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import fresh_number

#: Connection, the form's members, the catalog, and the call: carries the form out.
CarryOut = Callable[[AsyncConnection, Mapping[str, str], Catalog, PageCall], Awaitable[object]]


class RangeForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form at `address` with a text of ranges and a note.

    `states` are those whose ranges stand beside the form. `fields` are asked before the ranges, and may hinder the whole
    form with a sentence. `sure` has sentences of what follows; then the form asks once more.
    """

    address: str
    title: str
    button: str
    right: Right
    states: tuple[PaperState, ...]
    carry_out: CarryOut
    crumbs: tuple[tuple[str, str], ...]
    done: str
    fields: Callable[[PageCall], Awaitable[tuple[tuple[FormField, ...], str]]] | None = None
    note: FormField = FormField(
        name="note", label="说明", hint=f"最多{MAX_NOTE}字。", attributes={"maxlength": MAX_NOTE}
    )
    sure: tuple[str, ...] = ()


#: Each page has these of its own.
_NOT_SENT_ON = frozenset({CSRF_FIELD, "revised"})
SHEETS = FormField(
    name="sheets",
    label="号段",
    kind="textarea",
    required=True,
    hint=f"每行一段：票据代码 起始号码 终止号码；只有一张的写一个号码。最多{MAX_LINES}行。",
    attributes={"rows": 4, "spellcheck": "false", "autocomplete": "off"},
)


def reason_field(label: str, hint: str) -> FormField:
    """The note of a form that must not go without."""
    return FormField(name="note", label=label, required=True, hint=hint, attributes={"maxlength": MAX_NOTE})


def rest_of(typed: Mapping[str, str]) -> dict[str, str]:
    """The members of each such form: its own number, and the note."""
    return {"request_no": typed.get("request_no", ""), "note": typed.get("note", "")}


def sheet_form_handlers(form: RangeForm) -> list[HTTPRouteHandler]:
    """The page of the form, and what carries it out."""
    route = "/" + form.address.split("/", 2)[2]

    @get(route, guards=[require_right(form.right)])
    async def show(call: NamedDependency[PageCall]) -> Response[str]:
        usual = {"request_no": fresh_number(), "sheets": read_query(call.request).get("sheets", "")}
        return await _page(call, form, use_kept_members(call.request) or usual)

    @post(route, guards=[require_right(form.right)], status_code=200)
    async def send(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
        typed = await read_form(call.request)
        if is_revised(typed):
            return await _page(call, form, typed)
        try:
            ranges = read_ranges(typed.get("sheets", ""))
            if form.sure and not is_confirmed(typed):
                return _ask(call, form, typed, told(ranges), sum(each.count for each in ranges))
            catalog = await call.services.catalog.get()
            async with call.services.database.system() as connection:  # system: a verb writes
                await form.carry_out(connection, typed, catalog, call)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return await _page(call, form, typed, refusal.problems)
        return redirect(call.request, form.done)

    return [show, send]


def _ask(call: PageCall, form: RangeForm, typed: Mapping[str, str], ranges: str, count: int) -> Response[str]:
    facts = [("号段", ranges), ("数量（张）", f"{count:,}")]
    facts += [(form.note.label, typed["note"])] if typed.get("note") else []
    shown = Consequences(
        title=form.title,
        facts=facts,
        told=form.sure,
        address=form.address,
        button=form.button,
        back=form.done,
        members={name: value for name, value in typed.items() if name not in _NOT_SENT_ON},
        revises=True,
    )
    return consequences_page(call.request, shown, crumbs=form.crumbs)


async def _page(
    call: PageCall, form: RangeForm, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    fields, why = await form.fields(call) if form.fields else ((), "")
    page_form = PageForm(
        address=form.address,
        fields=(*fields, SHEETS, form.note),
        button=form.button,
        cancel=form.done,
    )
    more: dict[str, Any] = {"holdings": await own_holdings(call, form.states), "why": why}
    return form_page(
        call.request,
        page_form,
        values,
        problems,
        template="paper/sheets.html",
        title=form.title,
        crumbs=list(form.crumbs),
        **more,
    )
