"""The text of a file as one string that maps each character to its place on a page."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mingpiao.evidence.extraction.arrangement import Block, TextBox, boxes_of, rows_of_blocks
from mingpiao.evidence.extraction.characters import kept
from mingpiao.reading.model import Found, PageLines, PagePlace, TextLine

#: Separators between cells of a row, and between rows; lines of one paragraph have none.
CELL = "\t"
ROW = "\n"


_FIGURE = re.compile(r"\d")
_FIRST_ROW = re.compile(r"\n(?:[^\n\d]{0,6}\n)?1[\t .、]")


class Spot(NamedTuple):
    """The origin of a character: the number of its line, and its position in that line's text."""

    line: int
    position: int


class Flow:
    """The whole file as one string of plain characters (`fold`)."""

    def __init__(self, pages: Sequence[PageLines]) -> None:
        self.lines: list[TextLine] = [line for page in pages for line in page.lines]
        #: Places of lines on the straightened page, to decide what is beside or below what.
        self.straight: list[PagePlace] = []
        writer = _Writer()
        for page in pages:
            boxes = boxes_of(page, first=len(self.straight))
            self.straight += [box.place(page.number) for box in boxes]
            writer.write(rows_of_blocks(boxes))
        self.text = "".join(writer.characters)
        self._spots = writer.spots
        self._starts = _starts(self._spots)

    def found(self, start: int, end: int, value: str | None = None) -> Found:
        """The characters from `start` to `end`, trimmed. Their plain form is `value`, or the text itself."""
        while start < end and self.text[start] in " \t\n":
            start += 1
        while end > start and self.text[end - 1] in " \t\n":
            end -= 1
        text = "".join(self._written(position) for position in range(start, end))
        return Found(
            value=value if value is not None else text,
            text=text,
            places=self.places(start, end),
            confidence=min(
                (self.lines[index].confidence for index, _, _ in self._runs(start, end)), default=1.0
            ),
        )

    def places(self, start: int, end: int) -> tuple[PagePlace, ...]:
        """The places of the characters, one for each line."""
        return tuple(self.lines[line].part(first, last + 1) for line, first, last in self._runs(start, end))

    def line_at(self, position: int) -> int:
        """The number of a character's line; -1 for a separator."""
        spot = self._spots[position] if 0 <= position < len(self._spots) else None
        return spot.line if spot else -1

    def span(self, line: int) -> tuple[int, int]:
        """The start and end of a line's characters in the text."""
        return self._starts[line]

    def heads_a_table(self, position: int) -> bool:
        """Whether the row at a position is a table's head: it has no digits, and the next row has number 1."""
        end = self.text.find(ROW, position)
        row = self.text[self.text.rfind(ROW, 0, position) + 1 : end]
        return CELL in row and not _FIGURE.search(row) and _FIRST_ROW.match(self.text, end) is not None

    def _written(self, position: int) -> str:
        spot = self._spots[position]
        return self.lines[spot.line].text[spot.position] if spot else ""

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        line = -1
        first = last = 0
        for spot in self._spots[start:end]:
            if spot is None:
                continue
            if spot.line != line:
                if line >= 0:
                    yield line, first, last
                line, first = spot.line, spot.position
            last = spot.position
        if line >= 0:
            yield line, first, last


class _Writer:
    """Writes rows of blocks into one string, and keeps the origin of each character."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.spots: list[Spot | None] = []

    def write(self, rows: Sequence[Sequence[Block]]) -> None:
        for row in rows:
            for number, block in enumerate(row):
                if number:
                    self._separate(CELL)
                for box in block:
                    self._box(box)
            self._separate(ROW)
        self._separate(ROW)

    def _separate(self, separator: str) -> None:
        self.characters.append(separator)
        self.spots.append(None)

    def _box(self, box: TextBox) -> None:
        for position, character in kept(box.text):
            self.characters.append(character)
            self.spots.append(Spot(box.line, position))


def _starts(spots: Sequence[Spot | None]) -> dict[int, tuple[int, int]]:
    starts: dict[int, tuple[int, int]] = {}
    for position, spot in enumerate(spots):
        if spot is not None:
            first, _ = starts.get(spot.line, (position, position))
            starts[spot.line] = first, position + 1
    return starts
