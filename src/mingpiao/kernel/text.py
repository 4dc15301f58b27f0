"""What text a bill may carry."""

import unicodedata

_BANNED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "So", "Sk"})
#: Symbols of category So that do stand on real bills.
_ALLOWED_SYMBOLS = frozenset("㎡㎥℃№㎜㎝㎞㎏㎎㏄°")


def unprintable(text: str) -> str | None:
    """The first character that may not stand on a bill's face, or None when all may.

    Control, format, surrogate, private and unassigned characters and pictographs (emoji) may not;
    angle brackets may not either, as no name or item has them and every page must be safe to show.
    """
    for character in text:
        if character in "<>":
            return character
        if character in _ALLOWED_SYMBOLS:
            continue
        if unicodedata.category(character) in _BANNED_CATEGORIES:
            return character
        if 0xFE00 <= ord(character) <= 0xFE0F:
            return character
    return None
