"""Values of letters: which font files there are, what a subset holds, how a line is set."""

from pathlib import Path

import msgspec


class FontFile(msgspec.Struct, frozen=True, kw_only=True):
    """A font on disk. `joined`: its letters change with their neighbours, so readers need its layout tables."""

    name: str
    family: str
    path: Path
    joined: bool = False


class Subset(msgspec.Struct, frozen=True):
    """A TrueType file with only the glyphs asked for (a cmap is kept), and where they went.

    `glyphs`: character → new glyph id, without characters that the font lacks, which are drawn as
    glyph 0. `renumbered`: old glyph id → new one.
    """

    data: bytes
    glyphs: dict[str, int]
    renumbered: dict[int, int]


class Metrics(msgspec.Struct, frozen=True):
    """Vertical measures in 1/1000 em."""

    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]


class Placed(msgspec.Struct, frozen=True):
    """One glyph of a run: its id in the whole font, where it stands (1/1000 em from the run's start, y
    upwards), the characters that it shows ("" when a neighbour shows them already), and the place in the
    run's text of the first character of its cluster: glyphs of one cluster stand together for its characters.
    """

    glyph: int
    x: int
    y: int
    text: str
    cluster: int


class Run(msgspec.Struct, frozen=True):
    """Neighbouring characters in one font, in the order of reading; `width` is in 1/1000 em.

    `glyphs` are in the order of drawing, from left to right; an empty one means the plain way: each
    character by its own glyph, one after the other. `leftward`: it reads from right to left.
    """

    font: str
    text: str
    width: int
    glyphs: tuple[Placed, ...] = ()
    leftward: bool = False
