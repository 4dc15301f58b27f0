"""A unit's bill requests of a day, made from a seed: the same seed gives the same bills."""

import zlib
from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import Any

from mingpiao.demo.charge_items import DemoItem, demo_items
from mingpiao.demo.details import detailed_list
from mingpiao.demo.drafts import PERSON, DemoDraft, DemoLine, Occasion, total_of
from mingpiao.demo.kinds import KINDS
from mingpiao.demo.people import company_name, company_uscc, person_name
from mingpiao.demo.recipes import recipe_of
from mingpiao.demo.regions import region_name
from mingpiao.demo.units import DemoUnit
from mingpiao.kernel.money import plain, plain_number

#: One bill in so many is reversed later.
REVERSED_EVERY = 40

_PAY_MODES = ("微信支付", "支付宝", "现金", "POS刷卡", "银行转账")
#: Ways to pay larger amounts, with the amount in 元 from which each is used.
_LARGE_PAY_MODES = ("POS刷卡", "银行转账")
_LARGE = 10_000
#: How often another name is drawn for a payer that the unit had before; after that a namesake is accepted.
_NAME_DRAWS = 20
_REASONS = (
    "缴款人信息填写有误，冲红后重新开具",
    "收款项目选择错误，冲红后重新开具",
    "金额录入有误，冲红后重新开具",
    "业务取消，款项已退回缴款人",
)
_MEDICAL_REASONS = ("患者退费，款项已原路退回", "医保结算类型有误，冲红后重新结算", *_REASONS[:1])
_WITH_SERIAL = frozenset(
    kind.code for kind in KINDS for field in kind.extension_fields if field.name == "BusinessNumber"
)


def seeded(unit: DemoUnit) -> Random:
    """The random source of one unit's bills: the same in every process and on every machine."""
    return Random(f"bills:{unit.unit.uscc}")


def requests(
    unit: DemoUnit, rng: Random, count: int, on: date, *, prefix: str = "YS"
) -> Iterator[dict[str, Any]]:
    """`count` issue requests of a unit in the form of the API's, dated `on` where they contain a date.

    Each of the unit's kinds occurs at least once if `count` allows. Numbers are text, amounts in 元. Business
    numbers depend on prefix, unit and position alone.
    """
    kinds = list(unit.kinds)
    payers = {unit.handler, unit.checker, unit.manager}
    for position in range(count):
        kind = kinds[position] if position < len(kinds) else rng.choices(kinds, list(unit.kinds.values()))[0]
        business_no = f"{prefix}{unit.ordinal:03d}-{position + 1:06d}"
        occasion = Occasion(unit=unit, on=on, rng=rng, items=_items(unit, kind))
        yield _request(occasion, kind, business_no, payers)


def reversal_reason(business_no: str, kind: str) -> str | None:
    """The reason for which the demonstration reverses this bill later, or None if it does not.

    Depends on nothing but the arguments, so that a second run has the same result.
    """
    turn, rest = divmod(zlib.crc32(business_no.encode()), REVERSED_EVERY)
    if rest:
        return None
    reasons = _MEDICAL_REASONS if kind.startswith("06") else _REASONS
    return reasons[turn % len(reasons)]


def _request(occasion: Occasion, kind: str, business_no: str, payers: set[str]) -> dict[str, Any]:
    draft = recipe_of(kind)(occasion)
    total = total_of(draft.lines)
    serial = {"BusinessNumber": business_no} if kind in _WITH_SERIAL else {}
    return {
        "business_no": business_no,
        "kind": kind,
        "payer": _payer(occasion, draft, payers),
        "items": [_item(line) for line in draft.lines],
        "total": plain(total),
        "handler": occasion.unit.handler,
        "checker": occasion.unit.checker,
        "pay_mode": occasion.rng.choice(_PAY_MODES if total < _LARGE else _LARGE_PAY_MODES),
        "remark": draft.remark,
        "extension": serial | draft.extension,
        "aux_items": detailed_list(draft.lines, occasion.rng) if kind == "0602" else [],
    }


def _payer(occasion: Occasion, draft: DemoDraft, payers: set[str]) -> dict[str, str]:
    rng = occasion.rng
    region = occasion.unit.unit.region_code
    if draft.payer_type == PERSON:
        return {"type": PERSON, "name": _new_name(payers, lambda: person_name(rng))}
    place = region_name(region)
    return {
        "type": draft.payer_type,
        "name": _new_name(payers, lambda: company_name(rng, place)),
        "code": company_uscc(rng, region),
    }


def _new_name(payers: set[str], draw: Callable[[], str]) -> str:
    name = draw()
    for _ in range(_NAME_DRAWS):
        if name not in payers:
            break
        name = draw()
    payers.add(name)
    return name


def _item(line: DemoLine) -> dict[str, str]:
    return {
        "code": line.entry.item.code,
        "quantity": plain_number(line.quantity),
        "rate": plain_number(line.rate),
        "amount": plain(line.amount),
    }


def _items(unit: DemoUnit, kind: str) -> tuple[DemoItem, ...]:
    allowed = frozenset(unit.item_codes)
    return tuple(entry for entry in demo_items() if entry.item.code in allowed and kind in entry.item.kinds)
