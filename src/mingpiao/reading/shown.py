"""What people see of a page's text: characters where the page would look different without them, upright."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import Any, NamedTuple

from mingpiao.reading.glyphs import Glyph, TableRule
from mingpiao.reading.shapes import Resemblance

Image = Any  # PIL.Image.Image, imported only where pictures are made

#: A page with fewer visible characters is read by OCR, and so is one that mainly consists of a picture.
FEW_CHARACTERS = 16
MARGINAL_CHARACTERS = 120
MOSTLY_PICTURE = 0.6
#: Text that is lower than this, in points, is read by nobody.
_LOWEST_TEXT = 2.0
#: Characters of lines are turned less than this, in degrees; neighbours of one run are nearer than so many sides.
_STRAIGHT = 8
_SIDE_BY_SIDE = 2.5
#: A line strikes a character out that is so near its middle, and reaches so near its sides, in parts of its own size.
_MIDDLE = 0.2
_INSET = 0.25
#: Strikes count as at one height within so many points.
_ONE_HEIGHT = 0.25
#: Characters stand one below another where they are so much larger than most, and their middles so near, in their size.
_LARGE = 1.3
_BELOW = 0.3
#: The shortest and the thickest line that strikes text out, in points; and how light it may be (of 255).
SHORTEST_STRIKE = 6.0
THICKEST_STRIKE = 1.6
LIGHTEST_STRIKE = 200
#: Pixels a point, and the longest side in pixels, of the pictures in which text is looked for; and by how much
#: (of 255) a pixel differs where a character is drawn.
_INK_SCALE = 1.5
_MOST_INK_PIXELS = 2_000
_INK = 16


class TextLayer(NamedTuple):
    """The text layer of a page; boxes are in points on the page turned by `rotation`.

    `aslant` are runs of characters that stand otherwise than the page's rows, as those of watermarks and stamps:
    obliquely, turned by a quarter or more, or large and one below another (these are among `glyphs` too). `unseen` are
    characters that nobody sees on the page, also those that lie off it; `struck` are those that are struck out.
    `doubtful` tells, by their order, which characters do not look like what they are said to be, and what they look like.
    """

    glyphs: list[Glyph]
    rules: list[TableRule]
    rotation: int
    width: float
    height: float
    aslant: list[list[Glyph]]
    unseen: list[Glyph]
    struck: list[Glyph]
    doubtful: Mapping[int, Resemblance] = MappingProxyType({})


class Character(NamedTuple):
    """A character that is drawn; `angle` is clockwise on the page as shown, in degrees.

    `place` is its number in the text as the file's reader counts, with blanks.
    """

    glyph: Glyph
    angle: int
    place: int = -1


def readable(characters: list[Character], width: float, height: float) -> list[Character]:
    """Those that lie on the page and are large enough to be read."""
    return [c for c in characters if _on_page(c.glyph, width, height) and _is_high(c.glyph)]


def with_ink(characters: list[Character], ink: Image, scale: float) -> list[Character]:
    """Those for which `ink` (`difference`), `scale` pixels a point, shows something."""
    return [c for c in characters if _has_ink(ink, c.glyph, scale)]


def ink_scale(width: float, height: float) -> float:
    """How many pixels a point pictures have in which text is looked for."""
    return min(_INK_SCALE, _MOST_INK_PIXELS / max(width, height))


def difference(whole: Image, bare: Image) -> Image:
    """Where two pictures of one page differ, as a grey picture."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(whole, bare).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


class Strike(NamedTuple):
    """A thin horizontal line on the page as shown, dark enough to strike text out."""

    left: float
    right: float
    y: float


class PageCharacters(NamedTuple):
    """The characters of a page that people see, and those that they do not."""

    seen: list[Character]
    unseen: list[Character]


def parted(characters: list[Character], seen: list[Character]) -> PageCharacters:
    """`seen` among all these characters, and the others in their order."""
    shown = {id(each) for each in seen}
    return PageCharacters(seen, [each for each in characters if id(each) not in shown])


def layer_of(
    page: PageCharacters, rules: list[TableRule], strikes: list[Strike], width: float, height: float
) -> TextLayer:
    """The text layer of a page of this size; `rules` and `strikes` are those of the page as shown."""
    rotation = upright_turn(page.seen)
    struck = _struck(page.seen, strikes)
    upright, aslant = _straight_and_aslant(parted(page.seen, struck).unseen, -rotation % 360)
    turned_width, turned_height = (height, width) if rotation in (90, 270) else (width, height)

    def turn(characters: list[Character]) -> list[Glyph]:
        return [turned(each.glyph, rotation, width, height) for each in characters]

    glyphs = turn(upright)
    return TextLayer(
        glyphs=glyphs,
        rules=rules if rotation == 0 else [],
        rotation=rotation,
        width=turned_width,
        height=turned_height,
        aslant=[*(turn(run) for run in _runs(aslant)), *_stacks(glyphs)],
        unseen=turn(page.unseen),
        struck=turn(struck),
    )


def _struck(characters: list[Character], strikes: list[Strike]) -> list[Character]:
    """Those through whose middle a line goes, with a neighbour; a single one may be a letter over a rule."""
    if not strikes:
        return []
    lines = _Strikes(strikes)
    through = [each.angle == 0 and lines.go_through(each.glyph) for each in characters]
    beside = [False, *through, False]
    return [
        each
        for each, before, own, after in zip(characters, beside, through, beside[2:], strict=False)
        if own and (before or after)
    ]


