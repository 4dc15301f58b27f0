"""The lists of 复核: what waits for a second person, and which bills must be checked."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.applications.model import Application, ApplicationState, CheckFilter
from mingpiao.applications.service import list_checks
from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account
from mingpiao.issuing.model import CheckingDemand
from mingpiao.issuing.service import demands_of
from mingpiao.portals.applications.lists import STATE_COLOURS
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.checking.rights import UNIT_CHECK, UNIT_DEMANDS
from mingpiao.portals.kinds.naming import kind_name, kind_options_of_unit
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import AmountsFilter, ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Batch, Button, Listing, RowAction
from mingpiao.storage.paging import Page

_EVER = "ever"
_STATES = (
    *(
        (state.value, state.label)
        for state in (
            ApplicationState.AWAITS_CHECKER,
            ApplicationState.AGREED,
            ApplicationState.ISSUED,
            ApplicationState.RETURNED,
            ApplicationState.WITHDRAWN,
        )
    ),
    (_EVER, "全部"),
)


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a second person decides, with the name of its kind."""

    application: Application
    kind: str


class DemandRow(msgspec.Struct, frozen=True, kw_only=True):
    """A demand with the names that the list shows for it."""

    demand: CheckingDemand
    kind: str
    item: str


def told_demand(demand: CheckingDemand, catalog: Catalog) -> str:
    """What a demand is about, in one line."""
    parts = [
        kind_name(catalog, demand.kind) if demand.kind else "",
        item_name(demand.item, catalog),
        "" if demand.amount_from is None else f"金额 {demand.amount_from:,.2f} 元起",
    ]
    return "，".join(part for part in parts if part)


def item_name(code: str, catalog: Catalog) -> str:
    """An item by name and code; empty without one."""
    item = catalog.items.get(code)
    return f"{item.name}（{code}）" if item else code


async def _fetch_checks(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[CheckRow]:
    asked = CheckFilter(
        unit_id=unit_of(here.account),
        state="" if wanted["state"] == _EVER else wanted["state"],
        kind=wanted["kind"],
        payer=wanted["payer"],
        sent_by_name=wanted["by"],
        amount_from=wanted["amount_from"],
        amount_to=wanted["amount_to"],
    )
    found = await list_checks(here.connection, asked, after=key, limit=limit)
    rows = tuple(CheckRow(application=each, kind=kind_name(here.catalog, each.kind)) for each in found.items)
    return Page(items=rows, next_key=found.next_key)


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or ApplicationState.AWAITS_CHECKER.value}


def _state(row: CheckRow) -> Parts:
    application = row.application
    held_up = Badge("暂未开出", "red") if application.held_up else ""
    return Parts((Badge(application.state.label, STATE_COLOURS.get(application.state, "blue")), held_up))


def may_be_checked(application: Application, account: Account) -> bool:
    """Whether a request waits, and for another person than who sent it."""
    own = account.actor in (application.submitted_by, application.sent_by)
    return application.state is ApplicationState.AWAITS_CHECKER and not own


CHECKS: Listing[CheckRow] = Listing(
    name="unit_checks",
    address="/unit/checks",
    title="待复核票据",
    crumbs=(("首页", "/unit"),),
    filters=(
        ChoiceFilter(name="state", label="状态", options=_STATES, empty=""),
        ChoiceFilter(name="kind", label="票据种类", options=kind_options_of_unit, may_be_gone=True),
        TextFilter(name="payer", label="缴款人"),
        AmountsFilter(label="金额"),
        TextFilter(name="by", label="提交人"),
    ),
    usual=_usual,
    columns=(
        Column(
            name="submitted",
            label="提交时间",
            kind="moment",
            value=lambda row: row.application.submitted_at,
        ),
        Column(
            name="number",
            label="申请编号",
            kind="code",
            head=True,
            value=lambda row: str(row.application.application_id),
            link=lambda row: f"/unit/checks/{row.application.application_id}",
        ),
        Column(name="kind", label="票据种类", kind="wide", phone=False, value=lambda row: row.kind),
        Column(
            name="payer",
            label="缴款人",
            kind="wide",
            card="name",
            value=lambda row: row.application.payer_name,
        ),
        Column(name="amount", label="金额（元）", kind="money", value=lambda row: row.application.total),
        Column(
            name="files",
            label="佐证材料",
            kind="count",
            phone=False,
            value=lambda row: len(row.application.request.evidence),
        ),
        Column(
            name="findings",
            label="规则检查",
            kind="wide",
            phone=False,
            value=lambda row: "；".join(hit.name for hit in row.application.findings) or "无提示",
        ),
        Column(name="by", label="提交人", value=lambda row: row.application.submitted_by_name),
        Column(
            name="checker",
            label="复核人",
            phone=False,
            shown=False,
            value=lambda row: row.application.checked_by_name,
        ),
        Column(name="state", label="状态", value=_state),
    ),
    fetch=_fetch_checks,
    empty=("没有等待复核的票据", "本单位规定须复核的票据，开票人提交后出现在这里。"),
    batch=Batch(
        address="/unit/checks/batch",
        template="checking/_batch.html",
        right=UNIT_CHECK,
        noun="申请",
        row_id=lambda row: str(row.application.application_id),
        offered=lambda row, account: may_be_checked(row.application, account),
    ),
)


async def _fetch_demands(here: Here, _wanted: Mapping[str, Any], _key: str, _limit: int) -> Page[DemandRow]:
    """A unit has few demands: one page holds them."""
    found = await demands_of(here.connection, unit_of(here.account))
    rows = [
        DemandRow(
            demand=each,
            kind=kind_name(here.catalog, each.kind) if each.kind else "不限",
            item=item_name(each.item, here.catalog) or "不限",
        )
        for each in found
    ]
    return Page(items=tuple(rows))


def _switched(row: DemandRow) -> str:
    return "停用" if row.demand.active else "启用"


DEMANDS: Listing[DemandRow] = Listing(
    name="unit_demands",
    address="/unit/demands",
    title="复核规则",
    crumbs=(("首页", "/unit"),),
    columns=(
        Column(name="kind", label="票据种类", kind="wide", head=True, value=lambda row: row.kind),
        Column(name="item", label="收款项目", kind="wide", value=lambda row: row.item),
        Column(
            name="amount",
            label="金额（元）起",
            kind="money",
            value=lambda row: row.demand.amount_from,
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: Badge("启用", "green") if row.demand.active else Badge("停用", "secondary"),
        ),
        Column(name="changed", label="最近变更", kind="moment", value=lambda row: row.demand.changed_at),
        Column(name="by", label="变更人", phone=False, value=lambda row: row.demand.changed_by_name),
    ),
    fetch=_fetch_demands,
    empty=(
        "没有复核规则",
        "本单位的票据不经复核即可开具。增加规则后，符合条件的票据须经复核人同意才能开具。",
    ),
    buttons=(
        Button(label="增加规则", address="/unit/demands/new", icon="plus", primary=True, right=UNIT_DEMANDS),
    ),
    actions=(
        RowAction(
            label=_switched,
            spoken=lambda row: f"{_switched(row)}规则：{row.kind}，{row.item}",
            address=lambda row: (
                f"/unit/demands/{row.demand.demand_id}/{'disable' if row.demand.active else 'enable'}"
            ),
            right=UNIT_DEMANDS,
        ),
    ),
    template="checking/demands.html",
)
