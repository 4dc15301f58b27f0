"""The lists of 智能分析 and 关联分析."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.analysis.model import (
    Basis,
    FindingFilter,
    FindingState,
    MonthFinding,
    SeenTie,
    TieFilter,
    TieKind,
)
from mingpiao.analysis.service import PATTERNS, list_findings, list_ties, months_analysed
from mingpiao.identity.model import Account
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    Here,
    Options,
    RegionFilter,
    UnitOrIdFilter,
)
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of

STATE_COLOURS = {
    FindingState.NEW: "orange",
    FindingState.CONFIRMED: "red",
    FindingState.EXPLAINED: "green",
    FindingState.FALSE: "secondary",
}
_ALL = "all"
_RARE = ("rare", "多项指标同时异常")


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with the names of its unit and kind."""

    finding: MonthFinding
    unit: str
    kind: str


class TieRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tie with its name for people."""

    tie: SeenTie
    label: str


def month_words(month: Any) -> str:
    """A month for people."""
    return f"{month.year}年{month.month}月"


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[FindingRow]:
    state, month = wanted["state"], wanted["month"]
    known = {f"{each.month:%Y-%m}": each.month for each in await months_analysed(here.connection)}
    asked = FindingFilter(
        state=None if state == _ALL else FindingState(state),
        pattern=wanted["pattern"],
        basis=Basis(wanted["basis"]) if wanted["basis"] else None,
        month=known.get(month),
        region=wanted["region"],
        unit_id=wanted["unit_id"],
    )
    found = await list_findings(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(
        FindingRow(
            finding=each, unit=names.get(each.unit_id, ""), kind=kind_name(here.catalog, each.kind_code)
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _usual_state(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or FindingState.NEW.value}


async def _months(here: Here) -> Options:
    found = await months_analysed(here.connection)
    return [(f"{each.month:%Y-%m}", month_words(each.month)) for each in found]


FINDINGS: Listing[FindingRow] = Listing(
    name="finance_findings",
    address="/finance/analysis",
    title="智能分析",
    filters=(
        ChoiceFilter(
            name="state",
            label="状态",
            options=[*((each.value, each.label) for each in FindingState), (_ALL, "全部")],
            empty="",
        ),
        ChoiceFilter(
            name="pattern", label="类型", options=[*((each.code, each.label) for each in PATTERNS), _RARE]
        ),
        ChoiceFilter(name="basis", label="对比", options=[(each.value, each.label) for each in Basis]),
        ChoiceFilter(name="month", label="月份", options=_months, may_be_gone=True),
        RegionFilter(),
        UnitOrIdFilter(),
    ),
    usual=_usual_state,
    columns=(
        Column(
            name="score", label="排序分", kind="count", value=lambda row: f"{row.finding.score / 100:.0f}"
        ),
        Column(name="unit", label="用票单位", kind="wide", head=True, value=lambda row: row.unit),
        Column(
            name="pattern",
            label="类型",
            value=lambda row: row.finding.label,
            link=lambda row: f"/finance/analysis/{row.finding.finding_id}",
            link_label=lambda row: f"{row.unit}{row.finding.label}",
        ),
        Column(name="month", label="月份", value=lambda row: month_words(row.finding.month)),
        Column(name="kind", label="票据种类", phone=False, value=lambda row: row.kind),
        Column(name="sentence", label="为什么", kind="long", value=lambda row: row.finding.sentence),
        Column(name="basis", label="对比", phone=False, value=lambda row: row.finding.basis.label),
        Column(
            name="state",
            label="状态",
            value=lambda row: Badge(row.finding.state.label, STATE_COLOURS[row.finding.state]),
        ),
    ),
    fetch=_fetch,
    empty=("没有符合条件的发现", "每夜分析上月的用票情况；月份结束后的第二天可以看到该月的发现。"),
    export=ExportFile(action="finding:export", file="findings", right=FINANCE_VIEW),
    template="analysis/findings.html",
)


async def _fetch_ties(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[TieRow]:
    asked = TieFilter(kind=TieKind(wanted["kind"]) if wanted["kind"] else None, unit_id=wanted["unit_id"])
    found = await list_ties(here.connection, asked, after=key, limit=limit)
    own = [int(each.name) for each in found.items if each.kind is TieKind.ROUND_TRIP]
    names = await names_of(here.connection, own)
    rows = tuple(TieRow(tie=each, label=each.label or names.get(int(each.name), "")) for each in found.items)
    return Page(items=rows, next_key=found.next_key)


TIES: Listing[TieRow] = Listing(
    name="finance_ties",
    address="/finance/relations",
    title="关联分析",
    filters=(
        ChoiceFilter(name="kind", label="关联", options=[(each.value, each.label) for each in TieKind]),
        UnitOrIdFilter(),
    ),
    columns=(
        Column(
            name="label",
            label="名称",
            kind="wide",
            head=True,
            value=lambda row: row.label,
            link=lambda row: f"/finance/relations/{row.tie.tie_id}",
        ),
        Column(name="kind", label="关联", value=lambda row: row.tie.kind.label),
        Column(
            name="units",
            label="本地区单位",
            kind="count",
            value=lambda row: row.tie.units - row.tie.elsewhere,
        ),
        Column(
            name="elsewhere",
            label="外地区单位",
            kind="count",
            phone=False,
            value=lambda row: row.tie.elsewhere,
        ),
        Column(name="bills", label="票据（份）", kind="count", value=lambda row: row.tie.bills),
        Column(name="amount", label="金额（元）", kind="money", value=lambda row: row.tie.amount),
        Column(name="month", label="截至", phone=False, value=lambda row: month_words(row.tie.month)),
    ),
    fetch=_fetch_ties,
    empty=(
        "没有符合条件的关联",
        "每夜从近六个月的票据中寻找跨单位的缴款人和账号、反复冲红重开、互相冲红的经办人。",
    ),
    export=ExportFile(action="tie:export", file="relations", right=FINANCE_VIEW),
    template="analysis/ties.html",
)
