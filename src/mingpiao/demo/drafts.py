"""The values from which recipes make bills, and the random choice of quantities, rates and digits."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from random import Random

import msgspec

from mingpiao.demo.charge_items import DemoItem, ValueSpan
from mingpiao.demo.units import DemoUnit
from mingpiao.kernel.money import line_amount

PERSON = "1"
UNIT = "2"
ZERO = Decimal("0.00")


class DemoLine(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a bill: quantity × rate (元) = amount (元, two places)."""

    entry: DemoItem
    quantity: Decimal
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        return line_amount(self.quantity, self.rate)


class DemoDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a request that depends on its kind; `remark` may be empty."""

    lines: tuple[DemoLine, ...]
    extension: dict[str, str]
    payer_type: str = PERSON
    remark: str = ""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """The input of a recipe: the unit that issues, the day, and the items that unit and kind have in common."""

    unit: DemoUnit
    on: date
    rng: Random
    items: tuple[DemoItem, ...]


Recipe = Callable[[Occasion], DemoDraft]


def total_of(lines: Sequence[DemoLine]) -> Decimal:
    """The sum of the lines in 元."""
    return sum((line.amount for line in lines), ZERO)


def _draw(rng: Random, span: ValueSpan) -> Decimal:
    """A value of the span; small ones are more frequent, as in reality."""
    return span.value(int(rng.random() * rng.random() * span.count))


def draw_line(rng: Random, entry: DemoItem, quantity: Decimal | None = None) -> DemoLine:
    """A line with a rate, and by default a quantity, from the item's usual ones."""
    return DemoLine(
        entry=entry,
        quantity=_draw(rng, entry.quantities) if quantity is None else quantity,
        rate=_draw(rng, entry.rates),
    )


def digits(rng: Random, count: int) -> str:
    """A text of so many random digits."""
    return f"{rng.randrange(10**count):0{count}d}"
