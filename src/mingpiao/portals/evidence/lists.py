"""佐证材料 in lists, on the page of one and in exports, alike for units and departments."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFilter, EvidenceState, ListedEvidence
from mingpiao.evidence.service import get_listed, stream_evidence
from mingpiao.identity.model import Acting, AuditEntry, Session
from mingpiao.identity.service import record
from mingpiao.issuing.model import BillFilter
from mingpiao.issuing.service import list_bills
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.money import plain
from mingpiao.portals.bills.filters import ListQuery, clean_text, read_day
from mingpiao.portals.evidence.files import find_file
from mingpiao.portals.exports import Batches
from mingpiao.portals.rendering import moment
from mingpiao.portals.session import PageRequest, scoped_reads

STATES = [(state.value, state.label) for state in EvidenceState]
AMOUNTS = ("载明金额（元）", "已使用（元）", "剩余（元）")
COLUMNS = (
    "上传时间", "文件名", "状态", "材料类别", "页数", *AMOUNTS, "使用票据（份）", "上传人", "说明", "SM3摘要",
)  # fmt: skip
_NAMES = ("name", "state", "from", "to")
#: Bills on the page of a file; the bill list has them all.
_BILLS = 20
_BATCH = 500


class EvidenceQuery(ListQuery, frozen=True, kw_only=True):
    """A filter of files."""

    wanted: EvidenceFilter


def read_evidence_query(parameters: Mapping[str, str], *, also: tuple[str, ...] = ()) -> EvidenceQuery:
    """Read a filter from an address' parameters; `also` names further texts to keep in `values`."""
    values = {name: clean_text(parameters.get(name, "")) for name in (*_NAMES, *also)}
    problems: list[Problem] = []
    first = _read_day(values, "from", "开始", problems)
    last = _read_day(values, "to", "结束", problems)
    if first and last and first > last:
        message = "结束日期早于开始日期，请调整。"
        problems.append(Problem(code="filter.dates_reversed", field="to", message=message))
    if values["state"] and values["state"] not in dict(STATES):
        message = "没有这种材料状态，请从列表中选择。"
        problems.append(Problem(code="filter.state_invalid", field="state", message=message))
    wanted = EvidenceFilter(name=values["name"], state=values["state"], uploaded_from=first, uploaded_to=last)
    return EvidenceQuery(values=values, wanted=wanted, problems=tuple(problems))


def _read_day(values: Mapping[str, str], name: str, what: str, problems: list[Problem]) -> date | None:
    try:
        return read_day(values[name]) if values[name] else None
    except ValueError:
        message = f"{what}日期不正确，请按“年-月-日”填写。"
        problems.append(Problem(code=f"filter.{name}_invalid", field=name, message=message))
        return None


def exports_of(query: EvidenceQuery, path: str) -> list[tuple[str, str]]:
    """(label, address) of the exports of a list."""
    return [
        (label, query.address(f"{path}/export.{ending}"))
        for ending, label in (("xlsx", "Excel"), ("csv", "CSV"))
    ]


async def file_parts(services: Services, session: Session, unit_id: int, digest: str) -> dict[str, Any]:
    """What the template `evidence_file.html` shows of a file; raises `Refusal` (`evidence.not_found`, 404)."""
    async with scoped_reads(services, session.account) as connection:
        file = await find_file(connection, unit_id, digest)
        found = await list_bills(connection, BillFilter(unit_id=unit_id, evidence=digest), limit=_BILLS)
        listed = await get_listed(connection, unit_id, digest)
    return {"file": listed, "stored": file, "bills": found.bills, "more_bills": bool(found.next_key)}


def row_of(file: ListedEvidence) -> list[str]:
    """A file as the texts of a row, in the order of `COLUMNS`."""
    return [
        moment(file.uploaded_at),
        file.name,
        file.state.label,
        file.kind_label,
        str(file.pages),
        "" if file.stated is None else plain(file.stated),
        plain(file.used_amount),
        "" if file.left is None else plain(file.left),
        str(file.used_bills),
        uploader(file),
        file.failure,
        file.digest,
    ]


def uploader(file: ListedEvidence) -> str:
    """Who uploaded a file: a person's name, or that it was the unit's own system."""
    return file.uploaded_by_name or "业务系统"


async def begin_export(
    request: PageRequest,
    session: Session,
    services: Services,
    query: EvidenceQuery,
    subject: str,
    *,
    acting: Acting,
) -> None:
    """Put an export down in the audit trail; raises `Refusal` with what is wrong in its filter."""
    if query.problems:
        raise Refusal(*query.problems)
    ending = request.url.path.rpartition(".")[2]
    entry = AuditEntry(
        acting=acting,
        action="evidence:export",
        subject=subject,
        unit_id=session.account.unit_id,
        details={"format": ending} | {name: text for name, text in query.values.items() if text},
    )
    async with services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)


async def batches_of(
    services: Services, session: Session, wanted: EvidenceFilter, row: Callable[[ListedEvidence], list[str]]
) -> Batches:
    """All files of a filter as rows, some at a time."""
    batch: list[list[str]] = []
    async with scoped_reads(services, session.account) as connection:
        async for file in stream_evidence(connection, wanted):
            batch.append(row(file))
            if len(batch) >= _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
