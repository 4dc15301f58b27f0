"""The lists of former bills, of their imports, and of what an import does with each bill of its file."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.former.model import (
    EntryVerdict,
    FormerBill,
    FormerFilter,
    FormerImport,
    SealState,
    VerdictOutcome,
)
from mingpiao.former.service import list_former, list_former_imports, list_verdicts
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.bills.details import STANDING_COLOURS
from mingpiao.portals.former.parts import (
    FINANCE,
    IMPORT_COLOURS,
    OUTCOME_COLOURS,
    UNIT,
    Portal,
    seal_badge,
)
from mingpiao.portals.former.rights import FORMER_IMPORT, FORMER_IMPORT_FOR_UNITS
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.kinds.naming import kind_name, kind_options
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    DaysFilter,
    DigitsFilter,
    Here,
    RegionFilter,
    TextFilter,
    UnitFilter,
)
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import BillWriteOff
from mingpiao.writeoff.service import former_standings


class FormerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A former bill with the names that a list shows for it."""

    bill: FormerBill
    kind: str
    unit: str
    standing: BillWriteOff


async def _rows(here: Here, found: Page[FormerBill]) -> Page[FormerRow]:
    connection: AsyncConnection = here.connection
    names = await names_of(connection, {bill.unit_id for bill in found.items})
    standings = await former_standings(connection, found.items)
    rows = tuple(
        FormerRow(
            bill=bill,
            kind=kind_name(here.catalog, bill.kind_code),
            unit=names.get(bill.unit_id, ""),
            standing=standings[bill.bill_id],
        )
        for bill in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _wanted(wanted: Mapping[str, Any], **more: Any) -> FormerFilter:
    return FormerFilter(
        first=wanted["from"],
        last=wanted["to"],
        kind_code=wanted["kind"],
        seal=SealState(wanted["seal"]) if wanted["seal"] else None,
        number=wanted["number"],
        payer=wanted["payer"],
        **more,
    )


async def _own(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[FormerRow]:
    asked = _wanted(wanted, unit_id=unit_of(here.account))
    return await _rows(here, await list_former(here.connection, asked, after=key, limit=limit))


async def _of_region(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[FormerRow]:
    prefix = region_prefix(wanted["region"]) if wanted["region"] else ""
    asked = _wanted(wanted, unit_id=wanted["unit_id"], region_prefix=prefix)
    return await _rows(here, await list_former(here.connection, asked, after=key, limit=limit))


_FILTERS = (
    DaysFilter(label="开票日期"),
    ChoiceFilter(name="kind", label="票据种类", options=kind_options),
    ChoiceFilter(name="seal", label="签名", options=tuple((each.value, each.label) for each in SealState)),
    DigitsFilter(name="number", label="票据号码", least=10, most=10),
    TextFilter(name="payer", label="缴款人", hint="从头写起"),
)


def _columns(portal: Portal) -> tuple[Column[FormerRow], ...]:
    unit: tuple[Column[FormerRow], ...] = (
        Column(name="unit", label="用票单位", kind="wide", value=lambda row: row.unit),
    )
    return (
        Column(
            name="number",
            label="票据号码",
            kind="code",
            head=True,
            value=lambda row: row.bill.identity.number,
            link=lambda row: portal.bill(row.bill),
        ),
        Column(
            name="code", label="票据代码", kind="code", value=lambda row: row.bill.identity.code, phone=False
        ),
        *(unit if portal is FINANCE else ()),
        Column(name="kind", label="票据种类", value=lambda row: row.kind),
        Column(
            name="color",
            label="红蓝",
            kind="short",
            value=lambda row: "红票" if row.bill.color == "red" else "蓝票",
            phone=False,
        ),
        Column(name="payer", label="缴款人", kind="wide", value=lambda row: row.bill.payer_name),
        Column(name="total", label="金额（元）", kind="money", value=lambda row: row.bill.total),
        Column(name="day", label="开票日期", kind="day", value=lambda row: row.bill.issued_on),
        Column(name="seal", label="签名", value=lambda row: seal_badge(row.bill)),
        Column(name="writeoff", label="核销状态", value=_standing),
    )


def _standing(row: FormerRow) -> Badge:
    return Badge(row.standing.standing.label, STANDING_COLOURS[row.standing.standing])


_EMPTY = ("没有历史票据", "原系统开具的票据导入后列在这里，可以按月核销。")

UNIT_FORMER: Listing[FormerRow] = Listing(
    name="unit_former",
    address=UNIT.address,
    title="历史票据",
    filters=_FILTERS,
    columns=_columns(UNIT),
    fetch=_own,
    empty=_EMPTY,
    export=ExportFile(action="former:export", file="former-bills", right=UNIT_EXPORT),
    buttons=(
        Button(label="按月核销", address=f"{UNIT.address}/months", icon="circle-check"),
        Button(label="导入", address=UNIT.imports, icon="upload", primary=True, right=FORMER_IMPORT),
    ),
)
FINANCE_FORMER: Listing[FormerRow] = Listing(
    name="finance_former",
    address=FINANCE.address,
    title="历史票据",
    filters=(UnitFilter(), RegionFilter(), *_FILTERS),
    columns=_columns(FINANCE),
    fetch=_of_region,
    empty=_EMPTY,
    export=ExportFile(action="former_finance:export", file="former-bills", right=FINANCE_VIEW),
    buttons=(
        Button(
            label="原系统证书",
            address=f"{FINANCE.address}/certificates",
            icon="file-certificate",
            right=FINANCE_VIEW,
        ),
        Button(
            label="导入", address=FINANCE.imports, icon="upload", primary=True, right=FORMER_IMPORT_FOR_UNITS
        ),
    ),
)


# -- imports -----------------------------------------------------------------------------------------


async def _imports(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[FormerImport]:
    return await list_former_imports(here.connection, after=key, limit=limit)


def _import_list(portal: Portal) -> Listing[FormerImport]:
    return Listing(
        name=f"{portal.name}_former_imports",
        address=portal.imports,
        title="导入历史票据",
        crumbs=(("历史票据", portal.address),),
        columns=(
            Column(
                name="file",
                label="文件",
                kind="wide",
                head=True,
                value=lambda each: each.file_name,
                link=lambda each: f"{portal.imports}/{each.import_id}",
            ),
            Column(
                name="state",
                label="状态",
                value=lambda each: Badge(each.state.label, IMPORT_COLOURS.get(each.state, "blue")),
            ),
            Column(name="entries", label="票据份数", kind="count", value=lambda each: each.entries),
            Column(name="who", label="上传人", value=lambda each: each.uploaded_by_name),
            Column(name="at", label="上传时间", kind="moment", value=lambda each: each.uploaded_at),
        ),
        fetch=_imports,
        empty=("还没有导入过历史票据", "在上面选择原系统导出的文件，上传后先试读，看清结果再导入。"),
        moving=lambda each: each.state.moving,
        template="former/imports.html",
    )


UNIT_IMPORTS, FINANCE_IMPORTS = _import_list(UNIT), _import_list(FINANCE)


def import_id_of(text: str) -> int:
    """The import that an address names; 0, which none has, for any other text."""
    return read_whole(text) or 0


_NOTICED = "noticed"


async def _verdicts(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[EntryVerdict]:
    chosen = wanted["outcome"]
    noticed = chosen == _NOTICED
    outcome = VerdictOutcome(chosen) if chosen and not noticed else None
    return await list_verdicts(
        here.connection,
        import_id_of(here.path["import_id"]),
        outcome,
        noticed=noticed,
        after=key,
        limit=limit,
    )


def _outcome(each: EntryVerdict) -> Badge:
    if each.notice:
        return Badge(f"{each.outcome.label}，有提示", "orange")
    return Badge(each.outcome.label, OUTCOME_COLOURS[each.outcome])


def _verdict_list(portal: Portal) -> Listing[EntryVerdict]:
    return Listing(
        name=f"{portal.name}_former_verdicts",
        address=f"{portal.imports}/{{import_id}}",
        title="导入历史票据",
        crumbs=(("历史票据", portal.address), ("导入", portal.imports)),
        filters=(
            ChoiceFilter(
                name="outcome",
                label="结果",
                options=(*((each.value, each.label) for each in VerdictOutcome), (_NOTICED, "有提示")),
            ),
        ),
        columns=(
            Column(name="place", label="行号或文件序号", kind="count", value=lambda each: each.place),
            Column(name="name", label="行或文件", kind="wide", head=True, value=lambda each: each.name),
            Column(
                name="code",
                label="票据代码",
                kind="code",
                value=lambda each: each.identity.code if each.identity else "",
                phone=False,
            ),
            Column(
                name="number",
                label="票据号码",
                kind="code",
                value=lambda each: each.identity.number if each.identity else "",
            ),
            Column(name="total", label="金额（元）", kind="money", value=lambda each: each.total),
            Column(
                name="outcome",
                label="结果",
                value=_outcome,
            ),
            Column(
                name="message",
                label="原因或提示",
                kind="wide",
                value=lambda each: each.message or each.notice,
            ),
        ),
        fetch=_verdicts,
        empty=("没有这种结果的票据", "请选择其他结果查看。"),
        export=ExportFile(
            action=f"former_verdicts_{portal.name}:export",
            file="former-import",
            right=FORMER_IMPORT if portal is UNIT else FORMER_IMPORT_FOR_UNITS,
        ),
        template="former/import.html",
    )


UNIT_VERDICTS, FINANCE_VERDICTS = _verdict_list(UNIT), _verdict_list(FINANCE)
ALL_LISTS = (UNIT_FORMER, FINANCE_FORMER, UNIT_IMPORTS, FINANCE_IMPORTS, UNIT_VERDICTS, FINANCE_VERDICTS)
