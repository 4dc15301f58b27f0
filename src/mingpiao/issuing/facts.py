"""Facts of a bill: what supervision rules ask about, by column, at issue and over the past alike."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mingpiao.catalog.model import NUMERIC_TYPES, BillKind, Catalog, ChargeItem, ExtensionType
from mingpiao.issuing.model import IssueRequest, RequestItem
from mingpiao.kernel.grammar import read_date, read_decimal
from mingpiao.kernel.money import MAX_AMOUNT, places, round_yuan
from mingpiao.kernel.naming import classify_code, classify_name
from mingpiao.kernel.workdays import is_workday
from mingpiao.units.model import UnitProfile

#: Beyond these a number is a mistake that the checks of a request name; rules are not asked then.
_MOST_PLACES = 6


def facts_of(
    request: IssueRequest, profile: UnitProfile, catalog: Catalog, issued_at: datetime
) -> dict[str, Any]:
    """Facts of a request as a bill issued at `issued_at` (Asia/Shanghai), without history and evidence.

    The request's numbers must be sane (`can_be_judged`) and its kind known. Money and numbers are
    Decimal in 元; an extension member that is absent or empty is absent here.
    """
    payer, unit = request.payer, profile.unit
    kind = catalog.kinds[request.kind]
    texts, numbers, dates = _extension(kind, request.extension)
    day = issued_at.date()
    items = [_item(item, kind, profile, catalog, day) for item in request.items]
    return {
        "kind": kind.code,
        "category": kind.category_code,
        "total": request.total,
        "remark": request.remark,
        "pay_mode": request.pay_mode,
        "handler": request.handler,
        "checker": request.checker,
        "business_no": request.business_no,
        "aux_count": Decimal(len(request.aux_items)),
        "issued_date": issued_at.date(),
        "issued_hour": Decimal(issued_at.hour),
        "issued_weekday": Decimal(issued_at.isoweekday()),
        "issued_workday": is_workday(issued_at.date()),
        "issued_year": Decimal(issued_at.year),
        "payer_type": payer.type,
        "payer_name": payer.name,
        "payer_code": payer.code,
        "payer_account": payer.account,
        "payer_bank": payer.bank,
        "payer_name_class": classify_name(payer.name),
        "payer_code_class": classify_code(payer.code),
        "unit_id": Decimal(unit.unit_id),
        "unit_name": unit.name,
        "unit_code": unit.uscc,
        "unit_type": unit.unit_type.value,
        "unit_region": unit.region_code,
        "unit_mode": unit.mode.value,
        "unit_account": unit.receiving_account,
        "unit_watched": profile.is_watched(day),
        "items_count": Decimal(len(items)),
        "items_sum": sum((item.amount for item in request.items), Decimal(0)),
        "items": items,
        "extension": texts,
        "extension_numbers": numbers,
        "extension_dates": dates,
    }


def can_be_judged(request: IssueRequest) -> bool:
    """Whether every number of the request is finite and of a size that rules reckon with."""
    return _sane(request.total) and all(
        _sane(item.quantity) and _sane(item.rate) and _sane(item.amount) for item in request.items
    )


def _sane(number: Decimal) -> bool:
    return number.is_finite() and -MAX_AMOUNT <= number <= MAX_AMOUNT and places(number) <= _MOST_PLACES


def _extension(
    kind: BillKind, values: dict[str, str]
) -> tuple[dict[str, str], dict[str, Decimal], dict[str, date]]:
    texts: dict[str, str] = {}
    numbers: dict[str, Decimal] = {}
    dates: dict[str, date] = {}
    for field in kind.extension_fields:
        value = values.get(field.name)
        if not value:
            continue
        if field.type in NUMERIC_TYPES:
            number = _number(value)
            if number is not None:
                numbers[field.name] = number
        elif field.type is _DATE:
            day = read_date(value)
            if day is not None:
                dates[field.name] = day
        else:
            texts[field.name] = value
    return texts, numbers, dates


# Looking a member of an enumeration up takes longer than the rest of the loop.
_DATE = ExtensionType.DATE


def _number(value: str) -> Decimal | None:
    """A number as the checks of a request let it pass: 12 digits before the point and six behind it at most."""
    number = None if value.startswith("-") else read_decimal(value)
    return number if number is not None and _sane(number) else None


def _item(
    item: RequestItem, kind: BillKind, profile: UnitProfile, catalog: Catalog, day: date
) -> dict[str, Any]:
    charge = catalog.items.get(item.code)
    facts = {
        "code": item.code,
        "class": item.code[:2],
        "quantity": item.quantity,
        "rate": item.rate,
        "amount": item.amount,
        "line": round_yuan(item.quantity * item.rate),
        "remark": item.remark,
        "allowed": item.code in profile.item_codes,
    }
    facts |= _UNLISTED if charge is None else _charge_facts(charge, kind.code, day)
    return facts


_UNLISTED: dict[str, Any] = {
    "name": "",
    "listed": False,
    "rate_kind": None,
    "rate_minimum": None,
    "rate_maximum": None,
}


def _charge_facts(charge: ChargeItem, kind_code: str, day: date) -> dict[str, Any]:
    rate = charge.rate_on(day)
    return {
        "name": charge.name,
        "listed": not charge.retired and kind_code in charge.kinds,
        "rate_kind": rate.kind.value,
        "rate_minimum": rate.minimum,
        "rate_maximum": rate.maximum,
    }
