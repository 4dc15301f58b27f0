"""Electronic seals of GB/T 38540-2020 (version 4): make them, sign OFD files with them, check both.

All signatures here are deterministic (docs/decisions/0001): the same input gives the same bytes.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from asn1crypto import core, parser

from mingpiao.crypto import x509
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.crypto.sm3 import sm3, sm3_hex
from mingpiao.kernel.clock import to_shanghai, to_utc
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.errors import malformed_seal
from mingpiao.sealing.model import SealImage, SealReport
from mingpiao.sealing.seal_structures import Seal, SealSignature, ToSign

VERSION = 4
VENDOR = "MINGPIAO"
#: The largest seal or seal signature that is read, in bytes.
MAX_BYTES = 1024 * 1024
_SEAL_MARK = "ES"
_TYPE = 3  # As on real fiscal bills (standards §6.2).
_WHOLE_CERTIFICATES = 1


class SealText(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a seal. Times have a time zone; `certificates` are DER, those that may sign with the
    seal.
    """

    seal_id: str
    name: str
    certificates: tuple[bytes, ...]
    image: SealImage
    created_at: datetime
    valid_from: datetime
    valid_to: datetime


def make_seal(text: SealText, maker_key: PrivateKey, maker_certificate: bytes) -> bytes:
    """A seal (SESeal, DER) signed by its maker. `seal_id` must be ASCII; times keep whole seconds."""
    info = {
        "header": {"id": _SEAL_MARK, "version": VERSION, "vendor": VENDOR},
        "seal_id": text.seal_id,
        "property": {
            "type": _TYPE,
            "name": text.name,
            "cert_list_type": _WHOLE_CERTIFICATES,
            "cert_list": list(text.certificates),
            "created": _whole(text.created_at),
            "valid_from": _whole(text.valid_from),
            "valid_to": _whole(text.valid_to),
        },
        "picture": {
            "type": text.image.format,
            "data": text.image.data,
            "width": text.image.width_mm,
            "height": text.image.height_mm,
        },
    }
    seal = Seal({"info": info, "cert": maker_certificate, "algorithm": x509.SM2_WITH_SM3})
    seal["signature"] = maker_key.sign_deterministic(seal["info"].dump())
    return bytes(seal.dump())


def sign_seal(
    signature_xml: bytes,
    path: str,
    seal: bytes,
    key: PrivateKey,
    certificate: bytes,
    at: datetime,
) -> bytes:
    """SignedValue.dat (SES_Signature, DER) for an OFD Signature.xml at an absolute path in the package.

    `at` has a time zone and is rounded down to the second. The same input gives the same bytes.
    """
    # Encoded by hand, as each OFD waits for this twice; the ASN.1 library gives the same bytes eight times
    # slower.
    to_sign = _sequence(
        core.Integer(VERSION).dump(),
        Seal.load(seal, strict=True).dump(),
        core.GeneralizedTime(_whole(at)).dump(),
        core.OctetBitString(sm3(signature_xml)).dump(),
        core.IA5String(path).dump(),
    )
    return _sequence(
        to_sign,
        core.OctetString(certificate).dump(),
        core.ObjectIdentifier(x509.SM2_WITH_SM3).dump(),
        core.OctetBitString(key.sign_deterministic(to_sign)).dump(),
    )


def read_seal(seal: bytes) -> SealText:
    """The content of a seal, not verified. Raises `Refusal` (`sealing.seal_malformed`)."""
    return _seal_text(_load(Seal, seal)["info"])


def verify_seal(seal: bytes, roots: Iterable[x509.Certificate], at: datetime) -> tuple[str, ...]:
    """What is wrong with a seal at a given time, as Chinese sentences; empty if nothing is."""
    try:
        parsed = _load(Seal, seal)
        return tuple(_seal_problems(parsed, _seal_text(parsed["info"]), list(roots), at))
    except Refusal as refusal:
        return (refusal.problems[0].message,)


