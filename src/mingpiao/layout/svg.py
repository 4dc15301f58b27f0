"""SVG writer: the display list as inline SVG for web pages, one picture a page, without any script.

The browser's own font is used, stretched to the measured length of each line, so that nothing overlaps
on a machine without the form's font. A line with characters that few machines have a font for is drawn as
outlines, with the text itself, unseen, above them for finding and copying.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape

from mingpiao.layout.display import Composition, FacePage, FaceRule, Symbol, Text
from mingpiao.layout.inked import placed_runs
from mingpiao.layout.model import SealPictures
from mingpiao.letters.service import Typecase

_FAMILIES = "'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"


def write_svg(composition: Composition, letters: Typecase, pictures: SealPictures, *, mark: str = "") -> str:
    """All pages, one after the other, as `<svg>` elements; every text is escaped.

    A `mark` lies across each page, over everything, and stands in its title.
    """
    return "\n".join(write_pages(composition, letters, pictures, mark=mark))


def write_pages(
    composition: Composition, letters: Typecase, pictures: SealPictures, *, mark: str = ""
) -> list[str]:
    """Each page as an `<svg>` element."""
    count = len(composition.pages)
    return [
        _page(composition, page, letters, pictures, (index + 1, count), mark)
        for index, page in enumerate(composition.pages)
    ]


def _page(
    composition: Composition,
    page: FacePage,
    letters: Typecase,
    pictures: SealPictures,
    place: tuple[int, int],
    mark: str,
) -> str:
    title = f"{composition.title} 第 {place[0]} 页 共 {place[1]} 页{f'（{mark}）' if mark else ''}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bill-face" '
        f'viewBox="0 0 {composition.width:g} {composition.height:g}" '
        f'font-family="{escape(_FAMILIES)}" lang="zh-CN">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{composition.width:g}" height="{composition.height:g}" fill="#fff"/>',
        *_rules(page.rules),
        *_texts((*page.form, *page.values), letters),
    ]
    if page.symbol is not None:
        parts.append(_symbol(page.symbol))
    for stamp in page.stamps:
        picture = pictures.unit if stamp.party == "unit" else pictures.supervisor
        box = stamp.box
        parts.append(
            f'<image class="bill-seal" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" '
            f'preserveAspectRatio="none" href="data:image/png;base64,{b64encode(picture).decode()}"/>'
        )
    if mark:
        parts.append(_across(composition, mark))
    parts.append("</svg>")
    return "".join(parts)


def _across(composition: Composition, mark: str) -> str:
    """A mark from the lower left to the upper right, through which the face can still be read."""
    size = min(composition.height / 3, composition.width / (1.3 * len(mark)))
    return (
        f'<text class="bill-mark" transform="translate({composition.width / 2:.3f} {composition.height / 2:.3f}) '
        f'rotate(-20)" y="{size / 3:.3f}" font-size="{size:.3f}" font-weight="700" text-anchor="middle" '
        f'fill="#c3272b" fill-opacity="0.35">{escape(mark)}</text>'
    )


def _rules(rules: Iterable[FaceRule]) -> Iterator[str]:
    for rule in rules:
        yield (
            f'<path d="M{rule.x1:.3f} {rule.y1:.3f}L{rule.x2:.3f} {rule.y2:.3f}" '
            f'stroke="{_colour(rule.colour)}" stroke-width="{rule.width:g}" stroke-linecap="square"/>'
        )


def _texts(texts: Iterable[Text], letters: Typecase) -> Iterator[str]:
    for text in texts:
        if not text.content:
            continue
        hidden = ""
        if not letters.is_plain(text.content):
            hidden = ' fill-opacity="0"'
            yield f'<g fill="{_colour(text.colour)}" aria-hidden="true">{"".join(_drawn(text, letters))}</g>'
        yield (
            f'<text x="{text.x:.3f}" y="{text.y:.3f}" font-size="{text.size:g}" '
            f'textLength="{text.width:.3f}" lengthAdjust="spacingAndGlyphs" fill="{_colour(text.colour)}"{hidden}>'
            f"{escape(text.content)}</text>"
        )


def _drawn(text: Text, letters: Typecase) -> Iterator[str]:
    """The outlines of a line's glyphs."""
    for x, run in placed_runs(text, letters):
        face = letters.face(run.font)
        scale = text.size / face.units_per_em
        for placed in run.glyphs or face.placed(run.text):
            left, top = x + placed.x * text.size / 1000, text.y - placed.y * text.size / 1000
            outline = face.outline(placed.glyph)
            if outline:
                yield (
                    f'<path transform="translate({left:.3f} {top:.3f}) scale({scale:.6f} -{scale:.6f})" '
                    f'd="{outline}"/>'
                )


def _symbol(symbol: Symbol) -> str:
    module = symbol.size / symbol.modules
    path = "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in symbol.runs)
    return (
        f'<path transform="translate({symbol.x:g} {symbol.y:g}) scale({module:.6f})" d="{path}" '
        f'shape-rendering="crispEdges"/>'
    )


def _colour(colour: tuple[int, int, int]) -> str:
    return f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"
