"""Bills made from other bills."""

from typing import Any

from bench.papers.values import Bill


def change(bill: Bill, **facts: Any) -> Bill:
    """The bill with some facts changed."""
    old = {name: getattr(bill, name) for name in Bill.__struct_fields__}
    return Bill(**(old | facts))
