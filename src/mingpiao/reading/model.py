"""Values of reading: pages as lines with places, and the labelled values of a form."""

import msgspec


class PagePlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where on a page something stands: `page` from 1; the box in parts (0..1) of the upright page."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class TextLine(msgspec.Struct, frozen=True, kw_only=True):
    """A run of text on one row of a page, or one cell of a table; confidence 0..1.

    `edges` are the left edges of the characters and the right edge of the last, in parts of the
    upright page's width; `slope` is how far a line that is not quite level falls over the page's width,
    in parts of its height.
    """

    text: str
    place: PagePlace
    confidence: float = 1.0
    edges: tuple[float, ...] = ()
    slope: float = 0.0

    @property
    def thickness(self) -> float:
        """The height of the line itself, without its fall."""
        whole = self.place.bottom - self.place.top
        return max(0.4 * whole, whole - abs(self.slope) * (self.place.right - self.place.left))

    def part(self, start: int, end: int) -> PagePlace:
        """Where the characters `start` to `end` (exclusive) of the text stand."""
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


class PageLines(msgspec.Struct, frozen=True, kw_only=True):
    """One page as lines in reading order, upright.

    `width` and `height` are those of the upright page, in points (pixels for a picture). `rotation`
    (0, 90, 180, 270 clockwise) turns the page, as a viewer shows it, upright. `method` is "text"
    or "ocr". `seals` are the places of red seals.
    """

    number: int
    width: float
    height: float
    rotation: int
    method: str
    lines: tuple[TextLine, ...] = ()
    seals: tuple[PagePlace, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A text found on the pages. `value` is its plain form, `text` as written; confidence 0..1."""

    value: str
    text: str
    places: tuple[PagePlace, ...] = ()
    confidence: float = 1.0


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label that stands at the beginning of a text: its field, how many characters it takes, whether exact."""

    field: str
    length: int
    exact: bool


class TextPiece(msgspec.Struct, kw_only=True):
    """A value, or a part of one, on one row. `label` is where its label stands, if it has one here.

    `place` and `label` are on the level page, `shown` on the page as it is. `height` of its line is in
    parts of the page's height, `em` the same in parts of its width.
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


class LabelledValue(msgspec.Struct, frozen=True, kw_only=True):
    """A whole value, from its pieces in order."""

    field: str
    pieces: tuple[TextPiece, ...]

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
    """A page's rows as texts without spaces, and its values."""

    rows: tuple[TextPiece, ...]
    values: tuple[LabelledValue, ...]
