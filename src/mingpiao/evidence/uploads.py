"""Checks of uploaded files: the type (from the content), the size, the name."""

import re

import unicodedata2 as unicodedata

from mingpiao.kernel.errors import Refusal, refuse

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
HEIC = "image/heic"
OFD = "application/ofd"
#: File types allowed for evidence that programs send, for evidence that people send, and for other files.
EVIDENCE_TYPES = frozenset({PDF})
PHOTO_TYPES = frozenset({PDF, OFD, PNG, JPEG, HEIC})
QUALIFICATION_MEDIA_TYPES = frozenset({PDF, OFD, PNG, JPEG})

MAX_BYTES = 20 * 1024 * 1024
MAX_PAGES = 200
#: The most evidence files of one bill.
MAX_FILES = 20

_MAX_NAME = 100
_ENDINGS = {PDF: ".pdf", OFD: ".ofd", PNG: ".png", JPEG: ".jpg", HEIC: ".heic"}
_NAMES = {PDF: "PDF", OFD: "OFD", PNG: "PNG", JPEG: "JPEG", HEIC: "HEIC"}
#: Only a byte order mark and white space may come before the first line of a PDF.
_PADDING = b"\xef\xbb\xbf\x00\t\n\r\f "
#: Pictures in HEVC as telephones write them; others of the family (AVIF) cannot be decoded.
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\s]+')


def media_type_of(data: bytes) -> str:
    """The type of a file by its content: `PDF`, `OFD`, `PNG`, `JPEG`, `HEIC`, or "" for anything else."""
    head = data[:1024]
    if head.lstrip(_PADDING).startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    # An OFD is a ZIP whose table of contents names its first part.
    if head.startswith(b"PK\x03\x04"):
        return OFD if b"OFD.xml" in data else ""
    # A file of this family names its brand, and those that it is compatible with, in its first box.
    brands = head[8 : min(64, int.from_bytes(head[:4]))] if head[4:8] == b"ftyp" else b""
    return HEIC if any(brand in brands for brand in _HEIC_BRANDS) else ""


def check(data: bytes, allowed: frozenset[str] = EVIDENCE_TYPES) -> str:
    """The type of an allowed file. Raises `Refusal`: `evidence.empty`, `evidence.not_a_pdf`, `evidence.type_unknown`
    (all 422) or `evidence.too_large` (413)."""
    if not data:
        raise refuse("evidence.empty", "文件是空的，请重新选择文件。", field="file", status=422)
    if len(data) > MAX_BYTES:
        raise too_large()
    media_type = media_type_of(data)
    if media_type in allowed:
        return media_type
    if allowed == EVIDENCE_TYPES:
        raise refuse(
            "evidence.not_a_pdf",
            "文件内容不是 PDF，请上传 PDF 格式的佐证材料；图片请先另存为 PDF。",
            field="file",
            status=422,
        )
    *known, last = (name for kind, name in _NAMES.items() if kind in allowed)
    message = f"文件内容不是 {'、'.join(known)} 或 {last}，请换一个文件。"
    raise refuse("evidence.type_unknown", message, field="file", status=422)


def too_large() -> Refusal:
    """`evidence.too_large` (413)."""
    return refuse(
        "evidence.too_large",
        f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请压缩或拆分后重新上传。",
        field="file",
        status=413,
    )


def clean_name(name: str, media_type: str) -> str:
    """A file name without folders and unsuitable characters, and with the extension of its type."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in last)
    stem = _NOT_IN_NAMES.sub(" ", printable).strip()
    ending = _ENDINGS[media_type]
    for known in (ending, ".pdf", ".ofd", ".png", ".jpg", ".jpeg", ".heic", ".heif"):
        if stem.lower().endswith(known):
            stem = stem[: -len(known)]
            break
    return (stem[: _MAX_NAME - len(ending)].strip(" .") or "未命名") + ending
