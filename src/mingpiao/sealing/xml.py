"""Writes the MOF XML 1.1.0 of a bill: the text that is signed, and the sealed document.

The literal string `<Header>…</EInvoiceData>` is signed (standards §2.3): no declaration, no `<EInvoice>`, no
white space between elements. `reading.py` reads such documents.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import einvoice_id
from mingpiao.kernel.money import plain_number, round_yuan
from mingpiao.sealing.model import AuxItem, Face, FaceItem, KeyInfo

VERSION = "1.1.0"
TAG_PREFIX = "CZ-EI-"
REFERENCE = "/EInvoice/Header|/EInvoice/EInvoiceData"
ALGORITHM = "SM2"
FORMAT = "DETACH"

PROLOGUE = b'<?xml version="1.0" encoding="UTF-8"?><EInvoice>'
SIGNATURES_OPEN = b"<EInvoiceSignature>"
EPILOGUE = b"</EInvoiceSignature></EInvoice>"

# XML 1.0 §2.2 forbids these even when escaped (surrogates fail to encode anyway).
_FORBIDDEN = frozenset(map(chr, [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF]))
_CONTROLS = bytes(range(0x20))
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
# The number of tags that `_write` makes for a bill without items, and for each item.
_FRAME_TAGS = 92
_ITEM_TAGS = 20
_AUX_TAGS = 20

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def header_and_data(face: Face) -> bytes:
    """The text that is to be signed, as UTF-8.

    Raises ValueError or ArithmeticError if the face has a value that XML or the standard does not allow: a
    control character, half of a surrogate pair, an amount with a third decimal, a number that is not finite,
    an invalid MainExt name.
    """
    data = _write(face).encode()
    if _needs_no_escape(data, face):
        return data
    return _write(_escaped(face)).encode()


def _needs_no_escape(data: bytes, face: Face) -> bool:
    # Cheaper than escaping each field: if the text has only the tags just written, no field contains markup.
    tags = _FRAME_TAGS + _ITEM_TAGS * len(face.items) + _AUX_TAGS * len(face.aux_items)
    tags += 2 * len(face.extension)
    return (
        data.count(b"<") == tags
        and data.count(b">") == tags
        and b"&" not in data
        and len(data.translate(None, _CONTROLS)) == len(data)
        and not any(pattern in data for pattern in _NONCHARACTERS)
    )


def _escaped(value: Any) -> Any:
    """The same value with every text in it escaped, at any depth."""
    if isinstance(value, str):
        if not _FORBIDDEN.isdisjoint(value):
            raise ValueError("a character that XML cannot carry")
        return value.translate(_ESCAPES)
    if isinstance(value, msgspec.Struct):
        members = {name: _escaped(getattr(value, name)) for name in value.__struct_fields__}
        return type(value)(**members)
    if isinstance(value, tuple):
        return tuple(_escaped(member) for member in value)
    if isinstance(value, dict):
        return {name: _escaped(member) for name, member in value.items()}
    return value


def _write(face: Face) -> str:
    moment = to_shanghai(face.issued_at)
    unit, payer = face.invoicing, face.payer
    unit_seal, supervisor_seal = face.unit_seal, face.supervisor_seal
    return (
        f"<Header><EInvoiceTag>{TAG_PREFIX}{face.region_code[:2]}</EInvoiceTag>"
        f"<EInvoiceID>{einvoice_id(face.code, face.number)}</EInvoiceID>"
        f"<Version>{VERSION}</Version></Header>"
        f"<EInvoiceData><Main>"
        f"<EInvoiceName>{face.name}</EInvoiceName>"
        f"<EInvoiceCode>{face.code}</EInvoiceCode>"
        f"<EInvoiceNumber>{face.number}</EInvoiceNumber>"
        f"<RandomNumber>{face.check_code}</RandomNumber>"
        f"<EInvoiceSpecimenCode>{face.specimen_code}</EInvoiceSpecimenCode>"
        f"<SupervisorAreaCode>{face.region_code}</SupervisorAreaCode>"
        f"<TotalAmount>{_money(face.total)}</TotalAmount>"
        f"<IssueDate>{moment.year:04d}{moment.month:02d}{moment.day:02d}</IssueDate>"
        f"<IssueTime>{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}</IssueTime>"
        f"<InvoicingParty>"
        f"<InvoicingPartyCode>{unit.code}</InvoicingPartyCode>"
        f"<InvoicingPartyName>{unit.name}</InvoicingPartyName>"
        f"<RecName>{unit.receiving_name}</RecName>"
        f"<RecAcct>{unit.receiving_account}</RecAcct>"
        f"<RecOpBk>{unit.receiving_bank}</RecOpBk>"
        f"</InvoicingParty><PayerParty>"
        f"<PayerPartyType>{payer.type}</PayerPartyType>"
        f"<PayerPartyCode>{payer.code}</PayerPartyCode>"
        f"<PayerPartyName>{payer.name}</PayerPartyName>"
        f"<PayerAcct>{payer.account}</PayerAcct>"
        f"<PayerOpBk>{payer.bank}</PayerOpBk>"
        f"</PayerParty>"
        f"<PayMode>{face.pay_mode}</PayMode>"
        f"<BizCode>{face.business_no}</BizCode>"
        f"<CurrencyType>{face.currency}</CurrencyType>"
        f"<ExchangeRate>{face.exchange_rate}</ExchangeRate>"
        f"<Remark>{face.remark}</Remark>"
        f"<HandlingPerson>{face.handler}</HandlingPerson>"
        f"<Checker>{face.checker}</Checker>"
        f"<SupervisorRemark>{face.supervisor_remark}</SupervisorRemark>"
        f"<MainExt>{_extension(face.extension)}</MainExt>"
        f"<InvoicingPartySeal><SealId>{unit_seal.seal_id}</SealId>"
        f"<SealName>{unit_seal.name}</SealName>"
        f"<SealHash>{unit_seal.hash}</SealHash></InvoicingPartySeal>"
        f"<SupervisorPartySeal><SealId>{supervisor_seal.seal_id}</SealId>"
        f"<SealName>{supervisor_seal.name}</SealName>"
        f"<SealHash>{supervisor_seal.hash}</SealHash></SupervisorPartySeal>"
        f"</Main><Details>{''.join([_item(item) for item in face.items])}</Details>"
        f"<AuxDetails>{''.join([_aux_item(item) for item in face.aux_items])}</AuxDetails>"
        f"</EInvoiceData>"
    )


def _money(amount: Decimal) -> str:
    rounded = round_yuan(amount)
    # Also true of NaN. The exact amount must be sealed, never a rounded one.
    if rounded != amount:
        raise ValueError("an amount with more than two places")
    return f"{rounded:f}"


def _quantity(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError("not a finite number")
    return plain_number(number)


def _extension(members: dict[str, str]) -> str:
    for name in members:
        if not (name.isascii() and name.isidentifier()):
            raise ValueError(f"not a MainExt name: {name!r}")
    return "".join([f"<{name}>{value}</{name}>" for name, value in members.items()])


def _item(item: FaceItem) -> str:
    return (
        f"<Item><ItemCode>{item.code}</ItemCode>"
        f"<ItemName>{item.name}</ItemName>"
        f"<ItemQuantity>{_quantity(item.quantity)}</ItemQuantity>"
        f"<ItemUnit>{item.unit}</ItemUnit>"
        f"<ItemStd>{item.standard}</ItemStd>"
        f"<ItemAmount>{_money(item.amount)}</ItemAmount>"
        f"<ItemRemark>{item.remark}</ItemRemark>"
        f"<ItemExt><ItemDetailName>{item.detail_name}</ItemDetailName></ItemExt></Item>"
    )


def _aux_item(item: AuxItem) -> str:
    return (
        f"<AuxItem><AuxItemRelatedCode>{item.related_code}</AuxItemRelatedCode>"
        f"<AuxItemRelatedName>{item.related_name}</AuxItemRelatedName>"
        f"<AuxItemCode>{item.code}</AuxItemCode>"
        f"<AuxItemName>{item.name}</AuxItemName>"
        f"<AuxItemQuantity>{_quantity(item.quantity)}</AuxItemQuantity>"
        f"<AuxItemUnit>{item.unit}</AuxItemUnit>"
        f"<AuxItemStd>{item.standard}</AuxItemStd>"
        f"<AuxItemRemark>{item.remark}</AuxItemRemark>"
        f"<AuxItemAmount>{_money(item.amount)}</AuxItemAmount></AuxItem>"
    )


class SignatureBlock(msgspec.Struct, frozen=True):
    """One party's part of `EInvoiceSignature`. `value` is the base64 of the signature."""

    time: str
    value: str
    key_info: KeyInfo


