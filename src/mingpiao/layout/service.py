"""What other rooms ask of layout: faces of sealed bills as OFD, PDF and SVG, and the originals back.

Every verb takes the sealed XML, the legal original, and is a pure function of its arguments.
"""

from collections.abc import Awaitable, Callable, Generator, Mapping
from functools import lru_cache

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import plain
from mingpiao.layout import loading
from mingpiao.layout.archives import files_within, only_file_within
from mingpiao.layout.checking import check_face, following_boxes, front_boxes, is_drawable, part_name
from mingpiao.layout.comparing import compare_faces
from mingpiao.layout.composition import compose
from mingpiao.layout.designing import (
    discard_face,
    is_designer,
    save_face,
    start_face,
    submit_face,
)
from mingpiao.layout.display import Composition
from mingpiao.layout.docx import write_docx
from mingpiao.layout.extraction import extract_xml_from_ofd, extract_xml_from_pdf, read_pdf
from mingpiao.layout.face_files import MAX_FACE_BYTES, face_file, read_face_file
from mingpiao.layout.fields import RELATED_CODE, RELATED_NUMBER
from mingpiao.layout.model import (
    FaceTemplate,
    SealPictures,
    Stamper,
    StampRequest,
)
from mingpiao.layout.ofd import Identity, write_ofd
from mingpiao.layout.papers import Paper, PaperColumn, PaperSeal, PaperTable, signed_files, write_paper
from mingpiao.layout.pdf import write_pdf
from mingpiao.layout.previews import PreviewForm, preview_file, preview_pages
from mingpiao.layout.qr import check_address, check_picture
from mingpiao.layout.releases import LAYOUT_RELEASE, letters_of, shipped_face, templates_of
from mingpiao.layout.samples import sample_face
from mingpiao.layout.svg import write_svg
from mingpiao.layout.validator import validate_ofd
from mingpiao.layout.versions import (
    FaceShelf,
    all_published,
    face_drafts,
    get_version,
    versions_of,
)
from mingpiao.letters.service import FONT_PATH, typecase
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import parse_sealed, read_seal

__all__ = [
    "FONT_PATH",
    "LAYOUT_RELEASE",
    "MAX_FACE_BYTES",
    "FaceShelf",
    "Paper",
    "PaperColumn",
    "PaperSeal",
    "PaperTable",
    "PreviewForm",
    "all_published",
    "check_address",
    "check_face",
    "check_picture",
    "compare_faces",
    "designed_template",
    "discard_face",
    "extract_xml_from_ofd",
    "extract_xml_from_pdf",
    "face_drafts",
    "face_file",
    "face_version_of",
    "files_within",
    "following_boxes",
    "front_boxes",
    "get_version",
    "is_designer",
    "is_drawable",
    "load_templates",
    "only_file_within",
    "part_name",
    "picture_of_seals",
    "preview_file",
    "preview_pages",
    "read_face_file",
    "read_pdf",
    "render_ofd",
    "render_ofd_async",
    "render_pdf",
    "render_svg",
    "sample_face",
    "save_face",
    "shipped_face",
    "signed_files",
    "start_face",
    "submit_face",
    "template_for",
    "validate_ofd",
    "versions_of",
    "write_docx",
    "write_paper",
]

#: The template of kinds whose own one is not there.
_FALLBACK = "general"
_VERSION_DIGITS = 2
#: Members that a red bill shows in a place of their own.
_RELATED = frozenset({RELATED_CODE, RELATED_NUMBER})


def load_templates() -> Mapping[str, FaceTemplate]:
    """The face templates by key; Refusal `layout.template_invalid` names every mistake in them."""
    return loading.shipped_templates()


def template_for(
    key: str, extension_labels: Mapping[str, str], *, release: int = LAYOUT_RELEASE
) -> FaceTemplate:
    """The template that a bill kind names, completed by its MainExt members (MOF name → Chinese label).

    A key without a template gets the general one. `release`: as that release of the platform had it.
    """
    return _completed(key, tuple(extension_labels.items()), release)


