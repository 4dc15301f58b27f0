"""The parts of an exception case and of a notice that the pages of a unit and of a department show alike."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.service import get_evidence_files
from mingpiao.former.model import FormerBill
from mingpiao.former.service import former_by_id
from mingpiao.issuing.model import Bill, BillDocument
from mingpiao.issuing.service import get_document, get_supervision
from mingpiao.journal.service import bill_events
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.details import history_of
from mingpiao.portals.bills.drawing import face_of
from mingpiao.portals.casework.lists import case_badges, notice_badges
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import read_day, read_id
from mingpiao.portals.gates import allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Column
from mingpiao.portals.rendering import moment
from mingpiao.portals.session import PageCall
from mingpiao.units.model import Unit
from mingpiao.units.service import get as get_unit
from mingpiao.writeoff.model import (
    BillOrigin,
    CaseFilter,
    CaseReceipt,
    Correction,
    ExceptionCase,
    Rectification,
    RectificationNotice,
    WorkStep,
)
from mingpiao.writeoff.service import (
    BREACH_TYPES,
    cases_of,
    corrections_so_far,
    get_case,
    get_rectification,
    list_cases,
    notice_of,
    receipts_of_bill,
    steps_of,
)

#: The number of a unit's other cases that a page shows.
_OTHERS = 10


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a case or notice for people, with its files."""

    line: HistoryLine
    files: tuple[EvidenceFile, ...]


class CaseParts(msgspec.Struct, frozen=True, kw_only=True):
    """A case with everything that its page shows: the bill and its drawing, papers, payments, the unit's past."""

    case: ExceptionCase
    bill: Bill | None
    former: FormerBill | None
    face: Markup
    kind: str
    unit: Unit
    badges: Markup
    violation: str
    files: tuple[EvidenceFile, ...]
    steps: tuple[StepLine, ...]
    events: tuple[HistoryLine, ...]
    receipts: tuple[CaseReceipt, ...]
    others: tuple[tuple[ExceptionCase, BillIdentity], ...]
    notice: Rectification | None

    @property
    def identity(self) -> BillIdentity:
        return BillIdentity.from_bill_id(self.case.bill_id)

    @property
    def payer(self) -> str:
        if self.former is not None:
            return self.former.payer_name
        return self.bill.payer.name if self.bill is not None else ""

    @property
    def issued(self) -> str:
        """When the bill was issued, for people; of a former bill only the day is known."""
        if self.former is not None:
            return f"{self.former.issued_on:%Y-%m-%d}"
        return moment(self.bill.issued_at) if self.bill is not None else ""


class NoticeBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill on a notice and how it was corrected so far, or why it was not, in the unit's words."""

    case: ExceptionCase
    identity: BillIdentity
    kind: str
    violation: str
    red: BillIdentity | None
    new: BillIdentity | None
    reason: str

    @property
    def is_former(self) -> bool:
        """Whether an old system issued it: nothing of it is reversed or issued again here."""
        return self.case.origin is BillOrigin.FORMER

    @property
    def is_kept(self) -> bool:
        """Whether it is still in force as it was issued: neither reversed nor replaced."""
        return self.red is None and not self.is_former


class NoticeParts(msgspec.Struct, frozen=True, kw_only=True):
    """A notice with everything that its page shows."""

    rectification: Rectification
    notice: RectificationNotice
    unit: Unit
    badges: Markup
    bills: tuple[NoticeBill, ...]
    steps: tuple[StepLine, ...]

    @property
    def kept(self) -> tuple[NoticeBill, ...]:
        """The bills that are neither reversed nor replaced."""
        return tuple(each for each in self.bills if each.is_kept)

    @property
    def replaceable(self) -> tuple[NoticeBill, ...]:
        """The bills in whose place another one may be named: reversed ones of this platform."""
        return tuple(each for each in self.bills if not each.is_former and not each.is_kept)

    @property
    def has_own(self) -> bool:
        """Whether the notice names bills of this platform, which are reversed and issued anew here."""
        return any(not each.is_former for each in self.bills)

    @property
    def has_former(self) -> bool:
        """Whether the notice names bills of an old system, which are put right there."""
        return any(each.is_former for each in self.bills)