class _Strikes:
    """Strikes by their height, so that a page full of rules is searched no longer than another."""

    def __init__(self, strikes: Sequence[Strike]) -> None:
        rows: dict[int, list[Strike]] = {}
        for strike in sorted(strikes):
            row = rows.setdefault(round(strike.y / _ONE_HEIGHT), [])
            if row and strike.left <= row[-1].right:
                row[-1] = row[-1]._replace(right=max(row[-1].right, strike.right))
            else:
                row.append(strike)
        self._rows = [rows[height] for height in sorted(rows)]
        self._heights = [row[0].y for row in self._rows]

    def go_through(self, glyph: Glyph) -> bool:
        """Whether one of them goes through the middle of a character, and reaches its sides."""
        near, inset = _MIDDLE * glyph.height, _INSET * (glyph.right - glyph.left)
        first = bisect_left(self._heights, glyph.middle - near)
        last = bisect_right(self._heights, glyph.middle + near)
        for row in self._rows[first:last]:
            at = bisect_right(row, glyph.left + inset, key=lambda strike: strike.left) - 1
            if at >= 0 and row[at].right >= glyph.right - inset:
                return True
        return False


def _straight_and_aslant(
    characters: list[Character], upright: int
) -> tuple[list[Character], list[Character]]:
    """Those at the angle `upright`, in which most characters stand, and the others.

    A page that lies obliquely as a whole has no others.
    """
    square = [each for each in characters if _between(each.angle, round(each.angle / 90) * 90) <= _STRAIGHT]
    if 2 * len(square) < len(characters):
        return characters, []
    straight = [each for each in square if _between(each.angle, upright) <= _STRAIGHT]
    return straight, parted(characters, straight).unseen


def _between(one: int, two: int) -> int:
    """The angle between two directions, in degrees."""
    return abs((one - two + 180) % 360 - 180)


def _stacks(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Runs of large upright characters of which each stands below the one before."""
    usual = median([glyph.height for glyph in glyphs] or [1.0])
    stacks: list[list[Glyph]] = []
    for before, after in pairwise(glyphs):
        if min(before.height, after.height) < _LARGE * usual or not _is_below(before, after):
            continue
        if stacks and stacks[-1][-1] is before:
            stacks[-1].append(after)
        else:
            stacks.append([before, after])
    return stacks


def _is_below(before: Glyph, after: Glyph) -> bool:
    side = max(before.height, after.height)
    across = (after.left + after.right - before.left - before.right) / 2
    down = after.middle - before.middle
    return (
        after.order == before.order + 1
        and abs(across) <= _BELOW * side
        and side / 2 < down <= _SIDE_BY_SIDE * side
    )


def _runs(characters: list[Character]) -> list[list[Character]]:
    """Neighbours in the file that stand at one angle, side by side."""
    runs: list[list[Character]] = []
    for each in characters:
        if runs and _continues(runs[-1][-1], each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _continues(before: Character, after: Character) -> bool:
    one, two = before.glyph, after.glyph
    side = max(one.right - one.left, one.height, two.right - two.left, two.height)
    across = (two.left + two.right - one.left - one.right) / 2
    return (
        two.order == one.order + 1
        and _between(before.angle, after.angle) <= _STRAIGHT
        and math.hypot(across, two.middle - one.middle) <= _SIDE_BY_SIDE * side
    )


def _is_high(glyph: Glyph) -> bool:
    return max(glyph.bottom - glyph.top, glyph.right - glyph.left) >= _LOWEST_TEXT


def _on_page(glyph: Glyph, width: float, height: float) -> bool:
    return 0 <= glyph.middle <= height and 0 <= (glyph.left + glyph.right) / 2 <= width


def _has_ink(ink: Image, glyph: Glyph, scale: float) -> bool:
    left, top = max(0, int(glyph.left * scale)), max(0, int(glyph.top * scale))
    right = min(ink.width, int(glyph.right * scale) + 1)
    bottom = min(ink.height, int(glyph.bottom * scale) + 1)
    return (
        left < right and top < bottom and bool(ink.crop((left, top, right, bottom)).getextrema()[1] >= _INK)
    )


def upright_turn(characters: list[Character]) -> int:
    """By how many degrees the page must be turned clockwise so that most of its characters are upright."""
    counts = {0: 0, 90: 0, 180: 0, 270: 0}
    for character in characters:
        counts[round(character.angle / 90) * 90 % 360] += 1
    most = max(counts, key=lambda angle: counts[angle])
    return (360 - most) % 360


def turned(glyph: Glyph, rotation: int, width: float, height: float) -> Glyph:
    """A glyph on a page of this size after the page was turned clockwise."""
    text, left, top, right, bottom, spaced, order = glyph
    if rotation == 90:
        return Glyph(text, height - bottom, left, height - top, right, spaced, order)
    if rotation == 180:
        return Glyph(text, width - right, height - bottom, width - left, height - top, spaced, order)
    if rotation == 270:
        return Glyph(text, top, width - right, bottom, width - left, spaced, order)
    return glyph
