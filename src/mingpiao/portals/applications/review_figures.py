"""/finance/reviews/figures: what rules and people decided, how fast, and which rules work badly."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from mingpiao.applications.service import ReviewFigures, review_figures
from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Acting, AuditEntry, Session
from mingpiao.identity.service import record
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.applications.lists import REVIEWS, department_name
from mingpiao.portals.applications.review_history import rule_names
from mingpiao.portals.forms import clean_text, read_day, read_query
from mingpiao.portals.list_exports import short_file
from mingpiao.portals.list_files import numbered
from mingpiao.portals.list_filters import export_mark
from mingpiao.portals.regions import chosen_region, region_options
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, in_turn
from mingpiao.storage.scope import DepartmentScope

ADDRESS = f"{REVIEWS.address}/figures"
_USUAL_DAYS = 30
_LONGEST_DAYS = 366
_SHOWN_RULES = 12
_RULE_COLUMNS = ("规则编号", "规则名称", "核实次数", "经办确认", "人工复核", "复核推翻", "推翻占比（%）")
_DEPARTMENT_COLUMNS = (
    "财政部门", "办结", "通过", "退回", "驳回", "逾期办结", "中位用时（小时）", "90%用时（小时）", "待办", "待办逾期",
)  # fmt: skip


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Period and region of the figures, as texts and as values."""

    values: dict[str, str]
    first: date
    last: date
    region_code: str
    problems: tuple[Problem, ...]


@get("/reviews/figures")
async def figures_page(call: NamedDependency[PageCall]) -> Response[str]:
    """Figures of a period and a region and below."""
    catalog = await call.services.catalog.get()
    asked = _read(call.session, catalog, read_query(call.request))
    figures = await _figures(call.services, asked)
    names = await rule_names(call.services)
    return page(
        call.request,
        "applications/review_figures.html",
        status=422 if asked.problems else 200,
        title="复核统计",
        crumbs=[(REVIEWS.title, REVIEWS.address)],
        problems=asked.problems,
        values=asked.values,
        regions=region_options(call.session.account, catalog),
        figures=figures,
        charts=_charts(figures, names),
        rule_name=lambda code: names.get(code, code),
        department_name=lambda code: department_name(catalog, code),
        exports=[
            (f"{what} {label}", f"{ADDRESS}.{ending}?{urlencode(asked.values | {'table': table})}")
            for table, what in (("rules", "按规则"), ("departments", "按部门"))
            for ending, label in (("xlsx", "Excel"), ("csv", "CSV"))
        ],
    )


def _read(session: Session, catalog: Catalog, given: Mapping[str, str]) -> _Asked:
    """The period (by default the last thirty days, at most a year) and the region of the address.

    Raises `Refusal` (`region.unknown`, 404) for a region outside the account's.
    """
    present = today()
    last, problems = _day(given.get("to", ""), present, "to")
    first, more = _day(given.get("from", ""), last - timedelta(days=_USUAL_DAYS - 1), "from")
    problems += more
    if first > last or (last - first).days >= _LONGEST_DAYS:
        message = f"起止日期应先早后晚，最长{_LONGEST_DAYS}天，已显示结束日期前{_USUAL_DAYS}天的数据。"
        problems += (Problem(code="figures.period_invalid", field="from", message=message, status=422),)
        first = last - timedelta(days=_USUAL_DAYS - 1)
    region_code = chosen_region(session.account, catalog, clean_text(given.get("region", "")))
    return _Asked(
        values={"from": first.isoformat(), "to": last.isoformat(), "region": region_code},
        first=first,
        last=last,
        region_code=region_code,
        problems=problems,
    )


def _day(text: str, usual: date, field: str) -> tuple[date, tuple[Problem, ...]]:
    if not text:
        return usual, ()
    try:
        return read_day(text), ()
    except ValueError:
        message = "日期不正确，请按“年-月-日”填写。"
        return usual, (Problem(code="figures.day_invalid", field=field, message=message, status=422),)


async def _figures(services: Services, asked: _Asked) -> ReviewFigures:
    # scope: the chosen region, which `chosen_region` has found within the account's.
    async with services.database.scoped(DepartmentScope(asked.region_code)) as connection:
        return await review_figures(connection, asked.first, asked.last)


def _charts(figures: ReviewFigures, names: Mapping[str, str]) -> dict[str, str]:
    ways = figures.ways
    rules = [each for each in figures.rules if each.asked][:_SHOWN_RULES]
    decisions = figures.whole
    return {
        "ways": _bars(
            ["系统直接开具", "经办说明后开具", "人工复核后开具", "人工复核驳回"],
            [ways.direct, ways.confirmed, ways.reviewed, ways.rejected],
            "件",
        ),
        "decisions": _bars(
            ["通过", "退回更正", "驳回"], [decisions.approved, decisions.returned, decisions.rejected], "件"
        ),
        "rules": _bars(
            [names.get(each.code, each.code) for each in rules],
            [float(each.overturned_percent or 0) for each in rules],
            "%",
        ),
    }


def _bars(labels: list[str], values: list[Any], unit: str) -> str:
    name = "占比" if unit == "%" else "件数"
    chart = {"type": "bars", "name": name, "labels": labels, "values": values, "averages": None, "unit": unit}
    return msgspec.json.encode(chart).decode()


@get("/reviews/figures.csv", middleware=[in_turn])
async def figures_csv(call: NamedDependency[PageCall]) -> Stream:
    """One of the tables as CSV."""
    return await _table(call, "csv", acting=call.acting)


@get("/reviews/figures.xlsx", middleware=[in_turn])
async def figures_workbook(call: NamedDependency[PageCall]) -> Stream:
    """One of the tables as a workbook."""
    return await _table(call, "xlsx", acting=call.acting)


async def _table(call: PageCall, ending: str, *, acting: Acting) -> Stream:
    catalog = await call.services.catalog.get()
    given = read_query(call.request)
    asked = _read(call.session, catalog, given)
    if asked.problems:
        raise Refusal(*asked.problems)
    figures = await _figures(call.services, asked)
    table = "departments" if given.get("table") == "departments" else "rules"
    entry = AuditEntry(
        acting=acting,
        action="review_figures:export",
        subject=f"region:{asked.region_code}",
        details={"format": ending, "table": table} | asked.values,
    )
    async with call.services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)
    mark = export_mark(training=call.services.settings.training)
    if table == "departments":
        layout, rows = numbered(_DEPARTMENT_COLUMNS, 1, mark), _department_rows(figures, catalog)
    else:
        layout, rows = (
            numbered(_RULE_COLUMNS, 2, mark),
            _rule_rows(figures, await rule_names(call.services)),
        )
    return short_file(f"review-{table}", ending, layout, [rows])


def _rule_rows(figures: ReviewFigures, names: Mapping[str, str]) -> list[list[str]]:
    return [
        [
            each.code,
            names.get(each.code, each.code),
            str(each.asked),
            str(each.confirmed),
            str(each.decided),
            str(each.overturned),
            _text(each.overturned_percent),
        ]
        for each in figures.rules
    ]


def _department_rows(figures: ReviewFigures, catalog: Catalog) -> list[list[str]]:
    return [
        [
            department_name(catalog, each.region_code) or "合计",
            *map(str, (each.decided, each.approved, each.returned, each.rejected, each.late)),
            _text(each.median_hours),
            _text(each.p90_hours),
            str(each.waiting),
            str(each.overdue),
        ]
        for each in (*figures.departments, figures.whole)
    ]


def _text(value: Decimal | None) -> str:
    return "" if value is None else str(value)


HANDLERS = [figures_page, figures_csv, figures_workbook]
