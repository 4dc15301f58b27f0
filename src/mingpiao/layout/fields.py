"""Where the values of a face come from: names that templates may use, and what each reads."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.money import in_words, plain, plain_number
from mingpiao.sealing.model import AuxItem, Face, FaceItem

_EXTENSION = "extension."

BUSINESS_NUMBER = "BusinessNumber"
RELATED_CODE = "RelatedInvoiceCode"
RELATED_NUMBER = "RelatedInvoiceNumber"


def _currency(face: Face) -> str:
    return "" if face.currency == "CNY" else f"{face.currency}（汇率 {face.exchange_rate}）"


FACE_SOURCES: Mapping[str, Callable[[Face], str]] = {
    "name": lambda face: face.name,
    "code": lambda face: face.code,
    "number": lambda face: face.number,
    "check_code": lambda face: face.check_code,
    "issue_date": lambda face: to_shanghai(face.issued_at).strftime("%Y-%m-%d"),
    "payer_code": lambda face: face.payer.code,
    "payer_name": lambda face: face.payer.name,
    "payer_account": lambda face: face.payer.account,
    "payer_bank": lambda face: face.payer.bank,
    "unit_code": lambda face: face.invoicing.code,
    "unit_name": lambda face: face.invoicing.name,
    "receiving_name": lambda face: face.invoicing.receiving_name,
    "receiving_account": lambda face: face.invoicing.receiving_account,
    "receiving_bank": lambda face: face.invoicing.receiving_bank,
    "handler": lambda face: face.handler,
    "checker": lambda face: face.checker,
    "business_no": lambda face: face.extension.get(BUSINESS_NUMBER) or face.business_no,
    "pay_mode": lambda face: face.pay_mode,
    "currency": _currency,
    "remark": lambda face: face.remark,
    "supervisor_remark": lambda face: face.supervisor_remark,
    "total": lambda face: plain(face.total),
    "total_words": lambda face: in_words(face.total),
}


def _quantity(quantity: Decimal) -> str:
    return plain_number(quantity)


def _quantity_unit(item: FaceItem) -> str:
    quantity = plain_number(item.quantity)
    return f"{quantity}/{item.unit}" if item.unit else quantity


def _item_name(item: FaceItem) -> str:
    return f"{item.name}（{item.detail_name}）" if item.detail_name else item.name


ITEM_SOURCES: Mapping[str, Callable[[FaceItem], str]] = {
    "code": lambda item: item.code,
    "name": _item_name,
    "quantity": lambda item: _quantity(item.quantity),
    "quantity_unit": _quantity_unit,
    "unit": lambda item: item.unit,
    "standard": lambda item: item.standard,
    "amount": lambda item: plain(item.amount),
    "remark": lambda item: item.remark,
}

AUX_SOURCES: Mapping[str, Callable[[AuxItem], str]] = {
    "related_code": lambda item: item.related_code,
    "related_name": lambda item: item.related_name,
    "code": lambda item: item.code,
    "name": lambda item: item.name,
    "quantity": lambda item: _quantity(item.quantity),
    "unit": lambda item: item.unit,
    "standard": lambda item: item.standard,
    "amount": lambda item: plain(item.amount),
    "remark": lambda item: item.remark,
}


def is_face_source(name: str) -> bool:
    """Whether a template may name this source for a field: a known one, or `extension.<MOF name>`."""
    return name in FACE_SOURCES or (name.startswith(_EXTENSION) and name[len(_EXTENSION) :].isalnum())


def face_value(face: Face, source: str) -> str:
    """The text of a face's field; a MainExt member that the face lacks is empty."""
    if source.startswith(_EXTENSION):
        member = source[len(_EXTENSION) :]
        return _extension_text(member, face.extension.get(member, ""))
    return FACE_SOURCES[source](face)


def _extension_text(member: str, value: str) -> str:
    if member.endswith("Date") and len(value) == 8 and value.isascii() and value.isdigit():
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return value
