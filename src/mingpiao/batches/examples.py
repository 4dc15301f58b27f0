"""The example row of a sheet: one bill of a kind that the desk's own checks let pass as it stands."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from mingpiao.catalog.model import BillKind, ChargeItem, ExtensionField, ExtensionType
from mingpiao.kernel.money import plain_number

_USUAL = Decimal(100)
#: Endings of labels of fields that hold a year, and of those that hold the month or year a payment is for.
_YEARS, _PERIODS = ("年度", "年份"), ("所属期", "期间")


def example_row(
    kind: BillKind, items: Sequence[ChargeItem], labels: Mapping[str, str], on: date
) -> dict[str, str]:
    """Cells by column for a bill of `on` with the first of the items, which `labels` names by code."""
    # A rate for 单位 is not asked of a person: 会费（会长单位）.
    of_unit = bool(items) and "单位" in items[0].name
    payer = {
        "payer/type": "单位" if of_unit else "个人",
        "payer/name": "示例商贸有限公司" if of_unit else "张三",
    }
    rate = _within(items[0].rate.minimum, items[0].rate.maximum) if items else _USUAL
    item = (
        {
            "items/0/code": labels[items[0].code],
            "items/0/quantity": "1",
            "items/0/rate": plain_number(rate),
        }
        if items
        else {}
    )
    shares = _shares(kind, rate)
    extension = {
        f"extension/{field.name}": shares.get(field.name) or _value(field, on)
        for field in kind.extension_fields
        if field.required or field.choices or field.name in shares
    }
    return payer | item | extension


def _within(low: Decimal | None, high: Decimal | None) -> Decimal:
    """A usual number, moved to the nearest bound where it lies outside."""
    least = _USUAL if low is None else max(_USUAL, low)
    return least if high is None else min(least, high)


def _shares(kind: BillKind, total: Decimal) -> dict[str, str]:
    """Of fields that add up to the bill's total the last one has it all, and the others nothing."""
    return {
        name: plain_number(total) if name == rule.fields[-1] else "0"
        for rule in kind.sum_rules
        for name in rule.fields
    }


def _value(field: ExtensionField, on: date) -> str:
    if field.choices:
        return field.choices[0]
    if field.type is ExtensionType.DATE:
        return on.isoformat()
    if field.type is ExtensionType.YEAR or field.label.endswith(_YEARS):
        return str(on.year)
    if field.is_numeric:
        return plain_number(_within(field.minimum, field.maximum))
    text = f"{on:%Y年%-m月}" if field.label.endswith(_PERIODS) else "示例"
    return text[: field.max_length]
