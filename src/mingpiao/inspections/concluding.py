"""What comes of an inspection: breaches that the unit must put right, and the conclusion, with which all access ends."""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.inspections.statements import checked_words, statements_of
from mingpiao.inspections.store import change, changed, get_own, get_paper, put_down
from mingpiao.inspections.tables import inspection_bills
from mingpiao.inspections.work import (
    Inspection,
    InspectionState,
    InspectionStepKind,
    PaperVerdict,
)
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import refuse
from mingpiao.writeoff.model import Breach, CaseFinding
from mingpiao.writeoff.service import mark_breach, open_case

#: The rule of a case that an inspection led to.
FINDING = "INSPECTION"


async def find_breach(
    connection: AsyncConnection,
    inspection_id: int,
    bill_id: int,
    breach: Breach,
    *,
    acting: Acting,
) -> int:
    """认定违规: a drawn bill that was found wrong is a breach, which a notice of rectification takes up as after
    write-off. Without an amount it is that of the working paper. Returns the case.

    Raises `Refusal`: `inspection.unknown`, `inspection.bill_unknown` (404), `inspection.not_working`,
    `inspection.not_wrong`, `inspection.breached`, `inspection.changed` (409), and what `open_case` and `mark_breach`
    raise.
    """
    present = await get_own(connection, inspection_id, acting=acting)
    if present.state is not InspectionState.WORKING:
        raise refuse("inspection.not_working", "只有“检查中”的检查可以认定违规。", status=409)
    paper = await get_paper(connection, inspection_id, bill_id)
    if paper.case_id is not None:
        raise refuse("inspection.breached", "这张票据已认定违规，请刷新页面查看。", status=409)
    if paper.verdict is not PaperVerdict.WRONG:
        message = "底稿结果不是“有问题”，不能认定违规，请先由检查人员填写底稿。"
        raise refuse("inspection.not_wrong", message, status=409)
    finding = CaseFinding(
        rule=FINDING, version=0, name=f"监督检查：{present.name}", message=paper.note, basis=breach.basis
    )
    case = await open_case(connection, paper.unit_id, bill_id, finding, acting=acting)
    marked = Breach(
        type=breach.type,
        basis=breach.basis,
        amount=breach.amount or paper.wrong_amount,
        reason=breach.reason or paper.note,
    )
    await mark_breach(connection, case.case_id, marked, revision=case.revision, acting=acting)
    columns = inspection_bills.c
    tied = (
        update(inspection_bills)
        .where(
            columns.inspection_id == inspection_id,
            columns.bill_id == bill_id,
            columns.revision == paper.revision,
            columns.case_id.is_(None),
        )
        .values(case_id=case.case_id, revision=paper.revision + 1)
    )
    if not (await connection.execute(tied)).rowcount:
        raise changed()
    words = f"票据{BillIdentity.from_bill_id(bill_id).number}，{marked.amount:,.2f}元"
    await put_down(connection, inspection_id, InspectionStepKind.BREACHED, words, acting=acting)
    return case.case_id


async def conclude(
    connection: AsyncConnection, inspection_id: int, words: str, *, revision: int, acting: Acting
) -> Inspection:
    """办结 with a conclusion: nobody sees bills through this inspection any more but its department and those above.

    Raises `Refusal`: `inspection.unknown` (404), `inspection.words_invalid` (422), `inspection.not_working`,
    `inspection.unexamined`, `inspection.awaits_answer`, `inspection.changed` (409).
    """
    present = await get_own(connection, inspection_id, acting=acting)
    if present.state is not InspectionState.WORKING:
        raise refuse("inspection.not_working", "只有“检查中”的检查可以办结，请刷新页面查看。", status=409)
    said = checked_words(words, "conclusion", "检查结论")
    columns = inspection_bills.c
    query = select(func.count()).where(columns.inspection_id == inspection_id, columns.verdict.is_(None))
    left = int(await connection.scalar(query) or 0)
    if left:
        message = f"还有{left}张票据没有填写底稿，全部检查后再办结。"
        raise refuse("inspection.unexamined", message, status=409)
    waiting = [
        each
        for each in await statements_of(connection, inspection_id)
        if each.answered_at is None and each.due_on >= today()
    ]
    if waiting:
        message = f"还有{len(waiting)}家单位在说明期限内没有说明，请等待说明或期满后再办结。"
        raise refuse("inspection.awaits_answer", message, status=409)
    values = {
        "state": InspectionState.CONCLUDED.value,
        "conclusion": said,
        "ended_at": now(),
        "ended_by_name": acting.name,
    }
    ended = await change(connection, present, values, revision=revision)
    await put_down(connection, inspection_id, InspectionStepKind.CONCLUDED, said, acting=acting)
    return ended