@lru_cache(maxsize=512)
def _completed(key: str, labels: tuple[tuple[str, str], ...], release: int) -> FaceTemplate:
    templates = templates_of(release)
    return loading.with_extension_fields(templates.get(key) or templates[_FALLBACK], dict(labels))


def face_version_of(face: Face) -> int:
    """The version of the face template that a bill was issued with, as its signed specimen code says.

    0 for a code that says none: such a bill has the template of the platform.
    """
    return read_whole(face.specimen_code[-_VERSION_DIGITS:], digits=_VERSION_DIGITS) or 0


def designed_template(
    template: FaceTemplate, face: Face, extension_labels: Mapping[str, str]
) -> FaceTemplate:
    """A published template as it draws a bill: members that it does not place are added with their labels."""
    carried = {name: extension_labels.get(name, name) for name in face.extension if name not in _RELATED}
    return loading.with_carried_fields(template, carried)


def picture_of_seals(unit_seal: bytes, supervisor_seal: bytes) -> SealPictures:
    """The pictures inside two SESeals; Refusal when one is malformed."""
    return SealPictures(unit=_picture(unit_seal), supervisor=_picture(supervisor_seal))


@lru_cache(maxsize=1024)
def _picture(seal: bytes) -> bytes:
    return read_seal(seal).image.data


def render_ofd(xml: bytes, template: FaceTemplate, stamper: Stamper, *, check_base: str) -> bytes:
    """The bill as OFD (GB/T 33190) with both seals; `check_base` is the address that the QR leads to.

    The same XML, template, address and stamper give the same bytes. Refusal when the XML is malformed.
    """
    steps = _ofd_steps(xml, template, check_base)
    try:
        request = next(steps)
        while True:
            request = steps.send(stamper(request))
    except StopIteration as finished:
        result: bytes = finished.value
        return result


async def render_ofd_async(
    xml: bytes,
    template: FaceTemplate,
    stamper: Callable[[StampRequest], Awaitable[bytes]],
    *,
    check_base: str,
) -> bytes:
    """`render_ofd` for a signer that is waited for."""
    steps = _ofd_steps(xml, template, check_base)
    try:
        request = next(steps)
        while True:
            request = steps.send(await stamper(request))
    except StopIteration as finished:
        result: bytes = finished.value
        return result


def render_pdf(
    xml: bytes,
    template: FaceTemplate,
    pictures: SealPictures,
    *,
    check_base: str,
    release: int = LAYOUT_RELEASE,
) -> bytes:
    """The bill as PDF with the same look as the OFD and the XML embedded; the same input, the same bytes.

    `release` draws it as that release did; its template must be of the same one.
    """
    face = parse_sealed(xml)
    letters = letters_of(release)
    address = check_address(check_base, code=face.code, number=face.number, sm3=sm3_hex(xml))
    composition = compose(face, template, address, letters)
    return write_pdf(composition, letters, pictures, xml, face.issued_at)


def render_svg(
    xml: bytes, template: FaceTemplate, pictures: SealPictures, *, check_base: str, mark: str = ""
) -> str:
    """The bill as inline SVG for a web page, one `<svg>` a page, escaped and without script.

    A `mark` lies across each page; only what is shown has it, no document ever does.
    """
    face = parse_sealed(xml)
    return write_svg(_composition(xml, face, template, check_base), typecase(), pictures, mark=mark)


def _composition(xml: bytes, face: Face, template: FaceTemplate, check_base: str) -> Composition:
    address = check_address(check_base, code=face.code, number=face.number, sm3=sm3_hex(xml))
    return compose(face, template, address, typecase())


def _ofd_steps(xml: bytes, template: FaceTemplate, check_base: str) -> Generator[StampRequest, bytes, bytes]:
    face = parse_sealed(xml)
    identity = Identity(
        code=face.code,
        number=face.number,
        check_code=face.check_code,
        issuer=face.invoicing.name,
        total=plain(face.total),
        issued_at=face.issued_at,
    )
    composition = _composition(xml, face, template, check_base)
    return (yield from write_ofd(composition, typecase(), xml, identity))
