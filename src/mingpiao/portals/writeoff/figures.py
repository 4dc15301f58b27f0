"""/finance/writeoff: 核销情况 of a region and some months, on the page, on paper and as files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.codes import region_covers, region_prefix
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.money import plain
from mingpiao.portals.forms import clean_text, read_query
from mingpiao.portals.list_exports import short_file
from mingpiao.portals.list_files import Layout, numbered
from mingpiao.portals.list_filters import export_mark
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.overview.figures import children_of
from mingpiao.portals.regions import chosen_region, crumbs_above
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, in_turn
from mingpiao.portals.units.lists import TYPES
from mingpiao.portals.writeoff.differences import differences_address
from mingpiao.portals.writeoff.lists import FIGURES, UNIT_MONTHS, month_name, month_text
from mingpiao.writeoff.service import (
    MOST_MONTHS,
    ArrearsFilter,
    CaseSums,
    GroupedMonth,
    Lateness,
    WriteOffFigures,
    WriteOffSum,
    added_up,
    closed_months,
    list_arrears,
    writeoff_figures,
)

_SPANS = {str(each): each for each in (3, 6, MOST_MONTHS)}
_LEVELS = {"province": "省级", "city": "市级", "county": "县级"}
_MEASURES = (("rate", "核销率"), ("on_time", "按期率"))
#: The page counts units that are overdue so far and no further.
_MOST_BEHIND = 1_000

_RATE_COLUMNS = (
    "分组", "名称", "月份", "单位数", "已核销单位数", "票据份数", "已核销份数", "核销率（%）", "应核销单位数", "按期单位数", "按期率（%）",
)  # fmt: skip
_CASE_COLUMNS = (
    "地区", "异常票据", "待处理", "说明逾期", "已解除", "违规", "整改中", "整改逾期", "已整改", "处理用时中位数（天）",
)  # fmt: skip
_RULE_COLUMNS = ("规则编号", "规则名称", "异常票据", "已处理", "已解除", "解除占比（%）")
_REASON_COLUMNS = ("差额原因", "次数", "未到账金额（元）", "多到账金额（元）")


class AskedFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Which figures are asked for: a region, `months` from the oldest to the newest, and what bars show."""

    region_code: str
    months: tuple[date, ...]
    choices: tuple[date, ...]
    span: str
    measure: str
    problems: tuple[Problem, ...] = ()

    @property
    def until(self) -> str:
        """The newest of the months, as it stands in an address."""
        return month_text(self.months[-1]) if self.months else ""

    def address(self, path: str = FIGURES, **changes: str) -> str:
        """The address of a page for the same region and months, with some members changed."""
        given = {"region": self.region_code, "span": self.span, "show": self.measure, "to": self.until}
        return f"{path}?{urlencode({name: value for name, value in (given | changes).items() if value})}"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A sum of one month, the share that its bar draws, and where it leads."""

    sums: WriteOffSum
    share: Decimal | None
    address: str


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table by months: a place, level or type, its sum over all months, and one cell a month."""

    name: str
    address: str
    whole: Cell
    cells: tuple[Cell, ...]


@get("/writeoff")
async def figures_page(call: NamedDependency[PageCall]) -> Response[str]:
    """Rates by region, level and type of units; differences, exceptions and rules of the same months."""
    catalog = await call.services.catalog.get()
    asked, figures = await _read(call, catalog)
    prefix = region_prefix(asked.region_code)
    async with call.reads() as connection:
        wanted = ArrearsFilter(region_prefix=prefix, lateness=Lateness.OVER)
        behind = await list_arrears(connection, wanted, limit=_MOST_BEHIND)
    return page(
        call.request,
        "writeoff/figures.html",
        status=422 if asked.problems else 200,
        title="核销情况",
        crumbs=[("概览", "/finance")],
        problems=asked.problems,
        asked=asked,
        figures=figures,
        whole=added_up(figures.months),
        cases=figures.cases.get("", CaseSums()),
        behind=f"{len(behind.items)}{'+' if behind.next_key else ''}",
        tables=_tables(asked, figures, catalog),
        case_rows=_case_rows(asked, figures, catalog),
        months=[(each, month_name(each)) for each in asked.months],
        region=catalog.regions[asked.region_code],
        regions_above=[
            catalog.regions[code] for code in crumbs_above(call.session.account, catalog, asked.region_code)
        ],
        spans=[(text, f"{text}个月") for text in _SPANS],
        choices=[(month_text(each), month_name(each)) for each in asked.choices],
        measures=_MEASURES,
        reason_address=lambda code: differences_address(code, asked.region_code, asked.months),
    )


