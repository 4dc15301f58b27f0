"""Examine a file by itself, without any register: what is in it, and is it as it was sealed?"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from mingpiao.crypto import x509
from mingpiao.kernel.codes import is_training_code
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.model import OfdReport, PdfContents
from mingpiao.layout.service import only_file_within, read_pdf, validate_ofd
from mingpiao.sealing.model import Face, KeyInfo, SealReport, SignatureReport, XmlReport
from mingpiao.sealing.service import TrustStore, read_sealed, verify_seal_signature, verify_xml
from mingpiao.verification.errors import (
    file_empty,
    file_too_large,
    file_unreadable,
    not_a_fiscal_bill,
)
from mingpiao.verification.look_match import LookMatch
from mingpiao.verification.model import Check, CheckState, SealSummary, VerificationVerdict

#: The largest file that is examined, in bytes; a long bill with its font takes a tenth.
MAX_FILE_BYTES = 10 * 1024 * 1024

#: Code of the check that the unit's certificate bears the unit's name.
UNIT_OWNER = "unit.owner"

_ZIP_MAGIC = b"PK"
_ZIP_END = b"PK\x05\x06"
_ZIP_END_WITHIN = 65_557
_OFD_ENTRY = b"OFD.xml"
_BILL_ROOT = b"<EInvoice"
_PDF_MAGIC = b"%PDF-"
#: Readers of PDF accept that much before the mark.
_PDF_MAGIC_WITHIN = 1024
_DIGEST_FINDINGS = frozenset(
    {"ofd.digest_mismatch", "ofd.digest_method", "ofd.reference_missing", "ofd.unprotected"}
)
_SEAL_FINDINGS = frozenset(
    {"ofd.seal_missing", "ofd.seal_invalid", "ofd.signature_method", "ofd.duplicate_signature"}
)
_BREAKS_SEALS = (
    frozenset({"ofd.digest_mismatch", "ofd.reference_missing", "ofd.digest_method"}) | _SEAL_FINDINGS
)
#: Findings named in one check; an altered file can have a hundred.
_SHOWN_FINDINGS = 5
#: Checks of the file around the original.
_FILE_CHECKS = ("ofd.", "pdf.")
#: The check whether a PDF looks as the platform draws it.
PDF_FACE = "pdf.face"
_SEAL_LABELS = ("开票单位电子印章", "财政票据监制章")


class FileKind(StrEnum):
    """What a file is by its first bytes."""

    OFD = "OFD"
    PDF = "PDF"
    XML = "XML"


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was opened: its kind and the bytes of the bill in it, nothing verified but an OFD."""

    kind: FileKind
    xml: bytes
    ofd: OfdReport | None = None
    pdf: PdfContents | None = None


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says and every check of it. `sm3` is the hash of the XML in hex.

    `face` is None only when an OFD was so altered that its bill cannot be read any more.
    """

    kind: FileKind
    face: Face | None
    sm3: str
    seals: tuple[SealSummary, ...]
    checks: tuple[Check, ...]
    look_intact: bool = True

    @property
    def sound(self) -> bool:
        """Whether nothing was found that contradicts the signatures."""
        return self.face is not None and all(check.state is not CheckState.FAILED for check in self.checks)

    @property
    def original_sound(self) -> bool:
        """The same of the original within, whatever was done to the file around it."""
        return self.face is not None and all(
            check.state is not CheckState.FAILED or check.code.startswith(_FILE_CHECKS)
            for check in self.checks
        )

    @property
    def verdict(self) -> VerificationVerdict:
        """What the file by itself deserves to be called; a bill of a training site is nothing else, too."""
        if self.face is not None and is_training_code(self.face.code):
            return VerificationVerdict.TRAINING
        if self.sound:
            return VerificationVerdict.GENUINE
        if not self.original_sound:
            return VerificationVerdict.ALTERED
        return VerificationVerdict.CHANGED if self.look_intact else VerificationVerdict.FOREIGN_LOOK


def open_file(data: bytes, roots: Sequence[x509.Certificate]) -> Presented:
    """Find the bill in an OFD, PDF or XML; an OFD is validated against the trusted roots on the way.

    Raises `Refusal` when the file is empty, larger than `MAX_FILE_BYTES`, or holds no bill.
    """
    if not data:
        raise file_empty()
    if len(data) > MAX_FILE_BYTES:
        raise file_too_large(MAX_FILE_BYTES)
    if data.startswith(_ZIP_MAGIC):
        within = only_file_within(data)
        if within is not None:
            return _open_one(within, roots)
    return _open_one(data, roots)


def _open_one(data: bytes, roots: Sequence[x509.Certificate]) -> Presented:
    if data.startswith(_ZIP_MAGIC) or _holds_ofd(data):
        return _open_ofd(data, roots)
    if _PDF_MAGIC in data[:_PDF_MAGIC_WITHIN]:
        return _open_pdf(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Presented(kind=FileKind.XML, xml=data)
    raise file_unreadable("文件既不是 OFD、PDF，也不是 XML。")


def _holds_ofd(data: bytes) -> bool:
    """Whether something was put before an OFD: readers of ZIP find it from the end."""
    return (
        _PDF_MAGIC not in data[:_PDF_MAGIC_WITHIN]
        and _OFD_ENTRY in data
        and _ZIP_END in data[-_ZIP_END_WITHIN:]
    )


def _open_pdf(data: bytes) -> Presented:
    contents = read_pdf(data)
    if contents.xml is None:
        raise not_a_fiscal_bill("PDF 中没有票据原文 einvoice.xml")
    return Presented(kind=FileKind.PDF, xml=contents.xml, pdf=contents)


def _open_ofd(data: bytes, roots: Sequence[x509.Certificate]) -> Presented:
    def check_seal(value: bytes, signature_xml: bytes, path: str) -> SealReport:
        return verify_seal_signature(value, signature_xml, path, roots)

    report = validate_ofd(data, check_seal)
    if report.xml is not None:
        return Presented(kind=FileKind.OFD, xml=report.xml, ofd=report)
    if report.foreign:
        raise not_a_fiscal_bill(f"OFD，{report.foreign}，没有票据原文 einvoice.xml")
    raise file_unreadable(report.findings[0].message if report.findings else "文件中没有票据原文。")


def named_keys(presented: Presented) -> tuple[KeyInfo, ...]:
    """The certificates that a file names: as signers of its XML, and of its seals with those who made them."""
    return tuple(dict.fromkeys((*_signers(presented.xml), *_sealers(presented.ofd))))


def _signers(xml: bytes) -> Iterable[KeyInfo]:
    try:
        document = read_sealed(xml)
    except Refusal:
        return ()
    return (document.unit.key_info, document.supervisor.key_info)


def _sealers(ofd: OfdReport | None) -> Iterable[KeyInfo]:
    for seal in ofd.seals if ofd else ():
        yield KeyInfo(serial=seal.certificate_serial, issuer=seal.issuer)
        yield KeyInfo(serial=seal.maker_serial, issuer=seal.maker_issuer)


def examine(
    presented: Presented, trust: TrustStore, departments: frozenset[KeyInfo] | None = None
) -> Examination:
    """Check the bill and, of an OFD, its package. Raises `Refusal` when the file holds no bill at all.

    `departments` names the certificates of finance departments, the only ones that may supervise; None
    where that is not known, and then any trusted one may.
    """
    presented = _with_revoked_seals(presented, trust)
    report = verify_xml(presented.xml, trust)
    damaged = presented.ofd is not None and bool(presented.ofd.findings)
    if report.face is None and not damaged:
        if presented.kind is FileKind.XML and not _is_bill(presented.xml):
            raise not_a_fiscal_bill("其他 XML 文件")
        raise file_unreadable(_copies(presented.pdf) + report.problems[0])
    checks = [*_xml_checks(report, trust), *_owner_checks(report, trust, departments)]
    checks += _file_checks(presented, report)
    return Examination(
        kind=presented.kind,
        face=report.face,
        sm3=report.sm3,
        seals=(*_signatures(report), *_seals(presented.ofd)),
        checks=tuple(checks),
        look_intact=_look_intact(presented),
    )


def _with_revoked_seals(presented: Presented, trust: TrustStore) -> Presented:
    """The file with what revocation lists say of its seals: each is judged as of its own moment."""
    if presented.ofd is None:
        return presented
    seals = tuple(_with_revocations(seal, trust) for seal in presented.ofd.seals)
    return msgspec.structs.replace(presented, ofd=msgspec.structs.replace(presented.ofd, seals=seals))


def _with_revocations(seal: SealReport, trust: TrustStore) -> SealReport:
    if seal.signed_at is None or seal.made_at is None:
        return seal
    signer = KeyInfo(serial=seal.certificate_serial, issuer=seal.issuer)
    maker = KeyInfo(serial=seal.maker_serial, issuer=seal.maker_issuer)
    found = (
        trust.revocation_problem(signer, seal.certificate_subject, seal.signed_at),
        trust.revocation_problem(maker, seal.maker, seal.made_at, "制章"),
    )
    return msgspec.structs.replace(seal, revoked=tuple(filter(None, found)))


def _revoked(ofd: OfdReport) -> list[str]:
    return [problem for seal in ofd.seals for problem in seal.revoked]


def _copies(pdf: PdfContents | None) -> str:
    """That a PDF has several originals, or nothing."""
    if pdf is None or pdf.copies < 2:
        return ""
    return f"PDF 中嵌入了 {pdf.copies} 个同名的附件，不同软件可能读到不同的内容。"


def with_pdf_not_compared(examination: Examination, reason: str) -> Examination:
    """The notice on a PDF's look with the reason why it could not be compared."""
    told = Check(code=PDF_FACE, title="PDF 版面", state=CheckState.NOTICE, detail=reason)
    checks = [told if check.code == PDF_FACE else check for check in examination.checks]
    return msgspec.structs.replace(examination, checks=tuple(checks))


