"""Reads a file as upright lines, and draws a page as a picture. Only for the reading process."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import msgspec

from mingpiao.reading import errors, ofd, pdf
from mingpiao.reading.corrected import corrected, is_doubtful_as_a_whole, says_otherwise
from mingpiao.reading.glyphs import line_of_run, lines_of
from mingpiao.reading.model import Belied, PageLines
from mingpiao.reading.ofd_package import OfdFile, open_ofd
from mingpiao.reading.photos import MAX_PIXELS_A_SIDE, decode
from mingpiao.reading.pictured import Box, alone, joined, with_writing
from mingpiao.reading.shown import TextLayer, turned

PDF = "application/pdf"
OFD = "application/ofd"
HEIC = "image/heic"
PICTURES = ("image/png", "image/jpeg", HEIC)

#: Resolution for OCR of pages without text, in pixels a point: 150 dpi. A higher one is slower, not better.
_SCAN_SCALE = 150 / 72
#: Resolution for finding red seals, in pixels a point: 54 dpi is enough, since seals are large.
_SEAL_SCALE = 0.75
#: Resolution in which pictures are looked at for writing, in pixels a point.
_WRITING_SCALE = 1.5
#: Resolution in which single rows are read again, in pixels a point.
_ROW_SCALE = 3.0

#: How many oblique texts, and characters that nobody sees, are kept of a page.
_MOST_ASLANT = 200
_MOST_UNSEEN = 1_000
#: Of how many lines of a page is told that they are shown otherwise.
_MOST_BELIED = 40

ReadingProgress = Callable[[int, int], None]
Image = Any


def no_progress(_done: int, _pages: int) -> None:
    """Ignore progress."""


class LookNeeded(Exception):
    """Text of a page does not look like what it says, so that OCR must judge: `pictures` of `pages` pages are left."""

    def __init__(self, pages: int, pictures: int) -> None:
        super().__init__(f"{pictures} of {pages} pages")
        self.pages = pages
        self.pictures = pictures


def read_lines(
    data: bytes, media_type: str, progress: ReadingProgress = no_progress, *, may_look: bool = True
) -> tuple[PageLines, ...]:
    """All pages as upright lines in reading order, from the text layer or else by OCR.

    Raises `FileUnreadable`, also when there is no text on any page, and `LookNeeded` where text that only OCR can judge
    must not be looked at.
    """
    pages: list[PageLines] = []
    with _pages(data, media_type, may_look=may_look) as (count, read):
        progress(0, count)
        for number in range(1, count + 1):
            pages.append(read(number))
            progress(number, count)
    if not any(page.lines for page in pages):
        raise errors.nothing_to_read()
    return tuple(pages)


def picture(data: bytes, media_type: str, page: int, width: int, rotation: int | None = None) -> bytes:
    """A page as an upright PNG, `width` pixels wide; places of lines refer to this picture.

    `rotation` is the rotation found when the page was read; without it, the page is read again to find it.
    Raises `FileUnreadable`, and IndexError for a page that does not exist.
    """
    if rotation is None:
        with _pages(data, media_type) as (count, read):
            _check_number(page, count)
            rotation = read(page).rotation
    shown = _shown(data, media_type, page, width, rotation)
    upright = _upright(shown, rotation)
    height = max(1, round(upright.height * width / upright.width))
    if upright.width != width:
        upright = upright.resize((width, height))
    out = io.BytesIO()
    upright.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _check_number(page: int, count: int) -> None:
    if not 1 <= page <= count:
        raise IndexError(f"page {page} of {count}")


@contextmanager
def _pages(
    data: bytes, media_type: str, *, may_look: bool = True
) -> Iterator[tuple[int, Callable[[int], PageLines]]]:
    if media_type in PICTURES:
        yield 1, lambda _number: _look_at(decode(data), number=1)
        return
    if media_type == OFD:
        with open_ofd(data) as file:
            yield len(file), partial(_read_sheet, file)
        return
    with pdf.open_pdf(data) as document:
        likely: int | None = None

        def read(number: int) -> PageLines:
            nonlocal likely
            page = _read_page(document, number, likely, may_look=may_look)
            likely = page.rotation if page.method == "ocr" else likely
            return page

        yield len(document), read


def _read_page(document: Any, number: int, likely: int | None, *, may_look: bool) -> PageLines:
    with pdf.open_page(document, number) as page:
        if pdf.is_picture(page):
            shown = pdf.render(page, scale=_scan_scale(page))
            return _look_at(shown, number=number, size=page.get_size(), likely=likely)
        layer = pdf.text_layer(page)
        shown = pdf.render(page, scale=_bounded(page, _SEAL_SCALE))
        read = PageLines(
            number=number,
            width=layer.width,
            height=layer.height,
            rotation=layer.rotation,
            method="text",
            lines=lines_of(layer.glyphs, layer.rules, page=number, width=layer.width, height=layer.height),
            seals=_seals(shown, number, layer.rotation),
            **_besides(layer, number),
        )
        written = _written(page, layer)
        if not (layer.doubtful or written):
            return read
        if not may_look:
            raise LookNeeded(len(document), len(document) - number + 1)
        right = _proofread(read, layer, page) if layer.doubtful else read
        return _with_pictures(right, layer, page, written) if written and right.method == "text" else right


def _written(page: Any, layer: TextLayer) -> list[Box]:
    """The pictures on a page with writing that its text lacks."""
    boxes = pdf.pictures(page)
    if not boxes:
        return []
    back = -layer.rotation % 360
    glyphs = [turned(glyph, back, layer.width, layer.height) for glyph in layer.glyphs]
    scale = _bounded(page, _WRITING_SCALE)
    return with_writing(boxes, glyphs, pdf.render(page, scale=scale), scale)


def _with_pictures(read: PageLines, layer: TextLayer, page: Any, written: Sequence[Box]) -> PageLines:
    """A page's text with what OCR reads in these pictures."""
    from mingpiao.reading.ocr import read_upright

    scale = _bounded(page, _SCAN_SCALE)
    shown = alone(pdf.render(page, scale=scale), written, scale)
    found = read_upright(_upright(shown, layer.rotation), read.number)
    lines = joined(read.lines, found)
    return (
        msgspec.structs.replace(read, lines=lines, method="mixed") if len(lines) > len(read.lines) else read
    )


