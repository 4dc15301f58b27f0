"""OFD writer to GB/T 33190: the display list as an OFD 1.0 package, the sealed XML attached, two seals.

Order matters: OFD.xml names Signatures.xml before anything is digested; the unit's seal protects every
file but the signatures' own; the supervisor's seal, the last one, protects those of the unit too.
"""

from base64 import b64encode
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec

from mingpiao.crypto.sm3 import sm3
from mingpiao.kernel.clock import to_shanghai
from mingpiao.layout.display import Composition, FacePage, FaceRule, Symbol, Text
from mingpiao.layout.inked import InkedFont, inked_fonts, placed_runs
from mingpiao.layout.model import Party, StampRequest
from mingpiao.letters.model import Run
from mingpiao.letters.service import Typecase

NAMESPACE = "http://www.ofdspec.org/2016"
SM2_SM3_OID = "1.2.156.10197.1.501"
SM3_OID = "1.2.156.10197.1.401"
ATTACHMENT_NAME = "einvoice.xml"

ENTRY_PATH = "OFD.xml"
DOCUMENT_PATH = "Doc_0/Document.xml"
PUBLIC_RES_PATH = "Doc_0/PublicRes.xml"
ATTACHMENTS_PATH = "Doc_0/Attachs/Attachments.xml"
XML_PATH = f"Doc_0/Attachs/{ATTACHMENT_NAME}"
SIGNATURES_PATH = "Doc_0/Signs/Signatures.xml"

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NS = f'xmlns:ofd="{NAMESPACE}"'
#: The fastest level: others take four times as long for one part in ten of a page.
_COMPRESSION = 1
#: Kept as they are: a seal is mostly its picture, which is compressed already, and deflating the font
#: would take a seventh of the time of a whole file to make it a tenth smaller.
_STORED = (".dat", ".ttf")

#: Height of the text box above the baseline, and in all, in parts of the size.
_ASCENT = 0.88
_BOX_HEIGHT = 1.2

#: Order of the seals: the unit signs first, the supervising department last.
_PARTIES: tuple[Party, ...] = ("unit", "supervisor")

