"""/finance/qualifications: 资质审核, the ones that expire next, and the qualifications of the region's units."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import Services
from mingpiao.identity.model import Acting, Session
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_form, read_id
from mingpiao.portals.gates import allowed
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.qualifications.lists import FINANCE_QUALIFICATIONS
from mingpiao.portals.qualifications.parts import (
    days_text,
    file_answer,
    picture_answer,
    qualification_view,
    state_colour,
)
from mingpiao.portals.qualifications.rights import QUALIFICATION_REVIEW
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right, scoped_reads
from mingpiao.qualifications.model import (
    Qualification,
    QualificationState,
)
from mingpiao.qualifications.service import decide, retire, revoke, unit_qualifications
from mingpiao.qualifications.service import get as get_qualification
from mingpiao.units.service import get as get_unit

LIST = FINANCE_QUALIFICATIONS.address


@get("/qualifications/{qualification_id:int}")
async def qualification_page(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[str]:
    """A qualification: the picture beside what was read and stated, and the unit's own data."""
    return await _qualification_page(call, qualification_id)


async def _qualification_page(
    call: PageCall,
    qualification_id: int,
    reason: str = "",
    problems: tuple[Problem, ...] = (),
    decision: str = "",
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        qualification = await get_qualification(connection, qualification_id)
        unit = await get_unit(connection, qualification.unit_id)
        stands = await unit_qualifications(connection, qualification.unit_id)
    may_decide = allowed(call.session.account.role, QUALIFICATION_REVIEW)
    return page(
        call.request,
        "qualifications/finance_qualification.html",
        title=f"{unit.name}：{qualification.type_label}",
        crumbs=[(FINANCE_QUALIFICATIONS.title, LIST)],
        view=qualification_view(qualification),
        qualification=qualification,
        unit=unit,
        region=catalog.region_path(unit.region_code),
        others=[
            other for other in stands.current if other.qualification_id != qualification.qualification_id
        ],
        base=f"{LIST}/{qualification_id}",
        days_text=days_text,
        state_colour=state_colour(qualification),
        decidable=may_decide and qualification.state is QualificationState.SUBMITTED,
        revocable=may_decide and qualification.state is QualificationState.ACCEPTED,
        retirable=may_decide
        and qualification.state is QualificationState.ACCEPTED
        and len(stands.current) > 1,
        reason=reason,
        decision=decision,
        problems=problems,
    )


@post(
    "/qualifications/{qualification_id:int}/decide",
    guards=[require_right(QUALIFICATION_REVIEW)],
    status_code=200,
)
async def decide_qualification(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """`accept`, `reject`, `retire` or `revoke`. If two people do it at once, the second sees who was first."""
    form = await read_form(call.request)
    decision = form.get("decision", "")
    given = _Decision(
        reason=form.get("reason", ""),
        revision=read_id(form.get("revision", ""), 9) or 0,
        acting=call.acting,
    )
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _decide(connection, qualification_id, decision, given)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _qualification_page(
            call,
            qualification_id,
            given.reason,
            refusal.problems,
            decision,
        )
    return redirect(call.request, f"{LIST}/{qualification_id}")


class _Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The members that every decision has."""

    reason: str
    revision: int
    acting: Acting


async def _decide(
    connection: AsyncConnection, qualification_id: int, decision: str, given: _Decision
) -> None:
    shared: dict[str, Any] = msgspec.structs.asdict(given)
    if decision == "retire":
        await retire(connection, qualification_id, **shared)
    elif decision == "revoke":
        await revoke(connection, qualification_id, **shared)
    elif decision in ("accept", "reject"):
        await decide(connection, qualification_id, accept=decision == "accept", **shared)
    else:
        raise refuse("http.404", "没有这种操作，请返回列表。", status=404)


@get("/qualifications/{qualification_id:int}/pages/{number:int}")
async def qualification_picture(
    call: NamedDependency[PageCall], qualification_id: FromPath[int], number: FromPath[int]
) -> Response[bytes]:
    """A page of a qualification, turned upright."""
    qualification = await _find(call.session, call.services, qualification_id)
    return picture_answer(await call.services.qualifications.picture(qualification, number))


@get("/qualifications/{qualification_id:int}/file")
async def qualification_file(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[bytes]:
    """The file as the unit uploaded it."""
    qualification = await _find(call.session, call.services, qualification_id)
    return await file_answer(call, qualification)


async def _find(session: Session, services: Services, qualification_id: int) -> Qualification:
    async with scoped_reads(services, session.account) as connection:
        return await get_qualification(connection, qualification_id)


HANDLERS = [
    *list_handlers(FINANCE_QUALIFICATIONS),
    qualification_page,
    decide_qualification,
    qualification_picture,
    qualification_file,
]
