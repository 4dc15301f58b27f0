"""Columns of a list, and what their cells say: as markup on the page, as text in an export.

A column takes a row of the list and gives a value. What the value looks like follows from the column's
kind, so that a moment or an amount is written alike in every list.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec
from markupsafe import Markup

from mingpiao.kernel.money import plain
from mingpiao.portals.rendering import day, moment, money

Row = TypeVar("Row")

#: Kinds of columns, and the classes of their cells. `short` is for words that stay on one line,
#: `wide` for names, `long` for a person's own words.
_CLASSES = {
    "text": "",
    "short": "text-nowrap",
    "wide": "wide",
    "long": "audit-details",
    "code": "code",
    "moment": "figure",
    "day": "text-nowrap",
    "money": "text-end figure",
    "count": "text-end figure",
}
#: On a phone's screen only the columns that tell rows apart are shown.
_NOT_ON_PHONE = "d-none d-sm-table-cell"


class Badge(msgspec.Struct, frozen=True):
    """A state in words on a coloured ground. Colours: green, orange, red, blue, secondary."""

    text: str
    colour: str = "blue"


class Note(msgspec.Struct, frozen=True):
    """A further text in a smaller voice, below the main one."""

    text: str


class Parts(msgspec.Struct, frozen=True):
    """Several values in one cell."""

    values: tuple[Any, ...]


class Column(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """One column of a list.

    `name` is what an account's choice of columns and an export call it. `kind` is one of text, short, wide,
    long, code, moment, day, money and count. `head` marks the column that names the row. A column that is not
    `shown` can be chosen. `text` is what an export says, where that is not the value. `link` gives an
    address, or an empty text for no link; `link_label` says it whole where the cell's own text does not.
    """

    name: str
    label: str
    value: Callable[[Row], Any]
    kind: str = "text"
    head: bool = False
    shown: bool = True
    phone: bool = True
    text: Callable[[Row], str] | None = None
    link: Callable[[Row], str] | None = None
    link_label: Callable[[Row], str] | None = None

    @property
    def classes(self) -> str:
        """The classes of the column's cells."""
        return " ".join(filter(None, (_CLASSES[self.kind], "" if self.phone else _NOT_ON_PHONE)))

    @property
    def head_classes(self) -> str:
        """The classes of the column's heading."""
        at_end = "text-end" if self.kind in ("money", "count") else ""
        return " ".join(filter(None, (at_end, "" if self.phone else _NOT_ON_PHONE)))

    def cell(self, row: Row) -> Markup:
        """What the page shows of a row."""
        shown = _markup(self.kind, self.value(row))
        address = self.link(row) if self.link else ""
        if not address:
            return shown
        label = self.link_label(row) if self.link_label else ""
        spoken = Markup(' aria-label="{}"').format(label) if label else ""
        return Markup('<a href="{}"{}>{}</a>').format(address, spoken, shown)

    def exported(self, row: Row) -> str:
        """What an export says of a row."""
        return self.text(row) if self.text else _plain(self.kind, self.value(row))


def _markup(kind: str, value: Any) -> Markup:
    match value:
        case None:
            return Markup("—")
        case Markup():
            return value
        case Badge():
            return Markup('<span class="badge bg-{}-lt">{}</span>').format(value.colour, value.text)
        case Note():
            return Markup('<div class="text-secondary fw-normal">{}</div>').format(value.text)
        case Parts():
            return Markup(" ").join(_markup(kind, each) for each in value.values if each not in ("", None))
    return Markup("{}").format(_text(kind, value))


def _text(kind: str, value: Any) -> str:
    match value:
        case Decimal() if kind == "money":
            return money(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case int() if kind == "count":
            return f"{value:,}"
    return str(value)


def _plain(kind: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case Badge() | Note():
            return value.text
        case Parts():
            return _plain(kind, value.values[0])
        case Decimal() if kind == "money":
            return plain(value)
        case int():
            return str(value)
    return _text(kind, value)
