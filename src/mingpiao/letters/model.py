"""Values about fonts: font files, subsets, and lines of positioned glyphs."""

from pathlib import Path

import msgspec


class FontFile(msgspec.Struct, frozen=True, kw_only=True):
    """A font on disk. `joined` means that its letters change with their neighbours, so readers need its
    layout tables.
    """

    name: str
    family: str
    path: Path
    joined: bool = False


class Subset(msgspec.Struct, frozen=True):
    """A TrueType file with only some glyphs (the cmap is kept), and their new ids.

    `glyphs` maps a character to its new glyph id, without characters that the font lacks, which are drawn as
    glyph 0. `renumbered` maps old glyph ids to new ones.
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
    """One glyph of a run.

    It has the glyph's id in the whole font, its position (1/1000 em from the start of the run, y upwards),
    the characters that it shows ("" if a neighbour shows them already), and the place in the run's text of
    the first character of its cluster. The glyphs of a cluster together show its characters.
    """

    glyph: int
    x: int
    y: int
    text: str
    cluster: int


class Run(msgspec.Struct, frozen=True):
    """Neighbouring characters in one font, in the order of reading; `width` is in 1/1000 em.

    `glyphs` are in the order of drawing, from left to right. If they are empty, each character has its own
    glyph, one after the other. `leftward` means that the run is read from right to left.
    """

    font: str
    text: str
    width: int
    glyphs: tuple[Placed, ...] = ()
    leftward: bool = False
