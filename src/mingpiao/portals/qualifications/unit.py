"""资质证书 of a unit: upload, see what was read, correct and submit; states, days left, history."""

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.evidence.service import MAX_BYTES
from mingpiao.identity.model import Session
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import read_form, read_id, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.qualifications.lists import UNIT_QUALIFICATION_LIST
from mingpiao.portals.qualifications.parts import (
    TYPE_OPTIONS,
    days_text,
    file_answer,
    form_values,
    notice_of,
    picture_answer,
    qualification_view,
    read_statement,
    state_colour,
)
from mingpiao.portals.qualifications.rights import UNIT_QUALIFICATIONS
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right, scoped_reads
from mingpiao.qualifications.model import Qualification
from mingpiao.qualifications.service import get as get_qualification
from mingpiao.qualifications.service import (
    may_state,
    submit,
    unit_qualifications,
    withdraw,
)

LIST = UNIT_QUALIFICATION_LIST.address
_GUARDS = [require_right(UNIT_QUALIFICATIONS)]
_CRUMBS = [("首页", "/unit"), ("资质证书", LIST)]
#: More than the limit of a file, so that a file that is too large is refused with a message beside the form.
_MAX_UPLOAD = 2 * MAX_BYTES


@get("/qualifications")
async def qualification_list(call: NamedDependency[PageCall]) -> Response[str]:
    """Current qualifications with their days left, and the history."""
    return await _list_page(call)


async def _list_page(call: PageCall, problems: tuple[Problem, ...] = ()) -> Response[str]:
    async with call.reads() as connection:
        stands = await unit_qualifications(connection, unit_of(call.session.account))
    return await show_list(
        call.request,
        call.session,
        call.services,
        UNIT_QUALIFICATION_LIST,
        problems=problems,
        standing=stands,
        notice=notice_of(stands),
        left=stands.days_left(today()),
        days_text=days_text,
        state_colour=state_colour,
        may_upload=allowed(call.session.account.role, UNIT_QUALIFICATIONS),
    )


@post("/qualifications", guards=_GUARDS, status_code=200, request_max_body_size=_MAX_UPLOAD)
async def upload(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Store a file; uploading the same one again leads to the existing qualification."""
    file = (await call.request.form()).get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise refuse("qualification.file_missing", "请选择证书文件。", field="file", status=422)
        qualification, fresh = await call.services.qualifications.upload(
            unit_of(call.session.account),
            file.filename,
            await file.read(),
            acting=call.acting,
        )
    except Refusal as refusal:
        return await _list_page(call, refusal.problems)
    return redirect(call.request, _address(qualification.qualification_id) + ("" if fresh else "?again=yes"))


@get("/qualifications/{qualification_id:int}")
async def qualification_page(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[str]:
    """A qualification: the picture, what was read, and the form to confirm or correct it."""
    qualification = await _own(call.session, call.services, qualification_id)
    return _qualification_page(call.request, call.session, qualification)


def _qualification_page(
    request: PageRequest,
    session: Session,
    qualification: Qualification,
    values: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    may_change = allowed(session.account.role, UNIT_QUALIFICATIONS)
    return page(
        request,
        "qualifications/unit_qualification.html",
        title=qualification.type_label,
        crumbs=_CRUMBS,
        view=qualification_view(qualification),
        qualification=qualification,
        base=_address(qualification.qualification_id),
        values=values or form_values(qualification),
        types=TYPE_OPTIONS,
        days_text=days_text(qualification),
        state_colour=state_colour(qualification),
        editable=may_change and may_state(qualification),
        withdrawable=may_change and (qualification.state.open_to_unit or qualification.state == "submitted"),
        withdrawal=PageAction(
            label="删除草稿" if qualification.state.open_to_unit else "撤回这份证书",
            address=f"{_address(qualification.qualification_id)}/withdraw",
        ),
        again="again" in read_query(request),
        problems=problems,
    )


@get("/qualifications/{qualification_id:int}/state")
async def qualification_state(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> dict[str, str]:
    """The state alone, for a page that waits until the file is read."""
    qualification = await _own(call.session, call.services, qualification_id)
    return {"state": qualification.state.value}


@post("/qualifications/{qualification_id:int}/submit", guards=_GUARDS, status_code=200)
async def submit_qualification(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Submit a qualification; problems of the form are shown beside their fields."""
    form = await read_form(call.request)
    qualification = await _own(call.session, call.services, qualification_id)
    stated, problems = read_statement(form)
    if stated is None:
        return _qualification_page(call.request, call.session, qualification, form, tuple(problems))
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await submit(
                connection,
                unit_of(call.session.account),
                qualification_id,
                stated,
                revision=read_id(form.get("revision", ""), 9) or 0,
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return _qualification_page(call.request, call.session, qualification, form, refusal.problems)
    return redirect(call.request, _address(qualification_id))


@post("/qualifications/{qualification_id:int}/withdraw", guards=_GUARDS, status_code=200)
async def withdraw_qualification(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[bytes]:
    """Withdraw a qualification that is not decided yet."""
    async with call.services.database.system() as connection:  # system: a verb writes
        await withdraw(connection, unit_of(call.session.account), qualification_id, acting=call.acting)
    return redirect(call.request, LIST)


@get("/qualifications/{qualification_id:int}/pages/{number:int}")
async def qualification_picture(
    call: NamedDependency[PageCall], qualification_id: FromPath[int], number: FromPath[int]
) -> Response[bytes]:
    """A page of the qualification, turned upright."""
    qualification = await _own(call.session, call.services, qualification_id)
    return picture_answer(await call.services.qualifications.picture(qualification, number))


@get("/qualifications/{qualification_id:int}/file")
async def qualification_file(
    call: NamedDependency[PageCall], qualification_id: FromPath[int]
) -> Response[bytes]:
    """The file as it was uploaded."""
    qualification = await _own(call.session, call.services, qualification_id)
    return await file_answer(call, qualification)


async def _own(session: Session, services: Services, qualification_id: int) -> Qualification:
    """A qualification of the person's own unit; raises `Refusal` (`qualification.unknown`, 404) for any other."""
    unit_of(session.account)
    if qualification_id >= 2**63:
        raise refuse(
            "qualification.unknown", "没有找到该资质证书，请从列表中选择，或您无权查看。", status=404
        )
    async with scoped_reads(services, session.account) as connection:
        return await get_qualification(connection, qualification_id)


def _address(qualification_id: int) -> str:
    return f"{LIST}/{qualification_id}"


HANDLERS = [
    qualification_list,
    *list_helpers(UNIT_QUALIFICATION_LIST),
    upload,
    qualification_page,
    qualification_state,
    submit_qualification,
    withdraw_qualification,
    qualification_picture,
    qualification_file,
]
