"""Writes a tree as its canonical text: uniform spaces, keywords in capitals, no unnecessary parentheses."""

from datetime import date
from decimal import Decimal

from mingpiao.kernel.money import plain_number
from mingpiao.rules.language.tree import (
    Aggregate,
    Among,
    Arithmetic,
    Between,
    Call,
    Compare,
    Field,
    IsNull,
    Junction,
    Literal,
    Node,
    Not,
    OverItems,
)

_STRENGTH = {"+": 1, "-": 1, "*": 2}


def print_node(node: Node) -> str:
    """Write a node as text that parses to the same node."""
    match node:
        case Literal(value=value):
            return print_value(value)
        case Field(path=path):
            return path
        case Aggregate(history=history, of_item=of_item):
            return f"{history.name}({'item, ' if of_item else ''}{history.days})"
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(print_node(argument) for argument in arguments)})"
        case OverItems(name=name, inner=inner):
            return f"{name}({print_node(inner)})"
        case Arithmetic(operator=operator, left=left, right=right):
            return f"{_operand(left, operator)} {operator} {_operand(right, operator, right=True)}"
        case Compare(operator=operator, left=left, right=right):
            return f"{print_node(left)} {operator} {print_node(right)}"
        case Junction(operator=operator, parts=parts):
            return f" {operator} ".join(_part(part) for part in parts)
        case Not(part=part):
            return _negation(part)
    return _test(node)


def print_value(value: str | Decimal | date | bool) -> str:
    """Write a literal as in a condition."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case Decimal():
            return plain_number(value)
        case date():
            return f"DATE '{value.isoformat()}'"


def _test(node: Between | Among | IsNull, word: str = "") -> str:
    """Write BETWEEN, IN and IS NULL, with NOT in its place inside them."""
    match node:
        case Between(value=value, low=low, high=high):
            return f"{print_node(value)} {word}BETWEEN {print_node(low)} AND {print_node(high)}"
        case Among(value=value, options=options):
            return f"{print_node(value)} {word}IN ({', '.join(print_node(option) for option in options)})"
        case IsNull(value=value):
            return f"{print_node(value)} IS {word}NULL"


def _negation(part: Node) -> str:
    if isinstance(part, Between | Among | IsNull):
        return _test(part, "NOT ")
    if isinstance(part, Field | Call | OverItems | Literal):
        return f"NOT {print_node(part)}"
    return f"NOT ({print_node(part)})"


def _part(part: Node) -> str:
    return f"({print_node(part)})" if isinstance(part, Junction) else print_node(part)


def _operand(node: Node, operator: str, *, right: bool = False) -> str:
    if not isinstance(node, Arithmetic):
        return print_node(node)
    weaker = _STRENGTH[node.operator] < _STRENGTH[operator]
    same = _STRENGTH[node.operator] == _STRENGTH[operator]
    return f"({print_node(node)})" if weaker or (right and same) else print_node(node)
