"""What the objects of an OFD page draw: strokes, pictures and characters in points, in their order.

Characters are placed as the file says, and never drawn by a font in it.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import unicodedata2 as unicodedata

from mingpiao.kernel.grammar import read_whole
from mingpiao.reading import errors
from mingpiao.reading.glyphs import Glyph
from mingpiao.reading.ofd_package import Element, OfdPage, box_of, numbers_of
from mingpiao.reading.shown import Character

Colour = tuple[int, int, int]
Point = tuple[float, float]
#: a b c d e f: x' = ax + cy + e, y' = bx + dy + f.
Matrix = tuple[float, float, float, float, float, float]

#: Points in a millimetre.
POINTS = 72 / 25.4
#: The height of a character above its baseline, in parts of its size.
ASCENT = 0.88
_DESCENT = 0.12
_MAX_CHARACTERS = 20_000
_MAX_OBJECTS = 20_000
_DEPTH = 8
#: The widest room of a character that reaches to the next one, in parts of its size.
_WIDEST_ROOM = 1.3
#: Into how many straight lines a curve is divided.
_CURVE_STEPS = 8
#: A character is read of which so much is left in width and height.
_LEGIBLE = 0.25
_BLACK: Colour = (0, 0, 0)


class Stroke(NamedTuple):
    """Lines of one path, in points, with colours or None; `straight` when it has no curve."""

    lines: list[list[Point]]
    stroke: Colour | None
    fill: Colour | None
    width: float
    straight: bool


class Photo(NamedTuple):
    """A picture of the package; `matrix` places its unit square."""

    path: str
    matrix: Matrix


class Writing(NamedTuple):
    """Characters of one text object. Those without a colour are drawn by nobody."""

    characters: list[Character]
    colour: Colour | None


Drawn = Stroke | Photo | Writing


def things_to_draw(page: OfdPage) -> list[Drawn]:
    """What a page draws, in order. Raises `FileUnreadable` when it is too much, or wrong."""
    return _Walk(page).drawn


class _Style(NamedTuple):
    """What objects inherit: the way of drawing of their layer, and whether an object around them is visible."""

    way: Element | None
    opacity: float


class _Walk:
    """Goes through the objects of a page. Raises `FileUnreadable` when there are too many, or wrong ones."""

    def __init__(self, page: OfdPage) -> None:
        self._resources = page.resources
        self._objects = 0
        self._characters = 0
        self.drawn: list[Drawn] = []
        start = (POINTS, 0.0, 0.0, POINTS, -page.area.left * POINTS, -page.area.top * POINTS)
        for layer in page.layers:
            style = _Style(self._way(layer, None), 1.0)
            self._block(layer, start, style, 0)

    def _way(self, element: Element, inherited: Element | None) -> Element | None:
        return self._resources.ways.get(element.get("DrawParam", ""), inherited)

    def _block(self, block: Element, matrix: Matrix, style: _Style, depth: int) -> None:
        if depth > _DEPTH:
            raise errors.too_complex()
        for item in block.iterchildren("{*}*"):
            self._objects += 1
            if self._objects > _MAX_OBJECTS:
                raise errors.too_complex()
            name = str(item.tag).rpartition("}")[2]
            if name == "PageBlock":
                self._block(item, matrix, style, depth + 1)
            elif (make := _MAKERS.get(name)) is not None:
                own = _Style(self._way(item, style.way), style.opacity * _opacity(item))
                make(self, item, matrix, own, depth)

    def composite(self, item: Element, matrix: Matrix, style: _Style, depth: int) -> None:
        matrix = _placed(item, matrix)
        content = self._resources.composites.get(item.get("ResourceID", ""))
        if content is not None:
            self._block(content, matrix, style, depth + 1)

    def photo(self, item: Element, matrix: Matrix, style: _Style, _depth: int) -> None:
        matrix = _placed(item, matrix)
        path = self._resources.pictures.get(item.get("ResourceID", ""))
        if path is not None and style.opacity > 0:
            if item.get("CTM") is None:
                box = box_of(item.get("Boundary", ""))
                matrix = _times(matrix, (box.width, 0, 0, box.height, 0, 0))
            self.drawn.append(Photo(path, matrix))

    def path(self, item: Element, matrix: Matrix, style: _Style, _depth: int) -> None:
        matrix = _placed(item, matrix)
        lines, straight = _lines(item.findtext("{*}AbbreviatedData") or "")
        if not lines:
            return
        filled = item.get("Fill", "false") == "true"
        stroked = item.get("Stroke", "true") == "true"
        width = _number(item, "LineWidth", _number(style.way, "LineWidth", 0.353))
        self.drawn.append(
            Stroke(
                lines=[[_at(matrix, point) for point in line] for line in lines],
                stroke=_colour(item, "StrokeColor", style) if stroked else None,
                fill=_colour(item, "FillColor", style) if filled else None,
                width=width * math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])),
                straight=straight,
            )
        )

    def text(self, item: Element, outer: Matrix, style: _Style, _depth: int) -> None:
        matrix = _placed(item, outer)
        characters = list(self._written(item, matrix))
        colour = _colour(item, "FillColor", style) if item.get("Fill", "true") == "true" else None
        if item.get("Stroke") == "true":
            colour = colour or _colour(item, "StrokeColor", style)
        room = _room(item, outer, matrix)
        inside = [each for each in characters if _reaches(each.glyph, room)]
        self.drawn.append(Writing(inside, colour))
        if len(inside) < len(characters):
            kept = {id(each) for each in inside}
            self.drawn.append(Writing([each for each in characters if id(each) not in kept], None))

    def _written(self, item: Element, matrix: Matrix) -> Iterator[Character]:
        size = _number(item, "Size", 0.0)
        face = _Face(
            size=size,
            stretch=_number(item, "HScale", 1.0),
            reading=_number(item, "ReadDirection", 0.0),
            turn=_number(item, "CharDirection", 0.0),
        )
        x = y = 0.0
        for code in item.iterfind("{*}TextCode"):
            x, y = _number(code, "X", x), _number(code, "Y", y)
            text = code.text or ""
            spaced = False
            for letter, place, room in _spread(text, (x, y), code, face):
                if letter.isspace():
                    spaced = True
                    continue
                if self._characters >= _MAX_CHARACTERS:
                    return
                yield _character(letter, place, room, face, matrix, spaced, self._characters)
                self._characters += 1
                spaced = False


_MAKERS: dict[str, Callable[[_Walk, Element, Matrix, _Style, int], None]] = {
    "TextObject": _Walk.text,
    "PathObject": _Walk.path,
    "ImageObject": _Walk.photo,
    "CompositeObject": _Walk.composite,
}


class _Face(NamedTuple):
    """How a text object's characters stand: size in mm, width in parts, directions in degrees."""

    size: float
    stretch: float
    reading: float
    turn: float

    def advance(self, letter: str) -> float:
        wide = unicodedata.east_asian_width(letter) in "WFA"
        return self.size * self.stretch * (1.0 if wide else 0.5)


