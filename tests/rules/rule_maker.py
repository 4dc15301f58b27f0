"""Random rules and random facts for the test that every engine gives the same verdict."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mingpiao.rules.language import FIELDS, FUNCTIONS, FieldSpec, FieldTable, ValueKind
from mingpiao.rules.language.catalogue import DATE, MEASURE, TEXT, FunctionSpec
from mingpiao.rules.language.tree import Shape, SourcePlace

#: Texts that a dialect could read differently: quotes, escapes, wildcards, variables, parameters, Chinese.
WORDS = (
    "张三",
    "测试",
    "无",
    "𠮷野家",
    "O'Neil",
    "a\\nb",
    "\\",
    "50%_x",
    "${spark.app.name}",
    ":name",
    "$1",
    "--",
    "/* */",
    "AbC",
    "abc",
    " ",
    "é",
)
WINDOWS = (1, 7, 30)
_EXTENSION = (
    ("Diagnosis", TEXT, "extension"),
    ("OwnPay", MEASURE, "extension_numbers"),
    ("StartDate", DATE, "extension_dates"),
)


def _extension_field(name: str, shape: Shape, container: str) -> FieldSpec:
    return FieldSpec(
        path=f"extension.{name}",
        name=name,
        shape=Shape(shape.kind, shape.whole, shape.places, True),
        example="",
        place=SourcePlace.EXTENSION,
        column=name,
        container=container,
    )


ALL_FIELDS = (*FIELDS, *(_extension_field(*each) for each in _EXTENSION))
TABLE = FieldTable(fields={field.path: field for field in ALL_FIELDS}, unusable={})


# -- facts ---------------------------------------------------------------------------------------


def random_value(chance: random.Random, shape: Shape) -> Any:
    """A value of a type, small enough to be met again by a literal, now and then as large as may be."""
    if shape.nullable and chance.random() < 0.25:
        return None
    match shape.kind:
        case ValueKind.TEXT:
            return chance.choice(["", *WORDS, chance.choice(WORDS) + chance.choice(WORDS)])
        case ValueKind.DATE:
            return date(2026, 1, 1) + timedelta(days=chance.choice([-400, -1, 0, 1, 30, 59]))
        case ValueKind.BOOLEAN:
            return chance.random() < 0.5
    if chance.random() < 0.05:
        return Decimal(10**shape.whole) - Decimal(1).scaleb(-shape.places)
    small = chance.choice([0, 1, 2, 3, 5, 10, 100])
    return Decimal(small) + (Decimal(chance.choice([0, 1, 5])).scaleb(-shape.places) if shape.places else 0)


def history_columns(of_item: bool) -> dict[str, Shape]:
    """The columns of history aggregates for the windows in use."""
    return {
        f"{function.name}_{days}": function.shape
        for function in FUNCTIONS
        if function.history and function.of_item is of_item
        for days in WINDOWS
    }


def columns(place: SourcePlace) -> dict[str, Shape]:
    """The columns of a bill or of an item with their types, history included."""
    own = {field.column: field.shape for field in ALL_FIELDS if field.place is place}
    return own | history_columns(place is SourcePlace.ITEM)


def random_facts(chance: random.Random) -> dict[str, Any]:
    facts = {name: random_value(chance, shape) for name, shape in columns(SourcePlace.BILL).items()}
    facts["items"] = [
        {name: random_value(chance, shape) for name, shape in columns(SourcePlace.ITEM).items()}
        for _ in range(chance.choice([0, 1, 1, 2, 3]))
    ]
    for field in ALL_FIELDS:
        if field.place is SourcePlace.EXTENSION:
            value = random_value(chance, field.shape)
            facts[field.container] = {} if value is None else {field.column: value}
    return facts


# -- rules ---------------------------------------------------------------------------------------


class RuleMaker:
    """Makes conditions that are right, of all node types and functions."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.inside = False
        self.makers: dict[ValueKind, Callable[[int], str]] = {
            ValueKind.TEXT: self.text,
            ValueKind.NUMBER: self.number,
            ValueKind.DATE: self.date,
        }

    def condition(self, depth: int) -> str:
        makers: list[Callable[[int], str]] = [self.test]
        if depth > 0:
            makers += [self.junction, self.junction, self.negation]
            makers += [] if self.inside else [self.over_items]
        return self.chance.choice(makers)(depth - 1)

    def junction(self, depth: int) -> str:
        word = self.chance.choice([" AND ", " OR "])
        parts = [f"({self.condition(depth)})" for _ in range(self.chance.choice([2, 2, 3]))]
        return word.join(parts)

    def negation(self, depth: int) -> str:
        return f"NOT ({self.condition(depth)})"

    def over_items(self, depth: int) -> str:
        self.inside = True
        try:
            return f"{self.chance.choice(['any_item', 'all_items'])}({self.condition(depth)})"
        finally:
            self.inside = False

    def test(self, depth: int) -> str:
        tests = [self.compare, self.compare, self.among, self.is_null, self.between, self.search, self.truth]
        return self.chance.choice(tests)(depth)

    def compare(self, depth: int) -> str:
        kind = self.chance.choice(list(self.makers))
        signs = ["=", "<>"] if kind is ValueKind.TEXT else ["=", "<>", "<", "<=", ">", ">="]
        make = self.makers[kind]
        return f"{make(depth)} {self.chance.choice(signs)} {make(depth)}"

    def among(self, depth: int) -> str:
        kind = self.chance.choice(list(self.makers))
        options = ", ".join(self.literal(kind) for _ in range(self.chance.choice([1, 2, 4])))
        return f"{self.makers[kind](depth)} {self.chance.choice(['', 'NOT '])}IN ({options})"

    def is_null(self, depth: int) -> str:
        kind = self.chance.choice([*self.makers, ValueKind.BOOLEAN])
        value = self.field(kind) if kind is ValueKind.BOOLEAN else self.makers[kind](depth)
        return f"{value} IS {self.chance.choice(['', 'NOT '])}NULL"

    def between(self, depth: int) -> str:
        make = self.makers[self.chance.choice([ValueKind.NUMBER, ValueKind.DATE])]
        word = self.chance.choice(["", "NOT "])
        return f"{make(depth)} {word}BETWEEN {make(depth)} AND {make(depth)}"

    def search(self, depth: int) -> str:
        name = self.chance.choice(["contains", "contains_any", "starts", "ends"])
        count = self.chance.choice([1, 2, 3]) if name == "contains_any" else 1
        words = ", ".join(quoted(self.chance.choice(WORDS)) for _ in range(count))
        return f"{name}({self.text(depth)}, {words})"

    def truth(self, _depth: int) -> str:
        field = self.field(ValueKind.BOOLEAN)
        return self.chance.choice(
            [field, f"NOT {field}", f"{field} = TRUE", f"{field} <> TRUE", "TRUE", "FALSE"]
        )

    # -- values ----------------------------------------------------------------------------------

    def field(self, kind: ValueKind) -> str:
        places = {SourcePlace.BILL, SourcePlace.EXTENSION} | ({SourcePlace.ITEM} if self.inside else set())
        found = [field for field in ALL_FIELDS if field.kind is kind and field.place in places]
        items = [field for field in found if field.place is SourcePlace.ITEM]
        return self.chance.choice(items if items and self.chance.random() < 0.7 else found).path

    def literal(self, kind: ValueKind) -> str:
        match kind:
            case ValueKind.TEXT:
                return quoted(self.chance.choice(["", *WORDS]))
            case ValueKind.DATE:
                return f"DATE '{date(2026, 1, 1) + timedelta(days=self.chance.choice([-400, -1, 0, 1, 30, 59]))}'"
        return self.chance.choice(
            ["0", "1", "2", "-3", "5", "10.5", "0.000001", "1.01", "999999999999.999999"]
        )

    def text(self, depth: int) -> str:
        if depth > 0 and self.chance.random() < 0.2:
            return f"coalesce({self.text(depth - 1)}, {self.text(depth - 1)})"
        return self.field(ValueKind.TEXT) if self.chance.random() < 0.7 else self.literal(ValueKind.TEXT)

    def date(self, depth: int) -> str:
        if depth > 0 and self.chance.random() < 0.2:
            return f"coalesce({self.date(depth - 1)}, {self.date(depth - 1)})"
        return self.field(ValueKind.DATE) if self.chance.random() < 0.6 else self.literal(ValueKind.DATE)

    def number(self, depth: int) -> str:
        if depth <= 0 or self.chance.random() < 0.4:
            return self.simple_number()
        return self.chance.choice([self.arithmetic, self.arithmetic, self.function, self.sum])(depth - 1)

    def simple_number(self) -> str:
        match self.chance.choice(["field", "field", "literal", "history"]):
            case "field":
                return self.field(ValueKind.NUMBER)
            case "literal":
                return self.literal(ValueKind.NUMBER)
        return self.history(self.chance.choice([each for each in FUNCTIONS if each.history]))

    def history(self, function: FunctionSpec) -> str:
        days = self.chance.choice(WINDOWS)
        if not function.of_item:
            return f"{function.name}({days})"
        return f"{function.name}(item, {days})" if self.inside else self.field(ValueKind.NUMBER)

    def arithmetic(self, depth: int) -> str:
        sign = self.chance.choice(["+", "-", "*"])
        return f"({self.number(depth)} {sign} {self.number(depth)})"

    def function(self, depth: int) -> str:
        match self.chance.choice(["length", "part", "days", "abs", "coalesce"]):
            case "length":
                return f"length({self.text(depth)})"
            case "part":
                return f"{self.chance.choice(['year', 'month', 'day'])}({self.date(depth)})"
            case "days":
                return f"days_between({self.date(depth)}, {self.date(depth)})"
            case "abs":
                return f"abs({self.number(depth)})"
        return f"coalesce({self.number(depth)}, {self.number(depth)})"

    def sum(self, depth: int) -> str:
        if self.inside:
            return self.simple_number()
        self.inside = True
        try:
            return f"sum_items({self.number(depth)})"
        finally:
            self.inside = False


def quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
