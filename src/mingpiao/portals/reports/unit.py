"""统计报表: one period by kind, item, handler or pay mode, on the page, on paper and as a workbook."""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from mingpiao.catalog.model import Catalog
from mingpiao.issuing.model import BillSums
from mingpiao.issuing.service import MOST_REPORTED, Aspect, ReportLine, unit_report
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, refuse
from mingpiao.kernel.money import plain
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import clean_text, read_day, read_query
from mingpiao.portals.gates import UNIT_EXPORT
from mingpiao.portals.list_exports import short_file
from mingpiao.portals.list_files import Layout
from mingpiao.portals.list_filters import export_mark
from mingpiao.portals.rendering import page
from mingpiao.portals.reports.periods import Period, Span, span_of
from mingpiao.portals.session import PageCall, in_turn, require_right

_LABELS = {
    Aspect.KIND: "票据种类",
    Aspect.ITEM: "收款项目",
    Aspect.HANDLER: "开票人",
    Aspect.PAY_MODE: "交款方式",
}
_SUMS = ("蓝字份数", "蓝字金额（元）", "红字份数", "红字金额（元）", "净额（元）")


class AskedReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which report is asked for."""

    period: Period
    day: date
    aspect: Aspect
    problems: tuple[Problem, ...] = ()

    @property
    def span(self) -> Span:
        return span_of(self.period, self.day)

    def address(self, path: str, day: date) -> str:
        """The report of the same kind for the period of another day."""
        query = {"period": self.period.value, "day": day.isoformat(), "by": self.aspect.value}
        return f"{path}?{urlencode(query)}"


@get("/reports")
async def report_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The report with its total; a whole month by kind, unless another one is asked for."""
    asked = _asked(read_query(call.request))
    catalog = await call.services.catalog.get()
    lines = await _lines(call, asked)
    return page(
        call.request,
        "reports/unit.html",
        title="统计报表",
        crumbs=[("首页", "/unit")],
        asked=asked,
        problems=asked.problems,
        lines=None if lines is None else _named(lines, asked.aspect, catalog),
        total=_total(lines or ()),
        most=MOST_REPORTED,
        label=_LABELS[asked.aspect],
        periods=[(each.value, each.label) for each in Period],
        aspects=[(each.value, _LABELS[each]) for each in Aspect],
        before=asked.address("/unit/reports", asked.span.first - timedelta(days=1)),
        after=asked.address("/unit/reports", asked.span.last + timedelta(days=1)),
        more_after=asked.span.last < today(),
        workbook=asked.address("/unit/reports/export.xlsx", asked.day),
    )


@get("/reports/export.xlsx", guards=[require_right(UNIT_EXPORT)], middleware=[in_turn])
async def report_workbook(call: NamedDependency[PageCall]) -> Stream:
    """The same as a workbook, put down in the audit trail. Raises `Refusal` (`report.too_many`, 422)."""
    asked = _asked(read_query(call.request))
    lines = await _lines(call, asked)
    if lines is None:
        message = f"该期间的票据超过{MOST_REPORTED:,}份，请选择较短的期间，或按票据种类统计。"
        raise refuse("report.too_many", message, status=422)
    unit_id = unit_of(call.session.account)
    details = {"period": asked.span.name, "by": _LABELS[asked.aspect]}
    await call.note_download("bill_report:export", f"unit:{unit_id}", unit_id=unit_id, details=details)
    named = _named(lines, asked.aspect, await call.services.catalog.get())
    rows = [[name, *_figures(sums)] for name, sums in [*named, ("合计", _total(lines))]]
    kinds = ("", *("money" if each.endswith("（元）") else "count" for each in _SUMS))
    mark = export_mark(training=call.services.settings.training)
    layout = Layout(columns=(_LABELS[asked.aspect], *_SUMS), kinds=kinds, mark=mark)
    return short_file("report", "xlsx", layout, [rows])


async def _lines(call: PageCall, asked: AskedReport) -> tuple[ReportLine, ...] | None:
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        return await unit_report(connection, unit_id, asked.span.first, asked.span.last, asked.aspect)


def _asked(given: dict[str, str]) -> AskedReport:
    """The report of an address; what cannot be read is a problem, and the usual report is shown."""
    problems: tuple[Problem, ...] = ()
    day = today()
    try:
        day = read_day(clean_text(given.get("day", ""))) if given.get("day") else day
    except ValueError:
        message = "日期不正确，请按“年-月-日”填写。"
        problems = (Problem(code="report.day_invalid", field="day", message=message, status=422),)
    period, aspect = given.get("period", ""), given.get("by", "")
    return AskedReport(
        period=Period(period) if period in set(Period) else Period.MONTH,
        day=day,
        aspect=Aspect(aspect) if aspect in set(Aspect) else Aspect.KIND,
        problems=problems,
    )


def _named(lines: Sequence[ReportLine], aspect: Aspect, catalog: Catalog) -> list[tuple[str, BillSums]]:
    return [(_name(line, aspect, catalog), line.sums) for line in lines]


def _name(line: ReportLine, aspect: Aspect, catalog: Catalog) -> str:
    if aspect is Aspect.KIND:
        return catalog.kinds[line.key].name
    if aspect is Aspect.ITEM:
        return f"{line.key} {line.name}"
    return line.key or "未填写"


def _total(lines: Sequence[ReportLine]) -> BillSums:
    """The sum of all lines. By item, a bill with several items counts in each of their lines."""
    return BillSums(
        blue_count=sum(line.sums.blue_count for line in lines),
        blue_amount=sum((line.sums.blue_amount for line in lines), BillSums().blue_amount),
        red_count=sum(line.sums.red_count for line in lines),
        red_amount=sum((line.sums.red_amount for line in lines), BillSums().red_amount),
    )


def _figures(sums: BillSums) -> list[str]:
    return [
        str(sums.blue_count),
        plain(sums.blue_amount),
        str(sums.red_count),
        plain(-sums.red_amount),
        plain(sums.net),
    ]


HANDLERS = [report_page, report_workbook]
