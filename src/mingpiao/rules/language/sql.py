"""Writes a condition as a boolean SQL expression for PostgreSQL, DuckDB and Spark, with the same result as
the closure.

The table has the facts as columns. In PostgreSQL `items` and the maps of 其他信息 are jsonb; in DuckDB and Spark
`items` is a list of structs and 其他信息 are maps. Numbers are cast to the width that the checker computed, so no
dialect rounds or overflows. Literals are escaped for each dialect, and never contain a comment, a parameter
or a variable.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from mingpiao.kernel.money import plain_number
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
    Shape,
    SourcePlace,
    ValueKind,
)

Dialect = OneOf["postgres", "duckdb", "spark"]
_MAX_DIGITS = 38


def to_sql(condition: Condition, dialect: Dialect) -> str:
    """The condition as SQL. The caller must not interpret `:name` or `%` in it as parameters."""
    return _WRITERS[dialect]().write(condition.root)


class _Writer(ABC):
    """The part that the three dialects have in common."""

    def write(self, node: Node) -> str:
        match node:
            case Literal(value=value):
                return self.literal(value)
            case Field():
                return self.field(node)
            case Aggregate(history=history, of_item=of_item):
                shape = node.shape
                return self.item(history.column, shape) if of_item else self.quote(history.column)
            case Call():
                return self._call(node)
            case Arithmetic():
                return self.arithmetic(node)
            case OverItems(name=name, inner=inner):
                return self.over_items(name, self.write(inner), node.shape)
            case Compare(operator=operator, left=left, right=right):
                return f"({self.write(left)} {operator} {self.write(right)})"
        return self._condition(node)

    def _condition(self, node: Between | Among | IsNull | Junction | Not) -> str:
        match node:
            case Between(value=value, low=low, high=high):
                return f"({self.write(value)} BETWEEN {self.write(low)} AND {self.write(high)})"
            case Among(value=value, options=options):
                return f"({self.write(value)} IN ({', '.join(self.write(option) for option in options)}))"
            case IsNull(value=value):
                return f"({self.write(value)} IS NULL)"
            case Junction(operator=operator, parts=parts):
                return f"({f' {operator} '.join(self.write(part) for part in parts)})"
            case Not(part=part):
                return f"(NOT {self.write(part)})"

    def _call(self, node: Call) -> str:
        if node.name == "coalesce":
            return f"coalesce({', '.join(self.fitted(each, node.shape) for each in node.arguments)})"
        arguments = [self.write(each) for each in node.arguments]
        if node.name == "contains_any":
            return (
                "("
                + " OR ".join(self.function("contains", [arguments[0], word]) for word in arguments[1:])
                + ")"
            )
        return self.function(node.name, arguments)

    def literal(self, value: str | Decimal | date | bool) -> str:
        match value:
            case bool():
                return "TRUE" if value else "FALSE"
            case str():
                return self.text(value)
            case Decimal():
                return f"({plain_number(value)})" if value < 0 else plain_number(value)
            case date():
                return f"DATE '{value.isoformat()}'"

    def field(self, field: Field) -> str:
        match field.place:
            case SourcePlace.BILL:
                return self.quote(field.column)
            case SourcePlace.ITEM:
                return self.item(field.column, field.shape)
        return self.extension(field)

    def fitted(self, node: Node, shape: Shape) -> str:
        """A value cast to the width of the result that it is a part of."""
        return self.cast(self.write(node), shape) if shape.kind is ValueKind.NUMBER else self.write(node)

    def cast(self, value: str, shape: Shape) -> str:
        return f"CAST({value} AS DECIMAL({shape.whole + shape.places}, {shape.places}))"

    def text(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def quote(self, name: str) -> str:
        return f'"{name}"'

    def item(self, column: str, _shape: Shape) -> str:
        return f"item.{self.quote(column)}"

    @abstractmethod
    def extension(self, field: Field) -> str: ...

    @abstractmethod
    def arithmetic(self, node: Arithmetic) -> str: ...

    @abstractmethod
    def over_items(self, name: str, inner: str, shape: Shape) -> str: ...

    @abstractmethod
    def function(self, name: str, arguments: list[str]) -> str: ...


class _Postgres(_Writer):
    """PostgreSQL: numbers are numeric and as wide as necessary."""

    _TYPES = {  # noqa: RUF012
        ValueKind.TEXT: "text",
        ValueKind.NUMBER: "numeric",
        ValueKind.DATE: "date",
        ValueKind.BOOLEAN: "boolean",
    }

    def cast(self, value: str, shape: Shape) -> str:
        return f"CAST({value} AS {self._TYPES[shape.kind]})"

    def item(self, column: str, shape: Shape) -> str:
        return self.cast(f"(item.value->>{self.text(column)})", shape)

    def extension(self, field: Field) -> str:
        return self.cast(f"({self.quote(field.container)}->>{self.text(field.column)})", field.shape)

    def arithmetic(self, node: Arithmetic) -> str:
        left, right = self.fitted(node.left, node.shape), self.fitted(node.right, node.shape)
        return f"({left} {node.operator} {right})"

    def over_items(self, name: str, inner: str, shape: Shape) -> str:
        items = 'FROM jsonb_array_elements("items") AS item(value)'
        match name:
            case "any_item":
                return f"(EXISTS (SELECT {items} WHERE {inner}))"
            case "all_items":
                return f"(NOT EXISTS (SELECT {items} WHERE {inner} IS NOT TRUE))"
        # In a sub-query of its own, because the sum of an outer column would be an aggregate of the outer
        # query.
        amounts = f"FROM (SELECT {self.cast(inner, shape)} AS amount {items}) AS amounts"
        return f"(SELECT coalesce(sum(amount), 0) {amounts})"

    def function(self, name: str, arguments: list[str]) -> str:
        first = arguments[0]
        match name:
            case "contains":
                return f"(strpos({first}, {arguments[1]}) > 0)"
            case "starts":
                return f"starts_with({first}, {arguments[1]})"
            case "ends":
                return f"(right({first}, length({arguments[1]})) = {arguments[1]})"
            case "days_between":
                return f"({arguments[1]} - {first})"
            case "year" | "month" | "day":
                return f"CAST(extract({name} FROM {first}) AS integer)"
        return f"{name}({first})"


class _DuckDb(_Writer):
    """DuckDB: a product keeps the storage type of its factors, so these are widened before."""

    def arithmetic(self, node: Arithmetic) -> str:
        if node.operator == "*":
            digits = node.shape.whole + node.shape.places
            one, other = (
                f"CAST({self.write(each)} AS DECIMAL({digits}, {each.shape.places}))"
                for each in (node.left, node.right)
            )
        else:
            one, other = self.fitted(node.left, node.shape), self.fitted(node.right, node.shape)
        return self.cast(f"({one} {node.operator} {other})", node.shape)

    def extension(self, field: Field) -> str:
        return f"{self.quote(field.container)}[{self.text(field.column)}]"

    def over_items(self, name: str, inner: str, shape: Shape) -> str:
        items = self.quote("items")
        match name:
            case "any_item":
                return f"(len(list_filter({items}, lambda item: {inner})) > 0)"
            case "all_items":
                return f"(len(list_filter({items}, lambda item: NOT coalesce({inner}, FALSE))) = 0)"
        amounts = f"list_transform({items}, lambda item: {self.cast(inner, shape)})"
        return self.cast(f"coalesce(list_sum({amounts}), 0)", shape)

    def function(self, name: str, arguments: list[str]) -> str:
        match name:
            case "starts" | "ends":
                return f"{name}_with({', '.join(arguments)})"
            case "days_between":
                return f"date_diff('day', {', '.join(arguments)})"
        return f"{name}({', '.join(arguments)})"


class _Spark(_Writer):
    """Spark: a product has one digit more than its factors, so each result is cast to its own width."""

    def quote(self, name: str) -> str:
        return f"`{name}`"

    def text(self, value: str) -> str:
        # A dollar sign could begin a ${variable}; a doubled quotation mark would join two literals.
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024")
        return f"'{escaped}'"

    def arithmetic(self, node: Arithmetic) -> str:
        one, other = (self.fitted(each, each.shape) for each in (node.left, node.right))
        return self.cast(f"({one} {node.operator} {other})", node.shape)

    def extension(self, field: Field) -> str:
        return f"try_element_at({self.quote(field.container)}, {self.text(field.column)})"

    def over_items(self, name: str, inner: str, shape: Shape) -> str:
        items = self.quote("items")
        match name:
            case "any_item":
                return f"exists({items}, item -> coalesce({inner}, FALSE))"
            case "all_items":
                return f"forall({items}, item -> coalesce({inner}, FALSE))"
        # `inner` has `shape` without the digits that a sum may add. No column has the name of the sum so far,
        # for it would hide the sum from `inner`.
        step = self.cast(f"sum_so_far + coalesce({self.cast(inner, shape)}, 0)", shape)
        return f"aggregate({items}, {self.cast('0', shape)}, (sum_so_far, item) -> {step})"

    def function(self, name: str, arguments: list[str]) -> str:
        match name:
            case "starts" | "ends":
                return f"{name}with({', '.join(arguments)})"
            case "days_between":
                return f"datediff({arguments[1]}, {arguments[0]})"
            case "length":
                return f"char_length({arguments[0]})"
        return f"{name}({', '.join(arguments)})"


_WRITERS: dict[Dialect, Callable[[], _Writer]] = {"postgres": _Postgres, "duckdb": _DuckDb, "spark": _Spark}
