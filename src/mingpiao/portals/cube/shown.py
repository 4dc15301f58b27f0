"""An answer as it is shown and exported: keys become names, and figures get their marks."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from mingpiao.catalog.model import Catalog, UnitType
from mingpiao.cube.model import (
    CUBE_DIMENSIONS,
    CUBE_MEASURES,
    CubeAnswer,
    CubeLine,
    CubeMeasure,
    CubeQuestion,
)
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_files import Layout

_WEEKDAYS = "一二三四五六日"
_PAYERS = {"1": "个人", "2": "单位"}
#: How an export shows a measure, by its unit.
_SHOWN_AS = {"元": "money", "%": "share"}
#: Lines of a page; an export has all of them.
SHOWN_LINES = 200


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as texts: its name, its figures in the order of the headings, and where its bills are listed."""

    name: str
    figures: tuple[str, ...]
    address: str = ""


class ShownAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as a table. `groups` are the headings of the first row with their width, none without columns."""

    groups: tuple[tuple[str, int], ...]
    headings: tuple[str, ...]
    lines: tuple[ShownLine, ...]
    total: ShownLine
    left_out: int


def key_name(dimension: str, key: str, catalog: Catalog, units: Mapping[int, str]) -> str:
    """What people call a key of a dimension."""
    if not key:
        return "未知"
    if dimension in ("city", "region"):
        return _region_name(catalog, key, dimension)
    names: Mapping[str, Callable[[], str]] = {
        "unit": lambda: units.get(int(key), key),
        "unit_type": lambda: UnitType(key).label,
        "category": lambda: catalog.categories[key].name,
        "kind": lambda: kind_name(catalog, key),
        "item": lambda: f"{key} {catalog.items[key].name}" if key in catalog.items else key,
        "payer_type": lambda: _PAYERS.get(key, key),
        "weekday": lambda: f"星期{_WEEKDAYS[int(key) - 1]}",
        "quarter": lambda: f"{key[:4]}年第{key[5:]}季度",
        "year": lambda: f"{key}年",
    }
    return names[dimension]() if dimension in names else key


def _region_name(catalog: Catalog, key: str, dimension: str) -> str:
    region = catalog.regions.get(key)
    if region is None:
        return key
    if dimension == "city" and not region.parent:
        return f"{region.name}本级"
    return region.name


def shown_answer(
    question: CubeQuestion, answer: CubeAnswer, catalog: Catalog, units: Mapping[int, str], *, all_lines: bool
) -> ShownAnswer:
    """The table of an answer; the first lines alone, or all of them."""
    measures = [CUBE_MEASURES[name] for name in question.measures]
    lines = answer.lines if all_lines else answer.lines[:SHOWN_LINES]
    names = [key_name(question.columns, key, catalog, units) for key in answer.columns]
    groups = tuple((name, len(measures)) for name in (*names, "合计")) if question.columns else ()
    return ShownAnswer(
        groups=groups,
        headings=tuple(_headings(question, measures) * (len(groups) or 1)),
        lines=tuple(
            ShownLine(
                name=key_name(question.rows, line.key, catalog, units),
                figures=_figures(question, answer, line, measures),
                address=bills_of(question, line.key),
            )
            for line in lines
        ),
        total=ShownLine(name="合计", figures=_figures(question, answer, answer.total, measures)),
        left_out=answer.rows - len(lines),
    )


def _headings(question: CubeQuestion, measures: Sequence[CubeMeasure]) -> list[str]:
    headings = []
    for place, each in enumerate(measures):
        headings.append(f"{each.label}（{each.unit}）")
        if question.year_before:
            headings += [f"上年同期{each.label}（{each.unit}）", f"{each.label}增减（%）"]
        elif place == 0 and each.additive and not question.columns:
            headings.append(f"{each.label}占比（%）")
    return headings


def _figures(
    question: CubeQuestion, answer: CubeAnswer, line: CubeLine, measures: Sequence[CubeMeasure]
) -> tuple[str, ...]:
    figures: list[str] = []
    for cell in line.cells:
        for place, (value, each) in enumerate(zip(cell, measures, strict=True)):
            figures.append(_figure(value, each))
            if question.year_before:
                before = answer.before.get(line.key, ("",) * len(measures))[place]
                figures += [_figure(before, each), _change(value, before)]
            elif place == 0 and each.additive and not question.columns:
                figures.append(_share(value, answer.total.cells[-1][0]))
    return tuple(figures)


def _figure(value: str, measure: CubeMeasure) -> str:
    if not value:
        return "—"
    return f"{Decimal(value):,.2f}" if measure.unit in _SHOWN_AS else f"{int(value):,}"


def _share(value: str, whole: str) -> str:
    if not value or not whole or not Decimal(whole):
        return "—"
    return f"{100 * Decimal(value) / Decimal(whole):.2f}"


def _change(value: str, before: str) -> str:
    if not value or not before or not Decimal(before):
        return "—"
    return f"{100 * (Decimal(value) - Decimal(before)) / abs(Decimal(before)):+.2f}"


def bills_of(question: CubeQuestion, key: str) -> str:
    """The list of exactly the bills of a line, where the list of bills can tell them: a region there has all below it,
    so that 本级 has no list of its own.
    """
    if (question.rows, key[2:]) == ("city", "0000") or (question.rows == "region" and key.endswith("00")):
        return ""
    own = {
        "kind": {"kind": key},
        "city": {"region": key},
        "region": {"region": key},
        "day": {"from": key, "to": key},
    }.get(question.rows)
    if own is None or not key or len(question.kinds) > 1 or question.unit_types:
        return ""
    asked = {
        "from": question.first.isoformat(),
        "to": question.last.isoformat(),
        "region": question.region_code,
        "color": "blue",
    }
    kinds = {"kind": question.kinds[0]} if question.kinds else {}
    return f"/finance/bills?{urlencode(asked | kinds | own)}"


def layout_of(question: CubeQuestion, shown: ShownAnswer, mark: str) -> Layout:
    """How the export of an answer looks: one row of headings, with those of columns in front."""
    headings = list(shown.headings)
    if shown.groups:
        names = [name for name, span in shown.groups for _ in range(span)]
        headings = [f"{name} {heading}" for name, heading in zip(names, headings, strict=True)]
    kinds = ["", *(_kind_of(heading) for heading in shown.headings)]
    return Layout(columns=(CUBE_DIMENSIONS[question.rows].label, *headings), kinds=tuple(kinds), mark=mark)


def _kind_of(heading: str) -> str:
    return "money" if heading.endswith("（元）") else "share" if heading.endswith("（%）") else "count"


def rows_of(shown: ShownAnswer) -> list[list[str]]:
    """All rows of an export, plain numbers without separators."""
    return [
        [
            line.name,
            *("" if figure == "—" else figure.replace(",", "").lstrip("+") for figure in line.figures),
        ]
        for line in (*shown.lines, shown.total)
    ]
