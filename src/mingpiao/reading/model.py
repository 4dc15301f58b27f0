"""Values of reading: pages as lines with places, and the labelled values of a form."""

import msgspec


class PagePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place on a page: `page` from 1, and a box in fractions (0..1) of the upright page's width and height."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class TextLine(msgspec.Struct, frozen=True, kw_only=True):
    """A run of text on one row of a page, or one cell of a table; confidence 0..1.

    `edges` are the left edges of the characters and the right edge of the last, in fractions of the
    upright page's width. `slope` is how far a slightly skewed line falls over the whole width of the page,
    as a fraction of its height.
    """

    text: str
    place: PagePlace
    confidence: float = 1.0
    edges: tuple[float, ...] = ()
    slope: float = 0.0

    @property
    def thickness(self) -> float:
        """The height of the line itself, without the height that its slope adds."""
        whole = self.place.bottom - self.place.top
        return max(0.4 * whole, whole - abs(self.slope) * (self.place.right - self.place.left))

    def part(self, start: int, end: int) -> PagePlace:
        """The place of the characters `start` to `end` (exclusive) of the text."""
        if len(self.edges) <= end or start >= end:
            return self.place
        left, right = self.edges[start], self.edges[end]
        middle = (self.place.top + self.place.bottom) / 2
        middle += self.slope * ((left + right) / 2 - (self.place.left + self.place.right) / 2)
        half = (self.thickness + abs(self.slope) * (right - left)) / 2
        return PagePlace(
            page=self.place.page,
            left=left,
            top=round(max(0.0, middle - half), 5),
            right=right,
            bottom=round(min(1.0, middle + half), 5),
        )


class Belied(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a page's text layer, and what people see on the page in its place."""

    says: TextLine
    shown: str


class PageLines(msgspec.Struct, frozen=True, kw_only=True):
    """One page as lines in reading order, upright.

    `width` and `height` are those of the upright page, in points (pixels for a picture). `rotation` (0, 90, 180,
    270 clockwise) turns the page, as a viewer shows it, upright. `method` is "text", "ocr", or "mixed" where OCR
    read pictures in a page with text. `seals` are the places of red seals. `aslant` are texts that stand
    otherwise than its rows, such as watermarks; `unseen` is what the text layer says and nobody sees on the page,
    its beginning; `hidden` counts its characters. `struck` is text that is struck out. Of these only large
    letters that stand one below another are in lines too. `belied` is what the text layer says otherwise than the
    page shows it, which lines have as shown.
    """

    number: int
    width: float
    height: float
    rotation: int
    method: str
    lines: tuple[TextLine, ...] = ()
    seals: tuple[PagePlace, ...] = ()
    hidden: int = 0
    aslant: tuple[TextLine, ...] = ()
    unseen: tuple[TextLine, ...] = ()
    struck: tuple[TextLine, ...] = ()
    belied: tuple[Belied, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A text found on the pages. `value` is its plain form, `text` as written; confidence 0..1."""

    value: str
    text: str
    places: tuple[PagePlace, ...] = ()
    confidence: float = 1.0


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label at the start of a text: its field, its length in characters, and whether it matches exactly."""

    field: str
    length: int
    exact: bool


class TextPiece(msgspec.Struct, kw_only=True):
    """A value, or a part of one, on one row. `label` is the place of its label, if it has one on this row.

    `place` and `label` are places on the straightened page, `shown` on the original one. `height` is the
    line's height as a fraction of the page's height, `em` the same length as a fraction of its width.
    `letters` is how many characters the longest of its lines has, which the confidence is the mean of.
    """

    field: str | None
    text: str
    place: PagePlace
    shown: tuple[PagePlace, ...]
    confidence: float
    label: PagePlace | None = None
    exact: bool = True
    height: float = 0.0
    em: float = 0.0
    letters: int = 0


class LabelledValue(msgspec.Struct, frozen=True, kw_only=True):
    """A whole value, from its pieces in order. `exact` tells that its label was read without a slip, `guessed` that
    other lines may belong to it as well, or some of these may not."""

    field: str
    pieces: tuple[TextPiece, ...]
    exact: bool = True
    guessed: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def confidence(self) -> float:
        return min((piece.confidence for piece in self.pieces), default=0.0)

    @property
    def places(self) -> tuple[PagePlace, ...]:
        return tuple(place for piece in self.pieces if piece.text for place in piece.shown)


class PageText(msgspec.Struct, frozen=True, kw_only=True):
    """A page's rows as texts without spaces, its labelled values, and the cells that have no label on their row."""

    rows: tuple[TextPiece, ...]
    values: tuple[LabelledValue, ...]
    loose: tuple[TextPiece, ...] = ()
