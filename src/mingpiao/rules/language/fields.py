"""Finds the fields that a rule may use: all fields of its stage, and 其他信息 that all its kinds define alike."""

from collections.abc import Sequence

import msgspec

from mingpiao.catalog.model import BillKind, Catalog, ExtensionField, ExtensionType
from mingpiao.rules.language.catalogue import DATE, FIELDS, MEASURE, TEXT, FieldSpec
from mingpiao.rules.language.tree import Shape, SourcePlace
from mingpiao.rules.model import Stage

#: The language's type of an extension field, and the map in the facts that holds its values.
_EXTENSION_TYPES: dict[ExtensionType, tuple[Shape, str]] = {
    ExtensionType.TEXT: (TEXT, "extension"),
    ExtensionType.CHOICE: (TEXT, "extension"),
    ExtensionType.MONEY: (MEASURE, "extension_numbers"),
    ExtensionType.NUMBER: (MEASURE, "extension_numbers"),
    ExtensionType.YEAR: (MEASURE, "extension_numbers"),
    ExtensionType.DATE: (DATE, "extension_dates"),
}


#: What a rule of monitoring may ask: of the unit, and of its hour.
OF_UNIT_HOURS = ("unit.id", "unit.name", "unit.code", "unit.type", "unit.region", "unit.mode", "watch.")


class FieldTable(msgspec.Struct, frozen=True, kw_only=True):
    """The usable fields of one rule by path. `unusable` maps each other known path to the reason why it is
    not usable.
    """

    fields: dict[str, FieldSpec]
    unusable: dict[str, str]


def field_table(catalog: Catalog, kinds: Sequence[str], stage: Stage) -> FieldTable:
    """The fields for a rule of these kinds (0201) or categories (02) at a stage; no kinds means all kinds."""
    fields: dict[str, FieldSpec] = {}
    unusable: dict[str, str] = {}
    for field in FIELDS:
        if field.stages and stage not in field.stages:
            unusable[field.path] = f"只能用于“{field.stages[0].label}”环节的规则"
        elif stage is Stage.MONITORING and not field.path.startswith(OF_UNIT_HOURS):
            unusable[field.path] = f"不能用于“{stage.label}”环节：这类规则判断单位的一个小时，不判断单张票据"
        else:
            fields[field.path] = field
    if stage is Stage.MONITORING:
        return FieldTable(fields=fields, unusable=unusable)
    scope = _kinds_in_scope(catalog, kinds)
    for name, defined in _definitions(catalog, scope).items():
        path = f"extension.{name}"
        reason = _why_unusable(defined, scope)
        if reason:
            unusable[path] = reason
        else:
            fields[path] = _extension_field(path, [field for _, field in defined])
    return FieldTable(fields=fields, unusable=unusable)


_Definition = tuple[BillKind, ExtensionField]


def _kinds_in_scope(catalog: Catalog, kinds: Sequence[str]) -> list[BillKind]:
    return [
        kind
        for kind in catalog.kinds.values()
        if not kind.retired and (not kinds or kind.code in kinds or kind.category_code in kinds)
    ]


def _definitions(catalog: Catalog, scope: list[BillKind]) -> dict[str, list[_Definition]]:
    """All 其他信息 by name: as the kinds in scope define it, else as other kinds do."""
    found: dict[str, list[_Definition]] = {}
    others: dict[str, list[_Definition]] = {}
    for kind in catalog.kinds.values():
        for field in kind.extension_fields:
            (found if kind in scope else others).setdefault(field.name, []).append((kind, field))
    return others | found


def _why_unusable(defined: list[_Definition], scope: list[BillKind]) -> str:
    missing = [kind.name for kind in scope if all(kind is not other for other, _ in defined)]
    if missing or not scope:
        having = "、".join(f"{kind.name}（{kind.code}）" for kind, _ in defined[:5])
        return f"只有{having}有这一项，请先把规则的票种限定在其中"
    shapes = {_EXTENSION_TYPES[field.type] for _, field in defined}
    if len(shapes) > 1:
        return "在各票种中的类型不同，请把规则的票种限定为类型相同的"
    return ""


def _extension_field(path: str, fields: list[ExtensionField]) -> FieldSpec:
    shape, container = _EXTENSION_TYPES[fields[0].type]
    labels = "、".join(dict.fromkeys(field.label for field in fields))
    examples = {"extension": f"{path} = ''", "extension_numbers": f"{path} > 100"}
    choices = dict.fromkeys(choice for field in fields for choice in field.choices)
    note = "没有填写时为空值。" + (f"可选：{'、'.join(choices)}。" if choices else "")
    return FieldSpec(
        path=path,
        name=labels,
        shape=msgspec.structs.replace(shape, nullable=True),
        example=examples.get(container, f"{path} < issued.date"),
        note=note,
        place=SourcePlace.EXTENSION,
        column=path.removeprefix("extension."),
        container=container,
    )
