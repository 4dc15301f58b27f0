"""The parts of an application that the pages of a unit and of a department show alike."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import Application, Step
from mingpiao.applications.service import get as get_application
from mingpiao.applications.service import steps_of
from mingpiao.catalog.model import Catalog
from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.service import get_evidence_files
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.money import plain_number
from mingpiao.portals.details import HistoryLine
from mingpiao.units.model import Unit
from mingpiao.units.service import get as get_unit


class DraftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the requested bill; `name` and `measure_unit` are empty for an item that no longer exists."""

    code: str
    name: str
    measure_unit: str
    quantity: Decimal
    rate: Decimal
    amount: Decimal
    remark: str

    @property
    def label(self) -> str:
        """How a difference names the line."""
        return f"项目 {self.code}"


class ApplicationDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The requested bill, as its face would show it."""

    kind: str
    unit: Unit
    rows: tuple[DraftRow, ...]
    extension: tuple[tuple[str, str], ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a request that differs from what was returned; `label` as the bill's face names it."""

    label: str
    before: str
    after: str


class ApplicationParts(msgspec.Struct, frozen=True, kw_only=True):
    """One application with everything that its page shows. `reviewer` is the deciding department's name."""

    application: Application
    draft: ApplicationDraft
    files: tuple[EvidenceFile, ...]
    steps: tuple[Step, ...]
    reviewer: str
    bill: BillIdentity | None
    changes: tuple[Change, ...]

    @property
    def history(self) -> list[HistoryLine]:
        return [
            HistoryLine(at=step.at, what=step.kind.label, who=step.actor_name, note=step.note)
            for step in self.steps
        ]


async def load_parts(connection: AsyncConnection, application_id: int, catalog: Catalog) -> ApplicationParts:
    """Read an application and its parts within the connection's scope. Raises as `get_application`."""
    application = await get_application(connection, application_id)
    files = await get_evidence_files(connection, application.unit_id, application.request.evidence)
    department = catalog.departments.get(application.reviewer_region or "")
    return ApplicationParts(
        application=application,
        draft=_draft(application, await get_unit(connection, application.unit_id), catalog),
        files=_in_order(application.request.evidence, files),
        steps=tuple(await steps_of(connection, application.application_id)),
        reviewer=department.name if department else "",
        bill=BillIdentity.from_bill_id(application.bill_id) if application.bill_id else None,
        changes=_changes(application, catalog),
    )


def _changes(application: Application, catalog: Catalog) -> tuple[Change, ...]:
    """How the request differs from what a department returned last."""
    if application.returned_request is None:
        return ()
    before = _told(application.returned_request, catalog)
    after = _told(application.request, catalog)
    return tuple(
        Change(label=label, before=before.get(label, ""), after=after.get(label, ""))
        for label in dict.fromkeys([*before, *after])
        if before.get(label, "") != after.get(label, "")
    )


def _told(request: IssueRequest, catalog: Catalog) -> dict[str, str]:
    """A request in words, by the labels of the bill's face."""
    kind = catalog.kinds.get(request.kind)
    labels = {field.name: field.label for field in kind.extension_fields} if kind else {}
    told = {
        "票据种类": kind.name if kind else request.kind,
        "业务流水号": request.business_no,
        "缴款人": request.payer.name,
        "缴款人统一社会信用代码": request.payer.code,
        "交款方式": request.pay_mode,
        "金额合计": f"{request.total:,.2f}",
        "备注": request.remark,
        "复核人": request.checker,
        "开票人": request.handler,
        "佐证材料": f"{len(request.evidence)}份：{'、'.join(each[:8] for each in sorted(request.evidence))}"
        if request.evidence
        else "",
        "清单明细": f"{len(request.aux_items)}行" if request.aux_items else "",
    }
    told |= {labels.get(name, name): value for name, value in request.extension.items()}
    for line in request.items:
        words = (
            f"{plain_number(line.quantity)} × {plain_number(line.rate)} = {line.amount:,.2f} {line.remark}"
        )
        label = f"项目 {line.code}"
        told[label] = f"{told[label]}；{words.strip()}" if label in told else words.strip()
    return told


def _in_order(digests: Sequence[str], files: dict[str, EvidenceFile]) -> tuple[EvidenceFile, ...]:
    return tuple(files[digest] for digest in digests if digest in files)


def _draft(application: Application, unit: Unit, catalog: Catalog) -> ApplicationDraft:
    request = application.request
    kind = catalog.kinds.get(request.kind)
    labels = {field.name: field.label for field in kind.extension_fields} if kind else {}
    rows = []
    for line in request.items:
        item = catalog.items.get(line.code)
        rows.append(
            DraftRow(
                code=line.code,
                name=item.name if item else "",
                measure_unit=item.measure_unit if item else "",
                quantity=line.quantity,
                rate=line.rate,
                amount=line.amount,
                remark=line.remark,
            )
        )
    return ApplicationDraft(
        kind=kind.name if kind else request.kind,
        unit=unit,
        rows=tuple(rows),
        extension=tuple(
            (labels.get(name, name), value) for name, value in request.extension.items() if value
        ),
    )
