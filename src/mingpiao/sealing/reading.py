"""Reads a sealed XML: cuts out the signed bytes unchanged, and reads the face from them.

The reader is strict on purpose. It accepts only one way of writing such a document (UTF-8, no DOCTYPE,
comments, CDATA, processing instructions, attributes, namespaces or white space between elements), so nothing
can hide in a document that verifies.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from lxml import etree

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import einvoice_id, is_code, is_number
from mingpiao.sealing import xml as writing
from mingpiao.sealing.errors import malformed_xml
from mingpiao.sealing.model import AuxItem, Face, FaceItem, InvoicingParty, KeyInfo, PayerParty, SealMark

#: The largest document that is read, in bytes: enough for 200 items and some thousand lines of 清单.
MAX_BYTES = 4 * 1024 * 1024

_TAG = re.compile(rb"</?[A-Za-z_][A-Za-z0-9_]*/?>")
_AMOUNT = re.compile(r"-?[0-9]{1,14}\.[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")
_MOMENT = re.compile(r"[0-9]{14}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")

_PARTY = ("InvoicingPartyCode", "InvoicingPartyName", "RecName", "RecAcct", "RecOpBk")
_PAYER = ("PayerPartyType", "PayerPartyCode", "PayerPartyName", "PayerAcct", "PayerOpBk")
_SEAL = ("SealId", "SealName", "SealHash")
_HEADER = ("EInvoiceTag", "EInvoiceID", "Version")
_MAIN = (
    "EInvoiceName",
    "EInvoiceCode",
    "EInvoiceNumber",
    "RandomNumber",
    "EInvoiceSpecimenCode",
    "SupervisorAreaCode",
    "TotalAmount",
    "IssueDate",
    "IssueTime",
    "InvoicingParty",
    "PayerParty",
    "PayMode",
    "BizCode",
    "CurrencyType",
    "ExchangeRate",
    "Remark",
    "HandlingPerson",
    "Checker",
    "SupervisorRemark",
    "MainExt",
    "InvoicingPartySeal",
    "SupervisorPartySeal",
)
_BRANCHES = frozenset(
    {"InvoicingParty", "PayerParty", "MainExt", "InvoicingPartySeal", "SupervisorPartySeal"}
)
_ITEM = (
    "ItemCode",
    "ItemName",
    "ItemQuantity",
    "ItemUnit",
    "ItemStd",
    "ItemAmount",
    "ItemRemark",
    "ItemExt",
)
_AUX_ITEM = (
    "AuxItemRelatedCode",
    "AuxItemRelatedName",
    "AuxItemCode",
    "AuxItemName",
    "AuxItemQuantity",
    "AuxItemUnit",
    "AuxItemStd",
    "AuxItemRemark",
    "AuxItemAmount",
)


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """The few facts of a sealed XML that name a bill to who holds it."""

    code: str
    number: str
    check_code: str
    total: Decimal
    issued_at: datetime


class PartySignature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature from the document. `value` is the decoded bytes; `signed_at` has a time zone."""

    value: bytes
    signed_at: datetime
    key_info: KeyInfo


class SealedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed XML taken apart: the signed bytes, their face, and both signatures, not yet verified."""

    text: bytes
    face: Face
    unit: PartySignature
    supervisor: PartySignature


def signed_text(xml: bytes) -> bytes:
    """The literal bytes `<Header>…</EInvoiceData>` that both parties signed, cut out unchanged.

    Raises `Refusal` (`sealing.xml_malformed`).
    """
    if len(xml) > MAX_BYTES:
        raise malformed_xml("文件过大")
    if not xml.startswith(writing.PROLOGUE) or not xml.endswith(writing.EPILOGUE):
        raise malformed_xml("开头或结尾不符合规范")
    if len(_TAG.findall(xml, len(writing.PROLOGUE))) != xml.count(b"<", len(writing.PROLOGUE)):
        raise malformed_xml("含有规范以外的标记")
    text, mark, _ = xml[len(writing.PROLOGUE) :].partition(writing.SIGNATURES_OPEN)
    if not mark or not text.startswith(b"<Header>") or not text.endswith(b"</EInvoiceData>"):
        raise malformed_xml("找不到签名原文或签名")
    return text


# What is written in the face's first lines, in its one order. No text of a user's can look like this, as
# every "<" in one is escaped.
_GLANCE = re.compile(
    rb"<EInvoiceData><Main><EInvoiceName>[^<]*</EInvoiceName><EInvoiceCode>([0-9]{8})</EInvoiceCode>"
    rb"<EInvoiceNumber>([0-9]{10})</EInvoiceNumber><RandomNumber>([^<]*)</RandomNumber>"
    rb"<EInvoiceSpecimenCode>[^<]*</EInvoiceSpecimenCode><SupervisorAreaCode>[^<]*</SupervisorAreaCode>"
    rb"<TotalAmount>(-?[0-9]{1,14}\.[0-9]{2})</TotalAmount><IssueDate>([0-9]{8})</IssueDate>"
    rb"<IssueTime>([0-9]{2}:[0-9]{2}:[0-9]{2})</IssueTime>"
)


def glance(xml: bytes) -> Glance:
    """What a sealed XML says in its first lines, for who compares many; it costs a small part of `parse_sealed`.

    Neither structure nor signatures are checked. Refuses with `sealing.xml_malformed`.
    """
    found = _GLANCE.search(xml)
    if found is None:
        raise malformed_xml("找不到票面的基本内容")
    code, number, check_code, total, date, time = (part.decode() for part in found.groups())
    return Glance(
        code=code,
        number=number,
        check_code=check_code,
        total=_amount(total),
        issued_at=_issued_at(date, time),
    )


def parse_sealed(xml: bytes) -> Face:
    """The face in a sealed XML; signatures are not verified. Raises `Refusal` (`sealing.xml_malformed`)."""
    return read_sealed(xml).face


def read_sealed(xml: bytes) -> SealedDocument:
    """Take a sealed XML apart without verifying it. Raises `Refusal` (`sealing.xml_malformed`)."""
    text = signed_text(xml)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise malformed_xml("不是合格的 XML") from error
    header, data, signatures = _children(root, ("Header", "EInvoiceData", "EInvoiceSignature"))
    unit, supervisor = _children(signatures, ("InvoicingPartySignature", "SupervisorPartySignature"))
    try:
        return SealedDocument(
            text=text, face=_face(header, data), unit=_signature(unit), supervisor=_signature(supervisor)
        )
    except (ValueError, binascii.Error) as error:
        raise malformed_xml("有字段的值不合格式") from error


def _face(header: etree._Element, data: etree._Element) -> Face:
    main, details, aux_details = _children(data, ("Main", "Details", "AuxDetails"))
    branches = dict(zip(_MAIN, _children(main, _MAIN), strict=True))
    value = {name: _text(element) for name, element in branches.items() if name not in _BRANCHES}
    _check_header(_texts(header, _HEADER), value)
    return Face(
        name=value["EInvoiceName"],
        code=value["EInvoiceCode"],
        number=value["EInvoiceNumber"],
        check_code=value["RandomNumber"],
        specimen_code=value["EInvoiceSpecimenCode"],
        region_code=value["SupervisorAreaCode"],
        total=_amount(value["TotalAmount"]),
        issued_at=_issued_at(value["IssueDate"], value["IssueTime"]),
        invoicing=InvoicingParty(**_named(InvoicingParty, _texts(branches["InvoicingParty"], _PARTY))),
        payer=PayerParty(**_named(PayerParty, _texts(branches["PayerParty"], _PAYER))),
        pay_mode=value["PayMode"],
        business_no=value["BizCode"],
        currency=value["CurrencyType"],
        exchange_rate=value["ExchangeRate"],
        remark=value["Remark"],
        handler=value["HandlingPerson"],
        checker=value["Checker"],
        supervisor_remark=value["SupervisorRemark"],
        extension=_extension(branches["MainExt"]),
        unit_seal=SealMark(**_named(SealMark, _texts(branches["InvoicingPartySeal"], _SEAL))),
        supervisor_seal=SealMark(**_named(SealMark, _texts(branches["SupervisorPartySeal"], _SEAL))),
        items=tuple(_item(element) for element in _all_of(details, "Item")),
        aux_items=tuple(_aux_item(element) for element in _all_of(aux_details, "AuxItem")),
    )


def _check_header(header: Sequence[str], main: dict[str, str]) -> None:
    tag, identity, version = header
    code, number, region = main["EInvoiceCode"], main["EInvoiceNumber"], main["SupervisorAreaCode"]
    if version != writing.VERSION:
        raise malformed_xml(f"不认识的版本 {version[:20]}")
    if not is_code(code) or not is_number(number):
        raise malformed_xml("票据代码或票据号码不合格式")
    if identity != einvoice_id(code, number) or tag != writing.TAG_PREFIX + region[:2]:
        raise malformed_xml("票据标识与票面不一致")


def _named(kind: type[msgspec.Struct], texts: Sequence[str]) -> dict[str, str]:
    return dict(zip(kind.__struct_fields__, texts, strict=True))


def _extension(element: etree._Element) -> dict[str, str]:
    members = {str(child.tag): _text(child) for child in _all(element)}
    if len(members) != len(element):
        raise malformed_xml("MainExt 中有重复的项目")
    return members


def _item(element: etree._Element) -> FaceItem:
    *leaves, extra = _children(element, _ITEM)
    code, name, quantity, unit, standard, amount, remark = (_text(leaf) for leaf in leaves)
    (detail_name,) = _texts(extra, ("ItemDetailName",))
    return FaceItem(
        code=code,
        name=name,
        quantity=_number(quantity),
        unit=unit,
        standard=standard,
        amount=_amount(amount),
        remark=remark,
        detail_name=detail_name,
    )


def _aux_item(element: etree._Element) -> AuxItem:
    related_code, related_name, code, name, quantity, unit, standard, remark, amount = _texts(
        element, _AUX_ITEM
    )
    return AuxItem(
        related_code=related_code,
        related_name=related_name,
        code=code,
        name=name,
        quantity=_number(quantity),
        unit=unit,
        standard=standard,
        amount=_amount(amount),
        remark=remark,
    )


def _signature(element: etree._Element) -> PartySignature:
    info, time, value, key_info = _children(
        element, ("SignedInfo", "SignatureTime", "SignatureValue", "KeyInfo")
    )
    stated = _texts(info, ("Reference", "SignatureAlgorithm", "SignatureFormat"))
    if stated != (writing.REFERENCE, writing.ALGORITHM, writing.FORMAT):
        raise malformed_xml("不认识的签名方式")
    serial, issuer = _texts(key_info, ("SerialNumber", "X509IssuerName"))
    return PartySignature(
        value=_base64(_text(value)),
        signed_at=_moment(_text(time)),
        key_info=KeyInfo(serial=serial, issuer=issuer),
    )


def _all(element: etree._Element) -> list[etree._Element]:
    children = list(element)
    if element.text or any(child.tail for child in children):
        raise malformed_xml(f"{element.tag} 中有多余的文字")
    return children


def _all_of(element: etree._Element, name: str) -> list[etree._Element]:
    children = _all(element)
    if any(child.tag != name for child in children):
        raise malformed_xml(f"{element.tag} 中有不认识的元素")
    return children


def _children(element: etree._Element, names: tuple[str, ...]) -> list[etree._Element]:
    children = _all(element)
    if tuple(child.tag for child in children) != names:
        raise malformed_xml(f"{element.tag} 的元素或其顺序不符合规范")
    return children


def _texts(element: etree._Element, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_text(child) for child in _children(element, names))


def _text(element: etree._Element) -> str:
    if len(element):
        raise malformed_xml(f"{element.tag} 中有不认识的元素")
    return element.text or ""


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError("malformed amount")
    return Decimal(text)


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("malformed number")
    return Decimal(text)


def _moment(text: str) -> datetime:
    # strptime alone accepts numbers that are too short, or padded.
    if not _MOMENT.fullmatch(text):
        raise ValueError("malformed moment")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)


def _issued_at(date: str, time: str) -> datetime:
    if not _CLOCK.fullmatch(time):
        raise ValueError("malformed time of day")
    return _moment(date + time.replace(":", ""))


def _base64(text: str) -> bytes:
    value = b64decode(text, validate=True)
    if b64encode(value).decode() != text:
        raise ValueError("base64 written in an unusual way")
    return value
