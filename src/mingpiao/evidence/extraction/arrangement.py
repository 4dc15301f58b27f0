"""The arrangement of a page's lines: columns of text, cells of several lines, rows of cells.

It uses only the positions of lines, so it works alike for a text layer and for a scan. A slight slope of the
page is removed first.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from mingpiao.evidence.extraction.characters import fold
from mingpiao.reading.model import PageLines, PagePlace, TextLine

#: A page with more lines, more than any contract has, is only arranged by rows.
_MOST_LINES = 1_200
#: A column of text: its least number of lines, its least width, and from which share of it a line is full.
_COLUMN_LINES = 4
_COLUMN_WIDTH = 0.28
_COLUMN_FULL = 0.6

#: The room at the end of a full line, in characters; the gap between lines of one cell, in line heights.
_FULL = 1.2
_TIGHT = 0.75
#: How far the first line of a paragraph is indented at most, in characters.
_INDENT = 3.3
_NEW_PARAGRAPH = re.compile(
    r"^\s*(第[一二三四五六七八九十百\d]+[条章节款]|[一二三四五六七八九十]+[、.]|\(?[一二三四五六七八九十\d]{1,3}[)、]"
    r"|\d{1,2}(\.\d{1,2})*([.、](?!\d)| (?![\d年月日元]))|[甲乙丙丁]\s*方\s*[(:]|附[件:]|[^,。(]{2,60}:$)"
)
_NEW_LABEL = re.compile(r"^[\u4e00-\u9fff ]{2,8}(\([^)]{1,8}\))?:")
_KNOWN_LABEL = re.compile(
    r"^[\u4e00-\u9fff]{0,6}(?:账号|帐号|账户|户名|开户行|银行|名称|日期|时间|金额|用途|摘要|附言|备注|地址|电话|代表|代码|编号|事由|项目|内容|标的|期限|方式|邮编|传真|种类|单位|方|人)"
    r"(?: ?\([^)]*\))* ?:"
)
_TITLE_END = re.compile(r"^(?:关于|[\u4e00-\u9fff]{4,20}关于).*(?:通知|批复|函|决定|意见|请示|报告)$")
_CENTS_END = re.compile(r"\d\.\d\d\Z")
_SENTENCE_END = re.compile(r"[。;!?]\s*$|^[^,。]{0,18}:\s*$")
_LABELLED = re.compile(r"[\u4e00-\u9fff][^:]{0,20}:")
_WORD = re.compile(r"[\[(〔¥]?(?:[\dA-Za-z,./\-]+[\])〕年月日号元]*)+")
_FIGURES = re.compile(r"^[\d ,.¥:/\-]+元?$")
#: Cells with fewer characters, such as 用途 and 捐赠金额, have one line only.
_SHORTEST_WRAPPED = 6


class TextBox(NamedTuple):
    """A line on the straightened page, as fractions of its width and height; `size` is a character's width."""

    line: int
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    def place(self, page: int) -> PagePlace:
        return PagePlace(page=page, left=self.left, top=self.top, right=self.right, bottom=self.bottom)


Block = list[TextBox]


def boxes_of(page: PageLines, first: int) -> list[TextBox]:
    """The page's lines, straightened and in their plain form (`fold`), numbered from `first`."""
    aspect = (page.height / page.width) ** 2 if page.width else 2.0
    return [_straight(line, number, aspect) for number, line in enumerate(page.lines, start=first)]


def _straight(line: TextLine, number: int, aspect: float) -> TextBox:
    place = line.place
    middle_x, middle_y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    shift_y = -line.slope * (middle_x - 0.5)
    shift_x = line.slope * aspect * (middle_y - 0.5)
    half = line.thickness / 2
    text = fold(line.text)
    return TextBox(
        line=number,
        text=text,
        left=place.left + shift_x,
        top=middle_y + shift_y - half,
        right=place.right + shift_x,
        bottom=middle_y + shift_y + half,
        size=(place.right - place.left) / max(1.0, visual_length(text)),
    )


