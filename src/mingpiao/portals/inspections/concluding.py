"""/finance/inspections/{id}: units' statements, the conclusion, and the report."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record
from mingpiao.inspections.service import (
    ReportParts,
    all_bills,
    ask_statement,
    conclude,
    get_inspection,
    inspectors_of,
    report_of,
    sentence_of,
    statements_of,
    strata_of,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.layout.service import Paper, write_docx, write_paper
from mingpiao.portals.forms import fields_of_form, read_day, read_form, read_id
from mingpiao.portals.inspections.asking import names_for
from mingpiao.portals.inspections.planning import GUARDS, LIST, show
from mingpiao.portals.inspections.rights import INSPECTIONS_DECIDE
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import names_of
from mingpiao.writeoff.service import get_case

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: The formats of a report: media type, and what writes it.
_FORMATS: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    "pdf": ("application/pdf", lambda paper: write_paper(paper, None, (), now())),
    "docx": (_DOCX, write_docx),
}


@post("/inspections/{inspection_id:int}/{verb:str}", guards=GUARDS, status_code=200)
async def decide(
    call: NamedDependency[PageCall], inspection_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`ask` a unit, or `conclude`."""
    members = await read_form(call.request)
    if verb not in ("ask", "conclude"):
        raise refuse("http.404", "没有这种办理方式，请返回监督检查。", status=404)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, inspection_id, verb, members)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        problems = fields_of_form(refusal, verb)
        return await show(call, inspection_id, problems=problems, typed=members, verb=verb)
    return redirect(call.request, f"{LIST}/{inspection_id}?done={verb}")


async def _act(
    connection: AsyncConnection, call: PageCall, inspection_id: int, verb: str, members: Mapping[str, str]
) -> None:
    if verb == "conclude":
        revision = read_id(members.get("revision", ""), 9) or 0
        words = members.get("conclude-conclusion", "")
        await conclude(connection, inspection_id, words, revision=revision, acting=call.acting)
    else:
        unit_id = read_id(members.get("ask-unit", "")) or 0
        await ask_statement(
            connection,
            inspection_id,
            unit_id,
            members.get("ask-question", ""),
            _day(members),
            acting=call.acting,
        )


def _day(members: Mapping[str, str]) -> Any:
    try:
        return read_day(members.get("ask-due_on", ""))
    except ValueError as error:
        message = "请按“年-月-日”填写说明期限。"
        raise refuse("inspection.due_invalid", message, field="due_on", status=422) from error


@get("/inspections/{inspection_id:int}/report/{ending:str}", guards=[require_right(INSPECTIONS_DECIDE)])
async def report(
    call: NamedDependency[PageCall], inspection_id: FromPath[int], ending: FromPath[str]
) -> Response[bytes]:
    """The report as PDF or DOCX; who downloads it is recorded."""
    if ending not in _FORMATS:
        raise refuse("http.404", "没有这种格式的报告，请返回检查页面。", status=404)
    async with call.services.database.system() as connection:  # system: the verb says who may see it
        found = await get_inspection(connection, inspection_id, acting=call.acting)
        if not found.drawn:
            raise refuse("inspection.not_planned", "样本还没有抽出，没有报告。", status=409)
        names = await names_for(connection, call, found.query)
        bills = await all_bills(connection, inspection_id)
        statements = await statements_of(connection, inspection_id)
        units = {each.unit_id for each in bills}
        parts = ReportParts(
            inspection=found,
            department=names.catalog.departments[found.region_code].name,
            sentence=sentence_of(found.query, names),
            strata=await strata_of(connection, inspection_id),
            bills=bills,
            statements=statements,
            inspectors=[each.name for each in await inspectors_of(connection, inspection_id)],
            present=await names_of(connection, units),
            fates=await fates_of(connection, [each.case_id for each in bills if each.case_id]),
        )
        await record(
            connection,
            AuditEntry(
                acting=call.acting,
                action="inspection:report",
                subject=f"inspection:{inspection_id}",
                details={"format": ending},
            ),
        )
    media_type, write = _FORMATS[ending]
    content = await asyncio.to_thread(write, report_of(parts, now()))
    name = f"inspection-{inspection_id}.{ending}"
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def fates_of(connection: AsyncConnection, case_ids: list[int]) -> dict[int, str]:
    """What became of breaches, in words."""
    return {case_id: (await get_case(connection, case_id)).state.label for case_id in case_ids}


HANDLERS = [decide, report]
