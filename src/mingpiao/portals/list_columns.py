"""Columns of a list, and the content of their cells: as markup on the page, as text in an export.

A column returns a value for a row of the list. The column's kind determines how the value looks, so times and
amounts look the same in every list.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

import msgspec
from markupsafe import Markup

from mingpiao.kernel.money import plain
from mingpiao.portals.rendering import day, moment, money

Row = TypeVar("Row")

#: Kinds of columns, and the CSS classes of their cells. `short` is for words that stay on one line,
#: `wide` for names, `long` for texts that people write.
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
#: A phone's screen shows only the columns that tell rows apart.
_NOT_ON_PHONE = "d-none d-sm-table-cell"


class Badge(msgspec.Struct, frozen=True):
    """A state in words on a coloured background. Colours: green, orange, red, blue, secondary."""

    text: str
    colour: str = "blue"


class Note(msgspec.Struct, frozen=True):
    """A second text in a smaller font, below the main one."""

    text: str


class Parts(msgspec.Struct, frozen=True):
    """Several values in one cell."""

    values: tuple[Any, ...]


class Column(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """One column of a list.

    On a phone a row is a card, headed by the column whose `card` is `name` (else by `head`), with the one whose
    `card` is `sum` beside it (else the first column of money); `phone` is false for what a card leaves out.

    `name` identifies it in an account's choice of columns and in exports. `kind` is one of text, short, wide,
    long, code, moment, day, money and count. `head` marks the column that names the row. A column with
    `shown` false is hidden until an account chooses it. `text` returns what an export contains if that is not
    the value, and `text_kind` is its kind if that is not the column's. `link` returns an address, or an empty text for
    no link; `link_label` describes the link if the cell's text does not.
    """

    name: str
    label: str
    value: Callable[[Row], Any]
    kind: str = "text"
    head: bool = False
    shown: bool = True
    phone: bool = True
    card: Literal["", "name", "sum"] = ""
    text: Callable[[Row], str] | None = None
    text_kind: str = ""
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
        """The content of the cell on the page."""
        shown = _markup(self.kind, self.value(row))
        address = self.link(row) if self.link else ""
        if not address:
            return shown
        label = self.link_label(row) if self.link_label else ""
        spoken = Markup(' aria-label="{}"').format(label) if label else ""
        return Markup('<a href="{}"{}>{}</a>').format(address, spoken, shown)

    @property
    def exported_kind(self) -> str:
        """The kind of what an export contains."""
        return self.text_kind or self.kind

    def exported(self, row: Row) -> str:
        """The text of the cell in an export."""
        return self.text(row) if self.text else _plain(self.kind, self.value(row))


def card_places(columns: Sequence[Column[Any]]) -> dict[str, str]:
    """The CSS class of the columns that head a card, by the column's name."""
    names = [each for each in columns if each.card == "name"] or [each for each in columns if each.head]
    sums = [each for each in columns if each.card == "sum" or each.kind == "money"]
    sums.sort(key=lambda each: each.card != "sum")
    return {each.name: "card-sum" for each in sums[:1]} | {each.name: "card-name" for each in names[:1]}


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
