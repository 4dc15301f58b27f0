"""The font: widths, and subsets that still know their characters."""

import uharfbuzz as harfbuzz

from mingpiao.layout.fitting import fit, fit_width, one_line, wrap, wrap_prose
from mingpiao.letters.service import typecase, typeface

TEXT = "内蒙古自治区医疗门诊收费票据（电子）0123456789.¥ABCabc"


def test_full_width_characters_are_one_em_and_digits_are_equal() -> None:
    letters = typecase()
    assert letters.width("票据", 3.0) == 6.0
    assert len({letters.main.advance(digit) for digit in "0123456789"}) == 1
    assert letters.width("", 3.0) == 0.0


def test_a_subset_keeps_glyphs_widths_and_characters() -> None:
    letters = typeface()
    subset = letters.subset(set(TEXT))
    font = harfbuzz.Font(harfbuzz.Face(harfbuzz.Blob(subset.data)))
    assert set(subset.glyphs) == set(TEXT)
    for character, glyph in subset.glyphs.items():
        assert font.get_nominal_glyph(ord(character)) == glyph
        assert font.get_glyph_h_advance(glyph) == letters.advance(character)
    assert len(subset.data) < 20_000


def test_the_same_characters_give_the_same_subset() -> None:
    letters = typeface()
    assert letters.subset(TEXT) == letters.subset(reversed(TEXT))


def test_what_the_font_lacks_has_a_width_and_no_glyph() -> None:
    letters = typeface()
    assert not letters.covers("\u1820")
    assert letters.advance("\u1820") > 0
    assert "\u1820" not in letters.subset("票\u1820").glyphs


def test_text_shrinks_then_breaks_then_is_cut() -> None:
    letters = typecase()
    assert fit("票据", letters, 10, 5, 3.0, 1.5).size == 3.0
    shrunk = fit("票据代码", letters, 10, 5, 3.0, 1.5)
    assert (shrunk.lines, shrunk.size, shrunk.complete) == (("票据代码",), 2.5, True)
    broken = fit("票据代码票据代码", letters, 10, 5, 3.0, 1.5)
    assert len(broken.lines) == 2
    assert broken.complete
    cut = fit("票据代码" * 20, letters, 10, 5, 3.0, 1.5)
    assert not cut.complete
    assert cut.lines[-1].endswith("…")
    assert cut.width <= 10


def test_cells_grow_and_lose_nothing() -> None:
    text = "极长名称" * 150
    fitted = fit_width(text, typecase(), 38, 2.7, 1.9)
    assert "".join(fitted.lines) == text
    assert fitted.width <= 38
    assert fitted.complete


def test_wrapping_always_moves_on() -> None:
    assert wrap("票据", typecase(), 1, 3.0) == ["票", "据"]
    assert one_line(" 甲\n\t乙　丙 ") == "甲 乙 丙"
    assert fit("", typecase(), 10, 5, 3.0, 1.5).lines == ()


def test_no_line_of_prose_begins_with_a_closing_mark_or_breaks_a_number() -> None:
    letters = typecase()
    text = "其余票据（共12345.60元，含红票）均已核销；请核对。" * 8
    for width in (24, 26, 30, 31, 60):
        lines = wrap_prose(text, letters, width, 3.0)
        assert "".join(lines) == text
        assert not [line for line in lines if line[0] in "）；，。" or line[-1] == "（"]
        assert sum("12345.60元" in line for line in lines) == 8
        assert max(letters.width(line, 3.0) for line in lines) <= width


def test_prose_without_a_good_place_is_broken_all_the_same() -> None:
    letters = typecase()
    for text in ("。" * 50, "1" * 80):
        lines = wrap_prose(text, letters, 20, 3.0)
        assert "".join(lines) == text
        assert max(letters.width(line, 3.0) for line in lines) <= 20
