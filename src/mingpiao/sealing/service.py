"""The verbs of sealing that other rooms use."""

from mingpiao.crypto import x509
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.authority import (
    Authority,
    find_authority,
    make_demonstration_authority,
    make_province_authority,
    make_sealing_key,
)
from mingpiao.sealing.certificates import (
    NamedCertificate,
    certificates_by_id,
    certificates_by_name,
    root_certificates,
)
from mingpiao.sealing.errors import SignerUnavailable
from mingpiao.sealing.keys import key_info_of
from mingpiao.sealing.model import SignatureReport, XmlReport
from mingpiao.sealing.parties import CHANNEL as KEY_CHANNEL
from mingpiao.sealing.parties import (
    MAKER,
    ROOT,
    KeptKey,
    Owner,
    PartyStore,
    certificates,
    find_key,
    keys_in_use,
    keys_of,
    open_keys,
    retire_key,
    seals,
    store_key,
)
from mingpiao.sealing.pictures import draw_supervisor_seal, draw_unit_seal, given_supervisor_seal
from mingpiao.sealing.reading import (
    Glance,
    PartySignature,
    SealedDocument,
    glance,
    parse_sealed,
    read_sealed,
    signed_text,
)
from mingpiao.sealing.revocations import (
    MAX_LIST,
    ImportedList,
    import_list,
    imported_lists,
    list_contents,
    revocations_of,
    revoked_since,
)
from mingpiao.sealing.seals import read_seal, sign_seal, verify_seal, verify_seal_signature
from mingpiao.sealing.signer import InlineSigner, Signer
from mingpiao.sealing.signer_pool import ProcessSigner
from mingpiao.sealing.trust import TrustStore
from mingpiao.sealing.uploads import MAX_PICTURE, seal_picture
from mingpiao.sealing.xml import header_and_data

__all__ = [
    "KEY_CHANNEL",
    "MAKER",
    "MAX_LIST",
    "MAX_PICTURE",
    "ROOT",
    "Authority",
    "Glance",
    "ImportedList",
    "InlineSigner",
    "KeptKey",
    "NamedCertificate",
    "Owner",
    "PartySignature",
    "PartyStore",
    "ProcessSigner",
    "SealedDocument",
    "Signer",
    "SignerUnavailable",
    "TrustStore",
    "certificates",
    "certificates_by_id",
    "certificates_by_name",
    "draw_supervisor_seal",
    "draw_unit_seal",
    "find_authority",
    "find_key",
    "given_supervisor_seal",
    "glance",
    "header_and_data",
    "import_list",
    "imported_lists",
    "key_info_of",
    "keys_in_use",
    "keys_of",
    "list_contents",
    "make_demonstration_authority",
    "make_province_authority",
    "make_sealing_key",
    "open_keys",
    "parse_sealed",
    "read_seal",
    "read_sealed",
    "retire_key",
    "revocations_of",
    "revoked_since",
    "root_certificates",
    "seal_picture",
    "seals",
    "sign_seal",
    "signed_text",
    "store_key",
    "verify_seal",
    "verify_seal_signature",
    "verify_xml",
]

_UNIT = "开票单位"
_SUPERVISOR = "财政部门"


def verify_xml(xml: bytes, trust: TrustStore) -> XmlReport:
    """Check a sealed XML offline: structure, both signatures, and each certificate at the time of signing.

    Never raises for malformed bytes: the report is then not genuine and says why, in Chinese.
    """
    digest = sm3_hex(xml)
    try:
        document = read_sealed(xml)
    except Refusal as refusal:
        unread = "文件无法读取，未能核对签名"
        return XmlReport(
            face=None,
            unit=SignatureReport(party=_UNIT, valid=False, problem=unread),
            supervisor=SignatureReport(party=_SUPERVISOR, valid=False, problem=unread),
            sm3=digest,
            problems=tuple(problem.message for problem in refusal.problems),
        )
    return XmlReport(
        face=document.face,
        unit=_verified(_UNIT, document, document.unit, trust),
        supervisor=_verified(_SUPERVISOR, document, document.supervisor, trust),
        sm3=digest,
        problems=_contradictions(document),
    )


def _contradictions(document: SealedDocument) -> tuple[str, ...]:
    if document.unit.key_info == document.supervisor.key_info:
        return ("开票单位与财政部门的签名出自同一张证书",)
    return ()


def _verified(
    party: str, document: SealedDocument, signature: PartySignature, trust: TrustStore
) -> SignatureReport:
    certificate = trust.find(signature.key_info)
    return SignatureReport(
        party=party,
        valid=not (problem := _problem(document, signature, certificate, trust)),
        signed_at=signature.signed_at,
        certificate_subject=certificate.subject if certificate else "",
        certificate_serial=signature.key_info.serial,
        issuer=signature.key_info.issuer,
        problem=problem,
    )


def _problem(
    document: SealedDocument,
    signature: PartySignature,
    certificate: x509.Certificate | None,
    trust: TrustStore,
) -> str:
    if certificate is None:
        return "签名证书不在受信任的证书之列"
    key, text, value = certificate.public_key, document.text, signature.value
    if not (key.verify(text, value) or key.verify_raw(text, value)):
        return "签名与票面内容不符：内容被改动，或签名不是此证书所签"
    # The signature does not cover its own time. It covers the time of issue, which is the time of the same act.
    if signature.signed_at != document.face.issued_at:
        return "签名时间与开票时间不一致"
    if not certificate.may_sign:
        return "证书不允许用于签名"
    return trust.certificate_problem(certificate, document.face.issued_at)
