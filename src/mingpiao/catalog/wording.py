"""Base data in words for people: labels of members, and their values as text."""

from collections.abc import Sequence

from mingpiao.catalog.model import Catalog, ChargeItem, Rate, RateKind
from mingpiao.house.model import ChangedRow
from mingpiao.kernel.money import plain_number

RATE_KINDS = {RateKind.FIXED: "固定标准", RateKind.BOUNDED: "限额", RateKind.FREE: "据实"}
Members = Sequence[tuple[str, str]]


def rate_text(rate: Rate) -> str:
    """A rate in 元: 12.5, 1 至 20, or 据实."""
    low, high = plain_number(rate.minimum), plain_number(rate.maximum)
    if rate.kind is RateKind.FREE:
        return RATE_KINDS[rate.kind]
    return low if rate.minimum == rate.maximum else f"{low} 至 {high}"


def item_members(item: ChargeItem, catalog: Catalog) -> Members:
    """What makes up a charge item, in words."""
    return (
        ("名称", item.name),
        ("计量单位", item.measure_unit),
        ("收费标准（元）", rate_text(item.rate)),
        ("适用票种", names_of_kinds(item.kinds, catalog)),
        ("依据", item.basis),
        ("状态", "已停用" if item.retired else "启用"),
    )


def names_of_kinds(codes: Sequence[str], catalog: Catalog) -> str:
    """Kinds by code and name."""
    return "、".join(
        f"{code} {catalog.kinds[code].name}" if code in catalog.kinds else code for code in sorted(codes)
    )


def changed_rows(before: Members, after: Members, subject: str = "") -> list[ChangedRow]:
    """The members that differ; `before` is empty for something new, `after` for something that goes."""
    old, new = dict(before), dict(after)
    return [
        ChangedRow(label=label, before=old.get(label, ""), after=new.get(label, ""), subject=subject)
        for label in new | old
        if old.get(label, "") != new.get(label, "")
    ]