Parts = dict[str, bytes]
Digests = dict[str, str]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What the package says about itself besides its pages."""

    code: str
    number: str
    check_code: str
    issuer: str
    total: str
    issued_at: datetime


def write_ofd(
    composition: Composition, letters: Typecase, xml: bytes, identity: Identity
) -> Generator[StampRequest, bytes, bytes]:
    """Build the sealed package step by step: yields each signature to be stamped, is sent its
    SignedValue.dat, and returns the file. The same input and stamps give the same bytes.

    Being a generator it serves callers that wait for a signer and callers that cannot.
    """
    fonts = inked_fonts(composition, letters)
    ids = _Ids(start=len(fonts))
    page_ids = [ids.next() for _ in composition.pages]
    parts = _content_parts(composition, _Pen(fonts, letters), xml, identity, page_ids, ids)
    digests: Digests = {}
    for index, party in enumerate(_PARTIES):
        # The first seal leaves Signatures.xml out, as another one follows it.
        for path in parts.keys() - digests.keys():
            digests[path] = b64encode(sm3(parts[path])).decode()
        protected = [(path, digests[path]) for path in parts if index or path != SIGNATURES_PATH]
        folder = f"Doc_0/Signs/Sign_{index}"
        annotations = _stamp_annotations(composition, page_ids, party)
        signature = _signature(folder, protected, annotations, identity.issued_at).encode()
        parts[f"{folder}/Signature.xml"] = signature
        parts[f"{folder}/SignedValue.dat"] = yield StampRequest(
            party=party, signature_xml=signature, path=f"/{folder}/Signature.xml", at=identity.issued_at
        )
    return _zip(parts, identity.issued_at)


def _content_parts(
    composition: Composition,
    pen: "_Pen",
    xml: bytes,
    identity: Identity,
    page_ids: list[int],
    ids: "_Ids",
) -> Parts:
    pages = {
        page_path(index): _page(page, composition, pen, ids).encode()
        for index, page in enumerate(composition.pages)
    }
    return {
        ENTRY_PATH: _entry(composition.title, xml, identity).encode(),
        DOCUMENT_PATH: _document(composition, page_ids, ids.last).encode(),
        PUBLIC_RES_PATH: _public_res(pen.fonts).encode(),
        **{f"Doc_0/Res/{name}.ttf": font.subset.data for name, font in pen.fonts.items()},
        **pages,
        ATTACHMENTS_PATH: _attachments(xml, identity.issued_at).encode(),
        XML_PATH: xml,
        SIGNATURES_PATH: _signatures().encode(),
    }


class _Ids:
    """Object ids, unique in the document; the smallest ones are taken by resources."""

    def __init__(self, start: int) -> None:
        self.last = start

    def next(self) -> int:
        self.last += 1
        return self.last


# --- package and document -------------------------------------------------------------------------


def document_id(xml: bytes) -> str:
    """DocID: the first 32 hex digits of the SM3 of the sealed XML, so that it repeats."""
    return sm3(xml).hex()[:32]


def _entry(title: str, xml: bytes, identity: Identity) -> str:
    date = to_shanghai(identity.issued_at).strftime("%Y-%m-%d")
    custom = {
        "电子票据代码": identity.code,
        "电子票据号码": identity.number,
        "校验码": identity.check_code,
        "开票单位": identity.issuer,
        "开票日期": date,
        "合计金额": identity.total,
    }
    datas = "".join(
        f'<ofd:CustomData Name="{name}">{escape(value)}</ofd:CustomData>' for name, value in custom.items()
    )
    return (
        f'{_HEAD}<ofd:OFD {_NS} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:DocID>{document_id(xml)}</ofd:DocID><ofd:Title>{escape(title)}</ofd:Title>"
        f"<ofd:Author>{escape(identity.issuer)}</ofd:Author><ofd:CreationDate>{date}</ofd:CreationDate>"
        f"<ofd:Creator>Mingpiao</ofd:Creator><ofd:CustomDatas>{datas}</ofd:CustomDatas></ofd:DocInfo>"
        f"<ofd:DocRoot>{DOCUMENT_PATH}</ofd:DocRoot><ofd:Signatures>{SIGNATURES_PATH}</ofd:Signatures>"
        f"</ofd:DocBody></ofd:OFD>"
    )


def _document(composition: Composition, page_ids: list[int], max_id: int) -> str:
    pages = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{index}/Content.xml"/>'
        for index, number in enumerate(page_ids)
    )
    return (
        f"{_HEAD}<ofd:Document {_NS}><ofd:CommonData><ofd:MaxUnitID>{max_id}</ofd:MaxUnitID>"
        f"<ofd:PageArea>{_physical_box(composition)}</ofd:PageArea>"
        f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
        f"<ofd:Pages>{pages}</ofd:Pages>"
        f"<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments></ofd:Document>"
    )


def _physical_box(composition: Composition) -> str:
    return f"<ofd:PhysicalBox>0 0 {composition.width:g} {composition.height:g}</ofd:PhysicalBox>"


def _public_res(fonts: dict[str, InkedFont]) -> str:
    entries = "".join(
        f'<ofd:Font ID="{number}" FontName="{name}" FamilyName="{font.face.family}" Charset="unicode">'
        f"<ofd:FontFile>{name}.ttf</ofd:FontFile></ofd:Font>"
        for number, (name, font) in enumerate(fonts.items(), start=1)
    )
    return f'{_HEAD}<ofd:Res {_NS} BaseLoc="Res"><ofd:Fonts>{entries}</ofd:Fonts></ofd:Res>'


def _attachments(xml: bytes, issued_at: datetime) -> str:
    moment = to_shanghai(issued_at).strftime("%Y-%m-%dT%H:%M:%S")
    return (
        f'{_HEAD}<ofd:Attachments {_NS}><ofd:Attachment ID="einvoice" Name="einvoice" Format="xml" '
        f'CreationDate="{moment}" Size="{len(xml) / 1024:.3f}" Visible="false">'
        f"<ofd:FileLoc>{ATTACHMENT_NAME}</ofd:FileLoc></ofd:Attachment></ofd:Attachments>"
    )


def page_path(index: int) -> str:
    """Where a page lies in our own packages, the first one being 0."""
    return f"Doc_0/Pages/Page_{index}/Content.xml"


# --- page content ---------------------------------------------------------------------------------


def _page(page: FacePage, composition: Composition, pen: "_Pen", ids: _Ids) -> str:
    background = [*_rules(page.rules, composition, ids), *pen.texts(page.form, ids)]
    body = list(pen.texts(page.values, ids))
    if page.symbol is not None:
        body.append(_symbol(page.symbol, ids))
    return (
        f"{_HEAD}<ofd:Page {_NS}><ofd:Area>{_physical_box(composition)}</ofd:Area><ofd:Content>"
        f'<ofd:Layer ID="{ids.next()}" Type="Background">{"".join(background)}</ofd:Layer>'
        f'<ofd:Layer ID="{ids.next()}" Type="Body">{"".join(body)}</ofd:Layer>'
        f"</ofd:Content></ofd:Page>"
    )


class _Pen:
    """Writes lines of text as text objects: one a line, or one a run where a line needs several fonts."""

    def __init__(self, fonts: dict[str, InkedFont], letters: Typecase) -> None:
        self.fonts = fonts
        self._letters = letters
        self._numbers = {name: number for number, name in enumerate(fonts, start=1)}

    def texts(self, texts: Iterable[Text], ids: _Ids) -> Iterator[str]:
        """All lines of a layer."""
        for text in texts:
            for made in self._objects(text):
                yield f'<ofd:TextObject ID="{ids.next()}" {made}'

    def _objects(self, text: Text) -> Iterator[str]:
        if self._letters.is_plain(text.content):
            yield _plain_object(text, self._letters)
            return
        for x, run in placed_runs(text, self._letters):
            part = Text(x, text.y, text.size, run.width * text.size / 1000, run.text, text.colour)
            if run.glyphs:
                yield _shaped_object(part, run, self._numbers[run.font], self.fonts[run.font])
            else:
                yield _plain_object(part, self._letters)


@lru_cache(maxsize=8192)
def _plain_object(text: Text, letters: Typecase) -> str:
    """A text object from behind its id on; labels stand on every bill of a kind alike."""
    scale = text.size / 1000
    distances = [f"{advance * scale:.4g}" for advance in letters.main.advances(text.content)[:-1]]
    return _text_object(text, 1, "", 'X="0"', distances)


def _shaped_object(text: Text, run: Run, font: int, inked: InkedFont) -> str:
    """A run whose glyphs are named one by one.

    DeltaX has a distance for each code unit (UTF-16, as readers count) but the last: that of the glyphs,
    then zeros. A character of two units is a run of its own, so that it shifts nobody, however a reader
    counts.
    """
    scale = text.size / 1000
    units = len(run.text.encode("utf-16-le")) // 2
    places = [placed.x for placed in run.glyphs]
    distances = [f"{(right - left) * scale:.4g}" for left, right in pairwise(places)]
    distances += ["0"] * (units - 1 - len(distances))
    heights = [placed.y for placed in run.glyphs]
    lifts = [f"{(low - high) * scale:.4g}" for low, high in pairwise(heights)]
    ids = " ".join(str(inked.subset.renumbered[placed.glyph]) for placed in run.glyphs)
    transform = (
        f'<ofd:CGTransform CodePosition="0" CodeCount="{units}" GlyphCount="{len(run.glyphs)}">'
        f"<ofd:Glyphs>{ids}</ofd:Glyphs></ofd:CGTransform>"
    )
    start = f'X="{places[0] * scale:.4g}"'
    return _text_object(text, font, transform, start, distances, (heights[0] * scale, lifts))


def _text_object(
    text: Text,
    font: int,
    transform: str,
    start: str,
    distances: list[str],
    lift: tuple[float, list[str]] = (0.0, []),
) -> str:
    size, ascent = text.size, text.size * _ASCENT
    rises = _delta("DeltaY", lift[1]) if any(value != "0" for value in lift[1]) else ""
    return (
        f'Boundary="{text.x:.3f} {text.y - ascent:.3f} {text.width + size:.3f} {size * _BOX_HEIGHT:.3f}" '
        f'Font="{font}" Size="{size:g}"><ofd:FillColor Value="{_colour(text.colour)}"/>{transform}'
        f'<ofd:TextCode {start} Y="{ascent - lift[0]:.3f}"{_delta("DeltaX", distances)}{rises}>'
        f"{escape(text.content)}</ofd:TextCode></ofd:TextObject>"
    )


def _delta(name: str, distances: list[str]) -> str:
    """A DeltaX or DeltaY attribute: distances of neighbours in mm, runs of equal ones as `g count value`."""
    if not distances:
        return ""
    parts: list[str] = []
    start = 0
    for index in range(1, len(distances) + 1):
        if index < len(distances) and distances[index] == distances[start]:
            continue
        value, count = distances[start], index - start
        parts.append(f"g {count} {value}" if count > 2 else " ".join([value] * count))
        start = index
    return f' {name}="{" ".join(parts)}"'


def _rules(rules: Iterable[FaceRule], composition: Composition, ids: _Ids) -> Iterator[str]:
    """All rules of one width and colour as one path over the page."""
    groups: dict[tuple[float, tuple[int, int, int]], list[str]] = {}
    for rule in rules:
        path = f"M {rule.x1:.3f} {rule.y1:.3f} L {rule.x2:.3f} {rule.y2:.3f}"
        groups.setdefault((rule.width, rule.colour), []).append(path)
    for (width, colour), paths in groups.items():
        yield (
            f'<ofd:PathObject ID="{ids.next()}" Boundary="0 0 {composition.width:g} {composition.height:g}" '
            f'LineWidth="{width:g}" Cap="Square"><ofd:StrokeColor Value="{_colour(colour)}"/>'
            f"<ofd:AbbreviatedData>{' '.join(paths)}</ofd:AbbreviatedData></ofd:PathObject>"
        )


def _symbol(symbol: Symbol, ids: _Ids) -> str:
    module = symbol.size / symbol.modules
    path = " ".join([_module_run(*run) for run in symbol.runs])
    return (
        f'<ofd:PathObject ID="{ids.next()}" '
        f'Boundary="{symbol.x:g} {symbol.y:g} {symbol.size:g} {symbol.size:g}" '
        f'CTM="{module:.6f} 0 0 {module:.6f} 0 0" Stroke="false" Fill="true">'
        f'<ofd:FillColor Value="0 0 0"/><ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>'
    )


@lru_cache(maxsize=16384)
def _module_run(column: int, row: int, length: int) -> str:
    right, below = column + length, row + 1
    return f"M {column} {row} L {right} {row} L {right} {below} L {column} {below} C"


def _colour(colour: tuple[int, int, int]) -> str:
    return f"{colour[0]} {colour[1]} {colour[2]}"


# --- signatures -----------------------------------------------------------------------------------


def _signatures() -> str:
    return (
        f"{_HEAD}<ofd:Signatures {_NS}><ofd:MaxSignId>s002</ofd:MaxSignId>"
        '<ofd:Signature ID="s001" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml"/>'
        '<ofd:Signature ID="s002" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_1/Signature.xml"/>'
        "</ofd:Signatures>"
    )


def _signature(folder: str, protected: list[tuple[str, str]], annotations: str, at: datetime) -> str:
    references = "".join(
        f'<ofd:Reference FileRef="/{path}"><ofd:CheckValue>{digest}</ofd:CheckValue></ofd:Reference>'
        for path, digest in protected
    )
    moment = to_shanghai(at).strftime("%Y%m%d%H%M%S")
    return (
        f"{_HEAD}<ofd:Signature {_NS}><ofd:SignedInfo>"
        f'<ofd:Provider ProviderName="Mingpiao" Version="1.0" Company="Mingpiao"/>'
        f"<ofd:SignatureMethod>{SM2_SM3_OID}</ofd:SignatureMethod>"
        f"<ofd:SignatureDateTime>{moment}</ofd:SignatureDateTime>"
        f'<ofd:References CheckMethod="{SM3_OID}">{references}</ofd:References>{annotations}'
        f"</ofd:SignedInfo><ofd:SignedValue>/{folder}/SignedValue.dat</ofd:SignedValue></ofd:Signature>"
    )


def _stamp_annotations(composition: Composition, page_ids: list[int], party: Party) -> str:
    stamps = [
        (number, stamp.box)
        for number, page in zip(page_ids, composition.pages, strict=True)
        for stamp in page.stamps
        if stamp.party == party
    ]
    return "".join(
        f'<ofd:StampAnnot ID="s{index + 1:03d}" PageRef="{number}" '
        f'Boundary="{box.x:g} {box.y:g} {box.width:g} {box.height:g}"/>'
        for index, (number, box) in enumerate(stamps)
    )


def _zip(parts: Parts, issued_at: datetime) -> bytes:
    """All parts in order, each dated with the time of issue, so that the package repeats."""
    moment = to_shanghai(issued_at)
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as package:
        for path, data in parts.items():
            method = ZIP_STORED if path.endswith(_STORED) else ZIP_DEFLATED
            package.writestr(ZipInfo(path, stamp), data, method, _COMPRESSION)
    return output.getvalue()