def with_pdf_compared(examination: Examination, match: LookMatch) -> Examination:
    """The notice on a PDF's look replaced by what comparing it with the platform's own found."""
    if match is LookMatch.UNKNOWN:
        return examination
    state = CheckState.FAILED if match is LookMatch.FOREIGN else CheckState.PASSED
    compared = Check(code=PDF_FACE, title="PDF 版面", state=state, detail=_MATCHES[match])
    checks = [compared if check.code == PDF_FACE else check for check in examination.checks]
    intact = examination.look_intact and match is not LookMatch.FOREIGN
    return msgspec.structs.replace(examination, checks=tuple(checks), look_intact=intact)


_MATCHES = {
    LookMatch.SAME: "与平台由签名原文生成的 PDF 逐字节一致",
    LookMatch.RESAVED: "文件经其他软件重新保存，版面与平台由签名原文生成的 PDF 一致",
    LookMatch.FOREIGN: "版面不是平台由签名原文生成的，看到的内容可能与原文不同，请以平台生成的票面为准",
}


def _is_bill(xml: bytes) -> bool:
    """Whether a broken XML was meant to be one of ours."""
    return _BILL_ROOT in xml[:_PDF_MAGIC_WITHIN]


def _look_intact(presented: Presented) -> bool:
    """Whether the face that one sees is the sealed one; of a PDF only comparing it tells."""
    if presented.ofd is None:
        return presented.pdf is None or not presented.pdf.trailing
    hidden = any(finding.code == "zip.hidden_data" for finding in presented.ofd.findings)
    # Whoever has a revoked key can seal any look.
    return presented.ofd.look_intact and not hidden and not _revoked(presented.ofd)