def visual_length(text: str) -> float:
    """The length of a text in full-width characters."""
    return sum(0.55 if character < "\u2e80" else 1.0 for character in text)


def rows_of_blocks(boxes: Sequence[TextBox]) -> list[list[Block]]:
    """Rows from top to bottom, column by column; each row has blocks from left to right.

    A block is one line, or all lines of one paragraph or of one cell.
    """
    if len(boxes) > _MOST_LINES:
        return _rows([[box] for box in boxes])
    return [row for column in _columns(boxes) for row in _rows(_blocks(column))]


# Columns of running text.


def _columns(boxes: Sequence[TextBox]) -> list[list[TextBox]]:
    """The parts of a page that are read one after another; most pages have one."""
    ordered = sorted(boxes, key=lambda box: box.middle)
    gutter = _gutter(ordered)
    if gutter is None:
        return [ordered]
    parts: list[list[TextBox]] = []
    band: list[TextBox] = []
    for box in ordered:
        if box.left < gutter < box.right:
            parts += [*_halves(band, gutter), [box]]
            band = []
        else:
            band.append(box)
    parts += _halves(band, gutter)
    return _merged([part for part in parts if part], gutter)


def _gutter(boxes: Sequence[TextBox]) -> float | None:
    for x in (0.5, 0.48, 0.52, 0.46, 0.54, 0.44, 0.56):
        left = [box for box in boxes if box.right <= x]
        right = [box for box in boxes if box.left >= x]
        crossing = len(boxes) - len(left) - len(right)
        if crossing <= 0.2 * len(boxes) and _is_text(left) and _is_aligned(right):
            return x
    return None


def _is_text(boxes: Sequence[TextBox]) -> bool:
    """Whether lines are those of a column of text rather than cells of a table."""
    if len(boxes) < _COLUMN_LINES:
        return False
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    full = sum(box.right - box.left > _COLUMN_FULL * width for box in boxes)
    return width > _COLUMN_WIDTH and full >= 0.5 * len(boxes) and not _in_cells(boxes)


def _in_cells(boxes: Sequence[TextBox]) -> bool:
    return sum(bool(mates) for mates in _mates(boxes)) > 0.2 * len(boxes)


def _is_aligned(boxes: Sequence[TextBox]) -> bool:
    """Whether most lines begin at the same left edge, except for indents."""
    if len(boxes) < _COLUMN_LINES or _in_cells(boxes):
        return False
    edge = min(box.left for box in boxes)
    return sum(box.left - edge < _INDENT * box.size for box in boxes) >= 0.7 * len(boxes)


def _halves(band: Sequence[TextBox], gutter: float) -> list[list[TextBox]]:
    left = [box for box in band if box.right <= gutter]
    right = [box for box in band if box.left >= gutter]
    if len(left) < _COLUMN_LINES or len(right) < _COLUMN_LINES:
        return [list(band)]
    return [left, right]


def _merged(parts: list[list[TextBox]], gutter: float) -> list[list[TextBox]]:
    """Parts, where neighbours that both extend across the gap between columns are joined."""
    merged: list[list[TextBox]] = []
    for part in parts:
        if merged and _reaches_over(merged[-1], gutter) and _reaches_over(part, gutter):
            merged[-1] = merged[-1] + part
        else:
            merged.append(part)
    return merged


def _reaches_over(part: Sequence[TextBox], gutter: float) -> bool:
    return min(box.left for box in part) < gutter < max(box.right for box in part)


# Lines that continue on the next line.


def _blocks(boxes: Sequence[TextBox]) -> list[Block]:
    ordered = sorted(boxes, key=lambda box: box.middle)
    mates = _mates(ordered)
    margin = _right_margin(ordered, mates)
    following = {}
    taken: set[int] = set()
    for index, box in enumerate(ordered):
        after = _following(index, ordered, mates, margin)
        if after is not None and after not in taken:
            following[box.line] = ordered[after]
            taken.add(after)
    continued = {box.line for box in following.values()}
    blocks = []
    for box in ordered:
        if box.line not in continued:
            block = [box]
            while block[-1].line in following:
                block.append(following[block[-1].line])
            blocks.append(block)
    return blocks


