"""All fonts of a face together: which one shows a character, how wide a line is, and its glyphs.

The answers depend on the font files only, never on the Unicode tables of the Python in use, so every machine
gives the same ones.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from mingpiao.letters.files import fallback_files
from mingpiao.letters.model import FontFile, Metrics, Run
from mingpiao.letters.typeface import Typeface, font_missing, load_typeface, typeface

#: One more than the last code point that a font may have.
_LAST = 0x33480
#: Characters that belong to the one before: marks, variation selectors and joiners.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    "\u06e7\u06e8\u06ea-\u06ed\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86\u0f87"
    "\u0f8d-\u0fbc\u1160-\u11ff\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\u302a-\u302f"
    "\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
#: A word stays in one font if one can show all of it; each Han, kana or Hangul character is a word of its own.
_PIECES = re.compile("[^ \u2e80-\U0010ffff]+| +|.", re.DOTALL)
#: Digits, spaces and signs take the reading direction of the letters around them.
_NEUTRAL = re.compile("[ -@\\[-`{-~]*")
_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")


class Typecase:
    """The main font, and the fonts for characters that it lacks (helpers).

    Without helpers a line is set as in release 1: all in the main font, with boxes for missing characters.
    """

    def __init__(self, main: Typeface, helpers: Sequence[FontFile] = ()) -> None:
        self.main = main
        self._files = tuple(helpers)
        self._open: dict[str, Typeface] = {main.name: main}
        self._owners = self._index() if helpers else b""
        self._plain: set[str] = set()
        self.setting = lru_cache(maxsize=4096)(self._set)

    @property
    def metrics(self) -> Metrics:
        """Vertical measures of the main font."""
        return self.main.metrics

    def face(self, name: str) -> Typeface:
        """The font of that name, opened when it is first needed."""
        found = self._open.get(name)
        if found is None:
            file = next(file for file in self._files if file.name == name)
            found = self._open[name] = load_typeface(file.path, file)
        return found

    def missing(self, text: str) -> str | None:
        """The first character that no font can show, or None."""
        if self._plain.issuperset(text):
            return None
        return next((c for c in text if not self._owner(c) and c != "\n"), None)

    def is_plain(self, text: str) -> bool:
        """Whether every character is shown by the main font and is one UTF-16 code unit."""
        if not self._files or self._plain.issuperset(text):
            return True
        strangers = set(text) - self._plain
        if any(self._owner(c) != 1 or ord(c) > 0xFFFF or _MARKS.match(c) for c in strangers):
            return False
        self._plain |= strangers
        return True

    def width(self, text: str, size: float) -> float:
        """The length of a line of text in mm at a font size in mm."""
        if self.is_plain(text):
            return sum(self.main.advances(text)) * size / 1000
        return sum(run.width for run in self.setting(text)) * size / 1000

    def _set(self, text: str) -> tuple[Run, ...]:
        """The text as runs, in the order from left to right."""
        grouped: list[tuple[str, str]] = []
        for piece in pieces(text):
            for name, part in self._assigned(piece):
                if grouped and _continues(grouped[-1], name, part):
                    grouped[-1] = (name, grouped[-1][1] + part)
                else:
                    grouped.append((name, part))
        return _reordered([self._run(name, part) for name, part in self._with_spaces(grouped)])

    def _assigned(self, piece: str) -> list[tuple[str, str]]:
        """A piece of text in a font that can show all of it, else cluster by cluster."""
        name = self._font_of(piece)
        if name is not None:
            return [(name, piece)]
        return [(self._font_of(part) or self._name(self._owner(part[0])), part) for part in clusters(piece)]

    def _font_of(self, piece: str) -> str | None:
        owners = {self._owner(character) for character in piece}
        if len(owners) == 1 and 0 not in owners:
            return self._name(owners.pop())
        for owner in sorted(owners - {0, 1}):
            face = self.face(self._name(owner))
            if all(face.covers(character) for character in piece):
                return face.name
        return None

    def _with_spaces(self, grouped: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Joins two words of one font and the space between them to one run, so that letters and direction
        are right.
        """
        kept: list[tuple[str, str]] = []
        for name, part in grouped:
            if len(kept) > 1 and kept[-1][1] == " " and kept[-2][0] == name != self.main.name:
                kept[-2:] = [(name, f"{kept[-2][1]} {part}")]
            else:
                kept.append((name, part))
        return kept

    def _run(self, name: str, text: str) -> Run:
        if name == self.main.name and self.is_plain(text):
            return Run(name, text, sum(self.main.advances(text)))
        return self.face(name).shape(text)

    def _owner(self, character: str) -> int:
        code = ord(character)
        return self._owners[code] if code < len(self._owners) else 0

    def _name(self, owner: int) -> str:
        return self.main.name if owner <= 1 else self._files[owner - 2].name

    def _index(self) -> bytes:
        """The font that shows each code point: 0 none, 1 the main font, 2 the first helper …"""
        owners = bytearray(_LAST)
        for place, file in reversed(list(enumerate(self._files, start=2))):
            if not file.path.exists():
                raise font_missing(file.path)
            _own(owners, load_typeface(file.path, file), place)
        _own(owners, self.main, 1)
        return bytes(owners)


@cache
def typecase() -> Typecase:
    """All fonts of this release, opened once. Raises `Refusal` (`layout.font_missing`) if they were never
    fetched.
    """
    return Typecase(typeface(), fallback_files())


@cache
def main_font_alone() -> Typecase:
    """The fonts of release 1, which is the main font only, for drawing its documents again."""
    return Typecase(typeface())


def pieces(text: str) -> list[str]:
    """The text in pieces between which a line may break: words, spaces, single characters."""
    return _with_marks(_PIECES.findall(text))


def clusters(text: str) -> list[str]:
    """The text in single characters, each with its marks."""
    return _with_marks(list(text))


def _with_marks(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        if joined and _MARKS.match(part):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _continues(last: tuple[str, str], name: str, part: str) -> bool:
    """Whether a part belongs to the run before it: it has the same font, and every character is one code
    unit.

    Readers of OFD count a character of two units differently, so each of these has a run of its own.
    """
    return last[0] == name and not _BEYOND_BMP.search(last[1] + part)


def _reordered(runs: list[Run]) -> tuple[Run, ...]:
    """Runs from left to right: those that are read from the right, and numbers between them, are reversed in
    order.
    """
    ordered: list[Run] = []
    backward: list[Run] = []
    waiting: list[Run] = []
    for run in runs:
        if run.leftward:
            backward = [run, *reversed(waiting), *backward]
            waiting = []
        elif backward and _NEUTRAL.fullmatch(run.text):
            waiting.append(run)
        else:
            ordered += [*backward, *waiting, run]
            backward, waiting = [], []
    return (*ordered, *backward, *waiting)


def _own(owners: bytearray, face: Typeface, place: int) -> None:
    for code in face.characters():
        if 0x20 <= code < _LAST and not 0xE000 <= code <= 0xF8FF:
            owners[code] = place
