"""The digest of a request: how a request that comes a second time is known again.

A digest is stored with the business number of the bill that was issued, and a program may send its
request again after an upgrade, or write the same numbers with another library. So the fields that count
are listed here by hand, and what a request hashed to in one release is recognised in every later one
(`is_repeat`). `tests/issuing/digests.json` keeps digests of each release.

The digest is the SM3 of a JSON object in UTF-8 without spaces, its members sorted by name. Numbers are
written in their shortest form, and so are numbers among the members of 其他信息; empty members of that are
left out. Release 0.1.0 wrote numbers with the decimals that were sent: 10 and 10.00 made two digests.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.crypto.sm3 import sm3
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.grammar import read_decimal
from mingpiao.kernel.money import plain_number


class AddedField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that joined its list in version `since`. It counts only where it is not its default.

    So a request that leaves it out keeps the digest that it had before the field existed.
    """

    name: str
    since: int
    default: Any


class FieldList(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one kind of value, as they are hashed: all of version 1, then those added later."""

    first: tuple[str, ...]
    added: tuple[AddedField, ...] = ()


class RequestFields(msgspec.Struct, frozen=True, kw_only=True):
    """The field lists of a request and of the values within it."""

    request: FieldList
    payer: FieldList
    item: FieldList
    aux_item: FieldList


#: A new field goes to the end of `added` with the next version. Fields that are listed never change.
FIELDS = RequestFields(
    request=FieldList(
        first=(
            "aux_items",
            "business_no",
            "checker",
            "extension",
            "handler",
            "items",
            "kind",
            "pay_mode",
            "payer",
            "remark",
            "total",
        ),
        added=(
            AddedField(name="evidence", since=2, default=()),
            AddedField(name="point", since=3, default=""),
        ),
    ),
    payer=FieldList(first=("account", "bank", "code", "name", "type")),
    item=FieldList(first=("amount", "code", "quantity", "rate", "remark")),
    aux_item=FieldList(
        first=("amount", "code", "name", "quantity", "related_code", "remark", "standard", "unit")
    ),
)
#: Fields of a request that never count, each with its reason.
NOT_COUNTED = {
    "confirmations": "They answer what rules asked about a bill and are not printed on it. The first attempt "
    "comes without them, the second with them, and both ask for the same bill.",
}

_encoder = msgspec.json.Encoder(order="sorted")


def is_repeat(stored: bytes, request: IssueRequest, digest: bytes | None = None) -> bool:
    """Whether a stored digest is that of the same request, by the form of any release.

    `digest` is the request's digest where it is known already. Older forms are worked out only here, for a
    request whose business number stands already.
    """
    return stored == (digest or request_digest(request)) or stored == first_digest(request)


def request_digest(request: IssueRequest, fields: RequestFields = FIELDS) -> bytes:
    """The SM3 (32 bytes) of what a request asks for. Evidence counts without regard to its order."""
    counted = _counted(request, fields.request)
    # Tells this form from that of release 0.1.0, whatever else stands in it.
    counted["form"] = 2
    counted["total"] = _number(request.total)
    counted["extension"] = {name: _member(value) for name, value in request.extension.items() if value}
    counted["payer"] = _written([request.payer], fields.payer)[0]
    counted["items"] = [_with_numbers(item, fields.item, _ITEM_NUMBERS) for item in request.items]
    counted["aux_items"] = [_with_numbers(item, fields.aux_item, _AUX_NUMBERS) for item in request.aux_items]
    if "evidence" in counted:
        counted["evidence"] = sorted(request.evidence)
    return sm3(_encoder.encode(counted))


def first_digest(request: IssueRequest, fields: RequestFields = FIELDS) -> bytes:
    """The digest as release 0.1.0 stored it. Never changed."""
    counted = _counted(request, fields.request)
    counted["payer"] = _written([request.payer], fields.payer)[0]
    counted["items"] = _written(request.items, fields.item)
    counted["aux_items"] = _written(request.aux_items, fields.aux_item)
    if "evidence" in counted:
        counted["evidence"] = sorted(request.evidence)
    return sm3(_encoder.encode(counted))


_ITEM_NUMBERS = ("quantity", "rate", "amount")
_AUX_NUMBERS = ("quantity", "amount")
#: Beyond these a number is refused anyway, and writing it out would take for ever.
_WIDEST = 40


def _number(number: Decimal) -> str:
    text = str(number)
    if "E" not in text:
        return text.rstrip("0").rstrip(".") if "." in text else text
    return plain_number(number) if abs(number.adjusted()) <= _WIDEST and len(text) <= _WIDEST else text


def _member(value: str) -> str:
    if "." not in value or read_decimal(value) is None:
        return value
    return value.rstrip("0").rstrip(".")


def _with_numbers(value: msgspec.Struct, fields: FieldList, numbers: tuple[str, ...]) -> dict[str, Any]:
    counted = _counted(value, fields)
    for name in numbers:
        counted[name] = _number(counted[name])
    return counted


def _written(values: Sequence[msgspec.Struct], fields: FieldList) -> Sequence[Any]:
    """Values as they are hashed: whole while no field was added, because then all their fields count."""
    # Picking fields one by one makes the digest of an ordinary bill half as expensive again.
    return [_counted(value, fields) for value in values] if fields.added else values


def _counted(value: msgspec.Struct, fields: FieldList) -> dict[str, Any]:
    counted = {name: getattr(value, name) for name in fields.first}
    for field in fields.added:
        content = getattr(value, field.name)
        if content != field.default:
            counted[field.name] = content
    return counted
