"""What pages of units and departments show of stocks and requisitions alike."""

from datetime import date
from math import ceil
from secrets import token_hex

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.session import PageCall
from mingpiao.supply.model import KindStock, ListedRequisition, Outlook
from mingpiao.supply.service import get_requisition

#: Height of the drawing of a kind's months, and the width of a month in it.
_HEIGHT, _WIDTH = 40, 12


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A month in the drawing: numbers used, or expected, and where its bar stands (top and height, of 40)."""

    month: date
    count: int
    expected: bool
    left: int
    top: int
    height: int


class KindStockView(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a kind with its name, its drawing, and the sentence that tells how long it lasts."""

    stock: KindStock
    name: str
    bars: tuple[Bar, ...]
    lasts: str

    @property
    def is_low(self) -> bool:
        """Whether nothing is left, or less than a month's use."""
        expected = self.stock.outlook.expected
        return not self.stock.free or (bool(expected) and self.stock.free < expected[0][1])


def stock_views(stocks: list[KindStock], catalog: Catalog) -> list[KindStockView]:
    """The stocks of a unit for its page."""
    return [
        KindStockView(
            stock=each,
            name=kind_name(catalog, each.kind_code),
            bars=bars_of(each.outlook),
            lasts=lasts(each.outlook),
        )
        for each in stocks
    ]


def bars_of(outlook: Outlook) -> tuple[Bar, ...]:
    """The last twelve months and the next three, as bars."""
    present = outlook.expected[0][0] if outlook.expected else None
    past = [(month, count, False) for month, count in outlook.used if present is None or month < present]
    coming = [(month, ceil(count), True) for month, count in outlook.expected[:3]]
    shown = [*past[-12:], *coming]
    most = max((count for _, count, _ in shown), default=0)
    return tuple(
        Bar(
            month=month,
            count=count,
            expected=expected,
            left=number * _WIDTH,
            top=_HEIGHT - _share(count, most),
            height=_share(count, most),
        )
        for number, (month, count, expected) in enumerate(shown)
    )


def _share(count: int, most: int) -> int:
    return max(1, round(_HEIGHT * count / most)) if count else 0


def lasts(outlook: Outlook) -> str:
    """How long a stock lasts, in words."""
    if not outlook.is_known:
        return "还没有一个完整月份的用量"
    if outlook.runs_out_on is None:
        return "够用一年以上"
    return f"预计用到{outlook.runs_out_on:%Y年%-m月%-d日}"


async def load_requisition(call: PageCall, requisition_id: int) -> tuple[ListedRequisition, str]:
    """A requisition within the scope, with the name of its kind. Raises `Refusal` (`supply.request_unknown`, 404)."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        found = await get_requisition(connection, requisition_id)
    return found, kind_name(catalog, found.requisition.kind_code)


def typed_number(text: str) -> int:
    """A whole number as people type it, with or without commas; -1, which no verb accepts, for any other text."""
    value = read_whole(text.replace(",", "").replace("，", ""))
    return -1 if value is None else value


def fresh_number() -> str:
    """A number for a request that a page sends: a second press of its button is the same request."""
    return f"web-{token_hex(8)}"
