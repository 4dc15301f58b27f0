"""Fitting text into boxes: first smaller, then on several lines, last cut short and told so."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from mingpiao.letters.service import Typecase, clusters, pieces

#: Distance of baselines, and height of a line's middle above its baseline, in parts of the size.
LEADING = 1.22
_MIDDLE = 0.36

_ELLIPSIS = "…"
#: A single line may shrink to this part of the wanted size before it is rather broken in two.
_SINGLE_LINE_SHRINK = 0.78
_STEPS = (1.0, 0.9, 0.8, 0.72, 0.64, 0.56, 0.48, 0.4)


class Fitted(msgspec.Struct, frozen=True):
    """Lines at one size and their widths (mm); `complete` is false when the end was cut off."""

    lines: tuple[str, ...]
    widths: tuple[float, ...]
    size: float
    complete: bool = True

    @property
    def width(self) -> float:
        """Width of the longest line in mm."""
        return max(self.widths, default=0.0)


_EMPTY = Fitted((), (), 1.0)


def one_line(text: str) -> str:
    """The text with every run of white space (line breaks too) as a single space."""
    return " ".join(text.split())


@lru_cache(maxsize=8192)
def fit(text: str, face: Typecase, width: float, height: float, size: float, min_size: float) -> Fitted:
    """The largest setting of the text inside width × height mm, between `size` and `min_size`.

    Text that does not fit even at `min_size` ends with an ellipsis and is not `complete`.
    """
    text = one_line(text)
    needed = face.width(text, size)
    if needed <= width:
        return Fitted((text,), (needed,), size) if text else _EMPTY
    shrunk = size * width / needed
    if shrunk >= max(size * _SINGLE_LINE_SHRINK, min_size):
        return _set((text,), face, _floored(shrunk))
    for step in _STEPS:
        trial = max(size * step, min_size)
        lines = wrap(text, face, width, trial)
        if len(lines) == 1 or len(lines) * trial * LEADING <= height:
            return _set(lines, face, trial)
        if trial == min_size:
            break
    return _cut(wrap(text, face, width, min_size), face, width, height, min_size)


def fit_width(text: str, face: Typecase, width: float, size: float, min_size: float) -> Fitted:
    """The text inside a width with as many lines as it takes: smaller only where one line is gained."""
    text = one_line(text)
    needed = face.width(text, size)
    if needed <= width:
        return Fitted((text,), (needed,), size) if text else _EMPTY
    shrunk = size * width / needed
    if shrunk >= max(size * _SINGLE_LINE_SHRINK, min_size):
        return _set((text,), face, _floored(shrunk))
    smaller = max(size * _SINGLE_LINE_SHRINK, min_size)
    return _set(wrap(text, face, width, smaller), face, smaller)


def wrap(text: str, face: Typecase, width: float, size: float) -> list[str]:
    """Lines no wider than `width` mm, broken between any two characters, at least one on each line.

    Chinese has no word spaces, and the long names, codes and numbers of a bill must break anywhere.
    """
    if not face.is_plain(text):
        return _wrap_words(text, face, width, size)
    limit = width * 1000 / size
    lines: list[str] = []
    start = 0
    used = 0
    for index, advance in enumerate(face.main.advances(text)):
        if used + advance > limit and index > start:
            lines.append(text[start:index])
            start, used = index, 0
        used += advance
    if start < len(text):
        lines.append(text[start:])
    return lines


#: Characters that begin no line, and those that end none (GB/T 15834).
_CLOSING = frozenset("，。、；：？！）》」』”’〕】…—·％℃元") | frozenset(",.;:?!)]}%")
_OPENING = frozenset("（《「『“‘〔【￥") | frozenset("([{¥")


def wrap_prose(text: str, face: Typecase, width: float, size: float) -> list[str]:
    """Lines as `wrap` breaks them, for sentences: none begins with a closing mark or ends with an opening one,
    and no number is broken in two that fits on a line.
    """
    lines: list[str] = []
    rest = text
    while rest:
        whole = wrap(rest, face, width, size)[0]
        end = _good_end(rest, len(whole))
        lines.append(rest[:end])
        rest = rest[end:]
    return lines


def _good_end(text: str, end: int) -> int:
    """The last good place for a break at `end` or before it; `end` where there is none."""
    return next((place for place in range(end, 0, -1) if _may_break(text, place)), end)


def _may_break(text: str, place: int) -> bool:
    if place == len(text):
        return True
    before, after = text[place - 1], text[place]
    return after not in _CLOSING and before not in _OPENING and not (_in_number(before) and _in_number(after))


def _in_number(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in ".,-")


def _wrap_words(text: str, face: Typecase, width: float, size: float) -> list[str]:
    """The same for text whose letters join: a word is broken only when it is wider than a line."""
    lines: list[str] = []
    line = ""
    parts = [
        part
        for piece in pieces(text)
        for part in ([piece] if face.width(piece, size) <= width else clusters(piece))
    ]
    for part in parts:
        if line and face.width(line + part, size) > width:
            lines.append(line)
            line = ""
        line += part
    return [*lines, line] if line else lines


def baseline(top: float, height: float, size: float, index: int = 0, count: int = 1) -> float:
    """Baseline of line `index` of `count` lines that stand in the middle of a box, in mm."""
    pitch = size * LEADING
    first_middle = top + (height - count * pitch) / 2 + pitch / 2
    return first_middle + index * pitch + size * _MIDDLE


def _cut(lines: list[str], face: Typecase, width: float, height: float, size: float) -> Fitted:
    kept = lines[: max(1, int(height / (size * LEADING)))]
    last = kept[-1]
    while last and face.width(last + _ELLIPSIS, size) > width:
        last = last[:-1]
    return _set((*kept[:-1], last + _ELLIPSIS), face, size, complete=False)


def _set(lines: Sequence[str], face: Typecase, size: float, *, complete: bool = True) -> Fitted:
    return Fitted(tuple(lines), tuple([face.width(line, size) for line in lines]), size, complete)


def _floored(size: float) -> float:
    return int(size * 1000) / 1000
