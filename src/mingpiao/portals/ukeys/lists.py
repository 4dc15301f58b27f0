"""The lists of UKeys: a unit's own, and those of a department's units and people."""

from collections.abc import Mapping
from typing import Any

from mingpiao.kernel.clock import now
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.ukeys.rights import UKEYS_DECIDE, UNIT_UKEYS
from mingpiao.storage.paging import Page
from mingpiao.ukeys.model import UKey, UKeyFilter, UKeyState
from mingpiao.ukeys.service import list_ukeys

_COLOURS = {
    UKeyState.REQUESTED: "orange",
    UKeyState.REFUSED: "red",
    UKeyState.WITHDRAWN: "secondary",
    UKeyState.ISSUED: "blue",
    UKeyState.DELIVERED: "blue",
    UKeyState.ACTIVE: "green",
    UKeyState.HELD: "orange",
    UKeyState.REVOKED: "secondary",
}


def state_badge(key: UKey) -> Badge:
    """The state of a UKey, or that its certificate has ended or will soon."""
    if key.state in (UKeyState.ACTIVE, UKeyState.DELIVERED, UKeyState.ISSUED) and key.is_over(now()):
        return Badge("已过期", "red")
    if key.state is UKeyState.ACTIVE and key.ends_soon(now()):
        return Badge("在用，即将到期", "orange")
    return Badge(key.state.label, _COLOURS[key.state])


async def _of_unit(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[UKey]:
    asked = UKeyFilter(unit_id=unit_of(here.account), state=wanted["state"], words=wanted["words"])
    return await list_ukeys(here.connection, asked, after=key, limit=limit)


async def _of_department(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[UKey]:
    asked = UKeyFilter(state=wanted["state"], words=wanted["words"])
    return await list_ukeys(here.connection, asked, after=key, limit=limit)


def _columns(base: str, *, places: bool) -> tuple[Column[UKey], ...]:
    return (
        Column(
            name="holder",
            label="持有人",
            kind="wide",
            head=True,
            value=lambda key: key.holder_name,
            link=lambda key: f"{base}/{key.ukey_id}",
        ),
        Column(name="place", label="单位或部门", kind="wide", shown=places, value=lambda key: key.place_name),
        Column(name="point", label="开票点", kind="code", value=lambda key: key.point_code),
        Column(name="state", label="状态", value=state_badge),
        Column(name="valid_to", label="有效期至", kind="moment", value=lambda key: key.valid_to),
        Column(
            name="applied", label="申请时间", kind="moment", phone=False, value=lambda key: key.applied_at
        ),
        Column(name="serial", label="序列号", kind="code", shown=False, value=lambda key: key.serial or ""),
    )


_FILTERS = (
    ChoiceFilter(name="state", label="状态", options=tuple((each.value, each.label) for each in UKeyState)),
    TextFilter(name="words", label="持有人或单位"),
)
UNIT_UKEY_LIST: Listing[UKey] = Listing(
    name="unit_ukeys",
    address="/unit/ukeys",
    title="UKey 管理",
    filters=_FILTERS,
    columns=_columns("/unit/ukeys", places=False),
    fetch=_of_unit,
    empty=("没有符合条件的 UKey", "点“申请 UKey”为本单位人员申请证书。"),
    export=ExportFile(action="ukey:export", file="ukeys", right=UNIT_UKEYS),
    buttons=(
        Button(label="申请 UKey", address="/unit/ukeys/new", icon="plus", right=UNIT_UKEYS, primary=True),
    ),
    template="ukeys/unit_list.html",
)
FINANCE_UKEY_LIST: Listing[UKey] = Listing(
    name="finance_ukeys",
    address="/finance/ukeys",
    title="UKey 管理",
    filters=_FILTERS,
    columns=_columns("/finance/ukeys", places=True),
    fetch=_of_department,
    empty=("没有符合条件的 UKey", "用票单位的票据管理员申请以后，会出现在这里并发消息告知。"),
    export=ExportFile(action="ukey:export", file="ukeys", right=FINANCE_VIEW),
    buttons=(
        Button(label="申请自己的 UKey", address="/finance/ukeys/new", icon="plus", right=UKEYS_DECIDE),
        Button(label="证书颁发机构", address="/finance/ukeys/authorities", icon="file-certificate"),
        Button(label="UKey 设置", address="/finance/ukeys/settings", icon="adjustments-horizontal"),
    ),
    template="ukeys/finance_list.html",
)
