"""The condition as the page's form builder shows it: nested groups of field, operator and value; converts
both ways.

`{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"any_item": …}` and `{"all_items": …}` are groups. A leaf is
`{"field", "operator", "value"}`; with `"other"` instead of `"value"` it compares with another field. A part
that the form cannot show is kept whole as `{"text": …}`.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.rules.language.catalogue import FUNCTION_BY_NAME
from mingpiao.rules.language.complaints import FIELD
from mingpiao.rules.language.fields import FieldTable
from mingpiao.rules.language.printing import print_node, print_value
from mingpiao.rules.language.scanning import MAX_NESTING
from mingpiao.rules.language.tree import (
    Aggregate,
    Among,
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
    ValueKind,
)

_SEARCHES = frozenset({"contains", "contains_any", "starts", "ends"})
#: The operators of a leaf with their Chinese names, as a form offers them.
OPERATORS = {
    "=": "等于",
    "<>": "不等于",
    "<": "小于",
    "<=": "不大于",
    ">": "大于",
    ">=": "不小于",
    "between": "介于",
    "not_between": "不介于",
    "in": "是其中之一",
    "not_in": "不是其中之一",
    "is_null": "是空值",
    "is_not_null": "不是空值",
    "contains": "包含",
    "not_contains": "不包含",
    "contains_any": "包含任一",
    "not_contains_any": "都不包含",
    "starts": "开头是",
    "not_starts": "开头不是",
    "ends": "结尾是",
    "not_ends": "结尾不是",
    "is_true": "是",
    "is_false": "否",
}
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SUBJECT = re.compile(r"[A-Za-z_][A-Za-z_0-9.]*(\([A-Za-z_0-9., ]*\))?")
_GROUPS = {"all": " AND ", "any": " OR "}


def to_builder(condition: Condition) -> dict[str, Any]:
    """The condition as nested groups and leaves, without loss."""
    return _show(condition.root)


def _show(node: Node) -> dict[str, Any]:
    match node:
        case Junction(operator=operator, parts=parts):
            return {"all" if operator == "AND" else "any": [_show(part) for part in parts]}
        case OverItems(name="any_item" | "all_items" as name, inner=inner):
            return {name: _show(inner)}
        case Not(part=part):
            return _leaf(part, "not_") or {"not": _show(part)}
    return _leaf(node) or {"text": print_node(node)}


def _leaf(node: Node, negated: str = "") -> dict[str, Any] | None:
    match node:
        case Compare(operator=operator, left=left, right=right) if not negated and _is_subject(left):
            return _comparison(print_node(left), operator, right)
        case Between(value=value, low=Literal() as low, high=Literal() as high) if _is_subject(value):
            return _made(value, f"{negated}between", [_shown(low), _shown(high)])
        case Among(value=value, options=options) if _is_subject(value):
            return _made(value, f"{negated}in", [_shown(option) for option in options])
        case IsNull(value=value) if _is_subject(value):
            return {"field": print_node(value), "operator": "is_not_null" if negated else "is_null"}
        case Call(name=name, arguments=(value, *words)) if name in _SEARCHES and _is_subject(value):
            shown = [_shown(word) for word in words if isinstance(word, Literal)]
            return _made(value, negated + name, shown if name == "contains_any" else shown[0])
        case Field(path=path, shape=shape) if shape.kind is ValueKind.BOOLEAN:
            return {"field": path, "operator": "is_false" if negated else "is_true"}
    return None


def _is_subject(node: Node) -> bool:
    """Whether a value is a field, a history aggregate, or a function of fields only."""
    if isinstance(node, Call):
        return node.name not in _SEARCHES and all(isinstance(each, Field) for each in node.arguments)
    return isinstance(node, Field | Aggregate)


def _comparison(subject: str, operator: str, right: Node) -> dict[str, Any] | None:
    if isinstance(right, Literal):
        return {"field": subject, "operator": operator, "value": _shown(right)}
    return (
        {"field": subject, "operator": operator, "other": print_node(right)} if _is_subject(right) else None
    )


def _made(value: Node, operator: str, shown: Any) -> dict[str, Any]:
    return {"field": print_node(value), "operator": operator, "value": shown}


def _shown(literal: Literal) -> str:
    return literal.value if isinstance(literal.value, str) else _bare(literal)


def _bare(literal: Literal) -> str:
    return print_value(literal.value).removeprefix("DATE ").strip("'")


# -- back to text --------------------------------------------------------------------------------


def from_builder(built: Mapping[str, Any], table: FieldTable) -> str:
    """The text of a condition from the form's groups; the caller still has to parse it.

    Raises `Refusal` (`rule.builder_malformed`, 422) for data that does not consist of groups and leaves, and
    for a value that is missing, or is not a number or date where one is needed.
    """
    return _Teller(table).tell(built, 0)


def _malformed(message: str) -> Refusal:
    return refuse("rule.builder_malformed", message, field=FIELD, status=422)


class _Teller:
    def __init__(self, table: FieldTable) -> None:
        self.table = table

    def tell(self, built: Any, depth: int) -> str:
        if depth > MAX_NESTING:
            raise _malformed(f"条件组嵌套超过{MAX_NESTING}层，请简化。")
        match built:
            case {"all": list(parts)} | {"any": list(parts)} if parts and len(built) == 1:
                word = _GROUPS[next(iter(built))]
                return word.join(self._part(part, depth) for part in parts)
            case {"not": part} if len(built) == 1:
                return f"NOT ({self.tell(part, depth + 1)})"
            case {"any_item": part} | {"all_items": part} if len(built) == 1:
                return f"{next(iter(built))}({self.tell(part, depth + 1)})"
            case {"text": str(text)} if len(built) == 1:
                return text
            case {"field": str(subject), "operator": str(operator)} if _SUBJECT.fullmatch(subject):
                return self._leaf(subject, operator, built)
        raise _malformed("条件组不完整，请补全每一行的字段、运算符和值，或删除空行。")

    def _part(self, part: Any, depth: int) -> str:
        told = self.tell(part, depth + 1)
        needs = isinstance(part, Mapping) and not part.keys().isdisjoint({"all", "any", "text"})
        return f"({told})" if needs else told

    def _leaf(self, subject: str, operator: str, built: Mapping[str, Any]) -> str:
        kind = self._kind(subject)
        value = built.get("value")
        match operator:
            case "is_true" | "is_false":
                return subject if operator == "is_true" else f"NOT {subject}"
            case "is_null" | "is_not_null":
                return f"{subject} IS {'NOT ' if operator == 'is_not_null' else ''}NULL"
        if operator in _COMPARISONS:
            other = built.get("other")
            if other is not None and not (isinstance(other, str) and _SUBJECT.fullmatch(other)):
                raise _malformed("比较的另一个字段不正确，请从列表中选取。")
            return f"{subject} {operator} {other or self._value(subject, value, kind)}"
        negation = "NOT " if operator.startswith("not_") else ""
        return self._many(subject, operator.removeprefix("not_"), negation, value, kind)

    def _many(self, subject: str, operator: str, negation: str, value: Any, kind: ValueKind) -> str:
        values = value if isinstance(value, list) else [value]
        if operator == "between" and len(values) == 2:
            low, high = (self._value(subject, each, kind) for each in values)
            return f"{subject} {negation}BETWEEN {low} AND {high}"
        if operator == "in" and values:
            return (
                f"{subject} {negation}IN ({', '.join(self._value(subject, each, kind) for each in values)})"
            )
        if operator in _SEARCHES and values and all(values):
            words = ", ".join(print_value(_text_of(each)) for each in values)
            return f"{negation}{operator}({subject}, {words})"
        raise _malformed(f"请填写“{self._title(subject)}”的比较方式和值。")

    def _value(self, subject: str, value: Any, kind: ValueKind) -> str:
        written = _text_of(value).strip()
        if kind is ValueKind.NUMBER:
            if _NUMBER.fullmatch(written):
                return print_value(Decimal(written))
            message = "应是数字，如 1000 或 0.5，最多12位整数、6位小数，不用千分位"
        elif kind is ValueKind.DATE:
            if _DATE.fullmatch(written):
                return f"DATE '{written}'"
            message = "应是日期，如 2026-01-31"
        else:
            return print_value(_text_of(value))
        raise _malformed(f"“{self._title(subject)}”的值{message}，请填写。")

    def _title(self, subject: str) -> str:
        """The name of a value in the form; for a function of fields, its text."""
        function = FUNCTION_BY_NAME.get(subject.partition("(")[0])
        if function is not None and function.history:
            return function.title
        known = self.table.fields.get(subject)
        return known.name if known else subject

    def _kind(self, subject: str) -> ValueKind:
        name = subject.partition("(")[0]
        if name == "coalesce":
            return self._kind(subject.removeprefix("coalesce(").partition(",")[0])
        known = self.table.fields.get(name) or FUNCTION_BY_NAME.get(name)
        return known.shape.kind if known else ValueKind.TEXT


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
