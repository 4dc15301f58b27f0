"""Reads PDF files with pdfium: the text layer with a box for each character, and pictures of pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import byref, c_double, c_int, c_uint, c_void_p
from ctypes import cast as cast_pointer
from itertools import islice
from typing import Any, NamedTuple, cast

import pypdfium2
from pypdfium2 import raw

from mingpiao.reading import errors
from mingpiao.reading.glyphs import Glyph, TableRule, lines_of
from mingpiao.reading.proofreading import Drawn, doubtful
from mingpiao.reading.shown import (
    FEW_CHARACTERS,
    LIGHTEST_STRIKE,
    MARGINAL_CHARACTERS,
    MOSTLY_PICTURE,
    SHORTEST_STRIKE,
    THICKEST_STRIKE,
    Character,
    PageCharacters,
    Strike,
    TextLayer,
    difference,
    ink_scale,
    layer_of,
    parted,
    readable,
    with_ink,
)

MAX_PAGES = 200
#: The longest side of a page, in points: pdfium's own limit, 200 inches.
MAX_SIDE = 14_400
#: The most characters read of one page, and objects examined; a page of a contract has 2,000 characters.
MAX_CHARACTERS = 20_000
MAX_OBJECTS = 3_000
#: Over how many pictures of a page text may lie that was recognised in them.
_MOST_PICTURES = 50
#: Text within forms within forms is looked for so deep.
_DEPTH = 8
#: Vertical ruling lines, in points: shorter ones are dashes, wider ones are boxes with two sides.
_SHORTEST_RULE = 6.0
_WIDEST_RULE = 4.0

Image = Any  # PIL.Image.Image, imported only where pictures are made


@contextmanager
def open_pdf(data: bytes) -> Iterator[Any]:
    """Open a PDF for a block. Raises `FileUnreadable` for other data, or when it is encrypted, damaged or too long."""
    if not data:
        raise errors.empty()
    if b"%PDF-" not in data[:1024]:
        raise errors.not_a_pdf()
    handle = raw.FPDF_LoadMemDocument64(data, len(data), None)
    if not handle:
        # Read at once, since pdfium may otherwise return the error of another file.
        raise _refused(raw.FPDF_GetLastError())
    document = pypdfium2.PdfDocument(handle)
    try:
        count = len(document)
        if count == 0:
            raise errors.empty()
        if count > MAX_PAGES:
            raise errors.too_many_pages(count, MAX_PAGES)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            # Fields that were filled in without a picture of their value get one, as in viewers. No script runs.
            document.init_forms()
        yield document
    finally:
        document.close()


def _refused(reason: int) -> errors.FileUnreadable:
    if reason in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return errors.encrypted()
    return errors.damaged()


@contextmanager
def open_page(document: Any, number: int) -> Iterator[Any]:
    """Open page `number` (from 1) for a block. Raises `FileUnreadable` when it is damaged or too large."""
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise errors.damaged() from error
    try:
        page = _flat(document, number, page)
        width, height = page.get_size()
        if max(width, height) > MAX_SIDE:
            raise errors.too_large_page(number)
        if min(width, height) < 1:
            raise errors.damaged()
        yield page
    finally:
        page.close()


def _flat(document: Any, number: int, page: Any) -> Any:
    """The page with filled fields and notes as part of it, as a viewer shows them, so that they are read too."""
    if raw.FPDFPage_GetAnnotCount(page.raw) == 0:
        return page
    if raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return page
    page.close()
    return document[number - 1]


def is_picture(page: Any) -> bool:
    """Whether the page has too little text of its own that people see, and needs OCR."""
    text_page = page.get_textpage()
    try:
        said = _count_shown(text_page.raw, enough=MARGINAL_CHARACTERS)
        if said < FEW_CHARACTERS:
            return True
        if scan_resolution(page) is None:
            return False
        # The text of a scan may lie under its picture, or be a watermark over it.
        return said < MARGINAL_CHARACTERS or _says(page, text_page.raw) < MARGINAL_CHARACTERS
    finally:
        text_page.close()


def _count_shown(handle: Any, *, enough: int) -> int:
    """The number of visible characters, counted up to `enough`."""
    count = 0
    for index in range(min(raw.FPDFText_CountChars(handle), MAX_CHARACTERS)):
        if not chr(raw.FPDFText_GetUnicode(handle, index) or 32).isspace() and _shown(handle, index):
            count += 1
            if count >= enough:
                break
    return count


def _says(page: Any, handle: Any) -> int:
    """The number of visible characters of upright text; what stands there again and again counts once."""
    layer = layer_of(_seen(page, handle), [], [], *page.get_size())
    lines = lines_of(layer.glyphs, [], page=1, width=layer.width, height=layer.height)
    return sum(len(text) for text in {line.text for line in lines})


def text_layer(page: Any) -> TextLayer:
    """The page's text with a box for each character, and which of it people see."""
    text_page = page.get_textpage()
    try:
        found = _seen(page, text_page.raw)
        drawn = list(_shapes(page, text_page.raw, found.seen))
    finally:
        text_page.close()
    rules, strikes = _ruling(page)
    layer = layer_of(found, rules, strikes, *page.get_size())
    return layer._replace(
        doubtful=doubtful(drawn, page.get_size(), lambda scale: render(page, scale=scale, grey=True))
    )


