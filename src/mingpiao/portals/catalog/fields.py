"""Base data as texts: one set of fields serves the form, the import and the export of each kind of data.

Texts of a content are a dict by field name. A field of kind `many` has its values joined by 、; one of kind
`rows` has members like `entries/0/code`. In a cell of a workbook the rows are lines, whose parts stand between
bars: 01|中国|启用.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date, read_typed_decimal, read_whole
from mingpiao.portals.list_filters import Options

Texts = Mapping[str, str]
YES_NO = (("no", "否"), ("yes", "是"))
STATES = (("live", "启用"), ("retired", "已停用"))
#: Rows that a form offers beyond those that are filled in.
_SPARE_ROWS = 4
_SEPARATORS = re.compile(r"[、,，;；\s]+")
_ROW = re.compile(r"^(\w+)/(\d{1,4})/(\w+)$")


def _none(_catalog: Catalog) -> Options:
    return ()


class DataField(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `options` are (value, label); a cell of a workbook has the label of a `select`.

    `columns` are the fields of each row of a field of kind `rows`. `shown` columns stand on the list.
    """

    name: str
    label: str
    kind: Literal["text", "date", "textarea", "select", "many", "rows"] = "text"
    required: bool = False
    hint: str = ""
    example: str = ""
    options: Callable[[Catalog], Options] = _none
    empty: str = ""
    columns: "tuple[DataField, ...]" = ()
    shown: bool = True
    phone: bool = False
    fixed: bool = False


def choices(*pairs: tuple[str, str]) -> Callable[[Catalog], Options]:
    """Options that do not depend on the catalog."""
    return lambda _catalog: pairs


class FieldReader:
    """Reads texts of a form or file; puts down what cannot be read. `done` raises `Refusal` with all of it."""

    def __init__(self, texts: Texts, fields: Sequence[DataField]) -> None:
        self.texts = texts
        self.labels = {field.name: field.label for field in fields}
        self.problems: list[Problem] = []

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def day(self, name: str) -> date | None:
        """A date like 2026-11-28; None for an empty text."""
        text = self.text(name)
        day = read_date(text) if text else None
        if text and (day is None or not 1949 <= day.year < 2100):
            self.wrong(name, "应为日期，写成“年-月-日”（如2026-01-31），请修改。")
            return None
        return day

    def number(self, name: str) -> Decimal | None:
        """A number with a point; None for an empty text."""
        text = self.text(name)
        number = read_typed_decimal(text) if text else None
        if text and number is None:
            self.wrong(name, "应为数字，只用数字和小数点，请修改。")
        return number

    def whole(self, name: str, usual: int = 0) -> int:
        """A whole number, or the usual one for an empty text."""
        text = self.text(name)
        number = read_whole(text, digits=6) if text else usual
        if number is None:
            self.wrong(name, "应为整数，请修改。")
        return usual if number is None else number

    def codes(self, name: str) -> tuple[str, ...]:
        """Codes between commas, spaces or new lines, each once."""
        return tuple(dict.fromkeys(each for each in _SEPARATORS.split(self.text(name)) if each))

    def chosen(self, name: str, options: Options, usual: str) -> str:
        """One of the options, by value or label; the usual one for an empty text."""
        text = self.text(name) or usual
        values = {label: value for value, label in options} | {value: value for value, _ in options}
        if text not in values:
            self.wrong(name, f"只能是：{'、'.join(label for _, label in options)}。")
        return values.get(text, usual)

    def several(self, name: str, options: Options) -> tuple[str, ...]:
        """Several of the options, by value or label; what is none of them stays as it is."""
        values = {label: value for value, label in options}
        return tuple(dict.fromkeys(values.get(each, each) for each in self.codes(name)))

    def rows(self, field: DataField) -> Iterator[tuple[int, Texts]]:
        """The rows that are not empty, with their numbers."""
        found = rows_in(self.texts, field)
        for place, row in sorted(found.items()):
            # A drop-down always has a value, which says nothing about the row.
            if any(row.get(column.name) for column in field.columns if column.kind != "select"):
                yield place, row

    def wrong(self, name: str, message: str) -> None:
        last = name.rpartition("/")[2]
        label = self.labels.get(name) or self.labels.get(last, "")
        self.problems.append(
            Problem(code="catalog.field_malformed", field=name, message=f"{label}{message}", status=422)
        )

    def done(self) -> None:
        """Raise `Refusal` if a text could not be read."""
        if self.problems:
            raise Refusal(*self.problems)


def rows_in(texts: Texts, field: DataField) -> dict[int, dict[str, str]]:
    """The rows of a field of kind `rows`, by number."""
    found: dict[int, dict[str, str]] = {}
    for name, value in texts.items():
        match = _ROW.match(name)
        if match and match[1] == field.name:
            found.setdefault(read_whole(match[2]) or 0, {})[match[3]] = value.strip()
    return found


def row_texts(field: str, rows: Sequence[Texts]) -> dict[str, str]:
    """Rows as texts of a content."""
    return {f"{field}/{place}/{name}": value for place, row in enumerate(rows) for name, value in row.items()}


def shown_rows(texts: Texts, field: DataField) -> list[int]:
    """The numbers of the rows that a form shows: those that are there, and some empty ones."""
    last = max(rows_in(texts, field), default=-1)
    return list(range(last + 1 + _SPARE_ROWS))


def as_cell(field: DataField, texts: Texts, catalog: Catalog) -> str:
    """A field's text in a cell: labels of options, rows as lines."""
    if field.kind == "rows":
        lines = [
            "|".join(as_cell(column, row, catalog) for column in field.columns)
            for _, row in sorted(rows_in(texts, field).items())
        ]
        return "\n".join(lines)
    text = texts.get(field.name, "")
    labels = dict(field.options(catalog)) if field.kind in ("select", "many") and not field.fixed else {}
    if field.kind == "many":
        return "、".join(labels.get(each, each) for each in text.split("、") if each)
    return labels.get(text, text)


def from_cells(fields: Sequence[DataField], cells: Texts, catalog: Catalog) -> dict[str, str]:
    """The texts of a content from the cells of a row."""
    texts: dict[str, str] = {}
    for field in fields:
        cell = cells.get(field.name, "")
        if field.kind != "rows":
            texts[field.name] = cell
            continue
        rows = [
            dict(
                zip((column.name for column in field.columns), map(str.strip, line.split("|")), strict=False)
            )
            for line in cell.splitlines()
            if line.strip()
        ]
        texts |= row_texts(field.name, rows)
    return texts
