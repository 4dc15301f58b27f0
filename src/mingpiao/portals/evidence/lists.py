"""The lists of 佐证材料: a unit's own files, and those of a department's units."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from mingpiao.evidence.model import EvidenceFilter, EvidenceState, ListedEvidence
from mingpiao.evidence.service import list_evidence
from mingpiao.identity.model import Account
from mingpiao.kernel.codes import region_covers
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.evidence.parts import uploader
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    DaysFilter,
    Here,
    RegionFilter,
    TextFilter,
    UnitFilter,
    usual_start,
)
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page


class EvidenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file with the name of its unit's region."""

    file: ListedEvidence
    region: str


def _rows(here: Here, found: Page[ListedEvidence]) -> Page[EvidenceRow]:
    rows = tuple(
        EvidenceRow(file=file, region=here.catalog.region_path(file.region_code)) for file in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _wanted(wanted: Mapping[str, Any], **more: Any) -> EvidenceFilter:
    return EvidenceFilter(
        name=wanted["name"],
        state=wanted["state"],
        uploaded_from=wanted["from"],
        uploaded_to=wanted["to"],
        **more,
    )


async def _own_files(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[EvidenceRow]:
    asked = _wanted(wanted, unit_id=unit_of(here.account))
    return _rows(here, await list_evidence(here.connection, asked, after=key, limit=limit))


async def _files_of_region(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[EvidenceRow]:
    codes = tuple(code for code in sorted(here.catalog.regions) if region_covers(wanted["region"], code))
    asked = _wanted(wanted, unit_id=wanted["unit_id"], region_codes=codes)
    return _rows(here, await list_evidence(here.connection, asked, after=key, limit=limit))


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    """By default, without a day and a unit, the last thirty days."""
    bounded = any(values[name] for name in ("from", "to", "unit"))
    return values if bounded else values | {"from": usual_start()}


def _state(row: EvidenceRow) -> Badge:
    colours = {EvidenceState.READ: "green", EvidenceState.UNREADABLE: "red"}
    return Badge(row.file.state.label, colours.get(row.file.state, "blue"))


def _columns(
    address: Callable[[ListedEvidence], str], bills: Callable[[ListedEvidence], str], units: str = ""
) -> tuple[Column[EvidenceRow], ...]:
    """Columns of a list; units are at addresses below `units`."""
    return (
        Column(
            name="uploaded",
            label="上传时间",
            kind="moment",
            phone=False,
            value=lambda row: Parts((row.file.uploaded_at, Note(uploader(row.file)))),
        ),
        Column(
            name="name",
            label="文件名",
            kind="wide",
            head=True,
            value=lambda row: row.file.name,
            link=lambda row: address(row.file),
        ),
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            phone=False,
            shown=bool(units),
            value=lambda row: row.file.unit_name,
            link=lambda row: f"{units}/{row.file.unit_id}" if units else "",
        ),
        Column(
            name="unit_code",
            label="统一社会信用代码",
            kind="code",
            shown=False,
            value=lambda row: row.file.unit_code,
        ),
        Column(name="region", label="地区", shown=False, value=lambda row: row.region),
        Column(name="state", label="状态", value=_state),
        Column(
            name="kind",
            label="材料类别",
            kind="short",
            phone=False,
            value=lambda row: row.file.kind_label or None,
        ),
        Column(name="pages", label="页数", kind="count", shown=False, value=lambda row: row.file.pages),
        Column(
            name="stated",
            label="载明金额（元）",
            kind="money",
            phone=False,
            value=lambda row: row.file.stated,
        ),
        Column(
            name="used",
            label="已使用（元）",
            kind="money",
            phone=False,
            value=lambda row: row.file.used_amount,
        ),
        Column(name="left", label="剩余（元）", kind="money", value=lambda row: row.file.left),
        Column(
            name="bills",
            label="使用票据（份）",
            kind="count",
            phone=False,
            value=lambda row: row.file.used_bills,
            link=lambda row: bills(row.file) if row.file.used_bills else "",
            link_label=lambda row: f"使用 {row.file.name} 开具的 {row.file.used_bills} 份票据",
        ),
        Column(name="uploader", label="上传人", shown=False, value=lambda row: uploader(row.file)),
        Column(name="failure", label="说明", kind="long", shown=False, value=lambda row: row.file.failure),
        Column(name="digest", label="SM3摘要", kind="code", shown=False, value=lambda row: row.file.digest),
    )


def bills_address(file: ListedEvidence) -> str:
    """The bills of a department's units that use a file."""
    return f"/finance/bills?{urlencode({'evidence': file.digest, 'unit': file.unit_code})}"


_EXPORTED = (
    "uploaded", "name", "state", "kind", "pages", "stated", "used", "left", "bills", "uploader", "failure", "digest",
)  # fmt: skip
_FILTERS = (
    TextFilter(name="name", label="文件名", width="col-12 col-lg-4"),
    ChoiceFilter(
        name="state",
        label="材料状态",
        width="col-12 col-lg-2",
        options=[(each.value, each.label) for each in EvidenceState],
    ),
    DaysFilter(label="上传日期"),
)
_EMPTY = "没有符合条件的佐证材料"

UNIT_EVIDENCE: Listing[EvidenceRow] = Listing(
    name="unit_evidence",
    address="/unit/evidence",
    title="佐证材料",
    crumbs=(("首页", "/unit"),),
    filters=_FILTERS,
    columns=_columns(
        lambda file: f"/unit/evidence/{file.digest}", lambda file: f"/unit/bills?evidence={file.digest}"
    ),
    fetch=_own_files,
    empty=(_EMPTY, "开具需要佐证材料的票据时上传的文件会出现在这里。"),
    export=ExportFile(action="evidence:export", file="evidence", right=UNIT_EXPORT, columns=_EXPORTED),
)
FINANCE_EVIDENCE: Listing[EvidenceRow] = Listing(
    name="finance_evidence",
    address="/finance/evidence",
    title="佐证材料",
    filters=(*_FILTERS, UnitFilter(), RegionFilter(width="col-12 col-lg-6")),
    usual=_usual,
    columns=_columns(
        lambda file: f"/finance/evidence/{file.unit_id}/{file.digest}", bills_address, "/finance/units"
    ),
    fetch=_files_of_region,
    empty=(_EMPTY, "请修改文件名、状态、日期或单位后重新查询。"),
    export=ExportFile(
        action="evidence:export",
        file="evidence",
        right=FINANCE_VIEW,
        columns=("unit", "unit_code", "region", *_EXPORTED),
    ),
)
