"""The lists of 监督检查."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.identity.model import acting_for
from mingpiao.inspections.model import Inspection, InspectionFilter, InspectionState
from mingpiao.inspections.service import list_inspections
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.inspections.rights import INSPECTIONS_DECIDE
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM

_MINE = "mine"
_COLOURS = {
    InspectionState.DRAWING: "azure",
    InspectionState.FAILED: "red",
    InspectionState.PLANNED: "orange",
    InspectionState.WORKING: "blue",
    InspectionState.CONCLUDED: "green",
    InspectionState.CANCELLED: "secondary",
}


class InspectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """An inspection with its department's name."""

    inspection: Inspection
    department: str


def state_badge(inspection: Inspection) -> Badge:
    """How far an inspection is."""
    return Badge(inspection.state.label, _COLOURS[inspection.state])


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[InspectionRow]:
    state = wanted["state"]
    asked = InspectionFilter(state=InspectionState(state) if state else None, mine=wanted["whose"] == _MINE)
    acting = acting_for(here.account)
    found = await list_inspections(here.connection, asked, after=key, limit=limit, acting=acting)
    names = here.catalog.departments
    rows = tuple(
        InspectionRow(inspection=each, department=names[each.region_code].name) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


INSPECTIONS: Listing[InspectionRow] = Listing(
    name="finance_inspections",
    address="/finance/inspections",
    title="监督检查",
    filters=(
        ChoiceFilter(
            name="state",
            label="状态",
            options=tuple((each.value, each.label) for each in InspectionState),
            empty="全部",
        ),
        ChoiceFilter(name="whose", label="范围", options=((_MINE, "我的任务"),), empty="全部"),
    ),
    columns=(
        Column(
            name="name",
            label="检查",
            kind="wide",
            head=True,
            value=lambda row: row.inspection.name,
            link=lambda row: f"/finance/inspections/{row.inspection.inspection_id}",
        ),
        Column(name="state", label="状态", value=lambda row: state_badge(row.inspection)),
        Column(
            name="found", label="符合条件（张）", kind="count", value=lambda row: row.inspection.population
        ),
        Column(name="drawn", label="样本（张）", kind="count", value=lambda row: row.inspection.drawn),
        Column(
            name="amount",
            label="样本金额（元）",
            kind="money",
            phone=False,
            value=lambda row: row.inspection.drawn_amount,
        ),
        Column(name="due", label="期限", kind="day", value=lambda row: row.inspection.due_on),
        Column(
            name="planned_by", label="制定人", phone=False, value=lambda row: row.inspection.planned_by_name
        ),
        Column(
            name="department", label="检查部门", kind="wide", phone=False, value=lambda row: row.department
        ),
    ),
    fetch=_fetch,
    scope=lambda _account: SYSTEM,  # system: inspectors of lower departments see it; the verb says who
    moving=lambda row: row.inspection.state is InspectionState.DRAWING,
    empty=("还没有监督检查", "点“新的检查”，用平常的话写要查的票据。"),
    buttons=(
        Button(
            label="新的检查",
            address="/finance/inspections/ask",
            icon="plus",
            right=INSPECTIONS_DECIDE,
            primary=True,
        ),
    ),
    export=ExportFile(action="inspection:export", file="inspections", right=FINANCE_VIEW),
)
