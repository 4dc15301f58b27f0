"""From a checked request, or from a bill to be reversed, to the face that is sealed."""

from datetime import datetime

import msgspec

from mingpiao.catalog.model import BillKind
from mingpiao.issuing.checks import BillDraft
from mingpiao.issuing.model import RELATED_FIELDS, ReversalRequest
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.money import plain_number
from mingpiao.sealing.model import AuxItem, Face, FaceItem, InvoicingParty, PayerParty, SealingParty
from mingpiao.units.model import Unit


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """What a bill gets together with its number. `issued_at` is aware, to the second."""

    identity: BillIdentity
    check_code: str
    issued_at: datetime


def blue_face(
    draft: BillDraft, unit: Unit, numbered: Numbered, parties: tuple[SealingParty, SealingParty]
) -> Face:
    """The face of a fresh bill; `parties` are the unit's and the supervising department's."""
    request = draft.request
    names = {item.code: item.name for item in draft.items}
    return Face(
        name=draft.kind.name,
        code=numbered.identity.code,
        number=numbered.identity.number,
        check_code=numbered.check_code,
        specimen_code=specimen_code(numbered, draft.kind),
        region_code=unit.region_code,
        total=request.total,
        issued_at=numbered.issued_at,
        invoicing=InvoicingParty(
            code=unit.uscc,
            name=unit.name,
            receiving_name=unit.name,
            receiving_account=unit.receiving_account,
            receiving_bank=unit.receiving_bank,
        ),
        payer=PayerParty(
            type=request.payer.type,
            code=request.payer.code,
            name=request.payer.name,
            account=request.payer.account,
            bank=request.payer.bank,
        ),
        pay_mode=request.pay_mode,
        business_no=request.business_no,
        remark=request.remark,
        handler=request.handler,
        checker=request.checker,
        # In the kind's own order, so that the same answers are always written the same way.
        extension={
            field.name: request.extension[field.name]
            for field in draft.kind.extension_fields
            if request.extension.get(field.name)
        },
        unit_seal=parties[0].mark,
        supervisor_seal=parties[1].mark,
        items=tuple(
            FaceItem(
                code=item.code,
                name=item.name,
                quantity=item.quantity,
                unit=item.unit,
                standard=plain_number(item.rate),
                amount=item.amount,
                remark=item.remark,
            )
            for item in draft.items
        ),
        aux_items=tuple(
            AuxItem(**msgspec.structs.asdict(item), related_name=names[item.related_code])
            for item in request.aux_items
        ),
    )


def red_face(
    blue: Face,
    kind: BillKind,
    request: ReversalRequest,
    numbered: Numbered,
    parties: tuple[SealingParty, SealingParty],
) -> Face:
    """The face of the bill that reverses `blue`: the same with negative amounts, naming the blue one.

    A reversal is always of the whole bill (standards §2.5).
    """
    return msgspec.structs.replace(
        blue,
        code=numbered.identity.code,
        number=numbered.identity.number,
        check_code=numbered.check_code,
        specimen_code=specimen_code(numbered, kind),
        total=-blue.total,
        issued_at=numbered.issued_at,
        remark=f"冲红原因：{request.reason}",
        handler=request.handler,
        extension=blue.extension | dict(zip(RELATED_FIELDS, (blue.code, blue.number), strict=True)),
        unit_seal=parties[0].mark,
        supervisor_seal=parties[1].mark,
        items=tuple(
            msgspec.structs.replace(item, quantity=-item.quantity, amount=-item.amount) for item in blue.items
        ),
        aux_items=tuple(
            msgspec.structs.replace(item, quantity=-item.quantity, amount=-item.amount)
            for item in blue.aux_items
        ),
    )


def specimen_code(numbered: Numbered, kind: BillKind) -> str:
    """EInvoiceSpecimenCode: 票据代码 and the version of its template (standards §1) on the day of issue.

    It is signed with the rest, so that a bill itself tells for ever which template draws it.
    """
    return numbered.identity.code + kind.version_on(to_shanghai(numbered.issued_at).date())
