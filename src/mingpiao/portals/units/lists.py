"""The list of 用票单位 of a department's region."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from mingpiao.house.rooms import locks
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.numbering.model import UnitStanding
from mingpiao.numbering.service import unit_standings
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter, TextFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.storage.paging import Page
from mingpiao.units.model import Unit, UnitMode, UnitState, UnitType
from mingpiao.units.service import search

MODES = {each.value: each.label for each in UnitMode}
TYPES = tuple((each.value, each.label) for each in UnitType)
_STANDINGS = {
    "stopped": "不能开票",
    "ending": "资质证书30天内到期",
    "idle": "从未开票",
    "no_kinds": "尚未核定种类",
}
_STATES = {UnitState.ACTIVE: "green", UnitState.SUSPENDED: "orange", UnitState.CLOSED: "secondary"}


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the name of its region, what it stands at, and the names of its kinds."""

    unit: Unit
    region: str
    standing: UnitStanding
    today: date
    kind_names: Mapping[str, str]


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[UnitRow]:
    found = await search(
        here.connection,
        words=wanted["words"],
        mode=wanted["mode"],
        unit_type=wanted["type"],
        state=wanted["state"],
        standing=wanted["standing"],
        region_prefix=region_prefix(wanted["region"]),
        order="" if wanted["sort"] == "registered" else wanted["sort"],
        after=key,
        limit=limit,
    )
    standings = await unit_standings(here.connection, [unit.unit_id for unit in found.items])
    names = {kind.code: kind.name for kind in here.catalog.kinds.values()}
    rows = tuple(
        UnitRow(
            unit=unit,
            region=here.catalog.region_path(unit.region_code),
            standing=standings.get(unit.unit_id, UnitStanding()),
            today=today(),
            kind_names=names,
        )
        for unit in found.items
    )
    return Page(items=rows, next_key=found.next_key, total=found.total)


def state_badge(unit: Unit, *, ready: bool = True) -> Badge:
    """The state of a unit in words and colour; of one that is not `ready`, that something is still missing."""
    if unit.state is UnitState.ACTIVE and not ready:
        return Badge("尚未开通", "orange")
    return Badge(unit.state.label, _STATES[unit.state])


def lock_label(reason: str) -> str:
    """The reason why a unit is stopped, in Chinese."""
    lock = locks().get(reason)
    return reason if lock is None else lock.label


def _stopped(row: UnitRow) -> str:
    """Why a unit cannot issue, or an empty text."""
    reasons = [lock_label(reason) for reason in row.standing.locks]
    until = row.standing.valid_until
    if until is not None and until < row.today:
        reasons.append("资质证书已过期")
    return "、".join(dict.fromkeys(reasons))


def _stock(row: UnitRow) -> Any:
    """库存 in short: how many numbers of how many kinds; an online unit draws its numbers when it issues."""
    free = row.standing.free
    if not free:
        return Badge("尚未核定种类", "orange")
    if row.unit.mode is UnitMode.ONLINE:
        return f"{len(free)} 种，即领即开"
    empty = sum(not count for count in free.values())
    return Parts(
        (f"{len(free)} 种，{sum(free.values()):,}", Badge(f"{empty} 种没有号码", "orange") if empty else "")
    )


def _stock_words(row: UnitRow) -> str:
    """库存 by kind, for an export."""
    online = row.unit.mode is UnitMode.ONLINE
    return "、".join(
        row.kind_names.get(code, code) + ("" if online else f" {count}")
        for code, count in row.standing.free.items()
    )


def _until(row: UnitRow) -> Any:
    until = row.standing.valid_until
    if until is None:
        return None
    over = Badge("已过期", "orange") if until < row.today else ""
    return Parts((until, over))


UNITS: Listing[UnitRow] = Listing(
    name="finance_units",
    address="/finance/units",
    title="用票单位",
    filters=(
        TextFilter(name="words", label="单位名称或统一社会信用代码", width="col-12 col-md-4"),
        ChoiceFilter(name="state", label="状态", options=[(each.value, each.label) for each in UnitState]),
        ChoiceFilter(name="standing", label="需要关注", options=list(_STANDINGS.items())),
        ChoiceFilter(name="mode", label="开票方式", options=list(MODES.items())),
        ChoiceFilter(name="type", label="单位类型", options=list(TYPES)),
        RegionFilter(label="所属地区"),
    ),
    orders=(("registered", "登记先后"), ("name", "单位名称")),
    columns=(
        Column(
            name="name",
            label="单位名称",
            kind="wide",
            head=True,
            value=lambda row: row.unit.name,
            link=lambda row: f"/finance/units/{row.unit.unit_id}",
        ),
        Column(name="uscc", label="统一社会信用代码", kind="code", value=lambda row: row.unit.uscc),
        Column(name="region", label="所属地区", phone=False, value=lambda row: row.region),
        Column(
            name="type",
            label="单位类型",
            phone=False,
            shown=False,
            value=lambda row: row.unit.unit_type.label,
        ),
        Column(name="mode", label="开票方式", phone=False, value=lambda row: MODES[row.unit.mode.value]),
        Column(name="state", label="状态", value=lambda row: state_badge(row.unit)),
        Column(name="locks", label="不能开票的原因", phone=False, value=lambda row: _stopped(row) or None),
        Column(name="stock", label="库存", phone=False, kind="short", value=_stock, text=_stock_words),
        Column(
            name="last_issue",
            label="最近开票",
            kind="moment",
            phone=False,
            value=lambda row: row.standing.last_issued_at,
        ),
        Column(name="valid_until", label="资质有效期至", kind="day", phone=False, value=_until),
    ),
    fetch=_fetch,
    empty=("没有符合条件的用票单位", "请修改查询条件后重新查询，或登记新的单位。"),
    buttons=(
        Button(label="导入单位", address="/finance/units/import", icon="upload", right=UNIT_MANAGE),
        Button(label="登记单位", address="/finance/units/new", icon="plus", right=UNIT_MANAGE, primary=True),
    ),
    export=ExportFile(action="unit:export", file="units", right=FINANCE_VIEW),
)
