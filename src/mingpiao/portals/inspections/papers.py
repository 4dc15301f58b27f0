"""/finance/inspections/{id}/bills/{bill}: the working paper of a bill. Each look is recorded."""

from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.inspections.model import ANSWERS, CHECKLIST, InspectionState, PaperVerdict, PaperWish
from mingpiao.inspections.service import (
    MAX_NOTE,
    MAX_PAPER_FILES,
    WorkingPaper,
    add_paper_file,
    examine,
    files_of_paper,
    find_breach,
    open_paper,
    open_paper_file,
)
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_amount, read_form, read_id
from mingpiao.portals.inspections.planning import CRUMBS, GUARDS, LIST
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect
from mingpiao.writeoff.model import Breach
from mingpiao.writeoff.service import BREACH_TYPES

_SAID = {
    "examine": "底稿已保存。",
    "file": "文件已上传。",
    "breach": "已认定违规，单位收到消息；请接着发出整改通知。",
}


@get("/inspections/{inspection_id:int}/bills/{bill:str}", guards=GUARDS)
async def paper_page(
    call: NamedDependency[PageCall], inspection_id: FromPath[int], bill: FromPath[str]
) -> Response[str]:
    """A bill with what is known of it, and what the inspector wrote."""
    return await _show(call, inspection_id, _bill_id(bill))


def _bill_id(text: str) -> int:
    number = read_id(text)
    if number is None:
        raise refuse("inspection.bill_unknown", "这张票据不在该检查的样本里，请返回检查页面。", status=404)
    return number


