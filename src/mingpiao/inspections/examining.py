"""检查底稿: what an inspector looks at of a bill, and writes down. Each look is in the trail, and ends with the inspection."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.inspections.store import bill_of, changed, get_inspection, get_paper
from mingpiao.inspections.tables import inspection_bills
from mingpiao.inspections.work import (
    ANSWERS,
    CHECKLIST,
    InspectedBill,
    Inspection,
    InspectionState,
    PaperVerdict,
    PaperWish,
)
from mingpiao.issuing.model import Bill, Supervision
from mingpiao.issuing.service import get_bill, get_supervision
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import fits_places
from mingpiao.kernel.text import character_message, unprintable_place
from mingpiao.writeoff.model import BillWriteOff, CaseReceipt
from mingpiao.writeoff.service import receipts_of_bill, standings_of

MAX_NOTE = 1_000


class WorkingPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn bill with what the platform knows of it."""

    inspection: Inspection
    paper: InspectedBill
    bill: Bill
    red: Bill | None
    supervision: Supervision | None
    receipts: tuple[CaseReceipt, ...]
    standing: BillWriteOff | None


async def open_paper(
    connection: AsyncConnection, inspection_id: int, bill_id: int, *, acting: Acting
) -> WorkingPaper:
    """A bill of an inspection with all that its working paper shows, also of other areas than one's own.

    The trail has who looked; the unit does not see these rows. Raises `Refusal`: `inspection.unknown` (404, as soon as
    the inspection has ended, for whoever is not of its department), `inspection.bill_unknown` (404).
    """
    inspection = await get_inspection(connection, inspection_id, acting=acting)
    paper = await get_paper(connection, inspection_id, bill_id)
    bill = await get_bill(connection, bill_id)
    red = await get_bill(connection, bill.related.bill_id) if bill.related is not None else None
    standings = await standings_of(connection, [(paper.unit_id, bill_id, paper.kind_code, paper.issued_at)])
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="inspection:look",
            subject=f"inspection:{inspection_id}",
            details={"bill": f"{bill_id:018d}", "unit": paper.unit_name},
        ),
    )
    return WorkingPaper(
        inspection=inspection,
        paper=paper,
        bill=bill,
        red=red,
        supervision=await get_supervision(connection, paper.unit_id, bill_id),
        receipts=tuple(await receipts_of_bill(connection, paper.unit_id, bill_id)),
        standing=standings.get(bill_id),
    )


async def examine(
    connection: AsyncConnection,
    inspection_id: int,
    bill_id: int,
    wish: PaperWish,
    *,
    revision: int,
    acting: Acting,
) -> InspectedBill:
    """Write a working paper; it may be written anew until the inspection ends or the bill was found a breach.

    Raises `Refusal`: `inspection.unknown`, `inspection.bill_unknown` (404), every problem of the paper
    (`inspection.paper_invalid`, 422), `inspection.not_working`, `inspection.not_yours`, `inspection.breached`,
    `inspection.changed` (409).
    """
    inspection = await get_inspection(connection, inspection_id, acting=acting)
    paper = await get_paper(connection, inspection_id, bill_id)
    if inspection.state is not InspectionState.WORKING:
        message = "只有“检查中”的检查可以填写底稿，请刷新页面查看。"
        raise refuse("inspection.not_working", message, status=409)
    if paper.inspector_id != acting.account_id:
        message = f"这张票据由{paper.inspector_name}检查，请由本人填写底稿。"
        raise refuse("inspection.not_yours", message, status=409)
    if paper.case_id is not None:
        raise refuse("inspection.breached", "这张票据已认定违规，底稿不能再改。", status=409)
    problems = paper_problems(wish, abs(paper.total))
    if problems:
        raise Refusal(*problems)
    columns = inspection_bills.c
    statement = (
        update(inspection_bills)
        .where(
            columns.inspection_id == inspection_id,
            columns.bill_id == bill_id,
            columns.revision == revision,
            columns.case_id.is_(None),
        )
        .values(
            verdict=wish.verdict.value,
            wrong_amount=wish.wrong_amount if wish.verdict is PaperVerdict.WRONG else Decimal(0),
            checks=dict(wish.checks),
            note=wish.note.strip(),
            examined_at=now(),
            revision=revision + 1,
        )
        .returning(inspection_bills)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise changed()
    details = {"bill": f"{bill_id:018d}", "unit": paper.unit_name, "verdict": wish.verdict.value}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="inspection:examine",
            subject=f"inspection:{inspection_id}",
            details=details,
        ),
    )
    return bill_of(row)


def paper_problems(wish: PaperWish, total: Decimal) -> list[Problem]:
    """Everything that is wrong with a working paper of a bill of so many 元."""
    found = [*_check_problems(wish.checks), *_note_problems(wish)]
    amount = wish.wrong_amount
    if wish.verdict is PaperVerdict.WRONG and not (fits_places(amount, 2) and Decimal(0) < amount <= total):
        message = f"有问题的金额应大于0、不超过票面金额{total:,.2f}元，请修改。"
        found.append(_wrong("wrong_amount", message))
    return found


def _check_problems(checks: Mapping[str, str]) -> list[Problem]:
    wrong = [name for name, answer in checks.items() if name not in CHECKLIST or answer not in ANSWERS]
    missing = [name for name in CHECKLIST if name not in checks]
    return [_wrong(f"check-{name}", "请选择是、否或不适用。") for name in wrong + missing]


def _note_problems(wish: PaperWish) -> list[Problem]:
    note = wish.note.strip()
    if len(note) > MAX_NOTE:
        return [_wrong("note", f"检查记录不能超过{MAX_NOTE}字，现有{len(note)}字，请精简。")]
    place = unprintable_place(note.replace("\r", " ").replace("\n", " "))
    if place is not None:
        return [_wrong("note", character_message("检查记录", note, place))]
    if wish.verdict is PaperVerdict.WRONG and len(note) < 5:
        return [_wrong("note", "请写明问题，不少于5个字。")]
    return []


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="inspection.paper_invalid", field=field, message=message, status=422)
