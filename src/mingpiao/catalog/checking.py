"""Checks that base data must pass before it is changed. They find all problems, each at its member."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from mingpiao.catalog.data import BaseData
from mingpiao.catalog.model import (
    BillCategory,
    BillKind,
    Catalog,
    ChargeItem,
    CodeList,
    Department,
    ExtensionField,
    ExtensionType,
    ItemLibrary,
    Rate,
    RateKind,
    Region,
    UnitType,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.kernel.text import unprintable_place
from mingpiao.letters.service import names_on_faces

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}")
_MEMBER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_DIGITS = re.compile(r"[0-9]+")
MAX_FIELDS = 60
MAX_ENTRIES = 500
MAX_LIBRARY_ITEMS = 2_000


def problems_of(
    data: BaseData[Any], value: msgspec.Struct, before: msgspec.Struct | None, catalog: Catalog
) -> list[Problem]:
    """All problems of a content that is to take the place of another one (None: of none)."""
    problems = list(_CHECKS[data.word](value, before, catalog))
    told = {problem.field for problem in problems}
    try:
        names_on_faces(*data.on_face(value))
    except Refusal as refusal:
        problems += [problem for problem in refusal.problems if problem.field not in told]
    return problems


def _wrong(field: str, code: str, message: str) -> Problem:
    return Problem(code=f"catalog.{code}", field=field, message=message, status=422)


def _text(field: str, label: str, text: str, longest: int, *, required: bool = True) -> Iterator[Problem]:
    if not text:
        if required:
            yield _wrong(field, "text_missing", f"请填写{label}。")
    elif len(text) > longest:
        yield _wrong(field, "text_too_long", f"{label}最多{longest}个字，请缩短。")
    elif unprintable_place(text) is not None:
        yield _wrong(field, "text_unprintable", f"{label}中有不能显示的字符，请重新输入。")


def _digits(label: str, text: str, length: int) -> Iterator[Problem]:
    if len(text) != length or not _DIGITS.fullmatch(text):
        yield _wrong("code", "code_malformed", f"{label}应为{length}位数字，请修改。")


def _in_category(code: str, category: str, catalog: Catalog) -> Iterator[Problem]:
    if category not in catalog.categories or code[:2] != category:
        yield _wrong("code", "category_unknown", "编码前两位应为已有的票据分类，请先建立分类或修改编码。")


def _code(text: str) -> Iterator[Problem]:
    if not _CODE.fullmatch(text):
        yield _wrong(
            "code", "code_malformed", "编码应为1至30位字母、数字、横线或下划线，以字母或数字开头，请修改。"
        )


def _known(field: str, label: str, codes: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    wrong = sorted(set(codes) - set(known))
    if wrong:
        yield _wrong(field, "unknown_code", f"{label}中没有：{'、'.join(wrong[:5])}，请核对。")


# -- items ----------------------------------------------------------------------------------------


def _item_problems(item: ChargeItem, before: ChargeItem | None, catalog: Catalog) -> Iterator[Problem]:
    if before is None:
        # Codes never change, so that items from before this check can still be changed and retired.
        yield from _digits("编码", item.code, 6)
        yield from _in_category(item.code, item.code[:2], catalog)
    yield from _text("name", "名称", item.name, 100)
    yield from _text("measure_unit", "计量单位", item.measure_unit, 20)
    yield from _text("basis", "收费依据", item.basis, 200, required=False)
    yield from _text("basis_number", "文号", item.basis_number, 60, required=False)
    if not item.kinds:
        yield _wrong("kinds", "kinds_missing", "请至少选择一个适用票种。")
    yield from _known("kinds", "票据种类", item.kinds, catalog.kinds)
    yield from _known("unit_types", "单位类型", item.unit_types, [each.value for each in UnitType])
    yield from _known("regions", "行政区划", item.regions, catalog.regions)
    if item.valid_from and item.valid_until and item.valid_from > item.valid_until:
        yield _wrong("valid_until", "dates_reversed", "停止日期早于开始日期，请调整。")
    for rate in (item.rate, *(each.rate for each in item.later_rates)):
        yield from _rate_problems(rate)
    yield from _rate_dates(item, before)


def _rate_problems(rate: Rate) -> Iterator[Problem]:
    for field, number in (("rate_minimum", rate.minimum), ("rate_maximum", rate.maximum)):
        if not (number.is_finite() and 0 < number <= MAX_AMOUNT and fits_places(number, 6)):
            yield _wrong(field, "rate_malformed", "收费标准应大于零，最多六位小数，请修改。")
            return
    if rate.minimum > rate.maximum:
        yield _wrong("rate_maximum", "rate_reversed", "最高标准低于最低标准，请调整。")
    elif rate.kind is RateKind.FIXED and rate.minimum != rate.maximum:
        yield _wrong("rate_maximum", "rate_not_fixed", "固定标准只有一个数，请将最高标准留空或填写相同的数。")


def _rate_dates(item: ChargeItem, before: ChargeItem | None) -> Iterator[Problem]:
    """Rates of days that have passed stay what they were, because bills were issued at them."""
    days = [each.since for each in item.later_rates]
    if days != sorted(set(days)):
        yield _wrong("rate_since", "rate_dates", "同一天只能有一个收费标准，请调整执行日期。")
    if before is None:
        return
    passed = today()
    kept = [each for each in before.later_rates if each.since < passed]
    if item.rate != before.rate or [each for each in item.later_rates if each.since < passed] != kept:
        message = f"新的收费标准最早自今天（{passed:%Y-%m-%d}）起执行，请修改执行日期。"
        yield _wrong("rate_since", "rate_in_the_past", message)


# -- kinds ----------------------------------------------------------------------------------------


def _kind_problems(kind: BillKind, before: BillKind | None, catalog: Catalog) -> Iterator[Problem]:
    yield from _digits("编码", kind.code, 4)
    yield from _in_category(kind.code, kind.category_code, catalog)
    yield from _text("name", "名称", kind.name, 60)
    yield from _text("template", "票面模板", kind.template, 60)
    if not 2000 <= kind.template_year < 2100:
        yield _wrong("template_year", "year_malformed", "模板年份应为四位年份，例如2026，请修改。")
    elif before is not None and kind.template_year < before.template_year:
        yield _wrong("template_year", "year_backwards", "模板年份不能早于现行年份，请修改。")
    if len(kind.template_version) != 2 or not _DIGITS.fullmatch(kind.template_version):
        yield _wrong("template_version", "version_malformed", "模板版本应为两位数字，请修改。")
    if len(kind.extension_fields) > MAX_FIELDS:
        yield _wrong("extension_fields", "too_many", f"其他信息最多{MAX_FIELDS}项，请删减。")
    yield from _field_problems(kind.extension_fields, catalog)
    yield from _sum_problems(kind)


def _field_problems(fields: tuple[ExtensionField, ...], catalog: Catalog) -> Iterator[Problem]:
    names = [field.name for field in fields]
    for place, field in enumerate(fields):
        path = f"extension_fields/{place}"
        if not _MEMBER.fullmatch(field.name) or names.count(field.name) > 1:
            yield _wrong(
                f"{path}/name", "field_name", "字段名应以字母开头，只用字母、数字和下划线，且不重复，请修改。"
            )
        yield from _text(f"{path}/label", "显示名称", field.label, 30)
        if not 1 <= field.max_length <= 500:
            yield _wrong(f"{path}/max_length", "field_length", "最多字数应为1至500，请修改。")
        yield from _choice_problems(path, field, catalog)
        yield from _bound_problems(path, field)


def _bound_problems(path: str, field: ExtensionField) -> Iterator[Problem]:
    low, high = field.minimum, field.maximum
    if (low is not None or high is not None) and not field.is_numeric:
        place = "minimum" if low is not None else "maximum"
        yield _wrong(
            f"{path}/{place}", "field_bounds", "只有金额、数字和年份可以有最小值和最大值，请清空或修改类型。"
        )
    for name, bound in (("minimum", low), ("maximum", high)):
        if bound is not None and not 0 <= bound <= MAX_AMOUNT:
            yield _wrong(
                f"{path}/{name}", "field_bounds", "最小值和最大值不能小于零，也不能大于票据允许的金额。"
            )
        elif bound is not None and not fits_places(bound, field.places):
            yield _wrong(
                f"{path}/{name}", "field_bounds", "金额最多两位小数，数字最多六位小数，年份没有小数，请修改。"
            )
    if low is not None and high is not None and low > high:
        yield _wrong(f"{path}/maximum", "field_bounds", "最大值不能小于最小值，请修改。")


def _choice_problems(path: str, field: ExtensionField, catalog: Catalog) -> Iterator[Problem]:
    if field.code_list:
        yield from _known(f"{path}/code_list", "代码表", [field.code_list], catalog.code_lists)
    choosing = field.type is ExtensionType.CHOICE
    if choosing and not field.choices and not field.code_list:
        yield _wrong(f"{path}/choices", "choices_missing", "请填写选项，或选择代码表。")
    if not choosing and (field.choices or field.code_list):
        yield _wrong(
            f"{path}/choices", "choices_unwanted", "只有“选项”类型可以有选项，请修改类型或清空选项。"
        )
    for choice in field.choices:
        yield from _text(f"{path}/choices", "选项", choice, field.max_length)


def _sum_problems(kind: BillKind) -> Iterator[Problem]:
    amounts = [field.name for field in kind.extension_fields if field.type is ExtensionType.MONEY]
    for place, rule in enumerate(kind.sum_rules):
        path = f"sum_rules/{place}"
        if not rule.fields:
            yield _wrong(f"{path}/fields", "sum_fields_missing", "请填写相加的字段名。")
        yield from _known(f"{path}/fields", "金额字段", rule.fields, amounts)
        yield from _text(f"{path}/message", "不相等时的提示", rule.message, 100)


# -- the others ------------------------------------------------------------------------------------


def _category_problems(category: BillCategory, _before: object, _catalog: Catalog) -> Iterator[Problem]:
    yield from _digits("编码", category.code, 2)
    yield from _text("name", "名称", category.name, 60)


def _department_problems(department: Department, _before: object, catalog: Catalog) -> Iterator[Problem]:
    yield from _known("region_code", "行政区划", [department.region_code], catalog.regions)
    yield from _text("name", "名称", department.name, 60)


def _library_problems(library: ItemLibrary, _before: object, catalog: Catalog) -> Iterator[Problem]:
    yield from _code(library.code)
    yield from _text("name", "名称", library.name, 60)
    yield from _text("industry", "行业", library.industry, 30, required=False)
    if not library.items:
        yield _wrong("items", "items_missing", "请填写收款项目。")
    if len(library.items) > MAX_LIBRARY_ITEMS:
        yield _wrong("items", "too_many", f"一个项目库最多{MAX_LIBRARY_ITEMS}项，请删减。")
    yield from _known("items", "收款项目", library.items, catalog.items)


def _code_list_problems(codes: CodeList, _before: object, catalog: Catalog) -> Iterator[Problem]:
    yield from _code(codes.code)
    yield from _text("name", "名称", codes.name, 60)
    if not codes.entries:
        yield _wrong("entries", "entries_missing", "请至少填写一行代码。")
    if len(codes.entries) > MAX_ENTRIES:
        yield _wrong("entries", "too_many", f"一个代码表最多{MAX_ENTRIES}行，请删减。")
    for member, label in (("code", "代码"), ("name", "名称")):
        values = [getattr(entry, member) for entry in codes.entries]
        for place, value in enumerate(values):
            path = f"entries/{place}/{member}"
            yield from _text(path, label, value, 50)
            if value in values[:place]:
                yield _wrong(path, "repeated", f"{label}“{value}”重复，请只保留一行。")


def _region_problems(region: Region, before: Region | None, catalog: Catalog) -> Iterator[Problem]:
    yield from _digits("区划代码", region.code, 6)
    yield from _text("name", "名称", region.name, 30)
    if region.code[:2] != catalog.province:
        yield _wrong("code", "other_province", f"区划代码应以{catalog.province}开头（本省），请修改。")
    if before is not None and before.ended_on is not None:
        yield _wrong("code", "region_ended", "该区划已撤并，不能再修改。")
    if region.parent and region.parent not in catalog.regions:
        yield _wrong("code", "parent_unknown", f"上级区划{region.parent}不存在，请先建立上级。")
    elif _moves_below_ended(region, before, catalog):
        yield _wrong("code", "parent_ended", f"上级区划{region.parent}已撤并，请改为接替它的区划。")


def _moves_below_ended(region: Region, before: Region | None, catalog: Catalog) -> bool:
    """Whether a region that is new, or gets another one above it, would stand below one that has ended."""
    if not region.parent or (before is not None and before.parent == region.parent):
        return False
    return catalog.regions[region.parent].ended_on is not None


_CHECKS: dict[str, Callable[[Any, Any, Catalog], Iterator[Problem]]] = {
    "region": _region_problems,
    "department": _department_problems,
    "category": _category_problems,
    "kind": _kind_problems,
    "charge_item": _item_problems,
    "library": _library_problems,
    "code_list": _code_list_problems,
}
