"""Parses text to a checked tree: sqlglot parses, and only listed kinds of nodes are accepted.

Nodes are listed with the arguments that they may have. The parser expresses what changes a meaning by
arguments (negation, SYMMETRIC, quoting), so a node with an argument that is not listed is refused as well.
"""

import threading
from collections.abc import Callable
from typing import Any

from sqlglot import errors, exp, parser
from sqlglot.dialects.dialect import Dialect

from mingpiao.rules.language import checking
from mingpiao.rules.language.catalogue import FUNCTION_BY_NAME, OVER_ITEMS
from mingpiao.rules.language.complaints import TextSpan, complain
from mingpiao.rules.language.fields import FieldTable
from mingpiao.rules.language.printing import print_node
from mingpiao.rules.language.scanning import MAX_NESTING, Token, scan
from mingpiao.rules.language.tree import (
    Aggregate,
    Condition,
    Field,
    Junction,
    Literal,
    Node,
    SourcePlace,
    ValueKind,
    walk,
)

MAX_NODES = 200
#: Levels of the parser's tree: one level of the text makes at most NOT, a parenthesis and an operator.
_MAX_DEPTH = 3 * MAX_NESTING


class _Neutral(Dialect):
    """A dialect in which the parser knows no functions: this room looks up its own."""

    class Parser(parser.Parser):
        FUNCTIONS = {}  # noqa: RUF012 - as the library declares it
        FUNCTION_PARSERS = {}  # noqa: RUF012
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        NO_PAREN_FUNCTION_PARSERS = {}  # noqa: RUF012


def parse(text: str, table: FieldTable) -> Condition:
    """Parse a condition. Raises `Refusal` (`rule.condition_…`, 422) with line, column and length of the
    mistake.
    """
    tokens = scan(text, table)
    tree = _parse(text, tokens)
    root = _Reader(text, table).condition(tree)
    nodes = list(walk(root))
    if len(nodes) > MAX_NODES:
        message = f"条件最多由{MAX_NODES}个部分组成，现有{len(nodes)}个，请拆成几条规则。"
        raise complain("too_large", text, TextSpan(0, 0), message)
    canonical = print_node(root)
    # The canonical text may be longer or deeper than the original, and must be readable again.
    scan(canonical, table)
    aggregates = [node for node in nodes if isinstance(node, Aggregate)]
    fields = [node for node in nodes if isinstance(node, Field)]
    return Condition(
        text=canonical,
        root=root,
        columns=frozenset(_bill_column(field) for field in fields) | _items_column(nodes),
        item_columns=frozenset(field.column for field in fields if field.place is SourcePlace.ITEM),
        history=frozenset(each.history for each in aggregates if not each.of_item),
        item_history=frozenset(each.history for each in aggregates if each.of_item),
    )


def _bill_column(field: Field) -> str:
    return {
        SourcePlace.BILL: field.column,
        SourcePlace.ITEM: "items",
        SourcePlace.EXTENSION: field.container,
    }[field.place]


def _items_column(nodes: list[Node]) -> frozenset[str]:
    return (
        frozenset({"items"})
        if any(getattr(node, "name", "") in OVER_ITEMS for node in nodes)
        else frozenset()
    )


def _parse(text: str, tokens: list[Token]) -> exp.Expr:
    """The parser's tree. Parsing runs in a thread of its own, so that the allowed depth does not depend on
    the caller's stack.
    """
    outcome: list[exp.Expr | Exception | None] = []

    def work() -> None:
        try:
            outcome.extend(_Neutral().parse(text))
        except (errors.SqlglotError, RecursionError) as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    found = outcome[0] if len(outcome) == 1 else None
    if isinstance(found, exp.Expr):
        return found
    raise complain(
        "syntax",
        text,
        _place_of_error(text, found, tokens),
        "写法不正确，请检查此处前后的运算符、括号和逗号。",
    )


def _place_of_error(text: str, error: Any, tokens: list[Token]) -> TextSpan:
    """Where parsing failed: the parser gives the line of a token, and the column of its last character."""
    if isinstance(error, errors.ParseError) and error.errors:
        line, column = error.errors[0].get("line") or 0, error.errors[0].get("col") or 0
        end = sum(len(each) for each in text.splitlines(keepends=True)[: line - 1]) + column
        for token in tokens:
            if token.span.start < end <= token.span.end:
                return token.span
    return tokens[-1].span


