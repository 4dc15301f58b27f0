"""The text of a paper as one string, in which every character knows its place on a page."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mingpiao.evidence.model import Found, Line, PageLines, Place

#: Between cells of a row, and between rows; a paragraph that runs on has nothing between its rows.
CELL = "\t"
ROW = "\n"

#: One character for one, so that positions stay: full-width forms, and what OCR confuses in numbers.
#: Some fonts give radicals (⽅) where characters (方) are meant: they fold as Unicode says.
_FOLDED: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLDED |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_FOLDED |= {
    ord(odd): ord(plain)
    for odd, plain in {
        "\u3000": " ", "\u00a0": " ", "￥": "¥", "○": "〇", "◯": "〇", "⚪": "〇",
        "－": "-", "﹣": "-", "—": "-", "–": "-", "―": "-", "─": "-", "﹕": ":", "∶": ":", "︰": ":",
        "﹒": ".", "﹐": ",", "﹑": "、", "圓": "圆", "園": "圆", "貳": "贰", "參": "叁", "叄": "叁",
        "陸": "陆", "萬": "万", "億": "亿", "兩": "两",
    }.items()
}  # fmt: skip
_NEW_PARAGRAPH = re.compile(
    r"^\s*(第[一二三四五六七八九十百\d]+[条章节款]|[一二三四五六七八九十]+[、.]|\(?[一二三四五六七八九十\d]{1,3}[)、]"
    r"|\d{1,2}(\.\d{1,2})*[.、 ]|[甲乙丙丁]\s*方\s*[(:]|附[件:]|[\u4e00-\u9fff ]{2,8}:)"
)
_ENDED = re.compile(r"[。;:!?]\s*$")
#: 户　名, 甲 方: single characters that are set apart to fill the width.
_STRETCHED_WORD = re.compile(r"(?<![^ ])[\u4e00-\u9fff](?P<space> +)(?=[\u4e00-\u9fff](?: |$|[:(]))")
_STRETCHED_NUMBER = re.compile(r"(?P<space>(?<=[0-9¥.,]) +| +(?=[0-9¥.,]))")


class Spot(NamedTuple):
    """Where a character of the flow comes from: a line, and a place in its text."""

    line: int
    position: int


class Flow:
    """The whole paper as one folded string."""

    def __init__(self, pages: Sequence[PageLines]) -> None:
        self.lines: list[Line] = [line for page in pages for line in page.lines]
        self.text, self._spots = _joined(pages, self.lines)
        self._starts = _starts(self._spots)

    def found(self, start: int, end: int, value: str | None = None) -> Found:
        """The characters from `start` to `end`, trimmed; `value` is their plain form unless the text is."""
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

    def places(self, start: int, end: int) -> tuple[Place, ...]:
        """One place for each line that the characters stand on."""
        return tuple(self.lines[line].part(first, last + 1) for line, first, last in self._runs(start, end))

    def line_at(self, position: int) -> int:
        """Number of the line that a character stands on; -1 for a separator."""
        spot = self._spots[position] if 0 <= position < len(self._spots) else None
        return spot.line if spot else -1

    def span(self, line: int) -> tuple[int, int]:
        """Where a line's characters begin and end in the text."""
        return self._starts[line]

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


def fold(text: str) -> str:
    """Full-width letters, digits and brackets to plain ones, character for character."""
    return text.translate(_FOLDED)


def _joined(pages: Sequence[PageLines], lines: Sequence[Line]) -> tuple[str, list[Spot | None]]:
    characters: list[str] = []
    spots: list[Spot | None] = []
    number = 0
    for page in pages:
        right = _right_margin(page.lines)
        before: Line | None = None
        for line in page.lines:
            if before is not None:
                between = _between(before, line, right)
                characters += between
                spots += [None] * len(between)
            for index, character in _kept(fold(line.text)):
                characters.append(character)
                spots.append(Spot(number, index))
            before = line
            number += 1
        characters.append(ROW)
        spots.append(None)
    return "".join(characters), spots


def _kept(text: str) -> Iterator[tuple[int, str]]:
    """Characters without the spaces that only stretch a word or a number, and without fill-in underscores."""
    text = text.replace("_", " ")
    dropped = {
        index
        for pattern in (_STRETCHED_WORD, _STRETCHED_NUMBER)
        for match in pattern.finditer(text)
        for index in range(*match.span("space"))
    }
    before = ""
    for index, character in enumerate(text):
        if index not in dropped and (character != " " or before != " "):
            yield index, character
            before = character


def _right_margin(lines: Sequence[Line]) -> float:
    edges = sorted(line.place.right for line in lines)
    return edges[int(len(edges) * 0.9)] if edges else 1.0


def _between(before: Line, line: Line, right: float) -> str:
    if _same_row(before.place, line.place):
        return CELL
    text = fold(line.text)
    size = (before.place.right - before.place.left) / max(1, len(before.text))
    runs_on = (
        before.place.right > right - 2.5 * size
        and line.place.left < 0.35
        and len(before.text) > 12
        and 0 <= line.place.top - before.place.top < 4 * (before.place.bottom - before.place.top)
        and not _ENDED.search(fold(before.text))
        and not _NEW_PARAGRAPH.match(text)
    )
    return "" if runs_on else ROW


def _same_row(before: Place, place: Place) -> bool:
    overlap = min(before.bottom, place.bottom) - max(before.top, place.top)
    return (
        overlap > 0.5 * min(before.bottom - before.top, place.bottom - place.top)
        and place.left >= before.left
    )


def _starts(spots: Sequence[Spot | None]) -> dict[int, tuple[int, int]]:
    starts: dict[int, tuple[int, int]] = {}
    for position, spot in enumerate(spots):
        if spot is not None:
            first, _ = starts.get(spot.line, (position, position))
            starts[spot.line] = first, position + 1
    return starts
