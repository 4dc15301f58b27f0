"""The list of 群众线索, for departments."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import SHANGHAI, now
from mingpiao.kernel.codes import BillIdentity
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    DaysFilter,
    Here,
    RegionFilter,
    UnitOrIdFilter,
)
from mingpiao.portals.list_model import SORT, ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.tips.model import OPEN_STATES, Tip, TipFilter, TipKind, TipState
from mingpiao.tips.service import list_tips
from mingpiao.units.service import names_of

_ALL, _OPEN, _OVERDUE = "all", "open", "overdue"
_NEWEST, _DUE = "newest", "due"
TIP_COLOURS = {
    TipState.NEW: "orange",
    TipState.ACCEPTED: "blue",
    TipState.ASKED: "blue",
    TipState.REFUSED: "secondary",
    TipState.CLOSED: "green",
    TipState.MERGED: "secondary",
}
_STATES = (
    (_OPEN, "未办结"),
    (_OVERDUE, "逾期未办"),
    *((each.value, each.label) for each in TipState),
    (_ALL, "全部"),
)


class TipRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tip with the names that a list shows for it."""

    tip: Tip
    unit: str
    department: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[TipRow]:
    state, kind = wanted["state"], wanted["kind"]
    asked = TipFilter(
        states=_states_of(state),
        overdue=state == _OVERDUE,
        kind=TipKind(kind) if kind else None,
        region=wanted["region"],
        unit_id=wanted["unit_id"],
        submitted_from=_midnight(wanted["from"], 0),
        submitted_before=_midnight(wanted["to"], 1),
        by_due=wanted[SORT] == _DUE,
    )
    found = await list_tips(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items if each.unit_id})
    rows = tuple(
        TipRow(
            tip=each,
            unit=names.get(each.unit_id or 0, each.unit_name),
            department=here.catalog.departments[each.region_code].name,
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _states_of(text: str) -> tuple[TipState, ...]:
    if text == _OPEN:
        return tuple(sorted(OPEN_STATES))
    return () if text in (_ALL, _OVERDUE) else (TipState(text),)


def _midnight(day: Any, later: int) -> datetime | None:
    return datetime.combine(day + timedelta(days=later), time.min, SHANGHAI) if day else None


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or (_ALL if values["unit"] else _OPEN)}


def tip_badges(tip: Tip) -> Parts:
    """The state of a tip, and whether its department is late."""
    badge = Badge(tip.state.label, TIP_COLOURS[tip.state])
    return Parts((badge, Badge("逾期未办", "red") if tip.is_overdue(now()) else ""))


def bill_text(tip: Tip) -> str:
    """The code and number of the bill that a tip names, or an empty text."""
    if tip.bill_id is None:
        return ""
    identity = BillIdentity.from_bill_id(tip.bill_id)
    return f"{identity.code}-{identity.number}"


def kinds_text(tip: Tip) -> str:
    """What is wrong, in words."""
    return "、".join(each.label for each in tip.kinds)


TIPS: Listing[TipRow] = Listing(
    name="finance_tips",
    address="/finance/tips",
    title="群众线索",
    filters=(
        ChoiceFilter(name="state", label="状态", options=_STATES, empty=""),
        ChoiceFilter(
            name="kind", label="反映的问题", options=tuple((each.value, each.label) for each in TipKind)
        ),
        RegionFilter(),
        DaysFilter(label="提交日期"),
        UnitOrIdFilter(),
    ),
    usual=_usual,
    orders=((_NEWEST, "最新提交在前"), (_DUE, "最早到期在前")),
    columns=(
        Column(
            name="serial",
            label="编号",
            kind="code",
            head=True,
            value=lambda row: row.tip.serial,
            link=lambda row: f"/finance/tips/{row.tip.tip_id}",
        ),
        Column(name="unit", label="单位", kind="wide", value=lambda row: row.unit),
        Column(name="kinds", label="反映的问题", kind="wide", value=lambda row: kinds_text(row.tip)),
        Column(name="bill", label="票据", kind="code", phone=False, value=lambda row: bill_text(row.tip)),
        Column(
            name="department", label="办理部门", kind="wide", phone=False, value=lambda row: row.department
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: tip_badges(row.tip),
            text=lambda row: row.tip.state.label,
        ),
        Column(name="submitted", label="提交时间", kind="moment", value=lambda row: row.tip.submitted_at),
        Column(
            name="due",
            label="办理期限",
            kind="day",
            value=lambda row: row.tip.last_day if row.tip.is_open else None,
        ),
        Column(name="by", label="办结人", shown=False, value=lambda row: row.tip.decided_by_name),
        Column(name="answer", label="答复", kind="long", shown=False, value=lambda row: row.tip.answer),
    ),
    fetch=_fetch,
    empty=("没有符合条件的群众线索", "公众在网站首页“线索举报”里反映的问题会出现在这里。"),
    export=ExportFile(action="tip:export", file="tips", right=FINANCE_VIEW),
)