async def _show(
    call: PageCall,
    inspection_id: int,
    bill_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    catalog = await call.services.catalog.get()
    # system: also bills of other areas; the look is recorded
    async with call.services.database.system() as connection:
        found = await open_paper(connection, inspection_id, bill_id, acting=call.acting)
        files = await files_of_paper(connection, inspection_id, bill_id)
    account = call.session.account
    working = found.inspection.state is InspectionState.WORKING
    kind = catalog.kinds.get(found.bill.kind)
    return page(
        call.request,
        "inspections/paper.html",
        title=f"检查底稿 {found.paper.place}",
        crumbs=(*CRUMBS, (found.inspection.name, f"{LIST}/{inspection_id}")),
        status_code=problems[0].status if problems else 200,
        found=found,
        files=files,
        max_files=MAX_PAPER_FILES,
        identity=BillIdentity.from_bill_id(bill_id),
        kind=kind.name if kind else found.bill.kind,
        region=catalog.region_path(found.paper.region_code),
        checklist=CHECKLIST,
        answers=tuple(ANSWERS.items()),
        verdicts=[(each.value, each.label) for each in PaperVerdict],
        typed=_typed(found) | dict(typed or {}),
        may_write=working and found.paper.inspector_id == account.account_id and not found.paper.case_id,
        may_breach=working
        and found.inspection.region_code == account.region_code
        and found.paper.verdict is PaperVerdict.WRONG
        and found.paper.case_id is None,
        violations=list(BREACH_TYPES.items()),
        max_note=MAX_NOTE,
        problems=problems,
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
    )


def _typed(found: WorkingPaper) -> dict[str, str]:
    paper = found.paper
    shown = {f"check-{name}": answer for name, answer in paper.checks.items()}
    amount = f"{paper.wrong_amount:.2f}" if paper.wrong_amount else ""
    verdict = paper.verdict.value if paper.verdict else ""
    return shown | {"verdict": verdict, "note": paper.note, "wrong_amount": amount}


@post("/inspections/{inspection_id:int}/bills/{bill:str}", guards=GUARDS, status_code=200)
async def write_paper(
    call: NamedDependency[PageCall], inspection_id: FromPath[int], bill: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Write the working paper; of two who write at once the second sees what the first one wrote."""
    bill_id, members = _bill_id(bill), await read_form(call.request)
    revision = read_id(members.get("revision", ""), 9) or 0
    try:
        wish = _wish(members)
        async with call.services.database.system() as connection:  # system: a verb writes
            await examine(connection, inspection_id, bill_id, wish, revision=revision, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _show(call, inspection_id, bill_id, typed=members, problems=refusal.problems)
    return redirect(call.request, f"{LIST}/{inspection_id}/bills/{bill}?done=examine")


def _wish(members: Mapping[str, str]) -> PaperWish:
    chosen = members.get("verdict", "")
    if chosen not in {each.value for each in PaperVerdict}:
        message = "请选择检查结果。"
        raise refuse("inspection.paper_invalid", message, field="verdict", status=422)
    text = members.get("wrong_amount", "")
    try:
        amount = read_amount(text) if text else Decimal(0)
    except ValueError as error:
        message = "请填写金额，单位为元，最多两位小数。"
        raise refuse("inspection.paper_invalid", message, field="wrong_amount", status=422) from error
    return PaperWish(
        verdict=PaperVerdict(chosen),
        checks={name: members[f"check-{name}"] for name in CHECKLIST if members.get(f"check-{name}")},
        note=members.get("note", ""),
        wrong_amount=amount,
    )


@post("/inspections/{inspection_id:int}/bills/{bill:str}/breach", guards=GUARDS, status_code=200)
async def mark_bill(
    call: NamedDependency[PageCall], inspection_id: FromPath[int], bill: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Find the bill a breach, to be put right by a notice of rectification."""
    bill_id, members = _bill_id(bill), await read_form(call.request)
    try:
        breach = _breach(members)
        async with call.services.database.system() as connection:  # system: a verb writes
            await find_breach(connection, inspection_id, bill_id, breach, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _show(call, inspection_id, bill_id, typed=members, problems=refusal.problems)
    return redirect(call.request, f"{LIST}/{inspection_id}/bills/{bill}?done=breach")


def _breach(members: Mapping[str, str]) -> Breach:
    text = members.get("breach_amount", "")
    try:
        amount = read_amount(text) if text else Decimal(0)
    except ValueError as error:
        message = "请填写违规金额，单位为元，最多两位小数。"
        raise refuse("exception.breach_invalid", message, field="breach_amount", status=422) from error
    return Breach(
        type=members.get("breach_type", ""),
        basis=members.get("breach_basis", ""),
        amount=amount,
        reason=members.get("facts", ""),
    )


@post("/inspections/{inspection_id:int}/bills/{bill:str}/files", guards=GUARDS, status_code=200)
async def add_file(
    call: NamedDependency[PageCall], inspection_id: FromPath[int], bill: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Keep a photograph or scan with the working paper."""
    bill_id = _bill_id(bill)
    sent = (await call.request.form()).get("file")
    try:
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise refuse("inspection.file_missing", "请选择文件。", field="file", status=422)
        await add_paper_file(
            call.services.database,
            call.services.evidence,
            inspection_id,
            bill_id,
            sent.filename,
            await sent.read(),
            acting=call.acting,
        )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        problems = tuple(msgspec.structs.replace(each, field="file") for each in refusal.problems)
        return await _show(call, inspection_id, bill_id, problems=problems)
    return redirect(call.request, f"{LIST}/{inspection_id}/bills/{bill}?done=file")


@get("/inspections/{inspection_id:int}/bills/{bill:str}/files/{file_id:int}", guards=GUARDS)
async def paper_file(
    call: NamedDependency[PageCall],
    inspection_id: FromPath[int],
    bill: FromPath[str],
    file_id: FromPath[int],
) -> Response[bytes]:
    """A file of a working paper, to be saved and never shown by the browser itself."""
    async with call.services.database.system() as connection:  # system: the verb says who may see it
        file, data = await open_paper_file(
            connection, call.services.evidence, inspection_id, _bill_id(bill), file_id, acting=call.acting
        )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=file.media_type, headers=headers)


HANDLERS = [paper_page, write_paper, mark_bill, add_file, paper_file]
