"""公文: letters of a department or a unit as A4 pages, such as certificates of write-off and notices.

A paper flows: title, number, paragraphs, a table that may go over pages, closing lines with the seals on them.
What it says stands in an XML within the PDF, beside the seals' signatures over this XML.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from mingpiao.layout.canvas import INNER, OUTER, Canvas, place
from mingpiao.layout.display import Composition, FaceSeal
from mingpiao.layout.fitting import LEADING, fit, wrap_prose
from mingpiao.layout.model import Align, FaceBox, Party, SealPictures
from mingpiao.layout.pdf import Attached, write_pages
from mingpiao.letters.service import Typecase, typecase

_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _TOP, _BOTTOM = 25.0, 25.0, 272.0
_TEXT_WIDTH = _WIDTH - 2 * _LEFT
_BLACK = (0, 0, 0)
_SIZE, _TITLE_SIZE, _TABLE_SIZE, _SMALLEST = 4.6, 7.2, 3.6, 2.2
_ROW = 7.0
_SEAL = 40.0


class PaperColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a paper's table; `share` is its part of the width beside the others'."""

    heading: str
    share: float
    align: Align = "left"


class PaperTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table: each row has a text for each column; a `last` row is set off as the sum."""

    columns: tuple[PaperColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    last: tuple[str, ...] = ()


class PaperSeal(msgspec.Struct, frozen=True, kw_only=True):
    """Who puts a seal, under which name; units stand on the left, departments on the right."""

    party: Party
    name: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper says. Paragraphs before the table and after it; `day` is written out, in Chinese."""

    title: str
    serial: str
    address: str = ""
    paragraphs: tuple[str, ...] = ()
    table: PaperTable | None = None
    closing: tuple[str, ...] = ()
    seals: tuple[PaperSeal, ...] = ()
    day: str = ""


def write_paper(
    paper: Paper, pictures: SealPictures | None, files: Sequence[Attached], issued_at: datetime
) -> bytes:
    """A paper as PDF with files in it, without `pictures` one that bears no seals; the same input gives the same bytes."""
    letters = typecase()
    return write_pages(compose_paper(paper, letters), letters, pictures, files, issued_at)


def compose_paper(paper: Paper, letters: Typecase) -> Composition:
    """A paper as pages of placed things."""
    writer = _Writer(letters)
    writer.title(paper.title, paper.serial)
    if paper.address:
        writer.paragraph(paper.address, indented=False)
    for text in paper.paragraphs:
        writer.paragraph(text)
    if paper.table is not None:
        writer.table(paper.table)
    for text in paper.closing:
        writer.paragraph(text)
    writer.seals(paper.seals, paper.day)
    return Composition(
        title=paper.title,
        width=_WIDTH,
        height=_HEIGHT,
        pages=tuple(canvas.page() for canvas in writer.canvases),
    )


class _Writer:
    """Pages in the making, and how far down the last one is written."""

    def __init__(self, letters: Typecase) -> None:
        self._letters = letters
        self.canvases = [Canvas()]
        self._y = _TOP

    @property
    def _canvas(self) -> Canvas:
        return self.canvases[-1]

    def _room_for(self, height: float) -> bool:
        """Whether the present page has room; else a new one is begun."""
        if self._y + height <= _BOTTOM:
            return True
        self.canvases.append(Canvas())
        self._y = _TOP
        return False

    def _line(self, text: str, box: FaceBox, size: float, align: Align = "left") -> None:
        fitted = fit(text, self._letters, box.width, box.height, size, _SMALLEST)
        place(self._canvas.values, fitted, box, align, _BLACK)

    def title(self, title: str, serial: str) -> None:
        """The title, with the number below it."""
        self._line(title, _box(_LEFT, self._y, _TEXT_WIDTH, 12), _TITLE_SIZE, "center")
        self._line(serial, _box(_LEFT, self._y + 13, _TEXT_WIDTH, 7), _TABLE_SIZE, "center")
        self._y += 27

    def paragraph(self, text: str, *, indented: bool = True) -> None:
        """Lines of a paragraph, over pages where they must; the first one begins two letters later."""
        pitch = _SIZE * LEADING * 1.25
        indent = 2 * _SIZE if indented else 0.0
        first, *_ = wrap_prose(text, self._letters, _TEXT_WIDTH - indent, _SIZE) or [""]
        rest = wrap_prose(text[len(first) :], self._letters, _TEXT_WIDTH, _SIZE)
        for offset, line in [(indent, first), *((0.0, each) for each in rest)]:
            self._room_for(pitch)
            self._line(line, _box(_LEFT + offset, self._y, _TEXT_WIDTH - offset + 1, pitch), _SIZE)
            self._y += pitch
        self._y += 1.5

    def table(self, table: PaperTable) -> None:
        """The table; its headings are repeated on each page."""
        whole = sum(column.share for column in table.columns)
        widths = [_TEXT_WIDTH * column.share / whole for column in table.columns]
        headings = tuple(column.heading for column in table.columns)
        self._room_for(3 * _ROW)
        self._row(headings, table, widths, heading=True)
        for row in (*table.rows, *([table.last] if table.last else [])):
            if not self._room_for(_ROW):
                self._row(headings, table, widths, heading=True)
            self._row(row, table, widths)
        self._y += 4

    def _row(
        self, cells: tuple[str, ...], table: PaperTable, widths: Sequence[float], *, heading: bool = False
    ) -> None:
        x = _LEFT
        for text, column, width in zip(cells, table.columns, widths, strict=True):
            self._canvas.frame(_box(x, self._y, width, _ROW), OUTER if heading else INNER, _BLACK)
            align: Align = "center" if heading else column.align
            self._line(text, _box(x + 1, self._y, width - 2, _ROW), _TABLE_SIZE, align)
            x += width
        self._y += _ROW

    def seals(self, seals: Sequence[PaperSeal], day: str) -> None:
        """Names with their seals on them, and the day."""
        self._room_for(_SEAL + 14)
        top = self._y + 6
        for seal in seals:
            left = _LEFT if seal.party == "unit" else _WIDTH - _LEFT - 72
            self._line(seal.name, _box(left, top + _SEAL / 2 - 4, 72, 8), _SIZE, "center")
            box = _box(left + (72 - _SEAL) / 2, top, _SEAL, _SEAL)
            self._canvas.stamps = (*self._canvas.stamps, FaceSeal(seal.party, box))
        self._line(day, _box(_WIDTH - _LEFT - 72, top + _SEAL / 2 + 5, 72, 8), _SIZE, "center")
        self._y = top + _SEAL + 8


def _box(x: float, y: float, width: float, height: float) -> FaceBox:
    return FaceBox(x=x, y=y, width=width, height=height)


def signed_files(name: str, xml: bytes, signatures: Mapping[Party, bytes]) -> list[Attached]:
    """The XML of a paper and the seals' signatures over it (GB/T 38540), as files of its PDF."""
    return [
        Attached(key=name, name=f"{name}.xml", data=xml, description="文书内容"),
        *(
            Attached(
                key=f"{name}.{party}",
                name=f"{name}.{party}.dat",
                data=signature,
                description="电子签章（GB/T 38540）",
                media_type="application/octet-stream",
            )
            for party, signature in signatures.items()
        ),
    ]
