"""The lists of applications: a unit's own, and what a department has to decide."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.applications.model import Application, ApplicationFilter, ApplicationState, ReviewFilter
from mingpiao.applications.service import list_applications, list_reviews, rules_waiting
from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account
from mingpiao.portals.applications.rights import REVIEW
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import UNIT_EXPORT
from mingpiao.portals.kinds.naming import kind_name, kind_options_of_unit
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, DaysFilter, Here, Options, TextFilter
from mingpiao.portals.list_model import Batch, ExportFile, Listing
from mingpiao.portals.rendering import day
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of

#: The colour of each state that has one.
STATE_COLOURS = {
    ApplicationState.ISSUED: "green",
    ApplicationState.APPROVED: "green",
    ApplicationState.REFUSED: "red",
    ApplicationState.REJECTED: "red",
    ApplicationState.NEEDS_CONFIRMATION: "orange",
    ApplicationState.RETURNED: "orange",
    ApplicationState.IN_REVIEW: "orange",
    ApplicationState.AWAITS_CHECKER: "orange",
    ApplicationState.AGREED: "green",
}
_REVIEW_STATES = (
    ("open", "待办（待复核、待开具）"),
    *(
        (state.value, state.label)
        for state in (
            ApplicationState.IN_REVIEW,
            ApplicationState.APPROVED,
            ApplicationState.RETURNED,
            ApplicationState.ISSUED,
            ApplicationState.REJECTED,
            ApplicationState.WITHDRAWN,
        )
    ),
    ("all", "全部"),
)
_WHOSE = (("own", "本部门办理"), ("mine", "由我办理"), ("all", "本级及下级全部"))


class ApplicationRow(msgspec.Struct, frozen=True, kw_only=True):
    """An application with the names that a list shows for it."""

    application: Application
    kind: str
    unit: str
    department: str
    mine: bool


async def _rows(here: Here, found: Page[Application]) -> Page[ApplicationRow]:
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(
        ApplicationRow(
            application=each,
            kind=kind_name(here.catalog, each.kind),
            unit=names.get(each.unit_id, ""),
            department=department_name(here.catalog, each.reviewer_region),
            mine=each.reviewer_id == here.account.account_id,
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def department_name(catalog: Catalog, region_code: str | None) -> str:
    """The name of a region's department, or its code if there is none."""
    department = catalog.departments.get(region_code or "")
    return department.name if department else (region_code or "")


async def _own(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ApplicationRow]:
    asked = ApplicationFilter(
        unit_id=unit_of(here.account),
        state=wanted["state"],
        kind=wanted["kind"],
        payer=wanted["payer"],
        business_no=wanted["business_no"],
        submitted_from=wanted["from"],
        submitted_to=wanted["to"],
    )
    return await _rows(here, await list_applications(here.connection, asked, after=key, limit=limit))


async def _reviews(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ApplicationRow]:
    account = here.account
    asked = ReviewFilter(
        state="" if wanted["state"] == "all" else wanted["state"],
        due=wanted["due"],
        rule=wanted["rule"],
        unit_words=wanted["unit"],
        reviewer_region=(account.region_code or "") if wanted["whose"] == "own" else "",
        reviewer_id=account.account_id if wanted["whose"] == "mine" else None,
    )
    return await _rows(here, await list_reviews(here.connection, asked, after=key, limit=limit))


def _usual_reviews(account: Account, values: dict[str, str]) -> dict[str, str]:
    """By default, what is open in the own department; an administrator has none and sees all."""
    whose = values["whose"] or ("own" if account.region_code else "all")
    return values | {"state": values["state"] or "open", "whose": whose}


async def _rule_options(here: Here) -> Options:
    return await rules_waiting(here.connection)


async def _whose_options(here: Here) -> Options:
    return _WHOSE if here.account.region_code else _WHOSE[-1:]


def _state(row: ApplicationRow) -> Parts:
    application = row.application
    held_up = Badge("暂未开出", "red") if application.held_up else ""
    return Parts((Badge(application.state.label, STATE_COLOURS.get(application.state, "blue")), held_up))


def deadline(application: Application) -> Badge | None:
    """How much time is left for a decision, in words."""
    left = application.workdays_left()
    if left is None:
        return None
    if left < 0:
        return Badge(f"逾期 {-left} 个工作日", "red")
    if left == 0:
        return Badge("今日到期", "orange")
    return Badge(f"还剩 {left} 个工作日", "orange" if left == 1 else "green")


def _due(row: ApplicationRow) -> Parts | None:
    due = deadline(row.application)
    if due is None or row.application.due_at is None:
        return None
    return Parts((due, Note(f"{day(row.application.due_at)} 前")))


def _may_be_decided(row: ApplicationRow, account: Account) -> bool:
    application = row.application
    own = application.reviewer_region == account.region_code
    return own and application.state is ApplicationState.IN_REVIEW


def _number(base: str) -> Column[ApplicationRow]:
    return Column(
        name="number",
        label="申请编号",
        kind="code",
        head=True,
        value=lambda row: str(row.application.application_id),
        link=lambda row: f"{base}/{row.application.application_id}",
    )


_KIND: Column[ApplicationRow] = Column(
    name="kind", label="票据种类", kind="wide", phone=False, value=lambda row: row.kind
)
_PAYER: Column[ApplicationRow] = Column(
    name="payer", label="缴款人", kind="wide", card="name", value=lambda row: row.application.payer_name
)
_AMOUNT: Column[ApplicationRow] = Column(
    name="amount", label="金额（元）", kind="money", value=lambda row: row.application.total
)
_STATE: Column[ApplicationRow] = Column(name="state", label="状态", value=_state)

UNIT_APPLICATIONS: Listing[ApplicationRow] = Listing(
    name="unit_applications",
    address="/unit/applications",
    title="开票申请",
    crumbs=(("首页", "/unit"),),
    page_size=30,
    filters=(
        ChoiceFilter(
            name="state",
            label="申请状态",
            width="col-6 col-lg-2",
            options=[(state.value, state.label) for state in ApplicationState],
        ),
        DaysFilter(label="提交日期", width="col-6 col-lg-2"),
        TextFilter(name="payer", label="缴款人"),
        TextFilter(name="business_no", label="业务流水号"),
        # Any kind may be appealed for, not only kinds that need files.
        ChoiceFilter(
            name="kind",
            label="票据种类",
            width="col-12 col-lg-5",
            options=kind_options_of_unit,
            may_be_gone=True,
        ),
    ),
    columns=(
        Column(
            name="submitted",
            label="提交时间",
            kind="moment",
            phone=False,
            value=lambda row: row.application.submitted_at,
        ),
        _number("/unit/applications"),
        _KIND,
        _PAYER,
        _AMOUNT,
        _STATE,
        Column(name="due", label="复核期限", phone=False, value=lambda row: deadline(row.application)),
        Column(name="by", label="提交人", phone=False, value=lambda row: row.application.submitted_by_name),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            shown=False,
            value=lambda row: row.application.business_no,
        ),
    ),
    fetch=_own,
    empty=("没有符合条件的开票申请", "需要佐证材料、需要核实或提交人工复核的开票请求会出现在这里。"),
    export=ExportFile(action="application:export", file="applications", right=UNIT_EXPORT),
)
REVIEWS: Listing[ApplicationRow] = Listing(
    name="finance_reviews",
    address="/finance/reviews",
    title="人工复核",
    page_size=30,
    filters=(
        ChoiceFilter(name="state", label="状态", options=_REVIEW_STATES, empty=""),
        ChoiceFilter(
            name="due",
            label="期限",
            options=(("soon", "一个工作日内到期"), ("overdue", "已逾期")),
            empty="不限",
        ),
        ChoiceFilter(name="whose", label="办理部门", options=_whose_options, empty=""),
        TextFilter(name="unit", label="单位名称或统一社会信用代码"),
        ChoiceFilter(
            name="rule",
            label="核实事项",
            width="col-12 col-lg-6",
            options=_rule_options,
            may_be_gone=True,
        ),
    ),
    usual=_usual_reviews,
    columns=(
        Column(name="due", label="期限", value=_due),
        _number("/finance/reviews"),
        Column(name="unit", label="用票单位", kind="wide", value=lambda row: row.unit),
        _KIND,
        _PAYER,
        _AMOUNT,
        Column(
            name="asks",
            label="核实事项",
            kind="wide",
            phone=False,
            value=lambda row: "；".join(hit.name for hit in row.application.asks),
        ),
        _STATE,
        Column(
            name="department",
            label="办理部门",
            kind="wide",
            phone=False,
            value=lambda row: Parts((row.department, Badge("由我办理") if row.mine else "")),
        ),
    ),
    fetch=_reviews,
    empty=("没有符合条件的复核申请", "用票单位对核实事项提出的申诉会出现在这里。"),
    batch=Batch(
        address="/finance/reviews/batch",
        template="applications/_batch.html",
        right=REVIEW,
        noun="申请",
        row_id=lambda row: str(row.application.application_id),
        offered=_may_be_decided,
    ),
)