def verify_seal_signature(
    signed_value: bytes, signature_xml: bytes, path: str, roots: Iterable[x509.Certificate]
) -> SealReport:
    """Check a SignedValue.dat against the Signature.xml at `path`, offline.

    Seal and certificates must have been valid when it was signed, not now. Malformed bytes give a report with
    a problem, never an error.
    """
    try:
        parsed = _load(SealSignature, signed_value)
        to_sign = parsed["to_sign"]
        text = _seal_text(to_sign["seal"]["info"])
        signer = x509.read(bytes(parsed["cert"].native))
        at = to_shanghai(to_sign["time"].native)
    except Refusal as refusal:
        return SealReport(seal_problems=(refusal.problems[0].message,))
    except MalformedCertificate:
        return SealReport(signature_problems=("签章人证书不是合格的 SM2 证书",))
    known = list(roots)
    maker = _maker(to_sign["seal"])
    return SealReport(
        seal_id=text.seal_id,
        seal_name=text.name,
        seal_hash=sm3_hex(to_sign["seal"].dump()),
        image=text.image,
        signed_at=at,
        certificate_subject=signer.subject,
        certificate_serial=signer.serial,
        issuer=signer.issuer,
        maker=maker.subject if maker else "",
        maker_serial=maker.serial if maker else "",
        maker_issuer=maker.issuer if maker else "",
        made_at=text.created_at,
        seal_problems=tuple(_seal_problems(to_sign["seal"], text, known, at)),
        signature_problems=tuple(_signature_problems(parsed, text, signer, known, at)),
        content_problems=tuple(_content_problems(to_sign, signature_xml, path)),
    )


def _seal_problems(seal: Seal, text: SealText, roots: list[x509.Certificate], at: datetime) -> Iterable[str]:
    header = seal["info"]["header"].native
    if header["id"] != _SEAL_MARK or header["version"] != VERSION:
        yield "印章版本不是 GB/T 38540-2020"
    if not text.valid_from <= to_utc(at) <= text.valid_to:
        yield "签章时印章不在有效期内"
    if seal["algorithm"].dotted != x509.SM2_WITH_SM3:
        yield "印章的签名算法不是 SM2"
    try:
        maker = x509.read(bytes(seal["cert"].native))
    except MalformedCertificate:
        yield "制章人证书不是合格的 SM2 证书"
        return
    if not maker.public_key.verify(seal["info"].dump(), seal["signature"].native):
        yield "印章内容被改动：制章人签名不符"
    if problem := x509.chain_problem(maker, roots, text.created_at):
        yield f"制章人证书：{problem}"


def _signature_problems(
    parsed: SealSignature,
    text: SealText,
    signer: x509.Certificate,
    roots: list[x509.Certificate],
    at: datetime,
) -> Iterable[str]:
    if parsed["to_sign"]["version"].native != VERSION:
        yield "签章版本不是 GB/T 38540-2020"
    if parsed["algorithm"].dotted != x509.SM2_WITH_SM3:
        yield "签章的签名算法不是 SM2"
    if signer.der not in text.certificates:
        yield "签章人证书不在印章的证书列表中"
    if not signer.may_sign:
        yield "签章人证书不允许用于签名"
    if not signer.public_key.verify(parsed["to_sign"].dump(), parsed["signature"].native):
        yield "签章值不符"
    if problem := x509.chain_problem(signer, roots, at):
        yield problem


def _content_problems(to_sign: ToSign, signature_xml: bytes, path: str) -> Iterable[str]:
    if to_sign["data_hash"].native != sm3(signature_xml):
        yield "签名描述文件被改动：摘要不符"
    if to_sign["property_info"].native != path:
        yield "签章所指的签名描述文件不是这一个"


def _maker(seal: Seal) -> x509.Certificate | None:
    try:
        return x509.read(bytes(seal["cert"].native))
    except MalformedCertificate:
        return None


def _seal_text(info: Any) -> SealText:
    try:
        described, picture = info["property"].native, info["picture"].native
        return SealText(
            seal_id=info["seal_id"].native,
            name=described["name"],
            certificates=tuple(described["cert_list"]),
            image=SealImage(
                format=picture["type"],
                data=picture["data"],
                width_mm=picture["width"],
                height_mm=picture["height"],
            ),
            created_at=to_utc(described["created"]),
            valid_from=to_utc(described["valid_from"]),
            valid_to=to_utc(described["valid_to"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise malformed_seal("印章的字段不合格式") from error


def _load(kind: type[Any], der: bytes) -> Any:
    if len(der) > MAX_BYTES:
        raise malformed_seal("数据过大")
    try:
        parsed = kind.load(der, strict=True)
        _ = parsed.native
        canonical = kind.load(der, strict=True).dump(force=True)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise malformed_seal("不是合格的 ASN.1 结构") from error
    if canonical != der:
        raise malformed_seal("不是 DER 编码")
    return parsed


def _sequence(*members: bytes) -> bytes:
    """A SEQUENCE of members that are DER-encoded already."""
    return bytes(parser.emit(0, 1, 16, b"".join(members)))


def _whole(moment: datetime) -> datetime:
    return to_utc(moment).replace(microsecond=0)
