"""What text a bill may carry."""

import re
import unicodedata

#: What nearly all names and items are written with; checked at once, the rest character by character.
_COMMON = re.compile(r"[ -;=?-~·×—‘-”…、-】　\u4e00-\u9fff！-｠]*")
_BANNED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "So", "Sk"})
#: Symbols of category So that do stand on real bills.
_ALLOWED_SYMBOLS = frozenset("㎡㎥℃№㎜㎝㎞㎏㎎㏄°")


def unprintable(text: str) -> str | None:
    """The first character that may not stand on a bill's face, or None when all may.

    Control, format, surrogate, private and unassigned characters and pictographs (emoji) may not;
    angle brackets may not either, as no name or item has them and every page must be safe to show.
    """
    if _COMMON.fullmatch(text):
        return None
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
