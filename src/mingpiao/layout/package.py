"""Reading an OFD package from a stranger: the zip within limits, its XML without DTD and entities."""

import posixpath
import struct
import zlib
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec
from lxml import etree

from mingpiao.layout.model import FileFinding
from mingpiao.layout.ofd import NAMESPACE

MAX_FILE_BYTES: Final = 20 * 1024 * 1024
MAX_ENTRIES: Final = 2_000
MAX_ENTRY_BYTES: Final = 32 * 1024 * 1024
#: A page of a bill has some 50 KB; a tree in memory takes fifty times the bytes of tiny elements.
MAX_XML_BYTES: Final = 2 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 64 * 1024 * 1024
#: Deflate reaches 1 : 1032; real pages stay under 1 : 50. Small entries may repeat themselves more.
MAX_RATIO: Final = 200
RATIO_FREE_BYTES: Final = 1024 * 1024

#: What zipfile raises on hostile bytes, found by feeding it such.
_ZIP_FAULTS = (
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
    LookupError,
    struct.error,
    zlib.error,
)
_LOCAL_HEADER_BYTES = 30
_END_MARK = b"PK\x05\x06"
_END_BYTES = 22
_ENCRYPTED = 0x1
_SYMLINK = 0o120000
_FILE_TYPE = 0o170000


class Package(msgspec.Struct, frozen=True):
    """The files of a package by path, without a leading slash, and what is odd about the ZIP around them."""

    parts: dict[str, bytes]
    oddities: tuple[FileFinding, ...] = ()


