"""Base data in words for people: labels of members, and their values as text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from mingpiao.catalog.data import BaseData
from mingpiao.catalog.model import (
    BillCategory,
    BillKind,
    Catalog,
    ChargeItem,
    CodeList,
    DatedRate,
    Department,
    ExtensionField,
    ExtensionType,
    ItemLibrary,
    Rate,
    RateKind,
    Region,
    UnitType,
)
from mingpiao.house.model import ChangedRow
from mingpiao.kernel.clock import today
from mingpiao.kernel.money import fits_places, plain_number

RATE_KINDS = {RateKind.FIXED: "固定标准", RateKind.BOUNDED: "限额", RateKind.FREE: "据实"}
EXTENSION_TYPES = {
    ExtensionType.TEXT: "文字",
    ExtensionType.DATE: "日期",
    ExtensionType.MONEY: "金额",
    ExtensionType.CHOICE: "选项",
    ExtensionType.NUMBER: "数字",
    ExtensionType.YEAR: "年份",
}
#: (label, value) of what makes up a content, in words.
Members = Sequence[tuple[str, str]]


def rate_text(rate: Rate) -> str:
    """A rate in 元, with its kind: 12.50（固定）, 1.00 至 20.00（限额）, or 据实."""
    low, high = _price(rate.minimum), _price(rate.maximum)
    match rate.kind:
        case RateKind.FREE:
            return RATE_KINDS[rate.kind]
        case RateKind.FIXED:
            return f"{low}（固定）"
        case RateKind.BOUNDED:
            return f"{low} 至 {high}（{RATE_KINDS[rate.kind]}）"


def _price(number: Decimal) -> str:
    """A price with two places, or with as many as it needs: 12.50, 0.0375."""
    return f"{number:,.2f}" if fits_places(number, 2) else plain_number(number)


def present_rates(item: ChargeItem) -> str:
    """The rate that holds today, and those that are to follow: 20.00（固定）；2027-01-01 起 25.00（固定）."""
    day = today()
    return _rates(item.rate_on(day), (each for each in item.later_rates if each.since > day))


def _rates(first: Rate, later: Iterable[DatedRate]) -> str:
    return "；".join((rate_text(first), *(f"{each.since} 起 {rate_text(each.rate)}" for each in later)))


def state_text(retired: bool) -> str:
    """Whether something may still be used."""
    return "已停用" if retired else "启用"


def _item_members(item: ChargeItem, catalog: Catalog) -> Members:
    return (
        ("名称", item.name),
        ("计量单位", item.measure_unit),
        ("收费标准（元）", _rates(item.rate, item.later_rates)),
        ("适用票种", named(item.kinds, {code: each.name for code, each in catalog.kinds.items()})),
        ("单位类型", "、".join(UnitType(each).label for each in item.unit_types) or "全部"),
        (
            "适用地区",
            named(item.regions, {code: each.name for code, each in catalog.regions.items()}) or "全部",
        ),
        ("收费依据", item.basis),
        ("文号", item.basis_number),
        ("发文日期", _day(item.basis_date)),
        ("开始日期", _day(item.valid_from)),
        ("停止日期", _day(item.valid_until)),
        ("状态", state_text(item.retired)),
    )


def _day(day: object) -> str:
    return "" if day is None else str(day)


def named(codes: Iterable[str], names: Mapping[str, str]) -> str:
    """Codes, each with its name."""
    return "、".join(f"{code} {names[code]}" if code in names else code for code in sorted(codes))


def _kind_members(kind: BillKind, catalog: Catalog) -> Members:
    return (
        ("名称", kind.name),
        ("票据分类", named([kind.category_code], {code: each.name for code, each in catalog.categories.items()})),
        ("票面模板", kind.template),
        ("模板年份", str(kind.template_year)),
        ("模板版本", kind.template_version),
        ("佐证材料", "须附" if kind.needs_evidence else "可不附"),
        *((f"其他信息 {field.name}", _field_text(field)) for field in kind.extension_fields),
        *((f"求和规则{place}", f"{' + '.join(rule.fields)} = 合计；{rule.message}")
          for place, rule in enumerate(kind.sum_rules, start=1)),
        ("状态", state_text(kind.retired)),
    )  # fmt: skip


def _field_text(field: ExtensionField) -> str:
    parts = [field.label, EXTENSION_TYPES[field.type], "必填" if field.required else "可不填"]
    if field.type is ExtensionType.TEXT:
        parts.append(f"最多{field.max_length}字")
    if field.bounds:
        parts.append(field.bounds)
    if field.code_list:
        parts.append(f"代码表{field.code_list}")
    elif field.choices:
        parts.append("选项：" + "、".join(field.choices))
    return "，".join(parts)


def _category_members(category: BillCategory, _catalog: Catalog) -> Members:
    return (("名称", category.name), ("状态", state_text(category.retired)))


def _department_members(department: Department, catalog: Catalog) -> Members:
    region = catalog.regions.get(department.region_code)
    return (("行政区划", region.name if region else ""), ("名称", department.name))


def _library_members(library: ItemLibrary, catalog: Catalog) -> Members:
    return (
        ("名称", library.name),
        ("行业", library.industry),
        ("收款项目", named(library.items, {code: each.name for code, each in catalog.items.items()})),
        ("状态", state_text(library.retired)),
    )


def _code_list_members(codes: CodeList, _catalog: Catalog) -> Members:
    return (
        ("名称", codes.name),
        *(
            (f"代码 {each.code}", each.name + ("（已停用）" if each.retired else ""))
            for each in codes.entries
        ),
        ("状态", state_text(codes.retired)),
    )


LEVELS = {"province": "省级", "city": "地市级", "county": "县级"}


def _region_members(region: Region, catalog: Catalog) -> Members:
    names = {code: each.name for code, each in catalog.regions.items()}
    return (
        ("名称", region.name),
        ("级别", LEVELS[region.level]),
        ("上级", named([region.parent], names) if region.parent else ""),
        ("曾用名", "、".join(f"{each.name}（至 {each.until}）" for each in region.earlier)),
        ("撤并日期", _day(region.ended_on)),
        ("并入", named(region.successors, names)),
    )


MEMBERS: dict[str, Callable[[Any, Catalog], Members]] = {
    "region": _region_members,
    "department": _department_members,
    "category": _category_members,
    "kind": _kind_members,
    "charge_item": _item_members,
    "library": _library_members,
    "code_list": _code_list_members,
}


def members_of(data: BaseData[Any], value: Any, catalog: Catalog) -> Members:
    """What makes up a content of base data, in words."""
    return MEMBERS[data.word](value, catalog)


def title_of(data: BaseData[Any], value: Any) -> str:
    """Code and name of a content."""
    return f"{data.code(value)} {value.name}"


def changed_rows(before: Members, after: Members, subject: str = "") -> list[ChangedRow]:
    """The members that differ; `before` is empty for something new, `after` for something that goes."""
    old, new = dict(before), dict(after)
    return [
        ChangedRow(label=label, before=old.get(label, ""), after=new.get(label, ""), subject=subject)
        for label in new | old
        if old.get(label, "") != new.get(label, "")
    ]
