"""The data that a province may begin with, read from `starter.yaml` beside this file."""

from collections.abc import Collection
from functools import cache
from importlib.resources import files

import msgspec

from mingpiao.catalog.model import BillCategory, BillKind, ChargeItem, ExtensionField, Rate, RateKind, SumRule
from mingpiao.kernel.errors import refuse


class StarterKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind as it is shipped: `name` has a place for the province's, and the template's year is chosen."""

    code: str
    name: str
    category_code: str
    template: str
    needs_evidence: bool = False
    extension_fields: tuple[ExtensionField, ...] = ()
    sum_rules: tuple[SumRule, ...] = ()


class StarterItem(msgspec.Struct, frozen=True, kw_only=True):
    """A general charge item as it is shipped; its rate is free."""

    code: str
    name: str
    measure_unit: str
    kinds: tuple[str, ...]
    basis: str = ""


class Starter(msgspec.Struct, frozen=True, kw_only=True):
    """All data that is shipped."""

    categories: tuple[BillCategory, ...]
    kinds: tuple[StarterKind, ...]
    items: tuple[StarterItem, ...]


@cache
def starter() -> Starter:
    """The shipped data."""
    text = files(__package__).joinpath("starter.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=Starter)


def starter_categories(codes: Collection[str]) -> tuple[BillCategory, ...]:
    """The categories of these codes. Raises `Refusal` (`founding.category_unknown`) for one that is not shipped."""
    known = {category.code for category in starter().categories}
    if unknown := sorted(set(codes) - known):
        raise refuse(
            "founding.category_unknown",
            f"起始数据中没有票据分类 {'、'.join(unknown)}，可选：{'、'.join(sorted(known))}。",
            field="starter/categories",
        )
    return tuple(category for category in starter().categories if category.code in codes)


def starter_kinds(codes: Collection[str], province: str, template_year: int) -> tuple[BillKind, ...]:
    """The kinds of these categories under the province's name."""
    return tuple(
        BillKind(
            code=kind.code,
            name=kind.name.format(province=province),
            category_code=kind.category_code,
            template=kind.template,
            template_year=template_year,
            extension_fields=kind.extension_fields,
            sum_rules=kind.sum_rules,
            needs_evidence=kind.needs_evidence,
        )
        for kind in starter().kinds
        if kind.category_code in codes
    )


def starter_items(codes: Collection[str]) -> tuple[ChargeItem, ...]:
    """The charge items of these categories' kinds."""
    return tuple(
        ChargeItem(
            code=item.code,
            name=item.name,
            measure_unit=item.measure_unit,
            rate=Rate(kind=RateKind.FREE),
            kinds=item.kinds,
            basis=item.basis,
        )
        for item in starter().items
        if any(kind[:2] in codes for kind in item.kinds)
    )