def _shapes(page: Any, handle: Any, characters: list[Character]) -> Iterator[Drawn]:
    """Characters with the boxes of their own shapes, which are smaller than those of their places in the line."""
    view, forms = _to_view(page), _forms(page)
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    for each in characters:
        if raw.FPDFText_GetCharBox(handle, each.place, byref(left), byref(right), byref(bottom), byref(top)):
            box = (left.value, bottom.value, right.value, top.value)
            form = _form_of(handle, each.place, forms) if forms else None
            if form and _misplaced(handle, each.place):
                box = _within(form, box)
            yield Drawn(each.glyph.order, each.glyph.text, view.box(*box), each.angle)


def pictures(page: Any) -> list[tuple[float, float, float, float]]:
    """Boxes of the pictures on a page (left, top, right, bottom) as shown, in points; not of one that covers most of it."""
    view = _to_view(page)
    whole = view.width * view.height
    items = islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), _MOST_PICTURES)
    boxes = [view.box(*_bounds(item)) for item in items]
    return [
        (left, top, right, bottom)
        for left, top, right, bottom in boxes
        if (right - left) * (bottom - top) <= MOSTLY_PICTURE * whole
    ]


def _without_recognised(page: Any, found: list[Character], drawn: list[Character]) -> list[Character]:
    """Without text in no ink that lies over a picture: what programs recognised in a stamp or a photograph."""
    undrawn = parted(found, drawn).unseen
    if not undrawn:
        return found
    view = _to_view(page)
    pictures = islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), _MOST_PICTURES)
    boxes = [view.box(*_bounds(item)) for item in pictures]
    return parted(found, [each for each in undrawn if _over_any(each.glyph, boxes)]).unseen


def _over_any(glyph: Glyph, boxes: list[tuple[float, float, float, float]]) -> bool:
    across = (glyph.left + glyph.right) / 2
    return any(
        left <= across <= right and top <= glyph.middle <= bottom for left, top, right, bottom in boxes
    )


def _seen(page: Any, handle: Any) -> PageCharacters:
    """The characters that people see on the page, and the others that its text has.

    White, transparent, covered and cut-off text, and text of a layer that is off, are told by one thing: the
    page looks the same without them.
    """
    width, height = page.get_size()
    found, drawn = _characters(handle, _to_view(page), _forms(page))
    found = _without_recognised(page, found, drawn)
    high = readable(drawn, width, height)
    if not high:
        return PageCharacters([], found)
    ink, scale = _ink(page)
    return parted(found, with_ink(high, ink, scale))