def _xml_checks(report: XmlReport, trust: TrustStore) -> Iterable[Check]:
    unreadable = "" if report.face else report.problems[0]
    yield _check("xml.structure", "XML 结构（数据规范 1.1.0）", unreadable)
    if report.face is None:
        return
    yield _check("xml.parties", "两方签名互不相同", "；".join(report.problems))
    yield from _signature_checks("unit", "开票单位", report.unit, trust, report.face)
    yield from _signature_checks("supervisor", "财政监制", report.supervisor, trust, report.face)


def _signature_checks(
    code: str, label: str, signature: SignatureReport, trust: TrustStore, face: Face
) -> Iterable[Check]:
    certificate = trust.find(_key_info(signature))
    if certificate is None:
        yield _check(f"{code}.signature", f"{label}签名", signature.problem)
        yield _check(f"{code}.certificate", f"{label}证书", "没有在受信任的证书中找到该证书")
        return
    chain = trust.certificate_problem(certificate, face.issued_at)
    # The report names the first problem only; the chain comes last in it.
    yield _check(f"{code}.signature", f"{label}签名", "" if signature.problem == chain else signature.problem)
    yield _check(f"{code}.certificate", f"{label}证书在签名时有效且可追溯到受信任的机构", chain)


def _owner_checks(
    report: XmlReport, trust: TrustStore, departments: frozenset[KeyInfo] | None
) -> Iterable[Check]:
    """Whether those who signed were the right ones: a trusted certificate is not yet the right one."""
    unit = trust.find(_key_info(report.unit))
    if report.face is not None and unit is not None:
        same = unit.common_name == report.face.invoicing.name
        problem = "" if same else f"证书属于“{unit.common_name}”"
        yield _check(UNIT_OWNER, "开票单位证书与票面单位一致", problem)
    if report.face is not None and departments is not None:
        problem = "" if _key_info(report.supervisor) in departments else "监制签名不是财政部门的证书所签"
        yield _check("supervisor.owner", "监制证书属于财政部门", problem)


