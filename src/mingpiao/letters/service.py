"""What other rooms may ask of letters: the fonts of faces, and which characters they can show."""

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.text import character_message, unprintable_place
from mingpiao.letters.files import MAIN, WITH_DIGITS
from mingpiao.letters.typecase import Typecase, clusters, main_font_alone, pieces, typecase
from mingpiao.letters.typeface import Typeface, load_typeface, typeface

__all__ = [
    "DIGIT_FONT_PATHS",
    "FONT_PATH",
    "Typecase",
    "Typeface",
    "clusters",
    "load_typeface",
    "main_font_alone",
    "missing_character",
    "name_problems",
    "names_on_faces",
    "no_glyph",
    "pieces",
    "typecase",
    "typeface",
]

#: The main font's file, for programs that draw by other means.
FONT_PATH = MAIN.path
#: Files of fonts whose digits differ, for programs that compare digits; the main font first.
DIGIT_FONT_PATHS = tuple(each.path for each in WITH_DIGITS)


def missing_character(text: str) -> str | None:
    """The first character that no font of a face can show, or None.

    The answer is the same on every machine of a release. Raises `Refusal` (`layout.font_missing`) if the
    fonts were never fetched.
    """
    return typecase().missing(text)


def no_glyph(field: str, label: str, text: str, way: str) -> Problem | None:
    """The problem of the first character that no font of a face has, or None; `way` says what to do instead."""
    missing = missing_character(text)
    if missing is None:
        return None
    place = text.index(missing) + 1
    message = f"{label}第{place}个字“{missing}”（U+{ord(missing):04X}）没有字体可以显示，票面印不出来，{way}"
    return Problem(code="text.no_glyph", field=field, message=message, status=422)


def names_on_faces(*names: tuple[str, str, str]) -> None:
    """Check names that faces are to show, each with its field and its label in Chinese.

    Raises `Refusal` (422) for all of them that no face can show: `text.bad_character`, `text.no_glyph`.
    """
    if problems := name_problems(*names):
        raise Refusal(*problems)


def name_problems(*names: tuple[str, str, str]) -> list[Problem]:
    """The problems for which `names_on_faces` refuses."""
    return [problem for field, label, text in names if (problem := _name_problem(field, label, text))]


def _name_problem(field: str, label: str, text: str) -> Problem | None:
    place = unprintable_place(text)
    if place is None:
        return no_glyph(field, label, text, "请改用通行写法。")
    message = character_message(label, text, place)
    return Problem(code="text.bad_character", field=field, message=message, status=422)
