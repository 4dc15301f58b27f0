"""/finance/qualifications: 资质审核, the ones that expire next, and the qualifications of the region's units."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import address_of, consequence, open_proposal
from mingpiao.composition import Services
from mingpiao.identity.model import Acting, Session
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.forms import FormField, read_form, read_id
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
from mingpiao.qualifications.service import (
    REVOCATION,
    decide,
    propose_revocation,
    retire,
    unit_qualifications,
)
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
        proposal = await open_proposal(connection, REVOCATION.kind, str(qualification_id))
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
        revocable=may_decide and qualification.state is QualificationState.ACCEPTED and proposal is None,
        proposal=address_of(proposal.proposal_id) if proposal is not None else "",
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
    """`accept`, `reject` or `retire`; `revoke` shows what follows, and then proposes it to a second person.

    If two people do it at once, the second sees who was first.
    """
    form = await read_form(call.request)
    decision = form.get("decision", "")
    given = _Decision(
        reason=form.get("reason", ""),
        revision=read_id(form.get("revision", ""), 9) or 0,
        acting=call.acting,
    )
    if decision == "revoke":
        return await _revoke(call, qualification_id, given, confirmed=is_confirmed(form))
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
    elif decision in ("accept", "reject"):
        await decide(connection, qualification_id, accept=decision == "accept", **shared)
    else:
        raise refuse("http.404", "没有这种操作，请返回列表。", status=404)


_REVOCATION_REASON = FormField(
    name="reason",
    label="撤销原因",
    kind="textarea",
    required=True,
    hint="审核人据此决定；撤销后单位会看到。",
    attributes={"maxlength": 500},
)


async def _revoke(
    call: PageCall, qualification_id: int, given: _Decision, *, confirmed: bool
) -> Response[str] | Response[bytes]:
    problems: tuple[Problem, ...] = ()
    if confirmed:
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                proposal_id = await propose_revocation(
                    connection, qualification_id, **msgspec.structs.asdict(given)
                )
        except Refusal as refusal:
            problems = refusal.problems
        else:
            return redirect(call.request, address_of(proposal_id))
    async with call.reads() as connection:
        qualification = await get_qualification(connection, qualification_id)
    if qualification.state is not QualificationState.ACCEPTED or any(not each.field for each in problems):
        return await _qualification_page(call, qualification_id, problems=problems or _gone(qualification))
    return await _revocation_page(call, qualification, given, problems)


def _gone(qualification: Qualification) -> tuple[Problem, ...]:
    message = f"该证书的状态是“{qualification.state.label}”，不能撤销认定。"
    return (Problem(code="qualification.already_decided", message=message, status=409),)


async def _revocation_page(
    call: PageCall, qualification: Qualification, given: _Decision, problems: tuple[Problem, ...]
) -> Response[str]:
    async with call.reads() as connection:
        unit = await get_unit(connection, qualification.unit_id)
        stands = await unit_qualifications(connection, unit.unit_id)
    # system: what it touches is counted also where no department looks, as in drafts
    async with call.services.database.system() as connection:
        touched = await consequence(connection, REVOCATION.kind, [str(unit.unit_id)])
    others = len(stands.current) - 1
    told = (
        f"该单位另有 {others} 份有效的证书，撤销后以它们为准，可以继续开票。"
        if others
        else "这是该单位唯一有效的证书：通过后立即不能开票和冲红，直到财政部门认定了新的证书。"
    )
    address = f"{LIST}/{qualification.qualification_id}"
    shown = Consequences(
        title=f"撤销认定：{unit.name}",
        facts=[
            ("单位", unit.name),
            ("证书", qualification.type_label),
            ("有效期至", qualification.valid_until.isoformat() if qualification.valid_until else "长期"),
        ],
        told=[
            told,
            *([f"{touched}。"] if touched else []),
            "撤销不能恢复这份证书；此后该单位上传的证书一律由人工审核。单位会收到消息，看到原因。",
            "在审核通过以前一切照旧。",
        ],
        lead="用于证书系伪造、已被发证机关撤销等不应认定的情形。提交后由本部门或上级部门的另一位负责人审核：",
        instead=(
            "情况紧急的，可以先暂停该单位用票：一人办理，立即生效，随时可以恢复",
            f"/finance/units/{unit.unit_id}/changes/suspend",
        ),
        address=f"{address}/decide",
        button="提交审核",
        back=address,
        members={"decision": "revoke", "revision": str(qualification.revision)},
        fields=(_REVOCATION_REASON,),
    )
    return consequences_page(
        call.request,
        shown,
        crumbs=[(FINANCE_QUALIFICATIONS.title, LIST), (qualification.type_label, address)],
        values={"reason": given.reason},
        problems=problems,
    )


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