class XmlFault(Exception):
    """An XML part that cannot be trusted or read; `finding` tells why."""

    def __init__(self, finding: FileFinding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def open_package(data: bytes) -> tuple[Package | None, list[FileFinding]]:
    """All files of a package, or None and the reasons why it is not safe or not possible to read it."""
    if len(data) > MAX_FILE_BYTES:
        return None, [_finding("zip.too_large", "", f"文件超过 {MAX_FILE_BYTES // 2**20} MB，不予检查。")]
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            findings = _directory_findings(entries)
            if findings:
                return None, findings
            oddities = tuple(_hidden_data(archive, entries, data))
            parts = {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except _ZIP_FAULTS:
        return None, [_finding("zip.unreadable", "", "文件不是完整的 OFD（ZIP）文件，或压缩数据已损坏。")]
    return Package(parts, oddities), []


def _directory_findings(entries: list[ZipInfo]) -> list[FileFinding]:
    if len(entries) > MAX_ENTRIES:
        return [_finding("zip.too_many_entries", "", f"包内文件超过 {MAX_ENTRIES} 个，不予检查。")]
    findings: list[FileFinding] = []
    seen: set[str] = set()
    for entry in entries:
        findings.extend(_entry_findings(entry))
        folded = entry.filename.casefold()
        if folded in seen:
            findings.append(_finding("zip.duplicate_entry", entry.filename, "包内有同名文件，内容不可信。"))
        seen.add(folded)
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        findings.append(
            _finding("zip.bomb", "", f"解压后总大小超过 {MAX_TOTAL_BYTES // 2**20} MB，疑为压缩炸弹。")
        )
    return findings


def _entry_findings(entry: ZipInfo) -> list[FileFinding]:
    name = entry.filename
    findings: list[FileFinding] = []
    if unsafe_path(name):
        findings.append(
            _finding("zip.unsafe_path", name[:200], "包内文件路径不安全（绝对路径、上级目录或非法字符）。")
        )
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        findings.append(_finding("zip.method", name[:200], "包内文件已加密或压缩方式不被支持。"))
    if (entry.external_attr >> 16) & _FILE_TYPE == _SYMLINK:
        findings.append(_finding("zip.symlink", name[:200], "包内含有符号链接，不安全。"))
    oversized = entry.file_size > MAX_ENTRY_BYTES
    inflated = entry.file_size > RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * max(
        1, entry.compress_size
    )
    if oversized or inflated:
        findings.append(_finding("zip.bomb", name[:200], "包内文件解压后过大，疑为压缩炸弹。"))
    return findings


def unsafe_path(name: str) -> bool:
    """Whether a path could lead out of the package or mean different files on different systems."""
    if not name or name.startswith("/") or "\\" in name or ":" in name:
        return True
    if any(ord(character) < 32 for character in name):
        return True
    segments = name.rstrip("/").split("/")
    return any(segment in ("", ".", "..") for segment in segments)


def _hidden_data(archive: ZipFile, entries: list[ZipInfo], data: bytes) -> list[FileFinding]:
    """Bytes that no entry owns: something before, between or after the entries, or a comment."""
    expected = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):
        start = entry.header_offset
        header = data[start : start + _LOCAL_HEADER_BYTES]
        if start != expected or len(header) < _LOCAL_HEADER_BYTES:
            return [_finding("zip.hidden_data", entry.filename, "包内夹带了不属于任何文件的数据。")]
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        expected = (
            start
            + _LOCAL_HEADER_BYTES
            + names
            + entry.compress_size
            + _descriptor_bytes(entry, data, start, names)
        )
    if expected != archive.start_dir:
        return [_finding("zip.hidden_data", "", "包内夹带了不属于任何文件的数据。")]
    ending = data.rfind(_END_MARK)
    after = len(data) - ending - _END_BYTES - len(archive.comment)
    if after:
        return [_finding("zip.hidden_data", "", f"文件结尾之后夹带了 {after} 字节数据。")]
    if archive.comment:
        return [_finding("zip.comment", "", "压缩包带有注释，不属于票据内容。")]
    return []


def _descriptor_bytes(entry: ZipInfo, data: bytes, start: int, names: int) -> int:
    """Length of the data descriptor that writers put after an entry whose size they did not know."""
    if not entry.flag_bits & 0x8:
        return 0
    end = start + _LOCAL_HEADER_BYTES + names + entry.compress_size
    return 16 if data[end : end + 4] == b"PK\x07\x08" else 12


def read_xml(package: Package, path: str) -> etree._Element:
    """The root of an XML part. XmlFault when it is missing, malformed, or has a DTD or entities."""
    data = package.parts.get(path)
    if data is None:
        raise XmlFault(_finding("ofd.part_missing", path, "缺少必需的文件。"))
    if len(data) > MAX_XML_BYTES:
        raise XmlFault(_finding("xml.too_large", path, f"XML 超过 {MAX_XML_BYTES // 2**20} MB，不予检查。"))
    if b"<!" in data.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"\x00" in data:
        raise XmlFault(_finding("xml.dtd", path, "XML 含有 DTD、实体或非 UTF-8 内容，不安全。"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlFault(_finding("xml.malformed", path, "XML 格式错误，无法读取。")) from error
    foreign = next((node for node in root.iter("*") if etree.QName(node).namespace != NAMESPACE), None)
    if foreign is not None:
        raise XmlFault(
            _finding(
                "ofd.namespace", path, f"元素 {etree.QName(foreign).localname[:80]} 不在 OFD 命名空间内。"
            )
        )
    return root


def resolve(location: str, base_file: str) -> str:
    """The package path that an ST_Loc means, seen from a file: absolute with a slash, else relative."""
    location = location.strip()
    joined = (
        location if location.startswith("/") else "/" + posixpath.join(posixpath.dirname(base_file), location)
    )
    return posixpath.normpath(joined).lstrip("/")


def tag(name: str) -> str:
    """The name of an OFD element as lxml wants it."""
    return f"{{{NAMESPACE}}}{name}"


def text_of(element: etree._Element, path: str) -> str:
    """The text of a descendant given by names with slashes, or "" when it is not there."""
    found = element.find("/".join(tag(name) for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def _finding(code: str, place: str, message: str) -> FileFinding:
    return FileFinding(code=code, place=place, message=message)