async def load_case(call: PageCall, case_id: int) -> CaseParts:
    """Read a case and its parts within the person's scope. Raises `Refusal` (`exception.unknown`, 404)."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        case = await get_case(connection, case_id)
        of_old = case.origin is BillOrigin.FORMER
        # One that was imported wrongly may be deleted since, after its month was opened again.
        olds = await former_by_id(connection, case.unit_id, [case.bill_id]) if of_old else {}
        supervision = await get_supervision(connection, case.unit_id, case.bill_id)
        papers = await get_evidence_files(
            connection, case.unit_id, supervision.evidence if supervision else ()
        )
        others = await list_cases(connection, CaseFilter(unit_id=case.unit_id), limit=_OTHERS + 1)
        parts: dict[str, Any] = {
            "unit": await get_unit(connection, case.unit_id),
            "steps": await _step_lines(
                connection, case.unit_id, await steps_of(connection, case_id=case.case_id)
            ),
            "events": tuple(history_of(await bill_events(connection, case.unit_id, case.bill_id))),
            "receipts": tuple(await receipts_of_bill(connection, case.unit_id, case.bill_id)),
            "notice": await _notice(connection, case),
        }
    document = None if of_old else await _document(call, case)
    face = Markup() if document is None else await face_of(call.services, document)
    return CaseParts(
        case=case,
        bill=None if document is None else document.bill,
        former=olds.get(case.bill_id),
        face=face,
        kind=kind_name(catalog, case.kind_code),
        badges=_drawn(case_badges, case),
        violation=BREACH_TYPES.get(case.breach_type, ""),
        files=tuple(papers.values()),
        others=tuple(
            (each, BillIdentity.from_bill_id(each.bill_id))
            for each in others.items
            if each.case_id != case.case_id
        )[:_OTHERS],
        **parts,
    )


async def _document(call: PageCall, case: ExceptionCase) -> BillDocument:
    """The bill of a case that the person may see."""
    # system: bills stay with the region where they were issued, and their cases follow a unit that moves
    async with call.services.database.system() as connection:
        return await get_document(connection, case.bill_id)


async def _notice(connection: AsyncConnection, case: ExceptionCase) -> Rectification | None:
    return (
        None if case.rectification_id is None else await get_rectification(connection, case.rectification_id)
    )


async def load_notice(call: PageCall, rectification_id: int) -> NoticeParts:
    """Read a notice and its parts within the person's scope. Raises `Refusal` (`rectification.unknown`, 404)."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        rectification = await get_rectification(connection, rectification_id)
        cases = await cases_of(connection, rectification_id)
        links = await corrections_so_far(connection, rectification)
        steps = await steps_of(connection, rectification_id=rectification_id)
        return NoticeParts(
            rectification=rectification,
            notice=await notice_of(connection, rectification),
            unit=await get_unit(connection, rectification.unit_id),
            badges=_drawn(notice_badges, rectification),
            bills=tuple(_notice_bill(case, links.get(case.case_id), catalog) for case in cases),
            steps=await _step_lines(connection, rectification.unit_id, steps),
        )


def _notice_bill(case: ExceptionCase, link: Correction | None, catalog: Catalog) -> NoticeBill:
    return NoticeBill(
        case=case,
        identity=BillIdentity.from_bill_id(case.bill_id),
        kind=kind_name(catalog, case.kind_code),
        violation=BREACH_TYPES.get(case.breach_type, ""),
        red=BillIdentity.from_bill_id(link.red_bill_id) if link and link.red_bill_id else None,
        new=BillIdentity.from_bill_id(link.new_bill_id) if link and link.new_bill_id else None,
        reason=link.reason if link else "",
    )


async def _step_lines(
    connection: AsyncConnection, unit_id: int, steps: Iterable[WorkStep]
) -> tuple[StepLine, ...]:
    listed = list(steps)
    files = await get_evidence_files(connection, unit_id, {each for step in listed for each in step.files})
    return tuple(
        StepLine(
            line=HistoryLine(at=step.at, what=step.kind.label, who=step.actor_name, note=_note(step)),
            files=tuple(files[each] for each in step.files if each in files),
        )
        for step in listed
    )


def _note(step: WorkStep) -> str:
    until = f"期限{step.day:%Y年%-m月%-d日}" if step.day else ""
    return "；".join(part for part in (until, step.words) if part)


def _drawn(badges: Any, value: Any) -> Markup:
    """What a list shows in its column 状态."""
    return Column(name="state", label="状态", value=badges).cell(value)


def may_decide(call: PageCall, region_code: str) -> bool:
    """Whether the reader decides what concerns units of a region."""
    account = call.session.account
    own = account.region_code is not None and region_covers(account.region_code, region_code)
    return own and allowed(account.role, EXCEPTIONS_DECIDE)


def revision_of(members: Mapping[str, str]) -> int:
    """The revision that a form's author saw; 0, which is none, if it names no number."""
    return read_id(members.get("revision", ""), 9) or 0


def day_of(members: Mapping[str, str], code: str, message: str) -> date:
    """The day of a form's `due_on`. Raises `Refusal` with the code and message (422) for any other text."""
    try:
        return read_day(members.get("due_on", ""))
    except ValueError as error:
        raise refuse(code, message, field="due_on", status=422) from error


async def files_of_form(call: PageCall, unit_id: int, digests: Sequence[str]) -> list[EvidenceFile]:
    """The files of a form that is shown again, in their order."""
    async with call.reads() as connection:
        known = await get_evidence_files(connection, unit_id, digests)
    return [known[each] for each in digests if each in known]
