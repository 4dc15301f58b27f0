"""The lists of 异常票据 and 整改, for departments and units."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.grammar import read_month, read_whole
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import (
    AmountsFilter,
    ChoiceFilter,
    Here,
    Options,
    UnitOrIdFilter,
)
from mingpiao.portals.list_model import Batch, ExportFile, Listing
from mingpiao.portals.writeoff.lists import month_options
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import (
    UNDECIDED,
    CaseFilter,
    CaseState,
    ExceptionCase,
    Rectification,
    RectificationFilter,
    RectificationState,
)
from mingpiao.writeoff.service import (
    is_past_limit,
    list_cases,
    list_rectifications,
    load_policies,
    rules_of_cases,
)

_ALL, _WAITING = "all", "waiting"
_OWN, _LATE = "own", "late"
CASE_COLOURS = {
    CaseState.OPEN: "orange",
    CaseState.ASKED: "blue",
    CaseState.ANSWERED: "orange",
    CaseState.CLEARED: "green",
    CaseState.BREACHED: "red",
    CaseState.RECTIFYING: "red",
    CaseState.RECTIFIED: "green",
}
NOTICE_COLOURS = {
    RectificationState.ISSUED: "red",
    RectificationState.ANSWERED: "orange",
    RectificationState.ACCEPTED: "green",
}


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A case with the names that a list shows for it."""

    case: ExceptionCase
    is_late: bool
    identity: BillIdentity
    kind: str
    unit: str


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A notice of rectification with its unit's name."""

    notice: Rectification
    unit: str


