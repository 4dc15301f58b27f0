"""What stands around a piece of a file's text: its label, row, column, clause, section, and the paper's title."""

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from mingpiao.evidence.extraction.amounts import unit_of_table
from mingpiao.evidence.extraction.flow import CELL, ROW, Flow
from mingpiao.reading.model import PagePlace

_LABEL = re.compile(
    r"(?P<label>[^:\t\n。;,]{1,24}?) ?(?:\([^()\n]{0,16}\) ?)?:[ ¥Y(]{0,8}(?:人民币|RMB|CNY|大写|小写)?[ :¥)(]{0,8}$"
)
_MONEY_SIGNS = re.compile(r"^[ ¥()]{0,12}(?:人民币|RMB|CNY|小写|大写)?[ ¥:()]{0,12}$")
_CLAUSE_END = re.compile(r"[。;\n\t]")
_PART_END = re.compile(r"[。;\n\t,]|\d[\d,.]*(?:元|万元|%|年|月|日)|(?:元整|元|日)(?=[^:]{0,2}$)")
_SECTION = re.compile(
    r"^ ?(?:第[一二三四五六七八九十\d]{1,3}[条章节款]|[一二三四五六七八九十]{1,3} ?[、.]"
    r"|\(?[一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、](?!\d))"
)
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_DIGITS = re.compile(r"\d")
_NEAR, _CLAUSE, _AFTER, _LONGEST_HEAD = 14, 60, 24, 18
#: So much of a row is looked at, from its beginning and before the piece.
_LONGEST_ROW = 400
#: A head of a column is searched among so many lines above that may be heads; it has so many lines itself.
_REACH_UP, _HEAD_LINES = 400, 3


class Surroundings(NamedTuple):
    """Texts around a piece, each possibly empty.

    `label` is before a colon in its cell, or the cell to its left; `near` the last characters before it, `part` what
    stands since the last comma or number, `clause` the sentence before it, `after` what follows in its sentence;
    `row` the first cell of its row, `column` the head of its column, `section` the heading above, `title` the first
    large lines.
    `alone` tells that it fills its cell; `place` is 0 at the beginning of the file and 1 at its end.
    """

    label: str
    near: str
    part: str
    clause: str
    after: str
    row: str
    column: str
    section: str
    title: str
    alone: bool
    in_table: bool
    place: float


class Surveyor:
    """Tells the surroundings of pieces of one file; what all pieces share is looked up once."""

    def __init__(self, flow: Flow, title: str) -> None:
        self._flow = flow
        self._text = flow.text
        self.title = title
        heads = (
            (place, line.text.replace(" ", ""))
            for line, place in zip(flow.lines, flow.straight, strict=True)
            if _may_head(line.text)
        )
        #: The last first, so that the head above a line is near the place where the line itself would stand.
        self._heads = sorted(heads, key=lambda each: (each[0].page, each[0].top), reverse=True)
        self._tops = [(-place.page, -place.top) for place, _ in self._heads]
        self._columns: dict[int, str] = {}
        self._sections = [
            (match.start(), match.group()[:24])
            for match in re.finditer(r"[^\n]+", self._text)
            if _SECTION.match(match.group())
        ]
        self._section_starts = [start for start, _ in self._sections]

    def around(self, start: int, end: int) -> Surroundings:
        """The surroundings of the characters from `start` to `end`."""
        text = self._text
        row_start = text.rfind(ROW, 0, start) + 1
        cell_start = max(row_start, text.rfind(CELL, row_start, start) + 1)
        before = text[max(0, start - _CLAUSE) : start]
        inside = text[max(cell_start, start - _CLAUSE) : start]
        signs_alone = start - cell_start <= _CLAUSE and _MONEY_SIGNS.match(inside) is not None
        stop = re.search(r"[。;\n]", text[end : end + _AFTER])
        after = text[end : end + (stop.start() if stop else _AFTER)]
        return Surroundings(
            label=_label(inside, text[max(row_start, cell_start - _LONGEST_ROW) : cell_start], signs_alone),
            near=_CLAUSE_END.split(before)[-1][-_NEAR:],
            part=_PART_END.split(before)[-1],
            clause=re.split(r"[。;\n]", before)[-1],
            after=after.replace(CELL, " "),
            row=_row_head(text[row_start : min(cell_start, row_start + _LONGEST_ROW)]),
            column=self.column(start, end),
            section=self._section(start),
            title=self.title,
            alone=signs_alone and text[end : end + 2].lstrip(" 元圆整正)")[:1] in ("", CELL, ROW),
            in_table=self._in_table(start, end),
            place=start / max(1, len(text)),
        )

    def unit_above(self, start: int) -> str:
        """The unit of bare numbers in a table at this place."""
        return unit_of_table(self._text, start)

    def column(self, start: int, end: int) -> str:
        """The head of the column in which the characters stand; "" outside of tables."""
        line = self._flow.line_at(start)
        if line < 0 or not self._in_table(start, end):
            return ""
        if line not in self._columns:
            self._columns[line] = self._head_above(self._flow.straight[line])
        return self._columns[line]

    def _in_table(self, start: int, end: int) -> bool:
        stop = self._text.find(ROW, end)
        row_start = self._text.rfind(ROW, 0, start) + 1
        return self._text.find(CELL, row_start, stop if stop >= 0 else len(self._text)) >= 0

    def _head_above(self, own: PagePlace) -> str:
        first = bisect_left(self._tops, (-own.page, -(own.top + 0.004)))
        lines: list[tuple[PagePlace, str]] = []
        for place, text in self._heads[first : first + _REACH_UP]:
            if not _overlap(place, own) or (place.page, place.bottom) > (own.page, own.top + 0.004):
                continue
            if lines and not _continues(place, lines[-1][0]):
                break
            lines.append((place, text))
            if len(lines) == _HEAD_LINES:
                break
        return "".join(text for _, text in reversed(lines))[:_LONGEST_HEAD]

    def _section(self, start: int) -> str:
        place = bisect_right(self._section_starts, start)
        return self._sections[place - 1][1] if place else ""


def _continues(upper: PagePlace, lower: PagePlace) -> bool:
    """Whether a line of a head stands directly above another."""
    return upper.page == lower.page and lower.top - upper.bottom <= 0.6 * (lower.bottom - lower.top)


def _label(inside: str, row: str, signs_alone: bool) -> str:
    if match := _LABEL.search(inside):
        return match["label"].strip()
    if not signs_alone:
        return ""
    cells = [cell for cell in row.split(CELL) if cell.strip()]
    return cells[-1].strip(" :")[-24:] if cells and not _mostly_digits(cells[-1]) else ""


def _row_head(row: str) -> str:
    for cell in row.split(CELL):
        if len(_WORDS.findall(cell)) > 1:
            return cell.strip()[:24]
    return ""


def _mostly_digits(cell: str) -> bool:
    return len(_DIGITS.findall(cell)) * 2 > len(cell)


def _may_head(text: str) -> bool:
    plain = text.replace(" ", "")
    return 1 < len(plain) <= _LONGEST_HEAD and not _DIGITS.search(plain) and bool(_WORDS.search(plain))


def _overlap(head: PagePlace, own: PagePlace) -> bool:
    shared = min(head.right, own.right) - max(head.left, own.left)
    return shared > 0.3 * min(head.right - head.left, own.right - own.left)