def signature_time(moment: datetime) -> str:
    """The time as yyyyMMddHHmmss in Asia/Shanghai."""
    return to_shanghai(moment).strftime("%Y%m%d%H%M%S")


def assemble(text: bytes, unit: SignatureBlock, supervisor: SignatureBlock) -> bytes:
    """The sealed document: the signed text unchanged, and both signatures, the unit's first."""
    blocks = _block("InvoicingPartySignature", unit) + _block("SupervisorPartySignature", supervisor)
    return b"".join((PROLOGUE, text, SIGNATURES_OPEN, blocks.encode(), EPILOGUE))


def _block(name: str, block: SignatureBlock) -> str:
    return (
        f"<{name}><SignedInfo><Reference>{REFERENCE}</Reference>"
        f"<SignatureAlgorithm>{ALGORITHM}</SignatureAlgorithm>"
        f"<SignatureFormat>{FORMAT}</SignatureFormat></SignedInfo>"
        f"<SignatureTime>{block.time}</SignatureTime>"
        f"<SignatureValue>{block.value}</SignatureValue>"
        f"<KeyInfo><SerialNumber>{block.key_info.serial}</SerialNumber>"
        f"<X509IssuerName>{block.key_info.issuer.translate(_ESCAPES)}</X509IssuerName></KeyInfo></{name}>"
    )