def _key_info(signature: SignatureReport) -> KeyInfo:
    return KeyInfo(serial=signature.certificate_serial, issuer=signature.issuer)


def _file_checks(presented: Presented, report: XmlReport) -> Iterable[Check]:
    if presented.pdf is not None:
        yield from _pdf_checks(presented.pdf)
    if presented.ofd is None:
        return
    groups: dict[str, list[str]] = {"ofd.structure": [], "ofd.digests": [], "ofd.seals": []}
    for finding in presented.ofd.findings:
        place = f"（{finding.place}）" if finding.place else ""
        groups[_group(finding.code)].append(finding.message.rstrip("。") + place)
    yield _check("ofd.structure", "OFD 结构（GB/T 33190）", _shown(groups["ofd.structure"]))
    yield _check("ofd.digests", "OFD 各部分摘要", _shown(groups["ofd.digests"]))
    yield _check("ofd.seals", "OFD 电子印章（GB/T 38540）", _shown(groups["ofd.seals"]))
    yield _check("ofd.seal_revocation", "印章的证书在签章时没有被吊销或冻结", _shown(_revoked(presented.ofd)))
    yield _check("ofd.changes", "签章后的改动", _changes(presented))
    if report.face is not None:
        yield _check("ofd.seal_names", "印章与签名原文所记一致", _foreign_seals(presented.ofd, report))


def _pdf_checks(pdf: PdfContents) -> Iterable[Check]:
    yield Check(
        code=PDF_FACE,
        title="PDF 版面",
        state=CheckState.NOTICE,
        detail="PDF 的版面不受电子签名保护，这里没有比对，请以本页列出的签名原文内容为准，或上传 OFD 文件查验。",
    )
    yield _check("pdf.attachments", "PDF 中的票据原文", _copies(pdf).rstrip("。"))
    oddities = (
        (f"文件开头多出 {pdf.leading} 字节，不属于 PDF", pdf.leading),
        (f"文件结尾之后夹带了 {pdf.trailing} 字节", pdf.trailing),
        ("文件被加密（限制打印或编辑）", pdf.encrypted),
        ("文件结构损坏，经修复才能读取，不同软件看到的可能不同", pdf.repaired),
    )
    yield _check("pdf.file", "PDF 文件结构", "；".join(text for text, there in oddities if there))


