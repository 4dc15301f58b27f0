"""PDF writer: the display list as PDF 1.7 to the rules of PDF/A-3b, the sealed XML embedded.

qpdf (through pikepdf) keeps the file's structure; content streams and the subset font are written here,
so that glyphs stand exactly where the OFD has them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from hashlib import md5
from io import BytesIO
from itertools import groupby
from xml.sax.saxutils import escape
from zlib import compress

import msgspec
import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String
from PIL import Image, ImageCms

from mingpiao.kernel.clock import to_shanghai
from mingpiao.layout.display import Composition, FacePage, FaceRule, FaceSeal, Symbol, Text
from mingpiao.layout.inked import InkedFont, inked_fonts, placed_runs
from mingpiao.layout.model import SealPictures
from mingpiao.letters.model import Placed, Run
from mingpiao.letters.service import Typecase

#: The name under which the XML stands in the EmbeddedFiles tree, and its file name.
ATTACHMENT_KEY = "hidexml"
ATTACHMENT_NAME = "einvoice.xml"

_POINTS = 72 / 25.4
#: Fast compression: for a 35 KB font half the time of the default, for one part in thirty more bytes.
_COMPRESSION = 1
_BFCHAR_LIMIT = 100


class _Pixels(msgspec.Struct, frozen=True):
    """A picture as PDF wants it: RGB and opacity apart, both deflated."""

    width: int
    height: int
    colour: bytes
    opacity: bytes


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file within a PDF: its key in the tree of embedded files, its name, and what it is, in Chinese."""

    key: str
    name: str
    data: bytes
    description: str
    media_type: str = "text/xml"


def write_pdf(
    composition: Composition, letters: Typecase, pictures: SealPictures, xml: bytes, issued_at: datetime
) -> bytes:
    """The face as a PDF with the sealed XML as attachment; the same input gives the same bytes."""
    original = Attached(key=ATTACHMENT_KEY, name=ATTACHMENT_NAME, data=xml, description="财政电子票据原文")
    return write_pages(composition, letters, pictures, [original], issued_at)


def write_pages(
    composition: Composition,
    letters: Typecase,
    pictures: SealPictures | None,
    files: Sequence[Attached],
    issued_at: datetime,
) -> bytes:
    """Pages as a PDF with files in it, without `pictures` such as bear no seals; the same input gives the same bytes."""
    inked = inked_fonts(composition, letters)
    pdf = Pdf.new()
    fonts = {f"F{place}": _font(pdf, font) for place, font in enumerate(inked.values(), start=1)}
    pen = _Pen(inked, letters)
    seals = {}
    if pictures is not None:
        seals = {"unit": _image(pdf, pictures.unit), "supervisor": _image(pdf, pictures.supervisor)}
    for page in composition.pages:
        _add_page(pdf, composition, page, pen, fonts, seals)
    _attach(pdf, files, issued_at)
    _describe(pdf, composition.title, issued_at)
    output = BytesIO()
    pdf.save(output, deterministic_id=True, compress_streams=False, linearize=False, min_version="1.7")
    return output.getvalue()


def _add_page(
    pdf: Pdf,
    composition: Composition,
    page: FacePage,
    pen: "_Pen",
    fonts: dict[str, Object],
    seals: dict[str, Object],
) -> None:
    content = _content(composition, page, pen)
    box = Array([0, 0, _number(composition.width * _POINTS), _number(composition.height * _POINTS)])
    resources = Dictionary(Font=Dictionary({f"/{name}": font for name, font in fonts.items()}))
    if page.stamps:
        # The seals' ink lets the text under it show, as on file.
        resources.ExtGState = Dictionary(Ink=Dictionary(Type=Name.ExtGState, BM=Name.Multiply))
        resources.XObject = Dictionary({f"/{stamp.party}": seals[stamp.party] for stamp in page.stamps})
    pdf.pages.append(
        pikepdf.Page(
            Dictionary(
                Type=Name.Page,
                MediaBox=box,
                Resources=resources,
                Contents=_stream(pdf, content.encode("ascii")),
            )
        )
    )


def _content(composition: Composition, page: FacePage, pen: "_Pen") -> str:
    scale = f"{_POINTS:.6f}"
    parts = [f"{scale} 0 0 -{scale} 0 {composition.height * _POINTS:.4f} cm"]
    parts.extend(_rules(page.rules))
    if page.symbol is not None:
        parts.append(_symbol(page.symbol))
    parts.append("BT")
    parts.extend(pen.texts((*page.form, *page.values)))
    parts.append("ET")
    parts.extend(_stamp(stamp) for stamp in page.stamps)
    return "\n".join(parts)


