"""Months of a unit's former bills: how they stand, and how they are written off."""

from datetime import date
from decimal import Decimal
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.former.service import number_gaps
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.former.parts import UNIT
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import UNIT_EXPORT, UNIT_VIEW, allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import money, page
from mingpiao.portals.session import PageCall, in_turn, redirect, require_right
from mingpiao.portals.writeoff.parts import month_from
from mingpiao.portals.writeoff.rights import UNIT_WRITEOFF
from mingpiao.writeoff.model import BillOrigin, WriteOffState
from mingpiao.writeoff.service import (
    FormerMonth,
    Papers,
    exceptions_of,
    former_month,
    former_month_lines,
    last_day,
    next_month,
    submit,
)

MONTHS = f"{UNIT.address}/months"
_VIEWERS = [require_right(UNIT_VIEW)]


def _address(month: date) -> str:
    return f"{MONTHS}/{month:%Y-%m}"


@get("/former/months", guards=_VIEWERS)
async def months(call: NamedDependency[PageCall]) -> Response[str]:
    """The months of the unit's former bills, the latest first."""
    async with call.reads() as connection:
        found = await former_month_lines(connection, unit_of(call.session.account))
    return page(
        call.request,
        "former/months.html",
        title="历史票据按月核销",
        crumbs=UNIT.crumbs,
        months=found,
        address=_address,
    )


@get("/former/months/{month:str}", guards=_VIEWERS)
async def one_month(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str]:
    """One month: its bills by kind, what is missing, and the button that submits it."""
    return await _page(call, month_from(month))


async def _page(call: PageCall, month: date, problems: tuple[Problem, ...] = ()) -> Response[str]:
    unit_id = unit_of(call.session.account)
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        found = await former_month(connection, unit_id, month)
        exceptions, count = await exceptions_of(connection, unit_id, month, BillOrigin.FORMER)
    # system: numbers in between that other units imported are not missing; asked for the own unit alone
    async with call.services.database.system() as connection:
        gaps = await number_gaps(connection, unit_id, month, next_month(month))
    return page(
        call.request,
        "former/month.html",
        title=f"{month:%Y年%-m月}历史票据核销",
        crumbs=[*UNIT.crumbs, ("按月核销", MONTHS)],
        kinds={each.kind_code: kind_name(catalog, each.kind_code) for each in found.cycles},
        gaps=gaps,
        last_day=last_day(month),
        exceptions=exceptions,
        exception_count=count,
        may_submit=allowed(call.session.account.role, UNIT_WRITEOFF),
        problems=problems,
        **_status(found),
    )


def _status(found: FormerMonth) -> dict[str, Any]:
    asked = found.writeoff
    return {
        "found": found,
        "asked": asked,
        "checking": asked is not None and asked.state is WriteOffState.CHECKING,
        "at": _address(found.month),
    }


@get("/former/months/{month:str}/status", guards=_VIEWERS)
async def status(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str]:
    """How a month stands, as a fragment; when it is checked, the whole page comes anew."""
    async with call.reads() as connection:
        found = await former_month(connection, unit_of(call.session.account), month_from(month))
    told = _status(found)
    headers = {} if told["checking"] else {"HX-Refresh": "true"}
    return page(call.request, "former/_month.html", headers=headers, **told)


@post("/former/months/{month:str}", guards=[require_right(UNIT_WRITEOFF)], status_code=200)
async def send(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str] | Response[bytes]:
    """Submit the month, once its consequences were seen."""
    wanted = month_from(month)
    if not is_confirmed(await read_form(call.request)):
        async with call.reads() as connection:
            found = await former_month(connection, unit_of(call.session.account), wanted)
        if found.cycles and found.is_over:
            crumbs = [*UNIT.crumbs, ("按月核销", MONTHS)]
            return consequences_page(call.request, _before(found), crumbs=crumbs)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await submit(
                connection,
                unit_of(call.session.account),
                wanted,
                origin=BillOrigin.FORMER,
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _page(call, wanted, refusal.problems)
    return redirect(call.request, _address(wanted))


def _before(found: FormerMonth) -> Consequences:
    """What a person sees before a month is submitted."""
    net = sum((each.net_amount for each in found.cycles), Decimal("0.00"))
    return Consequences(
        title=f"提交核销：{found.month:%Y年%-m月}历史票据",
        facts=[
            ("月份", f"{found.month:%Y年%-m月}"),
            ("票据", f"{found.bills:,} 份"),
            ("净额", f"{money(net)} 元"),
        ],
        told=(
            "平台随即核对该月的全部历史票据：通过的记为已核销，没有通过的列为异常票据，由财政部门审核。",
            "提交以后该月不能再导入和删除票据；确需更正的，由财政部门两人审核后重新打开该月。",
        ),
        address=_address(found.month),
        button="确认提交核销",
        back=_address(found.month),
        danger=False,
    )


@get("/former/months/{month:str}/certificate.pdf", guards=[require_right(UNIT_EXPORT)], middleware=[in_turn])
async def certificate(
    call: NamedDependency[PageCall], papers: NamedDependency[Papers], month: FromPath[str]
) -> Response[bytes]:
    """The certificate. Raises `Refusal` (`writeoff.not_done`, 409) before the month is written off."""
    async with call.reads() as connection:
        asked = (await former_month(connection, unit_of(call.session.account), month_from(month))).writeoff
        if asked is None:
            raise refuse("writeoff.not_done", "该月的票据还没有核销，没有核销证明。", status=409)
        data = await papers.certificate(connection, asked.writeoff_id)
    details = {"month": f"{asked.month:%Y-%m}"}
    subject = f"writeoff:{asked.writeoff_id}"
    await call.note_download("writeoff:certificate", subject, unit_id=asked.unit_id, details=details)
    headers = {"Content-Disposition": f'attachment; filename="{asked.serial}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers | {"Cache-Control": "no-store"})


HANDLERS = [months, one_month, status, send, certificate]