def _mates(ordered: Sequence[TextBox]) -> list[list[TextBox]]:
    """For each box, the boxes beside it at about the same height."""
    mates: list[list[TextBox]] = [[] for _ in ordered]
    for index, box in enumerate(ordered):
        for other_index in range(index + 1, len(ordered)):
            other = ordered[other_index]
            if other.middle - box.middle > box.height:
                break
            overlap = min(box.bottom, other.bottom) - max(box.top, other.top)
            if overlap > 0.2 * min(box.height, other.height) and not _overlap_in_width(box, other):
                mates[index].append(other)
                mates[other_index].append(box)
    return mates


def _overlap_in_width(box: TextBox, other: TextBox) -> bool:
    return min(box.right, other.right) - max(box.left, other.left) > 0.5 * box.size


def _right_margin(ordered: Sequence[TextBox], mates: Sequence[Sequence[TextBox]]) -> float:
    alone = sorted(box.right for box, beside in zip(ordered, mates, strict=True) if not beside)
    edges = alone or sorted(box.right for box in ordered)
    return edges[int(len(edges) * 0.85)] if edges else 1.0


def _following(
    index: int, ordered: Sequence[TextBox], mates: Sequence[Sequence[TextBox]], margin: float
) -> int | None:
    """The index of the line on which the text of this one continues, or None."""
    box = ordered[index]
    bound = min((mate.left for mate in _near(index, ordered) if mate.left > box.left), default=margin)
    for other_index in range(index + 1, len(ordered)):
        other = ordered[other_index]
        if other.top - box.top > 2.6 * box.height:
            return None
        if other.top - box.top > 0.6 * box.height and other not in mates[index] and _is_under(box, other):
            room = (bound - box.right) / box.size
            full = room < _slack(other)
            together = _one_cell(box, other, mates[index], mates[other_index], full=full) or (
                full and _in_a_centred_row(box, other, _near(index, ordered))
            )
            return other_index if together and _runs_on(box, other, room) else None
    return None


def _near(index: int, ordered: Sequence[TextBox]) -> Iterator[TextBox]:
    """Boxes beside a box, also half a line higher or lower, like a cell that is centred beside two lines."""
    box = ordered[index]
    for direction in (range(index - 1, -1, -1), range(index + 1, len(ordered))):
        for other_index in direction:
            other = ordered[other_index]
            if abs(other.middle - box.middle) > 1.2 * box.height:
                break
            if not _overlap_in_width(box, other):
                yield other


def _is_under(box: TextBox, other: TextBox) -> bool:
    """Whether `other` overlaps `box` in width, or begins left of it as below an indented first line."""
    return other.right > box.left - _INDENT * box.size and box.right > other.left


def _runs_on(box: TextBox, other: TextBox, room: float) -> bool:
    if _SENTENCE_END.search(box.text) or _TITLE_END.match(box.text) or _NEW_PARAGRAPH.match(other.text):
        return False
    # A completely full line continues even on a line that looks like a label.
    if _KNOWN_LABEL.match(other.text) or (room > _FULL and _NEW_LABEL.match(other.text)):
        return False
    # An amount ends with its cents; digits below it are another one.
    if _CENTS_END.search(box.text) and other.text[:1].isdigit():
        return False
    if len(box.text) < 4 or not 0.75 < other.height / box.height < 1.33:
        return False
    aligned = -1.0 < (box.left - other.left) / box.size < _INDENT
    centred = abs(box.centre - other.centre) < box.size and other.right <= box.right + box.size
    return aligned or centred


def _slack(other: TextBox) -> float:
    """How many characters a full line may leave free because the next word or number did not fit."""
    word = _WORD.match(other.text)
    return 2.3 + (visual_length(word.group()) if word else 0.0)


