"""The list of 预警, for departments."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, Options, RegionFilter, UnitFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.rules.model import Severity
from mingpiao.storage.paging import Page
from mingpiao.supervision.model import SEVERITY_LABELS, Alert, AlertFilter, AlertState
from mingpiao.supervision.service import hour_words, list_alerts
from mingpiao.units.service import names_of

STATE_COLOURS = {
    AlertState.NEW: "orange",
    AlertState.TAKEN: "blue",
    AlertState.EXPLAINED: "green",
    AlertState.FALSE: "secondary",
    AlertState.BREACH: "red",
}
SEVERITY_COLOURS = {Severity.ASK: "red", Severity.WARN: "secondary"}
_OPEN, _ALL = "open", "all"
_STATES = {_OPEN: (AlertState.NEW, AlertState.TAKEN), _ALL: ()}


def _usual_state(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values if values.get("state") else values | {"state": _OPEN}


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with the name of its unit."""

    alert: Alert
    unit: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AlertRow]:
    state = wanted["state"]
    asked = AlertFilter(
        states=_STATES[state] if state in _STATES else (AlertState(state),),
        severity=Severity(wanted["severity"]) if wanted["severity"] else None,
        rule=wanted["rule"],
        region_prefix=region_prefix(wanted["region"]) if wanted.get("region") else "",
        unit_id=wanted.get("unit_id"),
    )
    found = await list_alerts(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(AlertRow(alert=each, unit=names.get(each.unit_id, "")) for each in found.items)
    return Page(items=rows, next_key=found.next_key)


async def rule_options(here: Here) -> Options:
    """The rules of the newest open and decided alerts that the person sees, by name."""
    found = await list_alerts(here.connection, AlertFilter(), limit=500)
    names = {each.rule_code: each.rule_name for each in found.items}
    return sorted(names.items(), key=lambda pair: pair[1])


ALERTS: Listing[AlertRow] = Listing(
    name="finance_alerts",
    address="/finance/alerts",
    title="预警",
    filters=(
        ChoiceFilter(
            name="state",
            label="状态",
            options=[
                (_OPEN, "待处理和处理中"),
                *((state.value, state.label) for state in AlertState),
                (_ALL, "全部"),
            ],
            empty="",
        ),
        ChoiceFilter(
            name="severity",
            label="程度",
            options=[(severity.value, label) for severity, label in SEVERITY_LABELS.items()],
        ),
        ChoiceFilter(name="rule", label="规则", options=rule_options, may_be_gone=True),
        RegionFilter(),
        UnitFilter(),
    ),
    usual=_usual_state,
    columns=(
        Column(
            name="hour",
            label="时段",
            value=lambda row: hour_words(row.alert.last_hour),
        ),
        Column(name="unit", label="用票单位", kind="wide", head=True, value=lambda row: row.unit),
        Column(
            name="rule",
            label="规则",
            value=lambda row: row.alert.rule_name,
            link=lambda row: f"/finance/alerts/{row.alert.alert_id}",
            link_label=lambda row: f"{row.unit}{row.alert.rule_name}",
        ),
        Column(name="reason", label="为什么", kind="long", value=lambda row: row.alert.reason),
        Column(
            name="severity",
            label="程度",
            value=lambda row: Badge(
                SEVERITY_LABELS[row.alert.severity], SEVERITY_COLOURS[row.alert.severity]
            ),
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: Badge(row.alert.state.label, STATE_COLOURS[row.alert.state]),
        ),
        Column(name="hours", label="时段数", kind="count", phone=False, value=lambda row: row.alert.hours),
    ),
    fetch=_fetch,
    empty=("没有符合条件的预警", "单位一个小时的开票情况符合“监测预警”规则的，几秒后出现在这里。"),
    export=ExportFile(action="alert:export", file="alerts", right=FINANCE_VIEW),
    template="alerts/alerts.html",
)
