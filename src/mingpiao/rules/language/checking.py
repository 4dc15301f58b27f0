"""Checks the types of values, and computes how many digits a number can have.

Each number's shape bounds its digits, so that all products and sums stay exact within the 38 digits of
DECIMAL in DuckDB and Spark (where a product needs one digit more than its factors).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.kernel.grammar import read_date
from mingpiao.kernel.money import plain_number
from mingpiao.rules.language.catalogue import BOOLEAN, COUNT, DATE, LONGEST_WINDOW, TEXT, FunctionSpec
from mingpiao.rules.language.tree import (
    Aggregate,
    Among,
    Arithmetic,
    Between,
    Call,
    Compare,
    Field,
    IsNull,
    Literal,
    Node,
    Not,
    OverItems,
    Shape,
    ValueKind,
)
from mingpiao.rules.model import History

MAX_DIGITS = 38
#: A bill has at most 200 items, so a sum has three digits more.
_DIGITS_OF_ITEMS = 3
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


class Mismatch(Exception):
    """Values whose types do not fit together; `message` says in Chinese what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


# -- literals ------------------------------------------------------------------------------------


def boolean(value: bool) -> Literal:
    return Literal(value, BOOLEAN)


def text(value: str) -> Literal:
    return Literal(value, TEXT)


def number(written: str) -> Literal:
    """A number that passed the scanner: at most 12 digits, 6 of them after the point."""
    shortest = plain_number(Decimal(written))
    whole, _, decimals = shortest.partition(".")
    return Literal(Decimal(shortest), Shape(ValueKind.NUMBER, len(whole), len(decimals)))


def negative(literal: Literal) -> Literal:
    assert isinstance(literal.value, Decimal)  # noqa: S101 - the caller has checked the shape
    return Literal(literal.value.copy_negate() if literal.value else literal.value, literal.shape)


def day(written: str) -> Literal:
    value = read_date(written)
    if value is None or not _FIRST_DAY <= value <= _LAST_DAY:
        raise Mismatch("literal", "日期不正确，请写成 DATE '2026-01-31'，年份在1900至2999之间。")
    return Literal(value, DATE)


# -- conditions ----------------------------------------------------------------------------------


def negation(part: Node) -> Node:
    """NOT of a condition; two NOTs cancel out, also for NULL."""
    return part.part if isinstance(part, Not) else Not(part)


def compare(operator: str, left: Node, right: Node) -> Node:
    kind = _same_kind(left, right)
    if kind is ValueKind.BOOLEAN:
        return _compare_boolean(operator, left, right)
    if kind is ValueKind.TEXT and operator not in ("=", "<>"):
        raise Mismatch("type", "文本只能比较 = 和 <>，请修改。")
    _fits(left.shape, right.shape)
    return Compare(operator, left, right)


def _compare_boolean(operator: str, left: Node, right: Node) -> Node:
    """`x = TRUE` becomes x and `x = FALSE` becomes NOT x, which is the same also for NULL."""
    if isinstance(left, Literal):
        left, right = right, left
    if operator not in ("=", "<>") or not isinstance(right, Literal):
        raise Mismatch("type", "是否值只能与 TRUE 或 FALSE 比较 = 和 <>，请修改。")
    return left if (operator == "=") == bool(right.value) else negation(left)


def between(value: Node, low: Node, high: Node) -> Node:
    kind = _same_kind(value, low, high)
    if kind not in (ValueKind.NUMBER, ValueKind.DATE):
        raise Mismatch("type", "BETWEEN 只用于数字和日期，请修改。")
    _fits(value.shape, low.shape)
    _fits(value.shape, high.shape)
    return Between(value, low, high)


def among(value: Node, options: Sequence[Node]) -> Node:
    literals = tuple(option for option in options if isinstance(option, Literal))
    if not options or len(literals) != len(options):
        raise Mismatch("type", "IN 后面的括号里只能是一个或多个值，例如 IN ('0201', '0202')，请修改。")
    if _same_kind(value, *literals) is ValueKind.BOOLEAN:
        raise Mismatch("type", "是否值不能用 IN，请直接写字段，或在前面加 NOT。")
    for literal in literals:
        _fits(value.shape, literal.shape)
    return Among(value, literals)


def is_null(value: Node) -> Node:
    if value.shape.kind is ValueKind.BOOLEAN and not isinstance(value, Field):
        raise Mismatch("type", "IS NULL 只用于字段和值，不能用于条件，请修改。")
    return IsNull(value)


def _same_kind(*values: Node) -> ValueKind:
    kinds = list(dict.fromkeys(value.shape.kind for value in values))
    if len(kinds) == 1:
        return kinds[0]
    message = f"{'、'.join(kind.label for kind in kinds)}不能放在一起比较，请使用类型相同的值"
    if ValueKind.DATE in kinds and ValueKind.TEXT in kinds:
        message += "，日期写成 DATE '2026-01-31'"
    elif ValueKind.NUMBER in kinds and ValueKind.TEXT in kinds:
        message += "，文本加单引号，数字不加"
    raise Mismatch("type", message + "。")


