"""The checked tree of a condition: typed nodes, the only ones that a back end has to handle."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.rules.model import History


class ValueKind(StrEnum):
    """The type of a value: 文本, 数字, 日期 or 是否."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    ValueKind.TEXT: "文本",
    ValueKind.NUMBER: "数字",
    ValueKind.DATE: "日期",
    ValueKind.BOOLEAN: "是否",
}


class Shape(msgspec.Struct, frozen=True):
    """The type of a value in detail. A number has at most `whole` digits before the point and `places` after
    it.

    `nullable` values may be NULL; `integer` numbers are stored as integers in a table.
    """

    kind: ValueKind
    whole: int = 0
    places: int = 0
    nullable: bool = False
    integer: bool = False


BOOLEAN = Shape(ValueKind.BOOLEAN)


class SourcePlace(StrEnum):
    """Where a field's value is found: in a column of the bill, in an item, or in a map of 其他信息."""

    BILL = "bill"
    ITEM = "item"
    EXTENSION = "extension"


class Literal(msgspec.Struct, frozen=True):
    value: str | Decimal | date | bool
    shape: Shape


class Field(msgspec.Struct, frozen=True):
    """A field of the bill. `column` is its name in the facts; for 其他信息, its key in the map `container`."""

    path: str
    column: str
    place: SourcePlace
    shape: Shape
    container: str = ""


class Aggregate(msgspec.Struct, frozen=True):
    """A history aggregate; an `of_item` one has a value for each item."""

    history: History
    of_item: bool
    shape: Shape


class Call(msgspec.Struct, frozen=True):
    """A documented function of values; `name` is one of FUNCTIONS."""

    name: str
    arguments: "tuple[Node, ...]"
    shape: Shape


class Arithmetic(msgspec.Struct, frozen=True):
    """An operation on numbers; `operator` is +, - or *."""

    operator: str
    left: "Node"
    right: "Node"
    shape: Shape


class OverItems(msgspec.Struct, frozen=True):
    """any_item, all_items or sum_items: `inner` is evaluated for each item."""

    name: str
    inner: "Node"
    shape: Shape


class Compare(msgspec.Struct, frozen=True):
    """A comparison; `operator` is =, <>, <, <=, > or >=."""

    operator: str
    left: "Node"
    right: "Node"
    shape: Shape = BOOLEAN


class Between(msgspec.Struct, frozen=True):
    value: "Node"
    low: "Node"
    high: "Node"
    shape: Shape = BOOLEAN


class Among(msgspec.Struct, frozen=True):
    """IN a list of literals."""

    value: "Node"
    options: tuple[Literal, ...]
    shape: Shape = BOOLEAN


class IsNull(msgspec.Struct, frozen=True):
    value: "Node"
    shape: Shape = BOOLEAN


class Junction(msgspec.Struct, frozen=True):
    """All (AND) or any (OR) of two or more parts. No part is itself a junction of the same kind."""

    operator: str
    parts: "tuple[Node, ...]"
    shape: Shape = BOOLEAN


class Not(msgspec.Struct, frozen=True):
    part: "Node"
    shape: Shape = BOOLEAN


Node = (
    Literal
    | Field
    | Aggregate
    | Call
    | Arithmetic
    | OverItems
    | Compare
    | Between
    | Among
    | IsNull
    | Junction
    | Not
)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that was parsed and is valid.

    `text` is its canonical form. `columns` are the facts of the bill that it reads (with `items` and the maps
    of 其他信息 if it reads in them), `item_columns` those of an item. `history` and `item_history` are the
    aggregates that the facts must contain.
    """

    text: str
    root: Node
    columns: frozenset[str]
    item_columns: frozenset[str]
    history: frozenset[History]
    item_history: frozenset[History]


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node."""
    match node:
        case Literal() | Field() | Aggregate():
            return ()
        case Call(arguments=below) | Junction(parts=below):
            return below
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Between(value=value, low=low, high=high):
            return (value, low, high)
        case Among(value=value, options=options):
            return (value, *options)
        case OverItems(inner=below) | IsNull(value=below) | Not(part=below):
            return (below,)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(children(found))