def _rules(rules: Iterable[FaceRule]) -> Iterable[str]:
    current = None
    for rule in rules:
        style = (rule.width, rule.colour)
        if style != current:
            yield f"{rule.width:g} w {_colour(rule.colour)} RG 2 J"
            current = style
        yield f"{rule.x1:.3f} {rule.y1:.3f} m {rule.x2:.3f} {rule.y2:.3f} l S"


def _symbol(symbol: Symbol) -> str:
    module = symbol.size / symbol.modules
    runs = " ".join(f"{column} {row} {length} 1 re" for column, row, length in symbol.runs)
    return f"q 0 g {module:.6f} 0 0 {module:.6f} {symbol.x:g} {symbol.y:g} cm {runs} f Q"


class _Pen:
    """Writes lines of text; fonts are called F1 (the main one), F2 and so on."""

    def __init__(self, inked: dict[str, InkedFont], letters: Typecase) -> None:
        self._letters = letters
        self._fonts = inked
        self._names = {name: f"F{place}" for place, name in enumerate(inked, start=1)}
        main = inked[letters.main.name].subset.glyphs
        self._codes = {character: f"{glyph:04x}" for character, glyph in main.items()}

    def texts(self, texts: Iterable[Text]) -> Iterator[str]:
        """All lines of a page."""
        colour = None
        style = ("", 0.0)
        for text in texts:
            if text.colour != colour:
                colour = text.colour
                yield f"{_colour(colour)} rg"
            for font, line in self._lines(text):
                if style != (font, text.size):
                    style = (font, text.size)
                    yield f"/{font} {text.size:g} Tf"
                yield line

    def _lines(self, text: Text) -> Iterator[tuple[str, str]]:
        if self._letters.is_plain(text.content):
            yield "F1", self._plain(text.content, text.x, text.y)
            return
        for x, run in placed_runs(text, self._letters):
            if run.glyphs:
                yield self._names[run.font], self._shaped(run, x, text)
            else:
                yield "F1", self._plain(run.text, x, text.y)

    def _plain(self, content: str, x: float, y: float) -> str:
        glyphs = "".join([self._codes.get(character, "0000") for character in content])
        return f"1 0 0 -1 {x:.3f} {y:.3f} Tm <{glyphs}> Tj"

    def _shaped(self, run: Run, left: float, text: Text) -> str:
        """Each glyph at its place; where they are not the characters one by one, what they mean besides.

        What reads from the right says so cluster by cluster: readers turn such text round by themselves.
        """
        renumbered = self._fonts[run.font].subset.renumbered
        scale = text.size / 1000
        drawn = [
            f"1 0 0 -1 {left + placed.x * scale:.3f} {text.y - placed.y * scale:.3f} Tm "
            f"<{renumbered[placed.glyph]:04x}> Tj"
            for placed in run.glyphs
        ]
        if [placed.text for placed in run.glyphs] == list(run.text):
            return " ".join(drawn)
        if not run.leftward:
            return _meaning(run.text, drawn)
        groups = groupby(zip(run.glyphs, drawn, strict=True), key=lambda pair: pair[0].cluster)
        return " ".join(_cluster(list(group)) for _, group in groups)


def _cluster(pairs: list[tuple[Placed, str]]) -> str:
    """The glyphs of one cluster; a single one tells by itself what it shows."""
    drawn = [operators for _, operators in pairs]
    return drawn[0] if len(drawn) == 1 else _meaning("".join(placed.text for placed, _ in pairs), drawn)


def _meaning(text: str, drawn: list[str]) -> str:
    return f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC {' '.join(drawn)} EMC"


def _stamp(stamp: FaceSeal) -> str:
    box = stamp.box
    return (
        f"q /Ink gs {box.width:g} 0 0 -{box.height:g} {box.x:g} {box.y + box.height:g} cm /{stamp.party} Do Q"
    )


def _colour(colour: tuple[int, int, int]) -> str:
    return " ".join(f"{part / 255:.3f}" for part in colour)


def _number(value: float) -> float:
    return round(value, 3)


def _stream(pdf: Pdf, data: bytes, **entries: Object | int) -> Object:
    """An indirect stream, deflated here: qpdf would do it again at its own level."""
    stream = Stream(pdf, compress(data, _COMPRESSION))
    stream.Filter = Name.FlateDecode
    for name, value in entries.items():
        stream[f"/{name}"] = value
    return pdf.make_indirect(stream)


# --- font -----------------------------------------------------------------------------------------