def _spread(text: str, start: Point, code: Element, face: _Face) -> Iterator[tuple[str, Point, float]]:
    """Each character with the place of its origin and the width that it has, in mm."""
    across = _deltas(code.get("DeltaX"), len(text))
    down = _deltas(code.get("DeltaY"), len(text))
    forward = math.radians(face.reading)
    x, y = start
    for index, letter in enumerate(text):
        own = face.advance(letter)
        step = across[index] if across is not None and index < len(across) else None
        # Neighbours without a blank between them belong together, however wide they are set.
        room = step if step and 0 < step <= _WIDEST_ROOM * face.size else own
        yield letter, (x, y), room
        if across is None and down is None:
            x, y = x + own * math.cos(forward), y + own * math.sin(forward)
        else:
            x += step or 0.0
            y += down[index] if down is not None and index < len(down) else 0.0


def _deltas(text: str | None, most: int) -> list[float] | None:
    """Distances of neighbours; `g 5 2.5` means 2.5 five times. None when none are given."""
    if text is None or not text.strip():
        return None
    parts = iter(text.split())
    found: list[float] = []
    for part in parts:
        if part.lower() != "g":
            found += numbers_of(part)
        else:
            count = read_whole(next(parts, ""), 6)
            value = numbers_of(next(parts, ""))
            if count is None or not value:
                raise errors.damaged()
            found += value * min(count, most)
        if len(found) >= most:
            break
    return found


def _character(
    letter: str, place: Point, room: float, face: _Face, matrix: Matrix, spaced: bool, order: int
) -> Character:
    """A character with the box around it on the page."""
    turn = math.radians(face.turn)
    standing = (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), *place)
    whole = _times(matrix, standing)
    up, below = -ASCENT * face.size, _DESCENT * face.size
    corners = [_at(whole, corner) for corner in ((0.0, up), (room, up), (room, below), (0.0, below))]
    angle = round(math.degrees(math.atan2(whole[1], whole[0]))) % 360
    glyph = Glyph(
        letter[0],
        min(x for x, _ in corners),
        min(y for _, y in corners),
        max(x for x, _ in corners),
        max(y for _, y in corners),
        spaced,
        order,
    )
    return Character(glyph, angle)


def _placed(item: Element, matrix: Matrix) -> Matrix:
    """Where an object's own coordinates lie: its boundary, then its own transformation."""
    boundary = item.get("Boundary")
    if boundary is not None:
        box = box_of(boundary)
        matrix = _times(matrix, (1.0, 0.0, 0.0, 1.0, box.left, box.top))
    own = numbers_of(item.get("CTM", ""))
    if not own:
        return matrix
    if len(own) != 6:
        raise errors.damaged()
    a, b, c, d, e, f = own
    return _times(matrix, (a, b, c, d, e, f))


#: Left, top, right and bottom of an area in points.
_Area = tuple[float, float, float, float]


