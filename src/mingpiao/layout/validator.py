"""OFD validator: is a package whole, untouched and sealed? Every defect is a finding, none an error.

Checked are the zip, the XML, the structure of GB/T 33190 as far as a bill needs it, that references
resolve, the digests of every signature, that nothing stays unprotected, the seals and the attachment.
"""

import re
from base64 import b64decode
from collections.abc import Iterator

from lxml import etree

from mingpiao.crypto.sm3 import sm3
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.extraction import attached_xml
from mingpiao.layout.model import FileFinding, OfdReport, SealCheck
from mingpiao.layout.ofd import (
    ATTACHMENT_NAME,
    ATTACHMENTS_PATH,
    DOCUMENT_PATH,
    ENTRY_PATH,
    SIGNATURES_PATH,
    SM2_SM3_OID,
    SM3_OID,
    XML_PATH,
    page_path,
)
from mingpiao.layout.package import Package, XmlFault, open_package, read_xml, resolve, tag, text_of
from mingpiao.sealing.model import SealMark, SealReport
from mingpiao.sealing.service import parse_sealed

_SEALS_NEEDED = 2
_DOC_ID = re.compile(r"[0-9a-fA-F]{32}")
#: Limits on work that a small file could ask for by repeating itself.
_MAX_FINDINGS = 100
_MAX_SIGNATURES = 16
#: Parts of our own packages that are not drawn, and the folder of signatures.
_UNDRAWN = frozenset({ENTRY_PATH, DOCUMENT_PATH, ATTACHMENTS_PATH, XML_PATH, SIGNATURES_PATH})
_SIGNS = "Doc_0/Signs/"
_LOOKED_AT = 100_000
#: Parts that the tax authority's own OFDs carry, such as original_invoice.xml.
_TAX_PART = re.compile(r"(?<!e)invoice|fapiao")


def validate_ofd(data: bytes, check_seal: SealCheck, *, xml: bytes | None = None) -> OfdReport:
    """Check a package; with `xml` its attachment must equal these bytes.

    Never raises on bad input. `xml` of the report is the attachment when it can be read, whatever else
    is wrong. At most 100 findings are told.
    """
    package, findings = open_package(data)
    if package is None:
        return OfdReport(findings=tuple(findings))
    check = _Check(package, check_seal)
    check.run(xml)
    return OfdReport(
        findings=tuple(check.findings),
        seals=tuple(check.seals),
        xml=check.attachment,
        look_intact=check.look_intact(),
        foreign="" if check.attachment is not None else what_it_is(package),
    )