def _changes(presented: Presented) -> str:
    """What was done to an OFD after it was sealed, and whether readers still find its seals whole."""
    ofd = presented.ofd
    if ofd is None or not ofd.findings:
        return ""
    broken = any(finding.code in _BREAKS_SEALS for finding in ofd.findings)
    seals = "印章因此失效" if broken else "印章完好"
    if not _look_intact(presented):
        return f"票面或文件结构与签章时不同，{seals}" if broken else "文件中夹带了签章时没有的内容"
    rewritten = sorted({one.place for one in ofd.findings if one.code in _BREAKS_SEALS and one.place})
    added = sorted({one.place for one in ofd.findings if one.code == "ofd.unprotected"})
    told = ["票面各页与签章时相同"]
    if rewritten:
        told.append(f"签章后被改写的有 {'、'.join(rewritten)}（常见于阅读软件加注释、邮件程序改日期）")
    if added:
        told.append(f"后来加入的有 {'、'.join(added[:_SHOWN_FINDINGS])}，不属于票面")
    return "；".join([*told, seals])


def _group(code: str) -> str:
    if code in _DIGEST_FINDINGS:
        return "ofd.digests"
    return "ofd.seals" if code in _SEAL_FINDINGS else "ofd.structure"


def _shown(messages: list[str]) -> str:
    more = f"；等共 {len(messages)} 项" if len(messages) > _SHOWN_FINDINGS else ""
    return "；".join(messages[:_SHOWN_FINDINGS]) + more


def _foreign_seals(ofd: OfdReport, report: XmlReport) -> str:
    """Seals other than those that the signed bill names, or put on by other certificates."""
    if report.face is None or len(ofd.seals) < len(_SEAL_LABELS):
        return "印章不全"
    marks = (report.face.unit_seal, report.face.supervisor_seal)
    signers = (report.unit, report.supervisor)
    for label, seal, mark, signer in zip(_SEAL_LABELS, ofd.seals, marks, signers, strict=False):
        if seal.seal_hash != mark.hash:
            return f"{label}不是签名原文所记的印章"
        if (seal.certificate_serial, seal.issuer) != (signer.certificate_serial, signer.issuer):
            return f"{label}不是由签名的同一证书加盖的"
    return ""


def _check(code: str, title: str, problem: str) -> Check:
    state = CheckState.FAILED if problem else CheckState.PASSED
    return Check(code=code, title=title, state=state, detail=problem)


def _signatures(report: XmlReport) -> Iterable[SealSummary]:
    for label, signature in (("开票单位签名", report.unit), ("财政监制签名", report.supervisor)):
        if signature.signed_at is not None:
            yield SealSummary(
                label=label,
                certificate_name=signature.certificate_subject,
                certificate_serial=signature.certificate_serial,
                issuer=signature.issuer,
                signed_at=signature.signed_at,
                valid=signature.valid,
                problem=signature.problem,
            )


def _seals(ofd: OfdReport | None) -> Iterable[SealSummary]:
    found = ofd.seals if ofd else ()
    for place, seal in enumerate(found):
        label = _SEAL_LABELS[place] if place < len(_SEAL_LABELS) else "其他印章"
        yield SealSummary(
            label=f"{label}“{seal.seal_name}”" if seal.seal_name else label,
            certificate_name=seal.certificate_subject,
            certificate_serial=seal.certificate_serial,
            issuer=seal.issuer,
            signed_at=seal.signed_at,
            valid=seal.valid,
            problem="；".join(seal.problems),
        )