def _room(item: Element, outer: Matrix, inner: Matrix) -> _Area | None:
    """The area to which a text object is cut: its boundary and its clips; None without any."""
    areas: list[_Area] = []
    boundary = item.get("Boundary")
    # Programs that turn or move text write boundaries of the text before it was turned.
    if boundary is not None and item.get("CTM") is None:
        box = box_of(boundary)
        corners = [
            (box.left, box.top),
            (box.left + box.width, box.top),
            (box.left + box.width, box.top + box.height),
            (box.left, box.top + box.height),
        ]
        areas.append(_around([_at(outer, corner) for corner in corners]))
    for clip in item.iterfind("{*}Clips/{*}Clip"):
        points = [point for area in clip.iterfind("{*}Area") for point in _clipped(area, inner)]
        areas.append(_around(points) if points else (0.0, 0.0, 0.0, 0.0))
    if not areas:
        return None
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return max(lefts), max(tops), min(rights), min(bottoms)


def _clipped(area: Element, matrix: Matrix) -> Iterator[Point]:
    """The points of the paths of an area of a clip, in points."""
    own = _placed(area, matrix)
    for path in area.iterfind("{*}Path"):
        place = _placed(path, own)
        lines, _ = _lines(path.findtext("{*}AbbreviatedData") or "")
        yield from (_at(place, point) for line in lines for point in line)


def _around(points: Sequence[Point]) -> _Area:
    return (
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )


def _reaches(glyph: Glyph, room: _Area | None) -> bool:
    """Whether people can read a character that is cut to an area; boundaries are often a little small."""
    if room is None:
        return True
    left, top, right, bottom = room
    across = min(glyph.right, right) - max(glyph.left, left)
    down = min(glyph.bottom, bottom) - max(glyph.top, top)
    return across >= _LEGIBLE * (glyph.right - glyph.left) and down >= _LEGIBLE * glyph.height


def _times(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def _at(matrix: Matrix, point: Point) -> Point:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def _number(element: Element | None, name: str, default: float) -> float:
    given = element.get(name) if element is not None else None
    found = numbers_of(given) if given is not None else []
    return found[0] if found else default


def _opacity(item: Element) -> float:
    if item.get("Visible", "true").lower() in ("false", "0"):
        return 0.0
    return min(1.0, max(0.0, _number(item, "Alpha", 255.0) / 255))


def _colour(item: Element, name: str, style: _Style) -> Colour | None:
    """The colour on white paper; None for what is fully transparent."""
    given = item.find(f"{{*}}{name}")
    if given is None and style.way is not None:
        given = style.way.find(f"{{*}}{name}")
    opacity = style.opacity * (_opacity(given) if given is not None else 1.0)
    if opacity <= 0:
        return None
    red, green, blue = _plain_colour(given)
    return (_faded(red, opacity), _faded(green, opacity), _faded(blue, opacity))


def _plain_colour(given: Element | None) -> Colour:
    if given is None:
        return _BLACK
    parts = [_channel(part) for part in given.get("Value", "").split()]
    match parts:
        case [grey]:
            return (grey, grey, grey)
        case [red, green, blue]:
            return (red, green, blue)
        case [cyan, magenta, yellow, black]:
            return (
                max(0, 255 - cyan - black),
                max(0, 255 - magenta - black),
                max(0, 255 - yellow - black),
            )
        case _:
            return _BLACK


def _channel(text: str) -> int:
    """A part of a colour: 0 to 255, or # with two hexadecimal digits."""
    if text.startswith("#"):
        digits = text[1:].lower().rjust(2, "0")
        if len(digits) != 2 or not set(digits) <= set("0123456789abcdef"):
            raise errors.damaged()
        return bytes.fromhex(digits)[0]
    return min(255, max(0, round(numbers_of(text)[0])))


def _faded(value: int, opacity: float) -> int:
    return round(255 - (255 - value) * opacity)


# --- paths ------------------------------------------------------------------------------------------

#: How many numbers follow each letter of a path.
_LETTERS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def _lines(data: str) -> tuple[list[list[Point]], bool]:
    """The lines of a path, curves as short straight ones, and whether it has none of these."""
    lines: list[list[Point]] = []
    straight = True
    parts = iter(data.split())
    for letter in parts:
        count = _LETTERS.get(letter)
        if count is None:
            raise errors.damaged()
        values = numbers_of(" ".join(next(parts, "x") for _ in range(count)))
        if letter in "SM":
            lines.append([(values[0], values[1])])
        elif not lines:
            raise errors.damaged()
        elif letter == "C":
            lines[-1].append(lines[-1][0])
        else:
            straight = straight and letter == "L"
            lines[-1] += _points(letter, lines[-1][-1], values)
        if sum(map(len, lines[-1:])) > _MAX_OBJECTS:
            raise errors.too_complex()
    return [line for line in lines if len(line) > 1], straight


def _points(letter: str, start: Point, values: Sequence[float]) -> list[Point]:
    """The points that follow `start`. An arc is drawn as the straight line to its end."""
    if letter in "LA":
        return [(values[-2], values[-1])]
    controls = [start, *zip(values[::2], values[1::2], strict=True)]
    return [_on_curve(controls, step / _CURVE_STEPS) for step in range(1, _CURVE_STEPS + 1)]


def _on_curve(controls: list[Point], part: float) -> Point:
    while len(controls) > 1:
        controls = [
            (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part) for (x0, y0), (x1, y1) in pairwise(controls)
        ]
    return controls[0]
