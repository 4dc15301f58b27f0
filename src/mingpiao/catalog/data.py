"""The kinds of base data: where each is stored, and how it is written and read."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import RowMapping, Table
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.catalog import tables
from mingpiao.catalog.model import (
    BillCategory,
    BillKind,
    Catalog,
    ChargeItem,
    CodeList,
    Department,
    ItemLibrary,
    Rate,
    Region,
)

Value = TypeVar("Value", bound=msgspec.Struct)


class BaseData(msgspec.Struct, Generic[Value], frozen=True, kw_only=True, eq=False):
    """One kind of base data. `word` names it in versions, proposals and the audit trail, `key` its code's member.

    `member` is that of the catalog which holds all of it. `plain` is a content in the form in which it is stored; `row` and `read`
    change it to columns and back where these are others than its members. Changes of data with `by_two` are
    decided by a second person. `faces` are the members that stand on faces, with their labels.
    """

    word: str
    label: str
    kind: type[Value]
    table: Table
    member: str
    key: str = "code"
    by_two: bool = False
    faces: tuple[tuple[str, str], ...] = ()
    plain: Callable[[Value], Value] = lambda value: value
    columns: Callable[[dict[str, Any]], dict[str, Any]] = lambda members: members
    members: Callable[[dict[str, Any]], dict[str, Any]] = lambda columns: columns

    def code(self, value: Value) -> str:
        """The code of a content."""
        return str(getattr(value, self.key))

    def of(self, catalog: Catalog) -> Mapping[str, Value]:
        """All of it in the catalog, by code."""
        found: Mapping[str, Value] = getattr(catalog, self.member)
        return found

    def added(self, catalog: Catalog, value: Value) -> Catalog:
        """The catalog with a content put in or replaced."""
        changed = {self.member: {**self.of(catalog), self.code(value): value}}
        return msgspec.structs.replace(catalog, **changed)

    def on_face(self, value: Value) -> list[tuple[str, str, str]]:
        """What of a content stands on faces: field, label and text."""
        code = self.code(value)
        return [(name, f"{self.label}{code}的{label}", getattr(value, name)) for name, label in self.faces]

    def row(self, value: Value) -> dict[str, Any]:
        """The columns of a content."""
        columns = self.columns(msgspec.structs.asdict(value))
        return {name: _stored(self.table.c[name].type, member) for name, member in columns.items()}

    def decode(self, row: RowMapping) -> Value:
        """The content in a row."""
        # SQLAlchemy's column names are a subclass of str, which msgspec refuses as keys.
        columns = {str(name): value for name, value in row.items()}
        return msgspec.convert(self.members(columns), self.kind)


def _stored(kind: Any, member: Any) -> Any:
    if isinstance(kind, JSONB):
        return msgspec.to_builtins(member)
    return list(member) if isinstance(member, tuple) else member


def _plain_kind(kind: BillKind) -> BillKind:
    """Choices that come from a code list and days of templates are stored elsewhere."""
    fields = tuple(
        msgspec.structs.replace(field, choices=()) if field.code_list else field
        for field in kind.extension_fields
    )
    return msgspec.structs.replace(kind, extension_fields=fields, template_days=())


def _kind_columns(members: dict[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in members.items() if name != "template_days"}


def _plain_item(item: ChargeItem) -> ChargeItem:
    return msgspec.structs.replace(item, pinyin=item.pinyin or pinyin_initials(item.name))


def _item_columns(members: dict[str, Any]) -> dict[str, Any]:
    rate: Rate = members.pop("rate")
    return members | {
        "rate_kind": rate.kind.value,
        "rate_minimum": rate.minimum,
        "rate_maximum": rate.maximum,
    }


def _item_members(columns: dict[str, Any]) -> dict[str, Any]:
    rate = {name: columns.pop(f"rate_{name}") for name in ("kind", "minimum", "maximum")}
    return columns | {"rate": rate}


def pinyin_initials(name: str) -> str:
    """First letters of a name's pinyin, lower case, e.g. 西药费 → xyf."""
    # Imported here, since its dictionaries take a third of a second to load and few callers need them.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


REGIONS = BaseData(word="region", label="行政区划", kind=Region, table=tables.regions, member="regions")
DEPARTMENTS = BaseData(
    word="department",
    label="财政部门",
    kind=Department,
    table=tables.departments,
    member="departments",
    key="region_code",
    faces=(("name", "名称"),),
)
CATEGORIES = BaseData(
    word="category",
    label="票据分类",
    kind=BillCategory,
    table=tables.bill_categories,
    member="categories",
)
KINDS = BaseData(
    word="kind",
    label="票据种类",
    kind=BillKind,
    table=tables.bill_kinds,
    member="kinds",
    faces=(("name", "名称"),),
    by_two=True,
    plain=_plain_kind,
    columns=_kind_columns,
)
ITEMS = BaseData(
    word="charge_item",
    label="收款项目",
    kind=ChargeItem,
    table=tables.charge_items,
    member="items",
    faces=(("name", "名称"), ("measure_unit", "计量单位")),
    by_two=True,
    plain=_plain_item,
    columns=_item_columns,
    members=_item_members,
)
LIBRARIES = BaseData(
    word="library",
    label="行业项目库",
    kind=ItemLibrary,
    table=tables.item_libraries,
    member="libraries",
)
CODE_LISTS = BaseData(
    word="code_list",
    label="代码表",
    kind=CodeList,
    table=tables.code_lists,
    member="code_lists",
)
ALL_DATA: tuple[BaseData[Any], ...] = (REGIONS, DEPARTMENTS, CATEGORIES, KINDS, ITEMS, LIBRARIES, CODE_LISTS)