async def _read(call: PageCall, catalog: Catalog) -> tuple[AskedFigures, WriteOffFigures]:
    """What an address asks for, and its figures; what cannot be read is a problem, and the usual is shown.

    Raises `Refusal` (`region.unknown`, 404) for a region outside the account's.
    """
    given = {name: clean_text(value) for name, value in read_query(call.request).items()}
    region_code = chosen_region(call.session.account, catalog, given.get("region", ""))
    async with call.reads() as connection:
        choices = await closed_months(connection)
        asked = _asked(given, region_code, choices)
        if not asked.months:
            return asked, WriteOffFigures(months=(), reasons=(), cases={}, rules=())
        figures = await writeoff_figures(
            connection, asked.months[0], asked.months[-1], region_prefix=region_prefix(region_code)
        )
    return asked, figures


def _asked(given: Mapping[str, str], region_code: str, choices: Sequence[date]) -> AskedFigures:
    wanted = given.get("to", "")
    place = next((n for n, each in enumerate(choices) if month_text(each) == wanted), 0)
    problems: tuple[Problem, ...] = ()
    if wanted and (not choices or month_text(choices[place]) != wanted):
        message = "没有这个已结账的月份，已显示最近的月份，请从列表中选择。"
        problems = (Problem(code="figures.month_unknown", field="to", message=message, status=422),)
    span = given.get("span", "") if given.get("span", "") in _SPANS else "6"
    return AskedFigures(
        region_code=region_code,
        months=tuple(reversed(choices[place : place + _SPANS[span]])),
        choices=tuple(choices),
        span=span,
        measure=given.get("show", "") if given.get("show", "") in dict(_MEASURES) else "rate",
        problems=problems,
    )


def _tables(
    asked: AskedFigures, figures: WriteOffFigures, catalog: Catalog
) -> list[tuple[str, str, list[GroupRow]]]:
    """The tables by months: id, title and rows, the sum of all first."""
    children = children_of(catalog, asked.region_code)

    def place(line: GroupedMonth) -> str:
        return next((child for child in children if region_covers(child, line.region_code)), "")

    own = catalog.regions[asked.region_code].name + ("本级" if children else "")
    places = {child: catalog.regions[child].name for child in children} | {"": own}

    def of_region(code: str, month: str) -> str:
        # No list is of a region's own units without those below it.
        return _months_address(region=code or asked.region_code, month=month) if code or not children else ""

    def of_type(code: str, month: str) -> str:
        return _months_address(region=asked.region_code, type=code, month=month) if code else ""

    def level(line: GroupedMonth) -> str:
        return catalog.regions[line.region_code].level

    def nowhere(_code: str, _month: str) -> str:
        return ""

    def below(code: str) -> str:
        return asked.address(region=code) if code else ""

    return [
        ("regions", "地区", _rows(asked, figures.months, place, places, of_region, below)),
        ("levels", "级次", _rows(asked, figures.months, level, _LEVELS, nowhere)),
        (
            "types",
            "单位类型",
            _rows(asked, figures.months, lambda line: line.unit_type, dict(TYPES), of_type),
        ),
    ]


def _months_address(**members: str) -> str:
    return f"{UNIT_MONTHS.address}?{urlencode(members)}"


def _rows(
    asked: AskedFigures,
    lines: Sequence[GroupedMonth],
    group: Callable[[GroupedMonth], str],
    names: Mapping[str, str],
    leads: Callable[[str, str], str],
    below: Callable[[str], str] = lambda _code: "",
) -> list[GroupRow]:
    """A row for each group that has bills, in the order of the names, after the row of all."""
    sorted_out: dict[str, list[GroupedMonth]] = {code: [] for code in names}
    for line in lines:
        sorted_out[group(line)].append(line)

    def cell(found: Iterable[GroupedMonth], address: str) -> Cell:
        sums = added_up(found)
        return Cell(
            sums=sums, share=sums.rate if asked.measure == "rate" else sums.on_time_rate, address=address
        )

    def row(name: str, address: str, found: Sequence[GroupedMonth], to: Callable[[str], str]) -> GroupRow:
        cells = tuple(
            cell((each for each in found if each.month == month), to(month_text(month)))
            for month in asked.months
        )
        return GroupRow(name=name, address=address, whole=cell(found, ""), cells=cells)

    return [
        row("合计", "", lines, lambda month: _months_address(region=asked.region_code, month=month)),
        *(
            row(names[code], below(code), found, partial(leads, code))
            for code, found in sorted_out.items()
            if found
        ),
    ]


