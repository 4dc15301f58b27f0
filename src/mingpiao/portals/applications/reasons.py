"""/finance/reasons: reasons that say too little, or that one unit gave for many bills."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.issuing.service import GivenReason, list_given_reasons
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, UnitFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.rules.service import live_versions
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of

_DAYS = {"30": 30, "90": 90, "365": 365}
_PERIODS = (("30", "近30天"), ("90", "近90天"), ("365", "近一年"))


class ReasonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A given reason with the name of its unit."""

    given: GivenReason
    unit: str
    usual: bool


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ReasonRow]:
    found = await list_given_reasons(
        here.connection, days=_DAYS[wanted["days"]], unit_id=wanted["unit_id"], after=key, limit=limit
    )
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    _, live = await live_versions(here.connection)
    usual = {reason for version in live for reason in version.rule.reasons}
    rows = tuple(
        ReasonRow(given=each, unit=names.get(each.unit_id, ""), usual=each.reason in usual)
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"days": values["days"] or "90"}


def _marks(row: ReasonRow) -> Parts:
    repeated = Badge("多票同一理由", "orange") if row.given.bills > 1 else ""
    usual = Badge("常用理由", "secondary") if row.usual else ""
    return Parts((Badge("没有实质内容", "red") if row.given.thin else "", repeated, usual))


REASONS: Listing[ReasonRow] = Listing(
    name="finance_reasons",
    address="/finance/reasons",
    title="核实理由",
    filters=(
        ChoiceFilter(name="days", label="开票时间", width="col-6 col-lg-3", options=_PERIODS),
        UnitFilter(),
    ),
    usual=_usual,
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.unit,
            link=lambda row: f"/finance/units/{row.given.unit_id}",
        ),
        Column(name="reason", label="理由", kind="long", value=lambda row: row.given.reason),
        Column(name="bills", label="票据数", kind="count", value=lambda row: row.given.bills),
        Column(name="marks", label="疑点", value=_marks),
        Column(
            name="rules", label="规则", kind="wide", phone=False, value=lambda row: "、".join(row.given.rules)
        ),
        Column(
            name="last", label="最近一次", kind="moment", phone=False, value=lambda row: row.given.last_at
        ),
    ),
    fetch=_fetch,
    empty=("没有可疑的核实理由", "同一单位对五张以上票据写同一理由，或理由没有实质内容的，会出现在这里。"),
    export=ExportFile(action="given_reasons:export", file="reasons", right=FINANCE_VIEW),
)