def _one_cell(
    box: TextBox, other: TextBox, beside: Sequence[TextBox], beside_other: Sequence[TextBox], *, full: bool
) -> bool:
    """Whether two lines belong to one cell or paragraph, and not to two rows of a table."""
    gap = (other.top - box.bottom) / box.height
    if not beside and not beside_other:
        return full
    if _LABELLED.match(box.text) and not _LABELLED.match(other.text):
        return full and gap < _TIGHT
    labels = [mate for mate in beside_other if not _wrapped(mate, box, beside)]
    if _has_own_label(other, labels) or len(box.text) < _SHORTEST_WRAPPED:
        return False
    if _has_own_value(box, beside) and _has_own_value(other, beside_other):
        return False
    if bool(_FIGURES.match(box.text)) != bool(_FIGURES.match(other.text)):
        return False
    return gap < _TIGHT and (full or _centred_beside(box, other, beside))


def _wrapped(mate: TextBox, box: TextBox, beside: Sequence[TextBox]) -> bool:
    """Whether a line to the left is the rest of a longer one tightly above it, which is beside `box`: two cells wrap."""
    return any(
        abs(upper.left - mate.left) < upper.size
        and upper.right - mate.right > upper.size
        and (mate.top - upper.bottom) / upper.height < _TIGHT
        and abs(upper.middle - box.middle) < 0.3 * box.height
        and len(upper.text) >= _SHORTEST_WRAPPED
        for upper in beside
        if upper.right <= box.left + box.size
    )


def _has_own_label(box: TextBox, beside: Sequence[TextBox]) -> bool:
    """Whether the cell to the left is at the same height, so that a new row begins here."""
    before = [mate for mate in beside if mate.right <= box.left + box.size]
    if not before:
        return False
    nearest = max(before, key=lambda mate: mate.right)
    return abs(nearest.middle - box.middle) < 0.3 * box.height


def _has_own_value(box: TextBox, beside: Sequence[TextBox]) -> bool:
    """Whether the cell to the right is at the same height."""
    after = [mate for mate in beside if mate.left >= box.right - box.size]
    return bool(after) and abs(min(after, key=lambda mate: mate.left).middle - box.middle) < 0.3 * box.height


def _centred_beside(box: TextBox, other: TextBox, beside: Sequence[TextBox]) -> bool:
    """Whether a cell of one line is vertically centred beside the two lines."""
    between = (box.middle + other.middle) / 2
    return any(abs(mate.middle - between) < 0.25 * (other.middle - box.middle) for mate in beside)


def _in_a_centred_row(box: TextBox, other: TextBox, near: Iterable[TextBox]) -> bool:
    """Whether two tight lines of one width stand beside a cell of one line that is centred between them.

    So look the rows of a table in which several cells wrap, and others do not.
    """
    between, apart = (box.middle + other.middle) / 2, other.middle - box.middle
    tight = (other.top - box.bottom) / box.height < _TIGHT and len(box.text) >= _SHORTEST_WRAPPED
    return tight and any(abs(each.middle - between) < 0.2 * apart for each in near)


# Rows.


def _rows(blocks: Iterable[Block]) -> list[list[Block]]:
    ordered = sorted(blocks, key=_middle)
    rows: list[list[Block]] = []
    for block in ordered:
        if rows and _same_row(rows[-1], block):
            rows[-1].append(block)
        else:
            rows.append([block])
    return [sorted(row, key=lambda block: block[0].left) for row in rows]


def _middle(block: Block) -> float:
    return (block[0].top + block[-1].bottom) / 2


def _same_row(row: Sequence[Block], block: Block) -> bool:
    height = min(median(box.height for box in row[0]), block[0].height)
    clear = all(
        block[0].left >= max(box.right for box in other) - box_slack
        or min(box.right for box in block) <= other[0].left + box_slack
        for other in row
        for box_slack in (block[0].size,)
    )
    return clear and _middle(block) - _middle(row[0]) < 0.55 * height
