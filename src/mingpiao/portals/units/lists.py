"""The list of 用票单位 of a department's region."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter, TextFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.units.model import Unit, UnitMode
from mingpiao.units.service import search

MODES = {UnitMode.ONLINE.value: "在线开票", UnitMode.INTERFACE.value: "接口开票"}


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the name of its region."""

    unit: Unit
    region: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[UnitRow]:
    found = await search(
        here.connection,
        words=wanted["words"],
        mode=wanted["mode"],
        region_prefix=region_prefix(wanted["region"]),
        order="" if wanted["sort"] == "registered" else wanted["sort"],
        after=key,
        limit=limit,
    )
    rows = tuple(
        UnitRow(unit=unit, region=here.catalog.region_path(unit.region_code)) for unit in found.items
    )
    return Page(items=rows, next_key=found.next_key, total=found.total)


UNITS: Listing[UnitRow] = Listing(
    name="finance_units",
    address="/finance/units",
    title="用票单位",
    filters=(
        TextFilter(name="words", label="单位名称或统一社会信用代码", width="col-12 col-md-4"),
        ChoiceFilter(name="mode", label="开票方式", options=list(MODES.items())),
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
        Column(name="type", label="单位类型", phone=False, value=lambda row: row.unit.unit_type.label),
        Column(name="mode", label="开票方式", phone=False, value=lambda row: MODES[row.unit.mode.value]),
    ),
    fetch=_fetch,
    empty=("没有符合条件的用票单位", "请修改名称、开票方式或地区后重新查询。"),
    export=ExportFile(action="unit:export", file="units", right=FINANCE_VIEW),
)
