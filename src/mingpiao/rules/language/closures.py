"""Compiles a condition to a Python function of the facts of one bill.

SQL has a third truth value, NULL. Here it needs no value of its own: each condition is compiled to two
questions, "is it true?" and "is it false?". NOT swaps them, and for NULL both answers are no.

The source of the function is generated from the checked tree only. Literals and names of 其他信息 are bound as
constants, so no text of a user is ever compiled.
"""

import itertools
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any

from mingpiao.rules.language.tree import (
    Aggregate,
    Among,
    Arithmetic,
    Between,
    Call,
    Compare,
    Condition,
    Field,
    IsNull,
    Junction,
    Literal,
    Node,
    Not,
    OverItems,
    SourcePlace,
    ValueKind,
)
from mingpiao.rules.model import Facts, Predicate

#: Arithmetic that never rounds: no number of the language has more than 38 digits.
_EXACT = Context(prec=80)
#: Up to this number of digits Python's own operators are exact.
_EXACT_DIGITS = 28
_OPERATORS = {"=": "==", "<>": "!="}
_OPPOSITES = {"=": "!=", "<>": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_METHODS = {"+": "add", "-": "subtract", "*": "multiply"}

_ItemTest = Callable[[Facts, Mapping[str, Any]], Any]


def compile_condition(condition: Condition) -> Predicate:
    """A function of facts with SQL's logic: True if the condition is true, False if it is false or unknown.

    The facts must contain all that `condition.columns` and the aggregates name; a KeyError names what is
    missing.
    """
    writer = _Writer()
    predicate: Predicate = writer.function("f", writer.true(condition.root, "f"))
    return predicate


def _any_item(test: _ItemTest, facts: Facts) -> bool:
    for item in facts["items"]:  # noqa: SIM110 - a generator costs twice as much
        if test(facts, item):
            return True
    return False


def _all_items(test: _ItemTest, facts: Facts) -> bool:
    for item in facts["items"]:  # noqa: SIM110 - a generator costs twice as much
        if not test(facts, item):
            return False
    return True


def _sum_items(value: _ItemTest, facts: Facts) -> Decimal:
    total = Decimal(0)
    for item in facts["items"]:
        amount = value(facts, item)
        if amount is not None:
            total = _EXACT.add(total, amount)
    return total


class _Writer:
    """Writes expressions over the variables `f` (facts of the bill) and `i` (facts of an item)."""

    def __init__(self) -> None:
        self._serial = itertools.count()
        self._names: dict[str, Any] = {
            "__builtins__": {},
            "length": len,
            "magnitude": _EXACT.abs,
            "any_item": _any_item,
            "all_items": _all_items,
            "sum_items": _sum_items,
            **{method: getattr(_EXACT, method) for method in _METHODS.values()},
        }

    def function(self, parameters: str, body: str) -> Any:
        # The generated source has only names from this module: see the module's docstring.
        return eval(compile(f"lambda {parameters}: {body}", "<rule>", "eval"), self._names)  # noqa: S307

    def _bind(self, value: Any) -> str:
        name = f"k{next(self._serial)}"
        self._names[name] = value
        return name

    # -- truth -----------------------------------------------------------------------------------

    def true(self, node: Node, scope: str) -> str:
        """An expression that is True exactly when the node is true."""
        return self._question(node, scope, True)

    def false(self, node: Node, scope: str) -> str:
        """An expression that is True exactly when the node is false."""
        return self._question(node, scope, False)

    def _question(self, node: Node, scope: str, wanted: bool) -> str:
        match node:
            case Not(part=part):
                return self._question(part, scope, not wanted)
            case Junction(operator=operator, parts=parts):
                word = " and " if (operator == "AND") == wanted else " or "
                return f"({word.join(self._question(part, scope, wanted) for part in parts)})"
            case Compare(operator=operator, left=left, right=right):
                return self._comparison(operator, left, right, scope, wanted)
            case Between() | Among() | Call():
                return self._test(node, scope, wanted)
            case IsNull(value=value):
                return f"({self.value(value, scope)} {'is' if wanted else 'is not'} None)"
            case OverItems():
                return self.value(node, scope) if wanted else f"(not {self.value(node, scope)})"
        return f"({self.value(node, scope)} is {wanted})"

    def _comparison(self, operator: str, left: Node, right: Node, scope: str, wanted: bool) -> str:
        known, (one, other) = self._known((left, right), scope)
        sign = _OPERATORS.get(operator, operator) if wanted else _OPPOSITES[operator]
        return f"({' and '.join([*known, f'{one} {sign} {other}'])})"

    def _test(self, node: Between | Among | Call, scope: str, wanted: bool) -> str:
        """BETWEEN is handled apart from other comparisons: if one bound is NULL, it is false when the other
        bound fails.
        """
        if isinstance(node, Between):
            bounds = (Compare(">=", node.value, node.low), Compare("<=", node.value, node.high))
            return self._question(Junction("AND", bounds), scope, wanted)
        value = node.value if isinstance(node, Among) else node.arguments[0]
        known, (name,) = self._known((value,), scope)
        if isinstance(node, Among):
            test = f"{name} in {self._bind(frozenset(option.value for option in node.options))}"
        else:
            test = self._search(node, name)
        return f"({' and '.join([*known, test if wanted else f'not {test}'])})"

    def _search(self, node: Call, name: str) -> str:
        words = [self._bind(word.value) for word in node.arguments[1:] if isinstance(word, Literal)]
        match node.name:
            case "starts":
                return f"{name}.startswith({words[0]})"
            case "ends":
                return f"{name}.endswith({words[0]})"
        return f"({' or '.join(f'{word} in {name}' for word in words)})"

    def _known(self, nodes: tuple[Node, ...], scope: str) -> tuple[list[str], list[str]]:
        """Tests that values are not NULL, and the variables that hold these values afterwards."""
        tests: list[str] = []
        names: list[str] = []
        for node in nodes:
            value = self.value(node, scope)
            if node.shape.nullable:
                name = f"v{next(self._serial)}"
                tests.append(f"({name} := {value}) is not None")
                value = name
            names.append(value)
        return tests, names

    # -- values ----------------------------------------------------------------------------------

    def value(self, node: Node, scope: str) -> str:
        """An expression for a value, which is None for NULL."""
        match node:
            case Literal(value=value):
                return self._bind(value)
            case Field():
                return self._field(node)
            case Aggregate(history=history, of_item=of_item):
                return f"{'i' if of_item else 'f'}[{history.column!r}]"
            case Call(name="coalesce", arguments=arguments):
                return self._coalesce(arguments, scope)
            case Call(arguments=arguments):
                known, names = self._known(arguments, scope)
                return _unless_null(known, self._computed(node, names))
            case Arithmetic(operator=operator, left=left, right=right, shape=shape):
                known, (one, other) = self._known((left, right), scope)
                small = shape.whole + shape.places <= _EXACT_DIGITS
                exact = f"({one} {operator} {other})" if small else f"{_METHODS[operator]}({one}, {other})"
                return _unless_null(known, exact)
            case OverItems(name=name, inner=inner):
                return f"{name}({self._item_function(inner)}, f)"
        raise AssertionError(f"{type(node).__name__} is a condition")

    def _field(self, field: Field) -> str:
        # Columns and containers are names from the catalogue; names of 其他信息 come from outside and are bound.
        match field.place:
            case SourcePlace.BILL:
                return f"f[{field.column!r}]"
            case SourcePlace.ITEM:
                return f"i[{field.column!r}]"
        return f"f[{field.container!r}].get({self._bind(field.column)})"

    def _coalesce(self, arguments: tuple[Node, ...], scope: str) -> str:
        *earlier, last = arguments
        text = self.value(last, scope)
        for argument in reversed(earlier):
            name = f"v{next(self._serial)}"
            text = f"({name} if ({name} := {self.value(argument, scope)}) is not None else {text})"
        return text

    def _computed(self, node: Call, names: list[str]) -> str:
        match node.name:
            case "length":
                return f"length({names[0]})"
            case "abs":
                return f"magnitude({names[0]})"
            case "days_between":
                return f"({names[1]} - {names[0]}).days"
        return f"{names[0]}.{node.name}"

    def _item_function(self, inner: Node) -> str:
        asks = inner.shape.kind is ValueKind.BOOLEAN
        body = self.true(inner, "i") if asks else self.value(inner, "i")
        return self._bind(self.function("f, i", body))


def _unless_null(known: list[str], value: str) -> str:
    return f"({value} if {' and '.join(known)} else None)" if known else value
