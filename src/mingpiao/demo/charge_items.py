"""The charge items of the demonstration, read from `charge_items.csv` beside this file.

A row's `rate` is `=80` (fixed), `5~300` (bounded) or `*` (free). Its typical rate and quantity
(`low~high/step`) and its payers only guide the generator of bills and are not part of the catalogue. Names
and rates are public knowledge; where cities set their own rate, the bounds are wide and assumed.
"""

import csv
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec

from mingpiao.catalog.model import ChargeItem, Rate, RateKind


class ValueSpan(msgspec.Struct, frozen=True, kw_only=True):
    """The values low, low + step, … up to and including high."""

    low: Decimal
    high: Decimal
    step: Decimal

    @property
    def count(self) -> int:
        """How many values there are."""
        return int((self.high - self.low) / self.step) + 1

    def value(self, index: int) -> Decimal:
        """The value at an index from 0 to count - 1."""
        return self.low + self.step * index


class DemoItem(msgspec.Struct, frozen=True, kw_only=True):
    """A charge item, what its rate in 元 and its quantity usually are, and who pays it.

    `payers` holds "1" where persons pay it and "2" where units do.
    """

    item: ChargeItem
    payers: str
    rates: ValueSpan
    quantities: ValueSpan

    @property
    def family(self) -> str:
        """The first four digits of the item's code; profiles of units use them to name whole groups."""
        return self.item.code[:4]


@cache
def demo_items() -> tuple[DemoItem, ...]:
    """Every charge item of the demonstration, in the order of its file."""
    text = files(__package__).joinpath("charge_items.csv").read_text("utf-8")
    return tuple(_item(row) for row in csv.DictReader(text.splitlines()))


def charge_items() -> tuple[ChargeItem, ...]:
    """The part of every demonstration item that belongs to the catalogue."""
    return tuple(entry.item for entry in demo_items())


def items_of_families(families: Collection[str]) -> tuple[DemoItem, ...]:
    """The items whose code begins with one of the families."""
    return tuple(entry for entry in demo_items() if entry.family in families)


def _item(row: dict[str, str]) -> DemoItem:
    rate = _rate(row["rate"])
    fixed = ValueSpan(low=rate.minimum, high=rate.minimum, step=Decimal(1))
    return DemoItem(
        item=ChargeItem(
            code=row["code"],
            name=row["name"],
            measure_unit=row["measure_unit"],
            rate=rate,
            kinds=tuple(row["kinds"].split()),
            basis=row["basis"],
        ),
        payers=row["payers"],
        rates=_span(row["typical_rate"]) if row["typical_rate"] else fixed,
        quantities=_span(row["typical_quantity"]),
    )


def _rate(text: str) -> Rate:
    if text == "*":
        return Rate(kind=RateKind.FREE)
    if text.startswith("="):
        value = Decimal(text[1:])
        return Rate(kind=RateKind.FIXED, minimum=value, maximum=value)
    low, high = text.split("~")
    return Rate(kind=RateKind.BOUNDED, minimum=Decimal(low), maximum=Decimal(high))


def _span(text: str) -> ValueSpan:
    bounds, step = text.split("/")
    low, high = bounds.split("~")
    return ValueSpan(low=Decimal(low), high=Decimal(high), step=Decimal(step))