def _font(pdf: Pdf, inked: InkedFont) -> Object:
    data = inked.subset.data
    tag = "".join(chr(65 + byte % 26) for byte in md5(data, usedforsecurity=False).digest()[:6])
    name = Name(f"/{tag}+{inked.face.name}")
    metrics = inked.face.metrics
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array(list(metrics.box)),
        ItalicAngle=0,
        Ascent=metrics.ascent,
        Descent=metrics.descent,
        CapHeight=metrics.cap_height,
        StemV=80,
        FontFile2=_stream(pdf, data, Length1=len(data)),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=_widths(inked.widths),
        CIDToGIDMap=Name.Identity,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=_stream(pdf, _to_unicode(inked.shows).encode("ascii")),
        )
    )


def _widths(widths: dict[int, int]) -> Array:
    entries: list[object] = []
    for glyph, width in sorted(widths.items()):
        if width != 1000:
            entries += [glyph, Array([width])]
    return Array(entries)


def _to_unicode(shows: dict[int, str]) -> str:
    pairs = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(shows.items())]
    parts = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
    ]
    for start in range(0, len(pairs), _BFCHAR_LIMIT):
        group = pairs[start : start + _BFCHAR_LIMIT]
        parts += [f"{len(group)} beginbfchar", *group, "endbfchar"]
    parts.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(parts)


# --- pictures -------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _pixels(png: bytes) -> _Pixels:
    with Image.open(BytesIO(png)) as picture:
        flat = picture.convert("RGBA")
    return _Pixels(
        width=flat.width,
        height=flat.height,
        colour=compress(flat.convert("RGB").tobytes(), 6),
        opacity=compress(flat.getchannel("A").tobytes(), 6),
    )


def _image(pdf: Pdf, png: bytes) -> Object:
    pixels = _pixels(png)
    opacity = _plane(pdf, pixels, pixels.opacity, Name.DeviceGray)
    colour = _plane(pdf, pixels, pixels.colour, Name.DeviceRGB)
    colour.SMask = opacity
    return colour


def _plane(pdf: Pdf, pixels: _Pixels, data: bytes, space: Name) -> Object:
    stream = Stream(pdf, data)
    stream.Type = Name.XObject
    stream.Subtype = Name.Image
    stream.Width = pixels.width
    stream.Height = pixels.height
    stream.ColorSpace = space
    stream.BitsPerComponent = 8
    stream.Filter = Name.FlateDecode
    return pdf.make_indirect(stream)


# --- attachment and description -------------------------------------------------------------------


def _attach(pdf: Pdf, files: Sequence[Attached], issued_at: datetime) -> None:
    found = {each.key: _specification(pdf, each, issued_at) for each in files}
    names = [entry for key in sorted(found) for entry in (String(key), found[key])]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(names)))
    pdf.Root.AF = Array([found[each.key] for each in files])


def _specification(pdf: Pdf, file: Attached, issued_at: datetime) -> Object:
    date = String(_pdf_date(issued_at))
    embedded = _stream(
        pdf,
        file.data,
        Type=Name.EmbeddedFile,
        Subtype=Name(f"/{file.media_type}"),
        Params=Dictionary(
            Size=len(file.data),
            CreationDate=date,
            ModDate=date,
            CheckSum=String(md5(file.data, usedforsecurity=False).digest()),
        ),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(file.name),
            UF=String(file.name),
            Desc=String(file.description),
            AFRelationship=Name.Source,
            EF=Dictionary(F=embedded, UF=embedded),
        )
    )


def _describe(pdf: Pdf, title: str, issued_at: datetime) -> None:
    date = _pdf_date(issued_at)
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=String(title), Creator=String("Mingpiao"), CreationDate=String(date), ModDate=String(date)
        )
    )
    metadata = Stream(pdf, _xmp(title, issued_at).encode("utf-8"))
    metadata.Type = Name.Metadata
    metadata.Subtype = Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)
    pdf.Root.Lang = String("zh-CN")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    profile = Stream(pdf, _srgb_profile())
    profile.N = 3
    profile.Filter = Name.FlateDecode
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
                DestOutputProfile=pdf.make_indirect(profile),
            )
        ]
    )


@cache
def _srgb_profile() -> bytes:
    """The sRGB profile, deflated; its date of making (bytes 24 to 35) is fixed so that files repeat."""
    raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    raw[24:36] = bytes((0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
    return compress(bytes(raw), 9)


def _pdf_date(moment: datetime) -> str:
    return to_shanghai(moment).strftime("D:%Y%m%d%H%M%S+08'00'")


def _xmp(title: str, issued_at: datetime) -> str:
    date = to_shanghai(issued_at).isoformat(timespec="seconds")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        "<xmp:CreatorTool>Mingpiao</xmp:CreatorTool>"
        f"<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )
