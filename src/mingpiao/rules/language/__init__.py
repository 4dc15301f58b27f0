"""The rule language: SQL boolean expressions over the facts of one bill, checked, typed and compiled."""

from mingpiao.rules.language.builder import from_builder, to_builder
from mingpiao.rules.language.catalogue import FIELDS, FUNCTIONS, FieldSpec, FunctionSpec
from mingpiao.rules.language.closures import compile_condition
from mingpiao.rules.language.fields import FieldTable, field_table
from mingpiao.rules.language.reading import parse
from mingpiao.rules.language.sql import Dialect, to_sql
from mingpiao.rules.language.tree import Condition, ValueKind

__all__ = [
    "FIELDS",
    "FUNCTIONS",
    "Condition",
    "Dialect",
    "FieldSpec",
    "FieldTable",
    "FunctionSpec",
    "ValueKind",
    "compile_condition",
    "field_table",
    "from_builder",
    "parse",
    "to_builder",
    "to_sql",
]