def _fits(left: Shape, right: Shape) -> None:
    if max(left.whole, right.whole) + max(left.places, right.places) > MAX_DIGITS:
        raise _too_wide()


def _too_wide() -> Mismatch:
    return Mismatch("too_wide", f"计算结果可能超过{MAX_DIGITS}位，请减少乘法或加法。")


# -- numbers -------------------------------------------------------------------------------------


def arithmetic(operator: str, left: Node, right: Node) -> Node:
    one, other = left.shape, right.shape
    if operator == "*":
        whole, places, spare = one.whole + other.whole, one.places + other.places, 1
    else:
        whole, places, spare = max(one.whole, other.whole) + 1, max(one.places, other.places), 0
    if whole + places + spare > MAX_DIGITS:
        raise _too_wide()
    nullable = one.nullable or other.nullable
    return Arithmetic(operator, left, right, Shape(ValueKind.NUMBER, whole, places, nullable))


def over_items(name: str, inner: Node) -> Node:
    if name != "sum_items":
        return OverItems(name, inner, BOOLEAN)
    shape = inner.shape
    if shape.whole + _DIGITS_OF_ITEMS + shape.places + 1 > MAX_DIGITS:
        raise Mismatch("too_wide", f"合计可能超过{MAX_DIGITS}位，请减少乘法；数量乘以标准可用 item.line。")
    return OverItems(name, inner, Shape(ValueKind.NUMBER, shape.whole + _DIGITS_OF_ITEMS, shape.places))


# -- functions -----------------------------------------------------------------------------------

_SIGNATURES: dict[str, tuple[ValueKind, ...]] = {
    "length": (ValueKind.TEXT,),
    "year": (ValueKind.DATE,),
    "month": (ValueKind.DATE,),
    "day": (ValueKind.DATE,),
    "days_between": (ValueKind.DATE, ValueKind.DATE),
    "abs": (ValueKind.NUMBER,),
}
_SEARCHES = frozenset({"contains", "contains_any", "starts", "ends"})


def call(function: FunctionSpec, arguments: Sequence[Node]) -> Node:
    """A call of a function, except those over items (any_item, …), which have nodes of their own."""
    if function.history:
        return _aggregate(function, arguments)
    if function.name in _SEARCHES:
        return _search(function, arguments)
    if function.name == "coalesce":
        return _coalesce(function, arguments)
    wanted = _SIGNATURES[function.name]
    if tuple(argument.shape.kind for argument in arguments) != wanted:
        raise _wrong_arguments(function)
    shape = arguments[0].shape if function.name == "abs" else COUNT
    nullable = any(argument.shape.nullable for argument in arguments)
    return Call(function.name, tuple(arguments), msgspec.structs.replace(shape, nullable=nullable))


def _wrong_arguments(function: FunctionSpec) -> Mismatch:
    return Mismatch("arguments", f"应写成 {function.signature}，例如 {function.example}，请修改。")


def _aggregate(function: FunctionSpec, arguments: Sequence[Node]) -> Node:
    days = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], Literal) else None
    if not isinstance(days, Decimal) or days != int(days) or not 1 <= days <= LONGEST_WINDOW:
        message = f"应写成 {function.signature}，天数是1至{LONGEST_WINDOW}的整数，请修改。"
        raise Mismatch("arguments", message)
    return Aggregate(History(function.name, int(days)), function.of_item, function.shape)


def _search(function: FunctionSpec, arguments: Sequence[Node]) -> Node:
    words = arguments[1:]
    right_count = bool(words) if function.name == "contains_any" else len(words) == 1
    if not right_count or any(argument.shape.kind is not ValueKind.TEXT for argument in arguments):
        raise _wrong_arguments(function)
    if not all(isinstance(word, Literal) and word.value for word in words):
        raise Mismatch(
            "arguments", f"{function.name} 中的字词应是不为空的文本，例如 {function.example}，请修改。"
        )
    shape = msgspec.structs.replace(BOOLEAN, nullable=arguments[0].shape.nullable)
    return Call(function.name, tuple(arguments), shape)


def _coalesce(function: FunctionSpec, arguments: Sequence[Node]) -> Node:
    if len(arguments) < 2:
        raise _wrong_arguments(function)
    if _same_kind(*arguments) is ValueKind.BOOLEAN:
        raise Mismatch("type", "coalesce 只用于文本、数字和日期，请修改。")
    shapes = [argument.shape for argument in arguments]
    whole, places = max(shape.whole for shape in shapes), max(shape.places for shape in shapes)
    if whole + places > MAX_DIGITS:
        raise _too_wide()
    nullable = all(shape.nullable for shape in shapes)
    return Call("coalesce", tuple(arguments), Shape(shapes[0].kind, whole, places, nullable))