def _proofread(read: PageLines, layer: TextLayer, page: Any) -> PageLines:
    """A page whose text does not look like what it says, as OCR confirms or corrects it."""
    from mingpiao.reading.ocr import read_rows

    if is_doubtful_as_a_whole(layer):
        picture = pdf.render(page, scale=_bounded(page, _SCAN_SCALE))
        seen = _look_at(picture, number=read.number, size=page.get_size(), likely=layer.rotation)
        if not says_otherwise(read.lines, seen.lines):
            return read
        everything = " ".join(line.text for line in seen.lines)
        belied = tuple(Belied(says=line, shown=everything) for line in read.lines[:_MOST_BELIED])
        return msgspec.structs.replace(seen, belied=belied)
    picture = _upright(pdf.render(page, scale=_bounded(page, _ROW_SCALE)), layer.rotation)
    right = corrected(layer, picture, read.number, read_rows)
    lines = lines_of(right.glyphs, layer.rules, page=read.number, width=layer.width, height=layer.height)
    return msgspec.structs.replace(read, lines=lines, belied=right.belied[:_MOST_BELIED])


def _besides(layer: TextLayer, number: int) -> dict[str, Any]:
    """What the text layer has besides lines: texts that stand obliquely, and what nobody sees of it."""
    width, height = layer.width, layer.height
    return {
        "hidden": len(layer.unseen),
        "aslant": tuple(
            line_of_run(run, page=number, width=width, height=height) for run in layer.aslant[:_MOST_ASLANT]
        ),
        "unseen": lines_of(layer.unseen[:_MOST_UNSEEN], (), page=number, width=width, height=height),
        "struck": lines_of(layer.struck, (), page=number, width=width, height=height),
    }


def _read_sheet(file: OfdFile, number: int) -> PageLines:
    sheet = ofd.open_page(file, number)
    if ofd.is_picture(sheet):
        shown = sheet.render(scale=_within(sheet.width, sheet.height, _SCAN_SCALE))
        return _look_at(shown, number=number, size=(sheet.width, sheet.height))
    layer = ofd.text_layer(sheet)
    return PageLines(
        number=number,
        width=layer.width,
        height=layer.height,
        rotation=layer.rotation,
        method="text",
        lines=lines_of(layer.glyphs, layer.rules, page=number, width=layer.width, height=layer.height),
        seals=ofd.seals_of(sheet, number, layer.rotation),
        **_besides(layer, number),
    )


def _seals(shown: Image, number: int, rotation: int) -> tuple[Any, ...]:
    from mingpiao.reading.seals import red_seals

    return red_seals(_upright(shown, rotation), number)


def _upright(shown: Image, rotation: int) -> Image:
    return shown.rotate(-rotation, expand=True) if rotation else shown


def _look_at(
    shown: Image, *, number: int, size: tuple[float, float] | None = None, likely: int | None = None
) -> PageLines:
    """Read a picture by OCR. `size` is the page's size as shown, in points; `likely` the previous page's rotation."""
    from mingpiao.reading.ocr import look

    seen = look(shown, number, likely)
    width, height = size or shown.size
    if seen.rotation in (90, 270):
        width, height = height, width
    return PageLines(
        number=number,
        width=width,
        height=height,
        rotation=seen.rotation,
        method="ocr",
        lines=seen.lines,
        seals=seen.seals,
        aslant=seen.aslant,
    )


def _scan_scale(page: Any) -> float:
    own = pdf.scan_resolution(page)
    return _bounded(page, min(own, _SCAN_SCALE) if own else _SCAN_SCALE)


def _bounded(page: Any, scale: float) -> float:
    width, height = page.get_size()
    return _within(width, height, scale)


def _within(width: float, height: float, scale: float) -> float:
    return min(scale, MAX_PIXELS_A_SIDE / max(width, height))


def _shown(data: bytes, media_type: str, number: int, width: int, rotation: int) -> Image:
    if media_type in PICTURES:
        _check_number(number, 1)
        return decode(data)
    if media_type == OFD:
        with open_ofd(data) as file:
            _check_number(number, len(file))
            sheet = ofd.open_page(file, number)
            scale = width / (sheet.height if rotation in (90, 270) else sheet.width)
            return sheet.render(scale=_within(sheet.width, sheet.height, scale))
    with pdf.open_pdf(data) as document:
        _check_number(number, len(document))
        with pdf.open_page(document, number) as page:
            shown_width, shown_height = page.get_size()
            scale = width / (shown_height if rotation in (90, 270) else shown_width)
            return pdf.render(page, scale=_bounded(page, scale))
