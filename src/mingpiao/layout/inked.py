"""Which fonts a face is drawn with, and the part of each that a file must carry."""

from collections.abc import Iterator

import msgspec

from mingpiao.layout.display import Composition, Text
from mingpiao.letters.model import Run, Subset
from mingpiao.letters.service import Typecase, Typeface


class InkedFont(msgspec.Struct, frozen=True):
    """A font of a face: its subset, and what each of its new glyph ids shows and how wide it is (1/1000 em)."""

    face: Typeface
    subset: Subset
    shows: dict[int, str]
    widths: dict[int, int]


class _Use(msgspec.Struct):
    """What a face takes from one font: characters, and glyphs (old ids) with the text that each shows."""

    characters: set[str]
    glyphs: dict[int, str]


def inked_fonts(composition: Composition, letters: Typecase) -> dict[str, InkedFont]:
    """The fonts of a face by name, the main one first and always there."""
    uses = {letters.main.name: _Use(set(), {})}
    for text in _texts(composition):
        if letters.is_plain(text.content):
            uses[letters.main.name].characters.update(text.content)
            continue
        for run in letters.setting(text.content):
            _note(uses.setdefault(run.font, _Use(set(), {})), run)
    return {name: _inked(letters.face(name), use) for name, use in uses.items()}


def placed_runs(text: Text, letters: Typecase) -> Iterator[tuple[float, Run]]:
    """The runs of a line and where each begins (mm), from left to right."""
    x = text.x
    for run in letters.setting(text.content):
        yield x, run
        x += run.width * text.size / 1000


def _texts(composition: Composition) -> Iterator[Text]:
    for page in composition.pages:
        yield from page.form
        yield from page.values


def _note(use: _Use, run: Run) -> None:
    use.characters.update(run.text)
    for placed in run.glyphs:
        if placed.text or placed.glyph not in use.glyphs:
            use.glyphs.setdefault(placed.glyph, placed.text)


def _inked(face: Typeface, use: _Use) -> InkedFont:
    subset = face.subset(use.characters, sorted(use.glyphs))
    shows = {glyph: character for character, glyph in subset.glyphs.items() if character in use.characters}
    widths = {glyph: face.advance(character) for character, glyph in subset.glyphs.items()}
    for old, shown in sorted(use.glyphs.items()):
        new = subset.renumbered[old]
        widths[new] = face.glyph_advance(old)
        if shown and new not in shows:
            shows[new] = shown
    return InkedFont(face, subset, shows, widths)