def _case_rows(
    asked: AskedFigures, figures: WriteOffFigures, catalog: Catalog
) -> list[tuple[str, str, CaseSums]]:
    """Exceptions by place below the region, as (name, address, sums)."""
    found = []
    for child in children_of(catalog, asked.region_code):
        sums = figures.cases.get(region_prefix(child))
        if sums is not None:
            found.append((catalog.regions[child].name, asked.address(region=child), sums))
    own = figures.cases.get(asked.region_code[: min(len(region_prefix(asked.region_code)) + 2, 6)])
    if own is not None:
        below = bool(children_of(catalog, asked.region_code))
        name = catalog.regions[asked.region_code].name + ("本级" if below else "")
        found.append((name, "", own))
    return found


@get("/writeoff/export.csv", middleware=[in_turn])
async def figures_csv(call: NamedDependency[PageCall]) -> Stream:
    """One of the tables as CSV."""
    return await _export(call, "csv")


@get("/writeoff/export.xlsx", middleware=[in_turn])
async def figures_workbook(call: NamedDependency[PageCall]) -> Stream:
    """One of the tables as a workbook."""
    return await _export(call, "xlsx")


async def _export(call: PageCall, ending: str) -> Stream:
    catalog = await call.services.catalog.get()
    asked, figures = await _read(call, catalog)
    if asked.problems:
        raise Refusal(*asked.problems)
    wanted = read_query(call.request).get("table", "")
    makers: dict[str, Callable[[], tuple[Layout, list[list[str]]]]] = {
        "rates": lambda: (numbered(_RATE_COLUMNS, 3), _rate_lines(asked, figures, catalog)),
        "cases": lambda: (numbered(_CASE_COLUMNS, 1), _case_lines(asked, figures, catalog)),
        "rules": lambda: (numbered(_RULE_COLUMNS, 2), _rule_lines(figures)),
        "reasons": lambda: (
            Layout(
                columns=_REASON_COLUMNS,
                kinds=("", "count", *("money" for _ in _REASON_COLUMNS[2:])),
            ),
            _reason_lines(figures),
        ),
    }
    table = wanted if wanted in makers else "rates"
    layout, lines = makers[table]()
    entry = AuditEntry(
        acting=call.acting,
        action="writeoff_figures:export",
        subject=f"region:{asked.region_code}",
        details={"format": ending, "table": table}
        | ({"from": month_text(asked.months[0]), "to": month_text(asked.months[-1])} if asked.months else {}),
    )
    async with call.services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)
    layout = msgspec.structs.replace(layout, mark=export_mark(training=call.services.settings.training))
    return short_file(f"writeoff-{table}", ending, layout, [lines])


def _rate_lines(asked: AskedFigures, figures: WriteOffFigures, catalog: Catalog) -> list[list[str]]:
    return [
        [title, row.name, month_name(month), *_rate_texts(cell.sums)]
        for _name, title, rows in _tables(asked, figures, catalog)
        for row in rows
        for month, cell in zip(asked.months, row.cells, strict=True)
        if cell.sums.units
    ]


def _rate_texts(sums: WriteOffSum) -> list[str]:
    return [
        str(sums.units),
        str(sums.units_done),
        str(sums.bills),
        str(sums.written_off),
        _text(sums.rate),
        str(sums.due),
        str(sums.on_time),
        _text(sums.on_time_rate),
    ]


def _case_lines(asked: AskedFigures, figures: WriteOffFigures, catalog: Catalog) -> list[list[str]]:
    rows = [(name, sums) for name, _address, sums in _case_rows(asked, figures, catalog)]
    return [
        [
            name,
            *map(
                str,
                (
                    sums.opened,
                    sums.undecided,
                    sums.overdue,
                    sums.cleared,
                    sums.breached,
                    sums.rectifying,
                    sums.rectifying_late,
                    sums.rectified,
                ),
            ),
            _text(sums.median_days),
        ]
        for name, sums in [*rows, ("合计", figures.cases.get("", CaseSums()))]
    ]


def _rule_lines(figures: WriteOffFigures) -> list[list[str]]:
    return [
        [
            each.rule,
            each.name,
            str(each.opened),
            str(each.decided),
            str(each.cleared),
            _text(each.cleared_percent),
        ]
        for each in figures.rules
    ]


def _reason_lines(figures: WriteOffFigures) -> list[list[str]]:
    return [
        [each.label, str(each.count), plain(each.missing), plain(each.surplus)] for each in figures.reasons
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


HANDLERS = [figures_page, figures_csv, figures_workbook, *list_handlers(UNIT_MONTHS)]
