"""The one font of all faces: where it lies, how wide its glyphs are, and subsets of it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
import uharfbuzz as harfbuzz

from mingpiao.kernel.errors import refuse

FONT_NAME = "NotoSansSC-Regular"
FAMILY = "Noto Sans SC"
FONT_PATH = Path(__file__).parent / "fonts" / f"{FONT_NAME}.ttf"

#: Tables of no use on a printed face: layout features, vertical metrics, variations.
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "gasp", "STAT", "DSIG")
_DROPPED_TAGS = [int.from_bytes(tag.encode(), "big") for tag in _DROPPED]
_FLAGS = (
    harfbuzz.SubsetFlags.NO_HINTING
    | harfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    | harfbuzz.SubsetFlags.NOTDEF_OUTLINE
)


class Subset(msgspec.Struct, frozen=True):
    """A TrueType file with only the glyphs asked for (a cmap is kept), and each character's new glyph id.

    Characters that the font lacks have no entry: they are drawn as glyph 0.
    """

    data: bytes
    glyphs: dict[str, int]


class Metrics(msgspec.Struct, frozen=True):
    """Vertical measures in 1/1000 em."""

    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]


class Typeface:
    """A font file held open for measuring and subsetting. Text is set glyph by glyph, without kerning,
    as both OFD's TextCode and PDF's simple text show do."""

    def __init__(self, data: bytes) -> None:
        self._face = harfbuzz.Face(harfbuzz.Blob(data))
        self._font = harfbuzz.Font(self._face)
        self._prepared = harfbuzz.subset_preprocess(self._face)
        self._scale = 1000 / self._face.upem
        self._advances: dict[str, int] = {}
        extents = self._font.get_font_extents("ltr")
        self.metrics = Metrics(
            ascent=round(extents.ascender * self._scale),
            descent=round(extents.descender * self._scale),
            cap_height=733,
            box=(-1000, round(extents.descender * self._scale), 3000, round(extents.ascender * self._scale)),
        )

    def advance(self, character: str) -> int:
        """Width of one character in 1/1000 em; one the font lacks is as wide as its replacement box."""
        known = self._advances.get(character)
        if known is None:
            glyph = self._font.get_nominal_glyph(ord(character)) or 0
            known = round(self._font.get_glyph_h_advance(glyph) * self._scale)
            self._advances[character] = known
        return known

    def advances(self, text: str) -> list[int]:
        """Widths of all characters in 1/1000 em."""
        try:
            return [self._advances[character] for character in text]
        except KeyError:
            return [self.advance(character) for character in text]

    def width(self, text: str, size: float) -> float:
        """Length of a line of text in mm at a size in mm."""
        return sum(self.advances(text)) * size / 1000

    def covers(self, character: str) -> bool:
        """Whether the font has a glyph for the character."""
        return bool(self._font.get_nominal_glyph(ord(character)))

    def subset(self, characters: Iterable[str]) -> Subset:
        """A subset font of these characters; the same characters give the same bytes."""
        wanted = harfbuzz.SubsetInput()
        wanted.unicode_set.update(map(ord, characters))
        wanted.flags = _FLAGS
        wanted.drop_table_tag_set.update(_DROPPED_TAGS)
        plan = harfbuzz.SubsetPlan(self._prepared, wanted)
        renumbered = plan.old_to_new_glyph_mapping
        glyphs = {chr(code): renumbered[glyph] for code, glyph in plan.unicode_to_old_glyph_mapping.items()}
        return Subset(data=bytes(plan.execute().blob.data), glyphs=glyphs)


@cache
def typeface() -> Typeface:
    """The font of all faces, read once; Refusal `layout.font_missing` when it was never fetched."""
    return load_typeface(FONT_PATH)


def load_typeface(path: Path) -> Typeface:
    """Read a font file; Refusal `layout.font_missing` when it is not there."""
    try:
        return Typeface(path.read_bytes())
    except FileNotFoundError as error:
        raise refuse(
            "layout.font_missing",
            f"缺少版式字体文件 {path.name}，请在项目目录运行 make assets 后重试。",
            status=503,
        ) from error
