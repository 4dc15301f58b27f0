"""Placeholders in a rule's message: `{payer.name}`, `{unit_sum(30)}`, `{extension.Number}`."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.kernel.money import plain
from mingpiao.rules.model import Facts, History

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_AGGREGATE = re.compile(r"([a-z][a-z_]*)\((\d{1,3})\)")
_MONEY = re.compile(
    r"total|items_sum|(?:unit|payer)_sum_\d+|watch_(?:amount|largest|red_amount|payer_amount|usual_amount)"
)
_EXTENSION = "extension."
_MAPPINGS = ("extension", "extension_numbers", "extension_dates")
_LONGEST = 100
_MISSING = "—"


class Placeholder(msgspec.Struct, frozen=True, kw_only=True):
    """One `{…}` of a message: the text between the braces, and the offset of the first brace (from 0)."""

    text: str
    place: int

    @property
    def history(self) -> History | None:
        """The aggregate that the placeholder names, or None if it names a field."""
        found = _AGGREGATE.fullmatch(self.text)
        return History(name=found[1], days=int(found[2])) if found else None


def placeholders(message: str) -> list[Placeholder]:
    """The placeholders of a message, in their order."""
    return [Placeholder(text=found[1], place=found.start()) for found in _PLACEHOLDER.finditer(message)]


def stray_brace(message: str) -> int | None:
    """The offset of a brace that belongs to no placeholder, or None."""
    rest = _PLACEHOLDER.sub(lambda found: " " * len(found[0]), message)
    found = re.search(r"[{}]", rest)
    return found.start() if found else None


def fill(message: str, facts: Facts) -> str:
    """Fill the placeholders of a message from the facts: amounts with two decimals, — for a missing value."""
    return _PLACEHOLDER.sub(lambda found: _shown(found[1], facts), message)


def _shown(name: str, facts: Facts) -> str:
    column, value = _look_up(name, facts)
    if value is None or value == "":
        return _MISSING
    if isinstance(value, Decimal) and value.is_finite():
        return plain(value) if _MONEY.fullmatch(column) else f"{value:f}"
    write = _WRITERS.get(type(value), str)
    text = write(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _look_up(name: str, facts: Facts) -> tuple[str, Any]:
    if name.startswith(_EXTENSION):
        member = name[len(_EXTENSION) :]
        return name, next(
            (found[member] for each in _MAPPINGS if member in (found := facts.get(each, {}))), None
        )
    aggregate = _AGGREGATE.fullmatch(name)
    column = f"{aggregate[1]}_{int(aggregate[2])}" if aggregate else name.replace(".", "_")
    return column, facts.get(column)


_WRITERS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "是" if value else "否",
    date: lambda value: value.isoformat(),
}
