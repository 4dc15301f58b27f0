"""/finance/units/{id}/months: a unit's closed months; a later day, and a written-off month opened again.

Both are proposed here and take effect when a second person approves them under 待审变更.
"""

from collections.abc import Mapping
from datetime import date

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.model import Proposal
from mingpiao.approvals.service import address_of, open_proposal
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_month
from mingpiao.portals.casework.parts import day_of, may_decide
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.model import Unit
from mingpiao.units.service import get as get_unit
from mingpiao.writeoff.model import UnitStops, WriteOff, WriteOffState
from mingpiao.writeoff.service import (
    EXTENSION,
    MonthLine,
    former_month,
    former_month_lines,
    month_standing,
    propose_extension,
    propose_reopening,
    unit_months,
    unit_stops,
)

_GUARDS = [require_right(EXCEPTIONS_DECIDE)]
_REASON: dict[str, str | int] = {"maxlength": 500}


class MonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """A closed month of a unit; `proposal` is the page of a proposed extension, or empty."""

    line: MonthLine
    proposal: str


@get("/units/{unit_id:int}/months")
async def months(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """All closed months of a unit with those of campaigns, newest first."""
    async with call.reads() as connection:
        unit = await get_unit(connection, unit_id)
        rows = []
        for line in await unit_months(connection, unit_id, caught_up=True):
            key = f"{unit_id}:{line.month:%Y-%m}"
            asked = None if line.is_written_off else await open_proposal(connection, EXTENSION.kind, key)
            rows.append(MonthRow(line=line, proposal=_address(asked)))
        former = await former_month_lines(connection, unit_id)
    return page(
        call.request,
        "casework/unit_months.html",
        title=f"{unit.name}：核销",
        crumbs=_crumbs(unit),
        unit=unit,
        rows=rows,
        former=former,
        base=_base(unit_id),
        may_propose=may_decide(call, unit.region_code),
    )


def _address(proposal: Proposal | None) -> str:
    return "" if proposal is None else address_of(proposal.proposal_id)


def _base(unit_id: int) -> str:
    return f"/finance/units/{unit_id}/months"


def _crumbs(unit: Unit) -> list[tuple[str, str]]:
    return [("用票单位", "/finance/units"), (unit.name, f"/finance/units/{unit.unit_id}")]


@get("/units/{unit_id:int}/months/{month:str}/{verb:str}", guards=_GUARDS)
async def wish(
    call: NamedDependency[PageCall], unit_id: FromPath[int], month: FromPath[str], verb: FromPath[str]
) -> Response[str]:
    """The form of `extend`, `reopen` or `reopen-former`."""
    return await _form(call, unit_id, _month(month), verb, {})


@post("/units/{unit_id:int}/months/{month:str}/{verb:str}", guards=_GUARDS, status_code=200)
async def send(
    call: NamedDependency[PageCall], unit_id: FromPath[int], month: FromPath[str], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Propose it; a second person decides."""
    members = await read_form(call.request)
    day = _month(month)
    try:
        proposal_id = await _propose(call, unit_id, day, verb, members)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _form(call, unit_id, day, verb, members, refusal.problems)
    return redirect(call.request, address_of(proposal_id))


async def _propose(call: PageCall, unit_id: int, month: date, verb: str, members: Mapping[str, str]) -> int:
    reason = members.get("reason", "")
    async with call.services.database.system() as connection:  # system: a verb writes
        if verb == "extend":
            due_on = day_of(members, "cycle.due_invalid", "请按“年-月-日”填写新的期限。")
            return await propose_extension(connection, unit_id, month, due_on, reason, acting=call.acting)
        if verb not in _TITLES:
            raise _no_such_verb()
        found = await _request(connection, unit_id, month, verb)
        if found is None or found.state is not WriteOffState.DONE:
            raise refuse("writeoff.not_done", "该月没有核销，不需要重新打开。", status=409)
        return await propose_reopening(connection, found.writeoff_id, reason, acting=call.acting)


async def _request(connection: AsyncConnection, unit_id: int, month: date, verb: str) -> WriteOff | None:
    """The request for write-off of a month, or that of its former bills."""
    if verb == _FORMER:
        return (await former_month(connection, unit_id, month)).writeoff
    return (await month_standing(connection, unit_id, month)).writeoff


def _no_such_verb() -> Refusal:
    return refuse("http.404", "没有这种办理方式，请返回单位页面。", status=404)


def _month(text: str) -> date:
    month = read_month(text)
    if month is None:
        raise refuse("writeoff.unknown", "没有这个月份，请从单位的核销页面进入。", status=404)
    return month


async def _form(
    call: PageCall,
    unit_id: int,
    month: date,
    verb: str,
    values: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    if verb not in _TITLES:
        raise _no_such_verb()
    async with call.reads() as connection:
        unit = await get_unit(connection, unit_id)
        found = await month_standing(connection, unit_id, month)
        former = await former_month(connection, unit_id, month)
        stops = await unit_stops(connection, unit_id)
    if not (former.cycles if verb == _FORMER else found.cycles):
        raise refuse("writeoff.unknown", "该月没有结账的票据，请从单位的核销页面进入。", status=404)
    title = f"{_TITLES[verb]}：{month:%Y年%-m月}"
    extending = verb == "extend"
    form = PageForm(
        address=f"{_base(unit_id)}/{month:%Y-%m}/{verb}",
        fields=(
            *([_DUE] if extending else []),
            FormField(
                name="reason",
                label="原因",
                kind="textarea",
                required=True,
                hint="审核人据此决定，单位会看到。",
                attributes=_REASON,
            ),
        ),
        note=_extension_note(found.due_on, month, stops) if extending else _NOTES[verb],
        button="提交审核",
        cancel=_base(unit_id),
    )
    return form_page(
        call.request, form, values, problems, title=title, crumbs=[*_crumbs(unit), ("核销", _base(unit_id))]
    )


_FORMER = "reopen-former"
_TITLES = {"extend": "延期核销", "reopen": "重新打开核销", _FORMER: "重新打开历史票据核销"}
_DUE = FormField(name="due_on", label="新的核销期限", kind="date", required=True)
_REOPENED = (
    "审核通过后，该月变为未核销，原核销证明标为已被取代；没有办结的异常票据随该月重新检查，已认定的违规不变；"
)
_NOTES = {
    "reopen": f"{_REOPENED}以后月份的核销不受影响。单位须重新核对到账并提交。",
    _FORMER: f"{_REOPENED}单位可以补充导入该月的历史票据，然后重新提交。",
}


def _extension_note(due_on: date, month: date, stops: UnitStops) -> str:
    """When the new day takes effect, and whether what is stopped goes on then, or for what it stays stopped."""
    begun = f"现在的期限是{due_on:%Y年%-m月%-d日}。审核通过后立即生效"
    left = [
        *(each.name + "核销" for each in stops.months if each.is_former or each.month != month),
        *(each.serial for each in stops.notices),
    ]
    if not stops.told:
        return f"{begun}。"
    if not left:
        return f"{begun}，因该月逾期而停止的事项（{stops.told}）同时恢复。"
    return f"{begun}，但{stops.told}不会恢复：{'、'.join(left)}也已逾期，办完才恢复。"


HANDLERS = [months, wish, send]