#: The arguments that each kind of node may have.
_ARGUMENTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.And: frozenset({"this", "expression"}),
    exp.Or: frozenset({"this", "expression"}),
    exp.Not: frozenset({"this"}),
    exp.Paren: frozenset({"this"}),
    exp.EQ: frozenset({"this", "expression"}),
    exp.NEQ: frozenset({"this", "expression"}),
    exp.LT: frozenset({"this", "expression"}),
    exp.LTE: frozenset({"this", "expression"}),
    exp.GT: frozenset({"this", "expression"}),
    exp.GTE: frozenset({"this", "expression"}),
    exp.Add: frozenset({"this", "expression"}),
    exp.Sub: frozenset({"this", "expression"}),
    exp.Mul: frozenset({"this", "expression"}),
    exp.Neg: frozenset({"this"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.Null: frozenset(),
    exp.Boolean: frozenset({"this"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this"}),
    exp.Cast: frozenset({"this", "to", "_type"}),
    exp.DataType: frozenset({"this", "nested"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
}
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}


def _was_written(argument: Any) -> bool:
    """Empty and false arguments mean that the text does not contain that part."""
    return argument is not None and argument is not False and argument != []


class _Reader:
    """Converts the parser's nodes to ours one by one, and refuses what is wrong, with its place."""

    def __init__(self, text: str, table: FieldTable) -> None:
        self.text = text
        self.table = table
        self.inside = ""
        self.depth = 0
        self.readers: dict[type[exp.Expr], Callable[[Any], Node]] = {
            exp.And: self._junction,
            exp.Or: self._junction,
            exp.Not: lambda node: checking.negation(self.condition(node.this)),
            exp.Paren: lambda node: self.read(node.this),
            exp.Neg: self._negative,
            exp.Between: self._between,
            exp.In: self._among,
            exp.Is: self._is,
            exp.Boolean: lambda node: checking.boolean(bool(node.this)),
            exp.Literal: self._literal,
            exp.Column: self._column,
            exp.Cast: self._date,
            exp.Anonymous: self._call,
        }
        self.readers |= dict.fromkeys(_COMPARISONS, self._compare)
        self.readers |= dict.fromkeys(_ARITHMETIC, self._arithmetic)

    # -- general ---------------------------------------------------------------------------------

    def complain(self, code: str, node: exp.Expr, message: str) -> Exception:
        return complain(code, self.text, self.span(node), message)

    def span(self, node: exp.Expr) -> TextSpan:
        """The part of the text from the first to the last token of a node, among the tokens that have a
        place.
        """
        starts = [(each.meta["start"], each.meta["end"] + 1) for each in node.walk() if "start" in each.meta]
        if not starts:
            return TextSpan(0, len(self.text))
        start, end = min(start for start, _ in starts), max(end for _, end in starts)
        # A closing parenthesis belongs to the node that it closes, but is no node itself.
        while self.text.count("(", start, end) > self.text.count(")", start, end):
            closing = self.text.find(")", end)
            if closing < 0 or self.text[end:closing].strip():
                break
            end = closing + 1
        return TextSpan(start, end)

    def read(self, node: exp.Expr) -> Node:
        self._admit(node)
        if self.depth >= _MAX_DEPTH:
            raise self.complain("too_nested", node, f"嵌套超过{MAX_NESTING}层，请简化，或拆成几条规则。")
        self.depth += 1
        try:
            return self.readers[type(node)](node)
        except checking.Mismatch as mismatch:
            raise self.complain(mismatch.code, node, mismatch.message) from mismatch
        finally:
            self.depth -= 1

    def _admit(self, node: exp.Expr) -> None:
        allowed = _ARGUMENTS.get(type(node))
        if allowed is None or type(node) not in self.readers:
            raise self.complain("not_allowed", node, "规则中不支持这种写法，请改用列出的运算符和函数。")
        self._admit_arguments(node)

    def _admit_arguments(self, node: exp.Expr) -> None:
        allowed = _ARGUMENTS[type(node)]
        if any(_was_written(value) for name, value in node.args.items() if name not in allowed):
            raise self.complain("not_allowed", node, "规则中不支持这种写法，请改用列出的运算符和函数。")
        if node.comments:
            raise self.complain("character", node, "不支持注释，请删除。")

    def condition(self, node: exp.Expr) -> Node:
        """Convert a node that must be a condition, which is either true or false."""
        found = self.read(node)
        if found.shape.kind is not ValueKind.BOOLEAN:
            message = f"这里应是条件，而它是{found.shape.kind.label}，请补上比较，例如 = 或 >。"
            raise self.complain("type", node, message)
        return found

    def number(self, node: exp.Expr) -> Node:
        found = self.read(node)
        if found.shape.kind is not ValueKind.NUMBER:
            raise self.complain("type", node, f"这里应是数字，而它是{found.shape.kind.label}，请修改。")
        return found

    # -- conditions ------------------------------------------------------------------------------

    def _junction(self, node: exp.Expr) -> Node:
        operator = "AND" if isinstance(node, exp.And) else "OR"
        parts: list[Node] = []
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if type(part) is type(node):
                self._admit_arguments(part)
                waiting += [part.args["expression"], part.this]
                continue
            found = self.condition(part)
            same = isinstance(found, Junction) and found.operator == operator
            parts.extend(found.parts if isinstance(found, Junction) and same else (found,))
        return Junction(operator, tuple(parts))

    def _compare(self, node: exp.Expr) -> Node:
        return checking.compare(
            _COMPARISONS[type(node)], self.read(node.this), self.read(node.args["expression"])
        )

    def _between(self, node: exp.Expr) -> Node:
        return checking.between(
            self.read(node.this), self.read(node.args["low"]), self.read(node.args["high"])
        )

    def _among(self, node: exp.Expr) -> Node:
        value = self.read(node.this)
        options = [self.read(option) for option in node.args.get("expressions") or []]
        return checking.among(value, options)

    def _is(self, node: exp.Expr) -> Node:
        if not isinstance(node.args["expression"], exp.Null):
            raise self.complain("not_allowed", node, "IS 后面只能是 NULL 或 NOT NULL，请修改。")
        found = checking.is_null(self.read(node.this))
        return checking.negation(found) if node.args.get("negate") else found

    # -- values ----------------------------------------------------------------------------------

    def _literal(self, node: exp.Expr) -> Node:
        return checking.text(node.this) if node.args.get("is_string") else checking.number(node.this)

    def _negative(self, node: exp.Expr) -> Node:
        found = self.read(node.this)
        if not isinstance(found, Literal) or found.shape.kind is not ValueKind.NUMBER:
            raise self.complain("not_allowed", node, "负号只能写在数字前，请改写成 0 - 字段。")
        return checking.negative(found)

    def _arithmetic(self, node: exp.Expr) -> Node:
        operator = _ARITHMETIC[type(node)]
        return checking.arithmetic(operator, self.number(node.this), self.number(node.args["expression"]))

    def _date(self, node: exp.Expr) -> Node:
        target, literal = node.args["to"], node.this
        is_date = isinstance(target, exp.DataType) and target.this == exp.DType.DATE
        if not is_date or not isinstance(literal, exp.Literal) or not literal.args.get("is_string"):
            raise self.complain("not_allowed", node, "不支持类型转换；日期请写成 DATE '2026-01-31'。")
        self._admit_arguments(target)
        return checking.day(literal.this)

    def _column(self, node: exp.Expr) -> Node:
        table = node.args.get("table")
        for part in (node.this, table):
            if part is not None:
                if not isinstance(part, exp.Identifier):
                    raise self.complain(
                        "not_allowed", node, "规则中不支持这种写法，请改用列出的运算符和函数。"
                    )
                self._admit_arguments(part)
        path = f"{table.name}.{node.name}" if table is not None else node.name
        spec = self.table.fields.get(path)
        if spec is None:
            raise self.complain("field_unknown", node, "没有这个字段，请从字段列表中选用。")
        if spec.place is SourcePlace.ITEM and not self.inside:
            message = "逐项字段只能写在 any_item(…)、all_items(…)、sum_items(…) 里，请修改。"
            raise self.complain("item_field", node, message)
        return Field(spec.path, spec.column, spec.place, spec.shape, spec.container)

    def _call(self, node: exp.Expr) -> Node:
        name = str(node.this).lower()
        function = FUNCTION_BY_NAME.get(name)
        if function is None:
            raise self.complain("function_unknown", node, "没有这个函数，请从函数列表中选用。")
        arguments: list[exp.Expr] = list(node.args.get("expressions") or [])
        if name in OVER_ITEMS:
            return self._over_items(node, name, arguments)
        if function.of_item:
            if not self.inside:
                message = f"{function.signature} 只能写在 any_item(…)、all_items(…) 里，请修改。"
                raise self.complain("item_field", node, message)
            if not arguments or not isinstance(arguments[0], exp.Column) or arguments[0].sql() != "item":
                raise self.complain("arguments", node, f"应写成 {function.signature}，请修改。")
            arguments = arguments[1:]
        return checking.call(function, [self.read(argument) for argument in arguments])

    def _over_items(self, node: exp.Expr, name: str, arguments: list[exp.Expr]) -> Node:
        if self.inside:
            raise self.complain("item_field", node, f"{self.inside} 里不能再写 {name}，请分开写。")
        if len(arguments) != 1:
            raise self.complain("arguments", node, f"应写成 {FUNCTION_BY_NAME[name].signature}，请修改。")
        self.inside = name
        try:
            inner = self.number(arguments[0]) if name == "sum_items" else self.condition(arguments[0])
        finally:
            self.inside = ""
        return checking.over_items(name, inner)
