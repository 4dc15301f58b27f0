"""What other rooms may ask of letters: the fonts of faces, and which characters they can show."""

from mingpiao.letters.files import MAIN
from mingpiao.letters.typecase import Typecase, clusters, main_font_alone, pieces, typecase
from mingpiao.letters.typeface import Typeface, load_typeface, typeface

__all__ = [
    "FONT_PATH",
    "Typecase",
    "Typeface",
    "clusters",
    "load_typeface",
    "main_font_alone",
    "missing_character",
    "pieces",
    "typecase",
    "typeface",
]

#: The main font's file, for programs that draw by other means.
FONT_PATH = MAIN.path


def missing_character(text: str) -> str | None:
    """The first character that no font of a face can show, or None.

    The answer is the same on every machine of a release. Raises `Refusal` (`layout.font_missing`) if the
    fonts were never fetched.
    """
    return typecase().missing(text)
