"""A bill is what its sealed original says; the columns beside it are for looking up, and are compared.

Who can write to the database past the platform can change a column, but not what was signed.
"""

import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.issuing.model import BILL_PARTS, RELATED_FIELDS, Bill, BillItem, BillState, Color, Payer
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import parse_sealed

_logger = logging.getLogger(__name__)


def sealed_bill(row: Any) -> Bill:
    """A bill by its sealed original, from a row with all columns and the reversal (`red_id`, or None).

    `differs` names what the columns say otherwise; that is logged as an error. An original that cannot be
    read leaves the columns as they are, and is named as well.
    """
    stored = bill_of_row(row)
    try:
        bill = _by_original(stored, parse_sealed(row["xml"]), sm3_hex(row["xml"]), row["red_id"])
        differs = tuple(differences(stored, bill))
    except Refusal:
        bill, differs = stored, ("xml",)
    if differs:
        _logger.error(
            "bill %s %s: the register differs from the sealed original in %s", bill.code, bill.number, differs
        )
    return msgspec.structs.replace(bill, differs=differs) if differs else bill


def differences(stored: Bill, sealed: Bill) -> Iterator[str]:
    """The names of what two readings of a bill say differently."""
    if stored.bill_id != sealed.bill_id:
        yield "number"
    for name in BILL_PARTS:
        if name not in ("number", "xml") and getattr(stored, name) != getattr(sealed, name):
            yield name


def _by_original(stored: Bill, face: Face, sm3: str, red_id: int | None) -> Bill:
    """What the original says, with what only the register knows: unit, state, reason, rules."""
    code, number = (face.extension.get(name, "") for name in RELATED_FIELDS)
    red = bool(code)
    reversed_by = None if red_id is None else BillIdentity.from_bill_id(red_id)
    return msgspec.structs.replace(
        stored,
        bill_id=BillIdentity(code=face.code, number=face.number).bill_id,
        kind=face.code[2:6],
        region_code=face.region_code,
        color=Color.RED if red else Color.BLUE,
        state=BillState.REVERSED if reversed_by and not red else BillState.NORMAL,
        business_no=face.business_no,
        check_code=face.check_code,
        issued_at=face.issued_at,
        payer=Payer(type="2" if face.payer.type == "2" else "1", code=face.payer.code, name=face.payer.name),
        total=face.total,
        handler=face.handler,
        pay_mode=face.pay_mode,
        remark=face.remark,
        extension=dict(face.extension),
        items=items_of(face),
        related=BillIdentity(code=code, number=number) if red else reversed_by,
        sm3=sm3,
    )


def bill_of_row(row: Any) -> Bill:
    """A bill from a row that has at least the face columns."""
    related = row["related_bill_id"]
    return Bill(
        unit_id=row["unit_id"],
        bill_id=row["bill_id"],
        kind=row["kind_code"],
        region_code=row["region_code"],
        color=Color(row["color"]),
        state=BillState(row["state"]),
        business_no=row["business_no"],
        check_code=row["check_code"],
        issued_at=row["issued_at"].astimezone(SHANGHAI),
        payer=Payer(type=row["payer_type"], code=row["payer_code"], name=row["payer_name"]),
        total=row["total"],
        handler=row["handler"],
        pay_mode=row["pay_mode"],
        extension=row["extension"],
        items=msgspec.convert(row["items"], tuple[BillItem, ...]),
        related=None if related is None else BillIdentity.from_bill_id(related),
        reason=row["reason"],
        sm3=row["xml_sm3"].hex(),
        ruleset_version=row["ruleset_version"],
        point=row["point_code"],
    )


def items_of(face: Face) -> tuple[BillItem, ...]:
    """The lines of a face as they are stored for look-ups."""
    return tuple(
        BillItem(
            code=item.code,
            name=item.name,
            quantity=item.quantity,
            unit=item.unit,
            rate=Decimal(item.standard),
            amount=item.amount,
            remark=item.remark,
        )
        for item in face.items
    )