def _ink(page: Any) -> tuple[Image, float]:
    """Where text changes how the page looks, as a grey picture, and its pixels a point."""
    scale = ink_scale(*page.get_size())
    whole = render(page, scale=scale)
    texts = [item.raw for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEPTH)]
    modes = [raw.FPDFTextObj_GetTextRenderMode(text) for text in texts]
    for text in texts:
        raw.FPDFTextObj_SetTextRenderMode(text, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    bare = render(page, scale=scale)
    for text, mode in zip(texts, modes, strict=True):
        raw.FPDFTextObj_SetTextRenderMode(text, mode)
    return difference(whole, bare), scale


class _View(NamedTuple):
    """From the page's own coordinates (origin bottom left) to the page as shown (origin top left)."""

    left: float
    bottom: float
    width: float
    height: float
    rotation: int

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        x0, x1 = left - self.left, right - self.left
        y0, y1 = bottom - self.bottom, top - self.bottom
        if self.rotation == 90:
            return y0, x0, y1, x1
        if self.rotation == 180:
            return self.width - x1, y0, self.width - x0, y1
        if self.rotation == 270:
            return self.height - y1, self.width - x1, self.height - y0, self.width - x0
        return x0, self.height - y1, x1, self.height - y0


def _to_view(page: Any) -> _View:
    left, bottom, right, top = page.get_cropbox()
    return _View(left, bottom, right - left, top - bottom, page.get_rotation())


def _characters(
    handle: Any, view: _View, forms: Mapping[int, Any]
) -> tuple[list[Character], list[Character]]:
    """All characters of the text, and those of them that are drawn."""
    found: list[Character] = []
    drawn: list[Character] = []
    box = raw.FS_RECTF()
    spaced = False
    for index in range(min(raw.FPDFText_CountChars(handle), MAX_CHARACTERS)):
        text = chr(raw.FPDFText_GetUnicode(handle, index) or 32)
        if text.isspace() or text == "\u200b":
            spaced = True
            continue
        if not raw.FPDFText_GetLooseCharBox(handle, index, byref(box)):
            continue
        edges = (box.left, box.bottom, box.right, box.top)
        if forms and (form := _form_of(handle, index, forms)) and _misplaced(handle, index):
            edges = _within(form, edges)
        elif box.top - box.bottom < _LOW:
            edges = _as_high_as_its_line(handle, index, edges)
        placed = view.box(*edges)
        angle = round(raw.FPDFText_GetCharAngle(handle, index) * 57.29578) % 360
        glyph = Glyph(text, *placed, spaced, len(found))
        found.append(Character(glyph, (angle + view.rotation) % 360, index))
        if _shown(handle, index):
            drawn.append(found[-1])
        spaced = False
    return found, drawn


#: From this height (points) on, a character's box need not be looked at.
_LOW = 6.0
#: How far a line of text reaches below and above where it is written, in sizes of its font.
_BELOW, _ABOVE, _FLAT = 0.12, 0.88, 0.5


def _as_high_as_its_line(
    handle: Any, index: int, edges: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """The box of a full stop or a dash of a font that does not tell how high its lines are, as high as those of letters."""
    x, y, matrix = c_double(), c_double(), raw.FS_MATRIX()
    if not (
        raw.FPDFText_GetCharOrigin(handle, index, byref(x), byref(y))
        and raw.FPDFText_GetMatrix(handle, index, byref(matrix))
    ):
        return edges
    left, bottom, right, top = edges
    size = raw.FPDFText_GetFontSize(handle, index) * matrix.d
    upright = abs(matrix.b) + abs(matrix.c) < _EQUAL * abs(matrix.d)
    if not upright or top - bottom >= _FLAT * size:
        return edges
    return left, y.value - _BELOW * size, right, y.value + _ABOVE * size


def _form_of(handle: Any, index: int, forms: Mapping[int, Any]) -> Any:
    text = raw.FPDFText_GetTextObject(handle, index)
    return forms.get(_address(text)) if text else None


def _misplaced(handle: Any, index: int) -> bool:
    """Whether pdfium tells a character's box in the coordinates of the form that it is drawn in.

    So it does with what a file writes in place of glyphs (ActualText), as browsers do where a glyph is a radical's too
    (⼈ and 人); its loose box is the tight one.
    """
    loose = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(handle, index, byref(loose))
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    raw.FPDFText_GetCharBox(handle, index, byref(left), byref(right), byref(bottom), byref(top))
    return (
        not raw.FPDFText_IsGenerated(handle, index)
        and max(abs(loose.left - left.value), abs(loose.right - right.value), abs(loose.top - top.value))
        < _EQUAL
    )


_EQUAL = 0.01


def _forms(page: Any) -> dict[int, Any]:
    """The forms in which texts stand, by the address of the text."""
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEPTH)
    return {_address(item.raw): item.container for item in texts if item.container is not None}


def _address(handle: Any) -> int:
    return cast(int, cast_pointer(handle, c_void_p).value)


def _shown(handle: Any, index: int) -> bool:
    text_object = raw.FPDFText_GetTextObject(handle, index)
    return (
        not text_object or raw.FPDFTextObj_GetTextRenderMode(text_object) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
    )


def _bounds(item: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what a page draws, also of what stands in forms that move and scale it."""
    return _within(item.container, item.get_bounds())


def _within(form: Any, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box on the page that is told in the coordinates of a form, or of the page where `form` is None."""
    while form is not None:
        box = form.get_matrix().on_rect(*box)
        form = form.container
    return box


def _ruling(page: Any) -> tuple[list[TableRule], list[Strike]]:
    """Vertical rules, and horizontal lines that may strike text out."""
    view = _to_view(page)
    rules: list[TableRule] = []
    strikes: list[Strike] = []
    for number, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if number >= MAX_OBJECTS:
            break
        left, top, right, bottom = view.box(*_bounds(item))
        if bottom - top > _SHORTEST_RULE and _straight(item):
            sides = {left, right} if right - left > _WIDEST_RULE else {(left + right) / 2}
            rules += [TableRule(x, top, bottom) for x in sides]
        elif right - left >= SHORTEST_STRIKE and _is_thin(item, bottom - top) and _is_dark(item):
            strikes.append(Strike(left, right, (top + bottom) / 2))
    return rules, strikes


def _is_thin(item: Any, high: float) -> bool:
    """Whether a horizontal line with bounds so high strikes text out; those of a stroked one are twice its width."""
    _, stroked = _drawn_by(item)
    return (high / 2 if stroked else high) <= THICKEST_STRIKE


def _drawn_by(item: Any) -> tuple[bool, bool]:
    """Whether a path is filled, and whether it is stroked."""
    fill, stroked = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(item.raw, byref(fill), byref(stroked))
    return bool(fill.value), bool(stroked.value)


def _is_dark(item: Any) -> bool:
    """Whether a path is drawn in a colour that people see on white paper."""
    filled, stroked = _drawn_by(item)
    asked = [raw.FPDFPageObj_GetStrokeColor] if stroked else []
    asked += [raw.FPDFPageObj_GetFillColor] if filled else []
    for ask in asked:
        parts = [c_uint() for _ in range(4)]
        if ask(item.raw, *(byref(part) for part in parts)):
            *colour, opacity = (part.value for part in parts)
            if 255 - (255 - min(colour)) * opacity / 255 <= LIGHTEST_STRIKE:
                return True
    return False


def _straight(item: Any) -> bool:
    """Whether a path has no curve, so that it may be a ruling line and not the circle of a seal."""
    count = min(raw.FPDFPath_CountSegments(item.raw), 24)
    return all(
        raw.FPDFPathSegment_GetType(raw.FPDFPath_GetPathSegment(item.raw, index)) != raw.FPDF_SEGMENT_BEZIERTO
        for index in range(count)
    )


def render(page: Any, *, scale: float, grey: bool = False) -> Image:
    """The page as shown, as an RGB or grey picture with `scale` pixels a point."""
    bitmap = page.render(
        scale=scale, may_draw_forms=False, rev_byteorder=True, draw_annots=True, grayscale=grey
    )
    try:
        return bitmap.to_pil().convert("L" if grey else "RGB")
    finally:
        bitmap.close()


def scan_resolution(page: Any) -> float | None:
    """The resolution, in pixels a point, of the picture that covers the page; None when there is no such picture."""
    view = _to_view(page)
    area = view.width * view.height
    for number, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if number >= MAX_OBJECTS:
            break
        left, bottom, right, top = _bounds(item)
        if (right - left) * (top - bottom) > MOSTLY_PICTURE * area:
            pixels_wide, pixels_high = item.get_px_size()
            # Areas are compared, since the picture may be rotated on the page.
            return float((pixels_wide * pixels_high / ((right - left) * (top - bottom))) ** 0.5)
    return None
