"""One open font file: widths, shaping, outlines and subsets."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import uharfbuzz as harfbuzz

from mingpiao.kernel.errors import refuse
from mingpiao.letters.files import MAIN
from mingpiao.letters.model import FontFile, Metrics, Placed, Run, Subset

#: Tables that a printed face does not need: vertical metrics, variations, kerning.
_DROPPED = ("GPOS", "BASE", "VORG", "vhea", "vmtx", "gasp", "STAT", "DSIG")
#: Layout features are kept only if a reader that sets the text itself must join letters.
_LAYOUT = ("GSUB", "GDEF")
_FLAGS = harfbuzz.SubsetFlags.NO_HINTING | harfbuzz.SubsetFlags.NOTDEF_OUTLINE
#: Text is set without kerning and without optional ligatures.
_FEATURES = {"kern": False, "liga": False, "clig": False}
#: Shaping must not depend on the locale of the machine.
_LANGUAGE = "zh"


class Typeface:
    """An open font file, for measuring, shaping and subsetting."""

    def __init__(self, data: bytes, file: FontFile = MAIN) -> None:
        self.name = file.name
        self.family = file.family
        self.joined = file.joined
        self._face = harfbuzz.Face(harfbuzz.Blob(data))
        self._font = harfbuzz.Font(self._face)
        self._prepared: harfbuzz.Face | None = None
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
        """The width of a character in 1/1000 em; a missing character is as wide as its replacement box."""
        known = self._advances.get(character)
        if known is None:
            known = self.glyph_advance(self._font.get_nominal_glyph(ord(character)) or 0)
            self._advances[character] = known
        return known

    def advances(self, text: str) -> list[int]:
        """Widths of all characters in 1/1000 em."""
        try:
            return [self._advances[character] for character in text]
        except KeyError:
            return [self.advance(character) for character in text]

    def glyph_advance(self, glyph: int) -> int:
        """Width of a glyph in 1/1000 em."""
        width: float = self._font.get_glyph_h_advance(glyph) * self._scale
        return round(width)

    def covers(self, character: str) -> bool:
        """Whether the font has a glyph for the character."""
        return bool(self._font.get_nominal_glyph(ord(character)))

    def characters(self) -> Iterable[int]:
        """The code points that the font has glyphs for."""
        codes: Iterable[int] = self._face.unicodes
        return codes

    def shape(self, text: str) -> Run:
        """The text as joined glyphs, from left to right."""
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.language = _LANGUAGE
        harfbuzz.shape(self._font, buffer, _FEATURES)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        widths = [position.x_advance for position in positions]
        shown = _shown(text, [info.cluster for info in infos], widths)
        placed: list[Placed] = []
        pen = 0
        for info, position, characters in zip(infos, positions, shown, strict=True):
            x = round((pen + position.x_offset) * self._scale)
            y = round(position.y_offset * self._scale)
            placed.append(Placed(info.codepoint, x, y, characters, info.cluster))
            pen += position.x_advance
        return Run(self.name, text, round(pen * self._scale), tuple(placed), buffer.direction == "rtl")

    def placed(self, text: str) -> tuple[Placed, ...]:
        """The glyphs of a plain text, one after the other."""
        placed: list[Placed] = []
        pen = 0
        for place, (character, advance) in enumerate(zip(text, self.advances(text), strict=True)):
            placed.append(Placed(self._font.get_nominal_glyph(ord(character)) or 0, pen, 0, character, place))
            pen += advance
        return tuple(placed)

    def outline(self, glyph: int) -> str:
        """The glyph's outline as an SVG path in font units, y upwards."""
        return _outline(self._font, glyph)

    @property
    def units_per_em(self) -> int:
        """The number of font units in one em."""
        return int(self._face.upem)

    def subset(self, characters: Iterable[str], glyphs: Iterable[int] = ()) -> Subset:
        """A subset font of these characters and glyphs; the same ones give the same bytes."""
        wanted = harfbuzz.SubsetInput()
        wanted.unicode_set.update(map(ord, characters))
        wanted.glyph_set.update(glyphs)
        wanted.flags = _FLAGS if self.joined else _FLAGS | harfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        wanted.drop_table_tag_set.update(map(_tag, _DROPPED if self.joined else (*_DROPPED, *_LAYOUT)))
        if self._prepared is None:
            self._prepared = harfbuzz.subset_preprocess(self._face)
        plan = harfbuzz.SubsetPlan(self._prepared, wanted)
        renumbered = dict(plan.old_to_new_glyph_mapping)
        new = {chr(code): renumbered[glyph] for code, glyph in plan.unicode_to_old_glyph_mapping.items()}
        return Subset(data=bytes(plan.execute().blob.data), glyphs=new, renumbered=renumbered)


@cache
def typeface() -> Typeface:
    """The main font, read once. Raises `Refusal` (`layout.font_missing`) if it was never fetched."""
    return load_typeface(MAIN.path)


def load_typeface(path: Path, file: FontFile = MAIN) -> Typeface:
    """Read a font file. Raises `Refusal` (`layout.font_missing`) if it does not exist."""
    try:
        return Typeface(path.read_bytes(), file)
    except FileNotFoundError as error:
        raise font_missing(path) from error


def font_missing(path: Path) -> Exception:
    """The refusal `layout.font_missing`: a font was never fetched."""
    return refuse(
        "layout.font_missing",
        f"缺少版式字体文件 {path.name}，请在项目目录运行 make assets 后重试。",
        status=503,
    )


def _shown(text: str, clusters: list[int], widths: list[int]) -> list[str]:
    """The characters that each glyph shows: the widest glyph of a cluster shows its characters, the others
    "".
    """
    starts = sorted(set(clusters))
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    bearers = {
        start: max((place for place, one in enumerate(clusters) if one == start), key=widths.__getitem__)
        for start in starts
    }
    return [
        text[cluster : ends[cluster]] if bearers[cluster] == place else ""
        for place, cluster in enumerate(clusters)
    ]


def _tag(name: str) -> int:
    return int.from_bytes(name.encode(), "big")


def _outline(font: harfbuzz.Font, glyph: int) -> str:
    parts: list[str] = []
    draw = harfbuzz.DrawFuncs()
    draw.set_move_to_func(lambda x, y, data: parts.append(f"M{x:g} {y:g}"))
    draw.set_line_to_func(lambda x, y, data: parts.append(f"L{x:g} {y:g}"))
    draw.set_quadratic_to_func(lambda a, b, x, y, data: parts.append(f"Q{a:g} {b:g} {x:g} {y:g}"))
    draw.set_cubic_to_func(
        lambda a, b, c, d, x, y, data: parts.append(f"C{a:g} {b:g} {c:g} {d:g} {x:g} {y:g}")
    )
    draw.set_close_path_func(lambda data: parts.append("Z"))
    font.draw_glyph(glyph, draw)
    return "".join(parts)
