"""Taking the sealed XML out of a stranger's OFD or PDF."""

import msgspec

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.layout.model import FileFinding, PdfContents
from mingpiao.layout.ofd import ATTACHMENT_NAME
from mingpiao.layout.package import (
    Package,
    XmlFault,
    open_package,
    read_xml,
    resolve,
    tag,
    text_of,
)
from mingpiao.layout.pdf_attachment import (
    MAX_ANSWER,
    MAX_PDF_BYTES,
    LockedPdf,
    decode_answer,
)
from mingpiao.processes.confined import ConfinedProcessFailed, ConfinedProgram, ask_once

#: A PDF of a bill is read in a twentieth of this, though on a busy machine it gives way; a hostile one is
#: given up, seconds.
_PDF_SECONDS = 30.0
_PDF_START = b"%PDF-"
_PDF_END = b"%%EOF"
_PDF_READER = ConfinedProgram(
    module="mingpiao.layout.pdf_attachment", most_request=MAX_PDF_BYTES, most_answer=MAX_ANSWER
)


def extract_xml_from_ofd(data: bytes) -> bytes:
    """The attached `einvoice.xml`; nothing is verified.

    Refusal `layout.ofd_unreadable` when the package is unsafe or malformed, `layout.xml_missing` when
    it carries no such attachment.
    """
    package, findings = open_package(data)
    if package is None:
        raise _unreadable(findings[0])
    try:
        xml = attached_xml(package)
    except XmlFault as fault:
        raise _unreadable(fault.finding) from fault
    if xml is None:
        raise xml_missing("OFD")
    return xml


def attached_xml(package: Package) -> bytes | None:
    """The attachment `einvoice.xml` of a package's document, or None; XmlFault on a malformed part."""
    entry = read_xml(package, "OFD.xml")
    document_path = resolve(text_of(entry, "DocBody/DocRoot"), "OFD.xml")
    document = read_xml(package, document_path)
    location = text_of(document, "Attachments")
    if not location:
        return None
    list_path = resolve(location, document_path)
    for attachment in read_xml(package, list_path).iter(tag("Attachment")):
        path = resolve(text_of(attachment, "FileLoc"), list_path)
        if path.rsplit("/", 1)[-1] == ATTACHMENT_NAME:
            return package.parts.get(path)
    return None


def extract_xml_from_pdf(data: bytes) -> bytes:
    """The embedded XML of a bill's PDF; nothing is verified. Refusals as of `read_pdf`, and
    `layout.xml_missing` when it embeds no bill."""
    xml = read_pdf(data).xml
    if xml is None:
        raise xml_missing("PDF")
    return xml


def read_pdf(data: bytes) -> PdfContents:
    """What a PDF holds: the embedded XML, a digest of its look, and what is odd about the file.

    Refusal `layout.pdf_unreadable` when it cannot be read within limits, `layout.pdf_encrypted` when it
    asks for a password. Works in a confined process with little memory and time, as a PDF of a few
    megabytes can ask a parser for gigabytes.
    """
    if len(data) > MAX_PDF_BYTES:
        raise refuse("layout.pdf_unreadable", f"文件超过 {MAX_PDF_BYTES // 2**20} MB，不予检查。", status=413)
    try:
        answer = decode_answer(ask_once(_PDF_READER, data, seconds=_PDF_SECONDS))
    except (ConfinedProcessFailed, msgspec.DecodeError) as error:
        raise _pdf_unreadable() from error
    match answer:
        case PdfContents():
            start, end = data.find(_PDF_START), data.rfind(_PDF_END)
            after = data[end + len(_PDF_END) :] if end >= 0 else b""
            return msgspec.structs.replace(answer, leading=max(start, 0), trailing=len(after.strip()))
        case LockedPdf():
            raise refuse(
                "layout.pdf_encrypted",
                "PDF 已加密，需要口令才能打开，无法查验。请上传从平台下载的原文件。",
                status=422,
            )
        case _:
            raise _pdf_unreadable()


def xml_missing(kind: str) -> Refusal:
    """A file that is readable but carries no bill."""
    return refuse(
        "layout.xml_missing",
        f"该 {kind} 文件不是财政电子票据：其中没有票据原文（{ATTACHMENT_NAME}）。"
        "税务发票等请到相应的查验平台核实；财政电子票据请上传从平台下载的原文件。",
        status=422,
    )


def _pdf_unreadable() -> Refusal:
    return refuse(
        "layout.pdf_unreadable", "文件不是完整的 PDF，无法读取，请上传从平台下载的原文件。", status=422
    )


def _unreadable(finding: FileFinding) -> Refusal:
    return refuse(
        "layout.ofd_unreadable",
        f"{finding.message}请上传从平台下载的原文件。",
        status=422,
        reason=finding.code,
        place=finding.place,
    )