async def _cases(
    here: Here, wanted: Mapping[str, Any], key: str, limit: int, unit_id: int | None
) -> Page[CaseRow]:
    whose, age = wanted.get("whose", _ALL), read_whole(wanted.get("age", ""), digits=3)
    asked = CaseFilter(
        unit_id=unit_id,
        states=_states_of(wanted["state"]),
        rule=wanted.get("rule", ""),
        region_code=(here.account.region_code or "") if whose == _OWN else "",
        escalated=whose == _LATE,
        amount_from=wanted.get("amount_from"),
        amount_to=wanted.get("amount_to"),
        opened_to=None if age is None else today() - timedelta(days=age),
        month=read_month(wanted["month"]),
    )
    found = await list_cases(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    policies = await load_policies(here.connection)
    limits = {
        each.region_code: policies.of(each.region_code).policy.decision_workdays for each in found.items
    }
    rows = tuple(
        CaseRow(
            case=each,
            is_late=_is_late(each)
            or (each.is_undecided and is_past_limit(each.waits_since, limits[each.region_code])),
            identity=BillIdentity.from_bill_id(each.bill_id),
            kind=kind_name(here.catalog, each.kind_code),
            unit=names.get(each.unit_id, ""),
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _states_of(text: str) -> tuple[CaseState, ...]:
    if text == _WAITING:
        return tuple(sorted(UNDECIDED))
    return () if text == _ALL else (CaseState(text),)


async def _of_department(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[CaseRow]:
    return await _cases(here, wanted, key, limit, wanted["unit_id"])


async def _of_unit(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[CaseRow]:
    return await _cases(here, wanted, key, limit, unit_of(here.account))


async def _rules(here: Here) -> Options:
    return await rules_of_cases(here.connection)


async def _whose(here: Here) -> Options:
    own = here.account.region_code is not None
    return [*([(_OWN, "本部门办理")] if own else []), (_LATE, "下级逾期未办"), (_ALL, "全部")]


def _usual_cases(account: Account, values: dict[str, str]) -> dict[str, str]:
    # A message leads to one unit, whoever decides there.
    near = _OWN if account.region_code is not None and not values["unit"] else _ALL
    return values | {
        "state": values["state"] or (_ALL if values["whose"] == _ALL and values["unit"] else _WAITING),
        "whose": values["whose"] or near,
    }


def _usual_state(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or _ALL}


def _age(row: CaseRow) -> str:
    days = (today() - to_shanghai(row.case.opened_at).date()).days
    return "今天" if days == 0 else f"{days} 天"


def case_badges(case: ExceptionCase, *, is_late: bool = False) -> Parts:
    """The state of a case; while the unit is asked also until when, and whether its department is late, which is
    sure once it was told to the level above.
    """
    badge = Badge(case.state.label, CASE_COLOURS[case.state])
    until = f"{case.asked_due_on:%-m月%-d日}前" if case.state is CaseState.ASKED and case.asked_due_on else ""
    return Parts(
        (badge, Note(until) if until else "", Badge("逾期未办", "red") if is_late or _is_late(case) else "")
    )


def _is_late(case: ExceptionCase) -> bool:
    return case.escalated_to is not None and case.is_undecided


_CASE_STATES = ((_WAITING, "未办结"), *((each.value, each.label) for each in CaseState), (_ALL, "全部"))


_MONTH = ChoiceFilter(name="month", label="票据月份", options=month_options, may_be_gone=True)


def _case_columns(base: str, *, units: bool) -> tuple[Column[CaseRow], ...]:
    return (
        Column(
            name="bill",
            label="票据号码",
            kind="code",
            head=True,
            value=lambda row: row.identity.number,
            text=lambda row: f"{row.identity.code}-{row.identity.number}",
            link=lambda row: f"{base}/{row.case.case_id}",
        ),
        Column(name="unit", label="用票单位", kind="wide", shown=units, value=lambda row: row.unit),
        Column(name="kind", label="票据种类", kind="wide", value=lambda row: row.kind),
        Column(name="amount", label="金额（元）", kind="money", value=lambda row: row.case.total),
        Column(
            name="findings",
            label="异常原因",
            kind="wide",
            value=lambda row: "；".join(dict.fromkeys(each.name for each in row.case.findings)),
        ),
        Column(
            name="month",
            label="核销月份",
            kind="short",
            phone=False,
            value=lambda row: f"{row.case.month:%Y-%m}",
        ),
        Column(name="age", label="已发现", kind="short", phone=False, value=_age),
        Column(
            name="state",
            label="状态",
            value=lambda row: case_badges(row.case, is_late=row.is_late),
            text=lambda row: row.case.state.label,
        ),
        Column(name="by", label="办理人", shown=False, value=lambda row: row.case.decided_by_name),
        Column(name="reason", label="办理理由", kind="long", shown=False, value=lambda row: row.case.reason),
    )


FINANCE_EXCEPTIONS: Listing[CaseRow] = Listing(
    name="finance_exceptions",
    address="/finance/exceptions",
    title="异常票据",
    filters=(
        ChoiceFilter(name="state", label="状态", options=_CASE_STATES, empty=""),
        ChoiceFilter(name="whose", label="办理部门", options=_whose, empty=""),
        ChoiceFilter(name="rule", label="异常原因", options=_rules, may_be_gone=True),
        _MONTH,
        ChoiceFilter(
            name="age",
            label="发现时间",
            options=(("7", "超过7天"), ("30", "超过30天"), ("90", "超过90天")),
            empty="不限",
        ),
        AmountsFilter(label="金额"),
        UnitOrIdFilter(),
    ),
    usual=_usual_cases,
    columns=_case_columns("/finance/exceptions", units=True),
    fetch=_of_department,
    empty=("没有符合条件的异常票据", "核销检查没有通过的票据会出现在这里，由同级财政部门办理。"),
    export=ExportFile(action="exception:export", file="exceptions", right=FINANCE_VIEW),
    batch=Batch(
        address="/finance/exceptions/batch",
        template="casework/_batch.html",
        right=EXCEPTIONS_DECIDE,
        noun="异常票据",
        row_id=lambda row: str(row.case.case_id),
        offered=lambda row, _account: row.case.is_undecided,
    ),
)
UNIT_EXCEPTIONS: Listing[CaseRow] = Listing(
    name="unit_exceptions",
    address="/unit/exceptions",
    title="异常票据",
    crumbs=(("首页", "/unit"),),
    filters=(ChoiceFilter(name="state", label="状态", options=_CASE_STATES, empty=""), _MONTH),
    usual=_usual_state,
    columns=_case_columns("/unit/exceptions", units=False),
    fetch=_of_unit,
    empty=("没有异常票据", "核销检查没有通过的票据会出现在这里；财政部门要求说明的，在这里说明。"),
    export=ExportFile(action="exception:export", file="exceptions", right=UNIT_EXPORT),
)


# -- notices ---------------------------------------------------------------------------------------------


async def _notices(
    here: Here, wanted: Mapping[str, Any], key: str, limit: int, unit_id: int | None
) -> Page[NoticeRow]:
    state = wanted["state"]
    asked = RectificationFilter(
        unit_id=unit_id,
        states=_notice_states(state),
        region_code=(here.account.region_code or "") if wanted.get("whose") == _OWN else "",
        escalated=wanted.get("whose") == _LATE,
        due="overdue" if state == "overdue" else "",
    )
    found = await list_rectifications(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(NoticeRow(notice=each, unit=names.get(each.unit_id, "")) for each in found.items)
    return Page(items=rows, next_key=found.next_key)


def _notice_states(text: str) -> tuple[RectificationState, ...]:
    if text == _WAITING:
        return (RectificationState.ISSUED, RectificationState.ANSWERED)
    return () if text in (_ALL, "overdue") else (RectificationState(text),)


async def _notices_of_department(
    here: Here, wanted: Mapping[str, Any], key: str, limit: int
) -> Page[NoticeRow]:
    return await _notices(here, wanted, key, limit, wanted["unit_id"])


async def _notices_of_unit(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[NoticeRow]:
    return await _notices(here, wanted, key, limit, unit_of(here.account))


def _usual_notices(account: Account, values: dict[str, str]) -> dict[str, str]:
    near = _OWN if account.region_code is not None and not values["unit"] else _ALL
    return values | {"state": values["state"] or _WAITING, "whose": values["whose"] or near}


def notice_badges(notice: Rectification) -> Parts:
    """The state of a notice, and whether its last day has passed or is near."""
    badge = Badge(notice.state.label, NOTICE_COLOURS[notice.state])
    if notice.state is RectificationState.ACCEPTED:
        return Parts((badge,))
    left = (notice.due_on - today()).days
    if left < 0:
        return Parts((badge, Badge(f"逾期 {-left} 天", "red")))
    return Parts(
        (badge, Badge("今天到期" if left == 0 else f"还剩 {left} 天", "orange") if left <= 30 else "")
    )


_NOTICE_STATES = (
    (_WAITING, "未完成"),
    ("overdue", "已逾期"),
    *((each.value, each.label) for each in RectificationState),
    (_ALL, "全部"),
)


def _notice_columns(base: str, *, units: bool) -> tuple[Column[NoticeRow], ...]:
    return (
        Column(
            name="serial",
            label="文号",
            kind="text",
            head=True,
            value=lambda row: row.notice.serial,
            link=lambda row: f"{base}/{row.notice.rectification_id}",
        ),
        Column(name="unit", label="用票单位", kind="wide", shown=units, value=lambda row: row.unit),
        Column(name="due", label="整改期限", kind="day", value=lambda row: row.notice.due_on),
        Column(
            name="state",
            label="状态",
            value=lambda row: notice_badges(row.notice),
            text=lambda row: row.notice.state.label,
        ),
        Column(
            name="issued",
            label="发出时间",
            kind="moment",
            phone=False,
            value=lambda row: row.notice.issued_at,
        ),
        Column(name="by", label="发出人", phone=False, value=lambda row: row.notice.issued_by_name),
    )


FINANCE_RECTIFICATIONS: Listing[NoticeRow] = Listing(
    name="finance_rectifications",
    address="/finance/rectifications",
    title="整改",
    filters=(
        ChoiceFilter(name="state", label="状态", options=_NOTICE_STATES, empty=""),
        ChoiceFilter(name="whose", label="办理部门", options=_whose, empty=""),
        UnitOrIdFilter(),
    ),
    usual=_usual_notices,
    columns=_notice_columns("/finance/rectifications", units=True),
    fetch=_notices_of_department,
    empty=("没有符合条件的整改通知", "标记违规以后，在违规票据的页面上发出整改通知。"),
    export=ExportFile(action="rectification:export", file="rectifications", right=FINANCE_VIEW),
)
UNIT_RECTIFICATIONS: Listing[NoticeRow] = Listing(
    name="unit_rectifications",
    address="/unit/rectifications",
    title="整改",
    crumbs=(("首页", "/unit"),),
    filters=(ChoiceFilter(name="state", label="状态", options=_NOTICE_STATES, empty=""),),
    usual=_usual_state,
    columns=_notice_columns("/unit/rectifications", units=False),
    fetch=_notices_of_unit,
    empty=("没有整改通知", "财政部门认定违规、要求整改的，通知会出现在这里。"),
    export=ExportFile(action="rectification:export", file="rectifications", right=UNIT_EXPORT),
)