class _Check:
    """One package under examination: what is known of it, and what is wrong."""

    def __init__(self, package: Package, check_seal: SealCheck) -> None:
        self.package = package
        self.check_seal = check_seal
        self.findings: list[FileFinding] = [*package.oddities]
        self.seals: list[SealReport] = []
        self.attachment: bytes | None = None
        self.ids: set[str] = set()
        self.max_id = 0
        self.fonts: set[str] = set()
        self.media: set[str] = set()
        self.templates: set[str] = set()
        self.pages: set[str] = set()
        self.visited: set[str] = set()
        self.drawn_files: set[str] = set()
        self.page_order: list[str] = []
        self.protected: set[str] = set()
        self.broken: set[str] = set()
        self.digested: dict[str, bytes] = {}

    def run(self, xml: bytes | None) -> None:
        entry = self.read(ENTRY_PATH)
        if entry is None:
            self.attachment = lone_attachment(self.package)
            return
        self.entry(entry)
        document_path = resolve(text_of(entry, "DocBody/DocRoot"), ENTRY_PATH)
        document = self.read(document_path)
        if document is not None:
            self.document(document, document_path)
        self.attached(xml)
        location = text_of(entry, "DocBody/Signatures")
        if not location:
            self.tell("ofd.seal_missing", ENTRY_PATH, "没有签章，不是财政电子票据。")
            return
        self.signatures(resolve(location, ENTRY_PATH))

    def tell(self, code: str, place: str, message: str) -> None:
        self.note(FileFinding(code=code, place=place, message=message))

    def note(self, finding: FileFinding) -> None:
        if len(self.findings) < _MAX_FINDINGS and finding not in self.findings:
            self.findings.append(finding)

    def read(self, path: str) -> etree._Element | None:
        try:
            return read_xml(self.package, path)
        except XmlFault as fault:
            self.note(fault.finding)
            return None

    # --- structure ----------------------------------------------------------------------------

    def entry(self, root: etree._Element) -> None:
        if root.tag != tag("OFD") or root.get("DocType") != "OFD" or not root.get("Version"):
            self.tell("ofd.entry", ENTRY_PATH, "根元素不是 ofd:OFD，或缺少 DocType、Version。")
        if root.prefix != "ofd":
            self.tell("ofd.prefix", ENTRY_PATH, "命名空间前缀不是 ofd，部分系统无法读取。")
        if len(root.findall(tag("DocBody"))) != 1:
            self.tell("ofd.entry", ENTRY_PATH, "应当有且只有一个文档（DocBody）。")
        if not _DOC_ID.fullmatch(text_of(root, "DocBody/DocInfo/DocID")):
            self.tell("ofd.entry", ENTRY_PATH, "缺少文档标识 DocID（32 位十六进制）。")

    def document(self, root: etree._Element, path: str) -> None:
        if root.tag != tag("Document"):
            self.tell("ofd.document", path, "根元素不是 ofd:Document。")
        maximum = text_of(root, "CommonData/MaxUnitID")
        if maximum.isascii() and maximum.isdigit() and len(maximum) < 16:
            self.max_id = int(maximum)
        else:
            self.tell("ofd.document", path, "缺少 MaxUnitID 或不是数字。")
        if not _is_box(text_of(root, "CommonData/PageArea/PhysicalBox")):
            self.tell("ofd.document", path, "缺少页面区域 PhysicalBox 或格式错误。")
        for name in ("PublicRes", "DocumentRes"):
            for element in root.findall(f"{tag('CommonData')}/{tag(name)}"):
                self.resources(resolve(element.text or "", path))
        templates = self.located(root, path, f"{tag('CommonData')}/{tag('TemplatePage')}", self.templates)
        pages = self.located(root, path, f"{tag('Pages')}/{tag('Page')}", self.pages)
        if not pages:
            self.tell("ofd.document", path, "文档没有页面。")
        self.page_order = pages
        for content in (*templates, *pages):
            self.page(content)

    def located(self, root: etree._Element, path: str, query: str, known: set[str]) -> list[str]:
        """The files of pages or templates, whose ids are noted."""
        found: list[str] = []
        for element in root.findall(query):
            self.claim(element, path)
            known.add(element.get("ID", ""))
            found.append(resolve(element.get("BaseLoc", ""), path))
        return found

    def claim(self, element: etree._Element, path: str) -> None:
        """Note an object's id, which must be a number, within MaxUnitID, and used once."""
        value = element.get("ID", "")
        if not (value.isascii() and value.isdigit() and len(value) < 16) or int(value) > self.max_id:
            self.tell("ofd.id", path, f"对象标识 {value[:40]} 不是数字或超出 MaxUnitID。")
        elif value in self.ids:
            self.tell("ofd.duplicate_id", path, f"对象标识 {value} 重复。")
        self.ids.add(value)

    def read_once(self, path: str) -> etree._Element | None:
        """A part that the document may name only once: a page, a template or a list of resources."""
        if path in self.visited:
            self.tell("ofd.duplicate_part", path, "同一文件被文档引用多次。")
            return None
        self.visited.add(path)
        return self.read(path)

    def resources(self, path: str) -> None:
        root = self.read_once(path)
        if root is None:
            return
        base = resolve(root.get("BaseLoc", "") + "/_", path)
        for font in root.iter(tag("Font")):
            self.claim(font, path)
            self.fonts.add(font.get("ID", ""))
            location = text_of(font, "FontFile")
            if not location:
                self.tell("ofd.font_not_embedded", path, f"字体 {font.get('FontName', '')[:80]} 没有嵌入。")
                continue
            self.drawn_files.add(resolve(location, base))
            if resolve(location, base) not in self.package.parts:
                self.tell("ofd.font_missing", resolve(location, base), "字体文件不存在。")
        for media in root.iter(tag("MultiMedia")):
            self.claim(media, path)
            self.media.add(media.get("ID", ""))
            location = resolve(text_of(media, "MediaFile"), base)
            self.drawn_files.add(location)
            if location not in self.package.parts:
                self.tell("ofd.media_missing", location, "图片或多媒体文件不存在。")

    def page(self, path: str) -> None:
        root = self.read_once(path)
        if root is None:
            return
        if root.tag != tag("Page") or root.find(tag("Content")) is None:
            self.tell("ofd.page", path, "页面缺少内容（Content）。")
        for element in root.iter("*"):
            if element.tag == tag("Template"):
                self.refers(element, "TemplateID", self.templates, path)
            elif element.get("ID") is not None:
                self.claim(element, path)
            if element.tag == tag("TextObject"):
                self.refers(element, "Font", self.fonts, path)
            elif element.tag == tag("ImageObject"):
                self.refers(element, "ResourceID", self.media, path)
            if "Boundary" in element.attrib and not _is_box(element.get("Boundary", "")):
                self.tell("ofd.boundary", path, "对象的 Boundary 格式错误。")

    def refers(self, element: etree._Element, attribute: str, known: set[str], path: str) -> None:
        value = element.get(attribute, "")
        if value not in known:
            name = etree.QName(element).localname
            self.tell("ofd.dangling_reference", path, f"{name} 引用的 {attribute}={value[:40]} 不存在。")

    def attached(self, xml: bytes | None) -> None:
        try:
            self.attachment = attached_xml(self.package)
        except XmlFault as fault:
            self.note(fault.finding)
            self.attachment = lone_attachment(self.package)
            return
        if self.attachment is None:
            self.attachment = lone_attachment(self.package)
            self.tell("ofd.attachment_missing", "", "没有票据原文附件 einvoice.xml。")
        elif xml is not None and self.attachment != xml:
            self.tell("ofd.attachment_differs", "", "附件 einvoice.xml 与票据原文不一致。")

    # --- signatures ---------------------------------------------------------------------------

    def signatures(self, path: str) -> None:
        root = self.read(path)
        if root is None:
            return
        located = [resolve(element.get("BaseLoc", ""), path) for element in root.findall(tag("Signature"))]
        if len(located) < _SEALS_NEEDED:
            self.tell("ofd.seal_missing", path, "应有开票单位与财政监制两枚签章。")
        if len(set(located)) != len(located) or len(located) > _MAX_SIGNATURES:
            self.tell("ofd.signatures", path, f"签名重复列出，或多于 {_MAX_SIGNATURES} 个。")
            return
        marks = self.expected_marks()
        roots = [(location, self.read(location)) for location in located]
        owned = [self.owned_files(location, root) for location, root in roots]
        for index, (location, signature) in enumerate(roots):
            if signature is None:
                continue
            unprotected = set().union(*owned[index:])
            if index + 1 < len(roots):
                unprotected.add(path)
            self.digests(signature, location, set(self.package.parts) - unprotected)
            self.seal(signature, location, marks[index] if index < len(marks) else None)

    def expected_marks(self) -> tuple[SealMark, ...]:
        """The seals that the original names, in the order of signing; none when it cannot be read."""
        if self.attachment is None:
            return ()
        try:
            face = parse_sealed(self.attachment)
        except Refusal:
            self.tell("ofd.attachment_unreadable", "", "附件 einvoice.xml 不是完整的财政电子票据原文。")
            return ()
        return face.unit_seal, face.supervisor_seal

    def owned_files(self, location: str, root: etree._Element | None) -> set[str]:
        """A signature's own files, which it cannot protect itself: its description and its value."""
        if root is None:
            return {location}
        return {location, resolve(text_of(root, "SignedValue"), location)}

    def digests(self, root: etree._Element, location: str, needed: set[str]) -> None:
        references = root.find(f"{tag('SignedInfo')}/{tag('References')}")
        if references is None or references.get("CheckMethod") != SM3_OID:
            self.tell("ofd.digest_method", location, "签名没有摘要清单，或摘要算法不是 SM3。")
            return
        protected: set[str] = set()
        for reference in references.findall(tag("Reference")):
            path = resolve(reference.get("FileRef", ""), location)
            protected.add(path)
            data = self.package.parts.get(path)
            if data is None:
                self.broken.add(path)
                self.tell("ofd.reference_missing", path, "签名所保护的文件不存在。")
            elif self.digest(path, data) != _decoded(text_of(reference, "CheckValue")):
                self.broken.add(path)
                self.tell("ofd.digest_mismatch", path, "文件在签章之后被改动。")
        self.protected |= protected
        for path in sorted(needed - protected):
            self.tell("ofd.unprotected", path, "文件不受签章保护，可能是后来加入的。")

    def digest(self, path: str, data: bytes) -> bytes:
        """SM3 of a part, computed once however often signatures refer to it."""
        if path not in self.digested:
            self.digested[path] = sm3(data)
        return self.digested[path]

    def seal(self, root: etree._Element, location: str, mark: SealMark | None) -> None:
        if text_of(root, "SignedInfo/SignatureMethod") not in ("", SM2_SM3_OID):
            self.tell("ofd.signature_method", location, "签名算法不是 SM2。")
        for page in self.stamped_pages(root):
            if page not in self.pages:
                self.tell("ofd.dangling_reference", location, f"印章所在页 {page[:40]} 不存在。")
        value_path = resolve(text_of(root, "SignedValue"), location)
        value = self.package.parts.get(value_path)
        if value is None:
            self.tell("ofd.part_missing", value_path, "签章值文件不存在。")
            return
        report = self.check_seal(value, self.package.parts[location], f"/{location}")
        self.seals.append(report)
        for problem in report.problems:
            self.tell("ofd.seal_invalid", location, f"{problem}。")
        if mark is not None and report.seal_hash and report.seal_hash != mark.hash:
            self.tell("ofd.seal_mismatch", location, "所盖印章不是票据原文所指的印章。")

    def look_intact(self) -> bool:
        """Whether the pages, in their order, and what they are drawn with are what two valid seals cover."""
        if len(self.seals) < _SEALS_NEEDED or not all(seal.valid for seal in self.seals):
            return False
        drawn = self.visited | self.drawn_files
        sealed = {path for path in self.protected - _UNDRAWN if not path.startswith(_SIGNS)}
        in_order = self.page_order == [page_path(place) for place in range(len(self.page_order))]
        return drawn == sealed and not drawn & self.broken and in_order

    def stamped_pages(self, root: etree._Element) -> Iterator[str]:
        for stamp in root.findall(f"{tag('SignedInfo')}/{tag('StampAnnot')}"):
            yield stamp.get("PageRef", "")


def lone_attachment(package: Package) -> bytes | None:
    """The one part called einvoice.xml, when the package's own list does not lead to it."""
    found = [path for path in package.parts if path.rsplit("/", 1)[-1] == ATTACHMENT_NAME]
    return package.parts[found[0]] if len(found) == 1 else None


def what_it_is(package: Package) -> str:
    """A guess, for the user, at what an OFD is that carries no fiscal bill."""
    entry = package.parts.get(ENTRY_PATH, b"")[:_LOOKED_AT]
    names = " ".join(package.parts)[:_LOOKED_AT].casefold()
    taxed = any(word.encode() in entry for word in ("发票", "纳税人"))
    return "税务发票" if taxed or _TAX_PART.search(names) else "其他文件"


def _is_box(text: str) -> bool:
    """Four finite numbers, the last two (width and height) not negative."""
    parts = text.split()
    if len(parts) != 4 or any(len(part) > 24 for part in parts):
        return False
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return False
    return all(abs(number) < 1e6 for number in numbers) and numbers[2] >= 0 and numbers[3] >= 0


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None
