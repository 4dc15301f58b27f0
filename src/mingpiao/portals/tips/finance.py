"""/finance/tips: what people outside told, and what the department makes of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import chosen_option, fields_of_form, read_day, read_form, read_id
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_columns import Column
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.tips.lists import TIPS, bill_text, kinds_text, tip_badges
from mingpiao.portals.tips.rights import TIPS_DECIDE
from mingpiao.tips.model import Inquiry, Tip, TipFile, TipStep
from mingpiao.tips.service import (
    MAX_WORDS,
    TipBill,
    accept_tip,
    alike_tips,
    ask_reporter,
    ask_unit,
    bill_of_tip,
    close_tip,
    get_tip,
    get_tip_file,
    inquiries_of_tip,
    merge_tip,
    merged_tips,
    read_contact,
    refuse_tip,
    steps_of_tip,
    transfer_tip,
)
from mingpiao.tips.settings import TipSettings
from mingpiao.units.service import names_of
from mingpiao.watches.model import Watch, WatchSource
from mingpiao.watches.service import watches_of_source

LIST = TIPS.address
#: How many days a unit usually has to answer.
_USUAL_DAYS = timedelta(days=7)
_GUARDS = [require_right(TIPS_DECIDE)]
#: What is said once something was done, by its verb.
_SAID = {
    "accept": "已受理，举报人凭查询码可以看到。",
    "refuse": "已决定不予受理，举报人看到理由。",
    "ask": "已要求补充，举报人凭查询码看到并补充。",
    "transfer": "已转办，对方部门收到消息。",
    "merge": "已并案，以后办理并入的线索。",
    "inquire": "已请单位说明，单位收到消息；说明后您会收到消息。",
    "close": "已办结，举报人看到答复。",
}


class TipParts(msgspec.Struct, frozen=True, kw_only=True):
    """A tip with everything that its page shows."""

    tip: Tip
    unit: str
    department: str
    bill: TipBill | None
    steps: tuple[tuple[HistoryLine, TipStep], ...]
    alike: tuple[Tip, ...]
    merged: tuple[Tip, ...]
    watches: tuple[Watch, ...]
    inquiries: tuple[Inquiry, ...]


@get("/tips/{tip_id:int}")
async def tip_page(call: NamedDependency[PageCall], tip_id: FromPath[int]) -> Response[str]:
    """A tip: what was told, files, what was done, and what can be decided."""
    return await _page(call, tip_id)


async def _load(call: PageCall, tip_id: int, catalog: Catalog) -> TipParts:
    async with call.reads() as connection:
        tip = await get_tip(connection, tip_id)
        names = await names_of(connection, {tip.unit_id} if tip.unit_id else set())
        steps = await steps_of_tip(connection, tip_id)
        return TipParts(
            tip=tip,
            unit=names.get(tip.unit_id or 0, ""),
            department=catalog.departments[tip.region_code].name,
            bill=await bill_of_tip(connection, tip),
            steps=tuple((_line(each), each) for each in steps),
            alike=tuple(await alike_tips(connection, tip)) if tip.is_open else (),
            merged=tuple(await merged_tips(connection, tip_id)),
            inquiries=tuple(await inquiries_of_tip(connection, tip_id)),
            watches=tuple(await watches_of_source(connection, WatchSource.TIP, tip_id)),
        )


def _line(step: TipStep) -> HistoryLine:
    kept = f"内部备注：{step.note}" if step.note else ""
    return HistoryLine(
        at=step.at,
        what=step.kind.label,
        who=step.actor_name,
        note="\n".join(filter(None, (step.words, kept))),
    )


async def _page(
    call: PageCall,
    tip_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
    contact: str | None = None,
) -> Response[str]:
    catalog = await call.services.catalog.get()
    parts = await _load(call, tip_id, catalog)
    account, tip = call.session.account, parts.tip
    own = region_covers(account.region_code, tip.region_code) if account.region_code else False
    return page(
        call.request,
        "tips/finance_tip.html",
        title=f"群众线索 {tip.serial}",
        crumbs=[(TIPS.title, LIST)],
        parts=parts,
        tip=tip,
        badges=Column(name="state", label="状态", value=tip_badges).cell(tip),
        kinds=kinds_text(tip),
        bill=bill_text(tip),
        identity=BillIdentity.from_bill_id(tip.bill_id) if tip.bill_id is not None else None,
        departments=_departments(catalog, tip.region_code),
        alike=[(str(each.tip_id), _alike_text(each)) for each in parts.alike],
        may_decide=own and allowed(account.role, TIPS_DECIDE),
        contact=contact,
        usual_due=(today() + _USUAL_DAYS).isoformat(),
        typed=typed or {},
        max_words=MAX_WORDS,
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
        verb=verb,
        problems=problems,
    )


def _departments(catalog: Catalog, but: str) -> list[tuple[str, str]]:
    """The departments that a tip may be passed on to: those of all regions that exist."""
    live = [each.code for each in catalog.live_regions()]
    return [
        (code, catalog.departments[code].name) for code in live if code in catalog.departments and code != but
    ]


def _alike_text(tip: Tip) -> str:
    return "，".join(
        filter(None, (tip.serial, kinds_text(tip), bill_text(tip), f"{tip.submitted_at:%Y-%m-%d}"))
    )


@post("/tips/{tip_id:int}/contact", guards=_GUARDS, status_code=200)
async def show_contact(
    call: NamedDependency[PageCall], tip_id: FromPath[int], master_key: NamedDependency[MasterKey]
) -> Response[str]:
    """Show how the reporter can be reached, once; the audit trail tells who has read it."""
    async with call.services.database.system() as connection:  # system: a verb writes
        contact = await read_contact(connection, tip_id, master_key, acting=call.acting)
    return await _page(call, tip_id, contact=contact)


@post("/tips/{tip_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act_on_tip(
    call: NamedDependency[PageCall], tip_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """One of `_VERBS`; of two people at once the second sees what the first one did."""
    members = await read_form(call.request)
    if verb not in _VERBS:
        raise refuse("http.404", "没有这种办理方式，请返回群众线索。", status=404)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _VERBS[verb](connection, call, tip_id, members)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, tip_id, problems=fields_of_form(refusal, verb), typed=members, verb=verb)
    # Who passed it on to a department beside their own does not see it any more.
    there = f"{LIST}?done=transfer" if verb == "transfer" else f"{LIST}/{tip_id}?done={verb}"
    return redirect(call.request, there)


_Do = Callable[[AsyncConnection, PageCall, int, Mapping[str, str]], Awaitable[Any]]


async def _accept(
    connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]
) -> None:
    await accept_tip(
        connection,
        tip_id,
        members.get("accept-note", ""),
        settings=call.services.settings.of(TipSettings),
        revision=_revision(members),
        acting=call.acting,
    )


async def _refuse(
    connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]
) -> None:
    answer, note = members.get("refuse-answer", ""), members.get("refuse-note", "")
    await refuse_tip(connection, tip_id, answer, note, revision=_revision(members), acting=call.acting)


async def _ask(connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]) -> None:
    question = members.get("ask-question", "")
    await ask_reporter(connection, tip_id, question, revision=_revision(members), acting=call.acting)


async def _inquire(
    connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]
) -> None:
    try:
        due_on = read_day(members.get("inquire-due_on", ""))
    except ValueError as error:
        message = "请按“年-月-日”填写说明期限。"
        raise refuse("tip.due_invalid", message, field="due_on", status=422) from error
    question = members.get("inquire-question", "")
    await ask_unit(connection, tip_id, question, due_on, revision=_revision(members), acting=call.acting)


async def _transfer(
    connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]
) -> None:
    catalog = await call.services.catalog.get()
    options = _departments(catalog, "")
    await transfer_tip(
        connection,
        tip_id,
        chosen_option(members.get("transfer-region", ""), options) or "",
        members.get("transfer-note", ""),
        settings=call.services.settings.of(TipSettings),
        revision=_revision(members),
        acting=call.acting,
    )


async def _merge(
    connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]
) -> None:
    into, note = read_id(members.get("merge-into", "")) or 0, members.get("merge-note", "")
    await merge_tip(connection, tip_id, into, note, revision=_revision(members), acting=call.acting)


async def _close(
    connection: AsyncConnection, call: PageCall, tip_id: int, members: Mapping[str, str]
) -> None:
    answer, note = members.get("close-answer", ""), members.get("close-note", "")
    await close_tip(connection, tip_id, answer, note, revision=_revision(members), acting=call.acting)


_VERBS: dict[str, _Do] = {
    "accept": _accept,
    "refuse": _refuse,
    "ask": _ask,
    "inquire": _inquire,
    "transfer": _transfer,
    "merge": _merge,
    "close": _close,
}


def _revision(members: Mapping[str, str]) -> int:
    """The revision that a form's author saw; 0, which is none, if it names no number."""
    return read_id(members.get("revision", ""), 9) or 0


@get("/tips/{tip_id:int}/files/{file_id:int}")
async def tip_file(
    call: NamedDependency[PageCall], tip_id: FromPath[int], file_id: FromPath[int]
) -> Response[bytes]:
    """A file of a tip, to be saved and never shown by the browser itself; put down in the audit trail."""
    async with call.reads() as connection:
        tip = await get_tip(connection, tip_id)
        file = await get_tip_file(connection, tip_id, file_id)
    data = await call.services.evidence.open_file(file.digest)
    await _note_download(call, tip, file)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=file.media_type, headers=headers)


async def _note_download(call: PageCall, tip: Tip, file: TipFile) -> None:
    entry = AuditEntry(
        acting=call.acting,
        action="tip:download",
        subject=f"tip:{tip.tip_id}",
        region_code=tip.region_code,
        details={"name": file.name},
    )
    async with call.services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)


HANDLERS = [*list_handlers(TIPS), tip_page, show_contact, act_on_tip, tip_file]
