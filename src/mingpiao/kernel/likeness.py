"""What looks the same counts the same: names and codes of payers as they are compared, never as they are shown."""

import re

import unicodedata2 as unicodedata

from mingpiao.kernel.grammar import half_width
from mingpiao.kernel.text import RADICALS, shows_nothing

#: Names written with these alone are compared as they are.
_PLAIN = re.compile("[\u4e00-\u9fff·（）0-9]*")
_DOTS = "·•・‧∙⋅᛫●⸱⸳ꞏ｡。.．･ᐧ"
_OPENING, _CLOSING = "([{【〔〖〈《「『〘［｛", ")]}】〕〗〉》」』〙］｝"
_DASHES = "-‐‑‒–—―−－﹣ー─"
_QUOTES = "'\"‘’“”′″`´＇＂"
#: Letters of other scripts that look like Latin ones, after case folding.
_CYRILLIC = dict(zip("авекмнорстухіјѕһԁԛԝ", "abekmhopctyxijshdqw", strict=True))
_GREEK = dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True))
_FOLDED = str.maketrans(
    dict.fromkeys(_DOTS, "·")
    | dict.fromkeys(_OPENING, "（")
    | dict.fromkeys(_CLOSING, "）")
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_QUOTES, "'")
    | _CYRILLIC
    | _GREEK
)


def name_key(name: str) -> str:
    """A payer's name as it is compared: two names that look the same have the same key.

    Widths, radicals, middle dots, brackets, dashes, quotes, the case of letters and letters of other scripts
    that look like Latin ones are one; spaces and what shows nothing are gone. A name of Han characters,
    · and （） alone is its own key.
    """
    if _PLAIN.fullmatch(name):
        return name
    folded = unicodedata.normalize("NFKC", name.translate(RADICALS)).casefold().translate(_FOLDED)
    return "".join(character for character in folded if not shows_nothing(character)) or name


def normal_code(code: str) -> str:
    """A payer's code without blanks and hyphens, in capitals and half width, where it then is letters and digits.

    Any other text (a passport number with signs, a name in the wrong place) stays as it is.
    """
    if code.isascii() and code.isalnum() and code.upper() == code:
        return code
    bare = "".join(half_width(code).split()).replace("-", "").upper()
    return bare if bare.isascii() and bare.isalnum() else code
