"""A request while it is being read: what is understood is taken out of it, and what is left over was not.

Nothing is dropped silently: whoever takes words out puts a member into the query or marks them.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from mingpiao.inspections.query import MarkedPiece, MarkReason
from mingpiao.inspections.vocabulary import SPELLINGS

#: Stands for a character that was taken out; no pattern crosses it.
TAKEN = "\x00"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code) not in "，。；：？！（）"}
_QUOTES = {ord(each): "“" for each in "‘「『《\"'"} | {ord(each): "”" for each in "’」』》"}


def plain_form(text: str) -> str:
    """The same text, as long as before, with half-width digits and letters and one sort of quotation marks."""
    narrow = text.translate({**_WIDE, 0xFF05: "%", 0x3000: " "})
    return "".join(
        part if part.startswith("“") else _spelled(part)
        for part in re.split(r"(“[^”]*”)", _paired(narrow.translate(_QUOTES)))
    )


_SPELLED = dict(SPELLINGS)
_SLIPS = re.compile("|".join(map(re.escape, _SPELLED)))


def _spelled(text: str) -> str:
    """The same text without slips of the pen, with 5w as 5万 and 跟 as 和."""
    text = _SLIPS.sub(lambda match: _SPELLED[match[0]], text)
    text = re.sub(r"(?<=\d)[wW](?![A-Za-z])", "万", text)
    text = re.sub(r"(?<=[\d一二三四五六七八九十])月分(?![层别组])", "月份", text)
    text = re.sub(r"(?<=\d)[kK](?![A-Za-z])", "千", text)
    return re.sub("跟(?![踪进班])", "和", text)


def _paired(text: str) -> str:
    """Straight quotation marks open and close in turn."""
    open_ = False
    signs = []
    for each in text:
        if each == "“":
            signs.append("”" if open_ else "“")
            open_ = not open_
        else:
            open_ = False if each == "”" else open_
            signs.append(each)
    return "".join(signs)


class Wording:
    """A request with what was understood of it so far."""

    def __init__(self, request: str, offset: int = 0) -> None:
        self.request = request
        self.offset = offset
        self.whole = plain_form(request)
        self.left = self.whole
        self.members: dict[str, Any] = {}
        self.marked: list[MarkedPiece] = []

    def part(self, start: int, end: int) -> "Wording":
        """What is left from one place to another, to be read by itself; its marks count from the whole's beginning."""
        part = Wording(self.request[start:end], self.offset + start)
        part.whole, part.left = self.whole[start:end], self.left[start:end]
        return part

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Each match of a pattern in what is left, taken out of it."""
        for match in list(pattern.finditer(self.left)):
            if match.end() > match.start():
                self.take_out(match.start(), match.end())
                yield match

    def take_out(self, start: int, end: int) -> None:
        self.left = self.left[:start] + TAKEN * (end - start) + self.left[end:]

    def put_back(self, start: int, end: int) -> None:
        """What was taken out is there again."""
        self.left = self.left[:start] + self.whole[start:end] + self.left[end:]

    def add(self, member: str, values: Sequence[Any]) -> None:
        """Values of a list; those that it has already are not added."""
        known = self.members.setdefault(member, [])
        known.extend(each for each in values if each not in known)

    def put(self, member: str, value: Any, start: int, end: int) -> None:
        """A single value; another one for the same member is marked as a conflict."""
        if self.members.setdefault(member, value) != value:
            self.mark(start, end, MarkReason.CONFLICT)

    def mark(self, start: int, end: int, reason: MarkReason) -> None:
        """A piece that has no part in the query, and why."""
        self.take_out(start, end)
        piece = MarkedPiece(
            start=self.offset + start,
            end=self.offset + end,
            text=self.request[start:end],
            reason=reason,
        )
        self.marked.append(piece)


def money(amount: Decimal) -> Decimal:
    """An amount in 元 with two places."""
    return amount.quantize(Decimal("0.01"))
