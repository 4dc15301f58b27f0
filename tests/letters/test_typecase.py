"""Which font shows what, and how lines of many scripts are set."""

import pytest

from mingpiao.letters.service import (
    clusters,
    main_font_alone,
    missing_character,
    pieces,
    typecase,
)

#: What is written on bills in a country of many scripts, and the font that shows it.
NAMES = {
    "王䶮": "NotoSansSC-Regular",
    "𫞡": "HanaMinB-Extension-D",
    "𡌒": "HanaMinB-Extension-B-05",
    "𠮷": "HanaMinB-Extension-B-03",
    "𬠅": "HanaMinB-Extension-E-4",
    "𭅪": "HanaMinB-Extension-F-1",
    "Şahin": "NotoSans-Regular",
    "ᠪᠠᠲᠤ": "NotoSansMongolian-Regular",
    "김철수": "NotoSansKR-Regular",
    "محمد": "IBMPlexSansArabic-Regular",
    "བསོད་ནམས": "NotoSerifTibetan-Regular",
    "ꆈꌠ": "NotoSansYi-Regular",
    "Жөнтаев": "NotoSans-Regular",
}


@pytest.mark.parametrize(("name", "font"), NAMES.items())
def test_every_name_has_a_font(name: str, font: str) -> None:
    assert missing_character(name) is None
    assert {run.font for run in typecase().setting(name)} == {font}


@pytest.mark.parametrize("name", NAMES)
def test_a_line_shows_all_its_characters_and_is_as_wide_as_its_runs(name: str) -> None:
    line = f"张{name}，{name}"
    runs = typecase().setting(line)
    assert "".join(run.text for run in runs) == line
    for run in runs:
        shown = sorted("".join(placed.text for placed in run.glyphs) or run.text)
        assert shown == sorted(run.text)
        assert all(placed.glyph for placed in run.glyphs)
    assert typecase().width(line, 10) == pytest.approx(sum(run.width for run in runs) / 100)


def test_what_no_font_has_is_named() -> None:
    assert missing_character("张三𱍐") == "𱍐"
    assert missing_character("𮯰") == "𮯰"
    assert missing_character("ไทย") == "ไ"
    assert missing_character("") is None


def test_the_answer_does_not_depend_on_the_tables_of_python() -> None:
    """Characters younger than Python's tables are judged by the fonts alone."""
    older = [chr(code) for code in range(0x2B820, 0x2CEA2) if missing_character(chr(code)) is None]
    assert len(older) == 5762
    assert missing_character("\U000323af") is not None


def test_letters_join_and_a_word_keeps_to_one_font() -> None:
    (word,) = typecase().setting("ᠪᠠᠲᠤ ᠪᠠᠶᠠᠷ")
    alone = [typecase().setting(letter)[0].glyphs[0].glyph for letter in "ᠪᠠ"]
    assert [placed.glyph for placed in word.glyphs][:2] != alone
    assert [run.font for run in typecase().setting("Şahin Öz")] == ["NotoSans-Regular", "NotoSansSC-Regular"]


def test_what_reads_from_the_right_stands_so() -> None:
    runs = typecase().setting("缴款人محمد 12 علي先生")
    assert [run.text for run in runs] == ["缴款人", "علي", " 12 ", "محمد", "先生"]
    assert [run.leftward for run in runs] == [False, True, False, True, False]
    assert [placed.text for placed in runs[3].glyphs] == list("دمحم")


def test_a_character_of_two_code_units_is_a_run_of_its_own() -> None:
    assert [run.text for run in typecase().setting("甲𠮷𠮷乙丙")] == ["甲", "𠮷", "𠮷", "乙丙"]


def test_marks_stay_with_their_letter() -> None:
    assert pieces("ab 甲e\u0301") == ["ab", " ", "甲", "e\u0301"]
    assert clusters("e\u0301x") == ["e\u0301", "x"]
    (run,) = typecase().setting("e\u0301")
    assert run.width == typecase().main.advance("é")


def test_release_one_had_one_font() -> None:
    assert main_font_alone().is_plain("ᠪ𠮷")
    assert main_font_alone().width("𠮷", 10) == 10
