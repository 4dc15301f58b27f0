"""A condition as a Chinese sentence, for people who decide about a rule and do not write rules themselves."""

from collections.abc import Mapping

from mingpiao.rules.language.builder import OPERATORS
from mingpiao.rules.language.catalogue import FUNCTION_BY_NAME, FieldSpec
from mingpiao.rules.language.fields import FieldTable
from mingpiao.rules.language.printing import print_value
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
    ValueKind,
)

_OVER_ITEMS = {"any_item": "有一个收款项目满足", "all_items": "全部收款项目满足"}
_SEARCHES = frozenset({"contains", "contains_any", "starts", "ends"})
_SIGNS = {"+": " + ", "-": " − ", "*": " × "}
#: How functions of values read; {} are their arguments.
_CALLS = {
    "length": "{}的字数",
    "year": "{}的年份",
    "month": "{}的月份",
    "day": "{}的日",
    "days_between": "{}到{}相隔的天数",
    "abs": "{}的绝对值",
}


def tell(condition: Condition, table: FieldTable) -> str:
    """The condition as a sentence with the names that forms use: 合计金额大于30000，并且备注包含“返还”."""
    return _Reader(table.fields).tell(condition.root)


class _Reader:
    def __init__(self, fields: Mapping[str, FieldSpec]) -> None:
        self.fields = fields

    def tell(self, node: Node) -> str:
        """A condition."""
        match node:
            case Junction(operator=operator, parts=parts):
                return ("，并且" if operator == "AND" else "，或者").join(map(self._part, parts))
            case OverItems(name=name, inner=inner) if name in _OVER_ITEMS:
                return f"{_OVER_ITEMS[name]}（{self.tell(inner)}）"
            case Not(part=part):
                return self._test(part, "not_") or f"不满足（{self.tell(part)}）"
        return self._test(node) or self._value(node)

    def _part(self, part: Node) -> str:
        told = self.tell(part)
        return f"（{told}）" if isinstance(part, Junction) else told

    def _test(self, node: Node, negated: str = "") -> str:
        """A test of one value; empty for what is none."""
        match node:
            case Compare(operator=operator, left=left, right=right) if not negated:
                return self._comparison(operator, left, right)
            case Between(value=value, low=low, high=high):
                word = OPERATORS[f"{negated}between"]
                return f"{self._value(value)}{word}{self._value(low, value)}和{self._value(high, value)}之间"
            case Among(value=value, options=options):
                listed = "、".join(self._value(each, value) for each in options)
                return f"{self._value(value)}{OPERATORS[f'{negated}in']}：{listed}"
            case IsNull(value=value):
                return f"{self._value(value)}{OPERATORS['is_not_null' if negated else 'is_null']}"
            case Call(name=name, arguments=(value, *words)) if name in _SEARCHES:
                return self._value(value) + OPERATORS[negated + name] + "".join(map(self._value, words))
            case Field(shape=shape) if shape.kind is ValueKind.BOOLEAN:
                return f"{self._value(node)}为{OPERATORS['is_false' if negated else 'is_true']}"
        return ""

    def _comparison(self, operator: str, left: Node, right: Node) -> str:
        if isinstance(right, Literal) and right.value == "" and operator in ("=", "<>"):
            return f"{self._value(left)}{'没有填写' if operator == '=' else '已填写'}"
        return f"{self._value(left)}{OPERATORS[operator]}{self._value(right, left)}"

    def _value(self, node: Node, beside: Node | None = None) -> str:
        """A value; a literal is told in the words of the field beside which it stands."""
        match node:
            case Literal():
                return self._literal(node, beside)
            case Field(path=path):
                return self.fields[path].name
            case Aggregate(history=history):
                return f"{FUNCTION_BY_NAME[history.name].title}（{history.days}天）"
            case Call(name=name, arguments=arguments):
                return self._call(name, [self._operand(each) for each in arguments])
            case OverItems(inner=inner):
                return f"各项目的{self._value(inner)}之和"
            case Arithmetic(operator=operator, left=left, right=right):
                return f"{self._operand(left)}{_SIGNS[operator]}{self._operand(right)}"
        return f"（{self.tell(node)}）"

    def _operand(self, node: Node) -> str:
        told = self._value(node)
        return f"（{told}）" if isinstance(node, Arithmetic) else told

    def _literal(self, literal: Literal, beside: Node | None) -> str:
        if isinstance(literal.value, str):
            words = dict(self.fields[beside.path].values) if isinstance(beside, Field) else {}
            return f"“{words.get(literal.value, literal.value)}”"
        if isinstance(literal.value, bool):
            return "是" if literal.value else "否"
        return print_value(literal.value).removeprefix("DATE ").strip("'")

    def _call(self, name: str, arguments: list[str]) -> str:
        if name in _CALLS:
            return _CALLS[name].format(*arguments)
        first, *others = arguments
        return f"{first}（空值时取{'、'.join(others)}）"
