"""The display list: pages of placed things in mm, from which every writer draws the same face."""

import msgspec

from mingpiao.layout.model import Colour, FaceBox, Party


class Text(msgspec.Struct, frozen=True):
    """One line of text; (x, y) is the left end of its baseline, `width` its measured length, all in mm."""

    x: float
    y: float
    size: float
    width: float
    content: str
    colour: Colour


class FaceRule(msgspec.Struct, frozen=True):
    """A straight line, mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    colour: Colour


class Symbol(msgspec.Struct, frozen=True):
    """A QR symbol: `modules` a side without quiet zone, dark runs as (column, row, length)."""

    x: float
    y: float
    size: float
    modules: int
    runs: tuple[tuple[int, int, int], ...]


class FaceSeal(msgspec.Struct, frozen=True):
    """Where a seal's picture lies."""

    party: Party
    box: FaceBox


class FacePage(msgspec.Struct, frozen=True):
    """One page: form (labels and rules, in the ink of the form) below, values above."""

    form: tuple[Text, ...]
    values: tuple[Text, ...]
    rules: tuple[FaceRule, ...]
    symbol: Symbol | None = None
    stamps: tuple[FaceSeal, ...] = ()


class Composition(msgspec.Struct, frozen=True):
    """A whole face, ready to be written; width and height in mm hold for each page."""

    title: str
    width: float
    height: float
    pages: tuple[FacePage, ...]
