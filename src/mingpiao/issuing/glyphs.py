"""Whether a face can show a text: what no font has is refused before a number is taken."""

from mingpiao.kernel.errors import Problem
from mingpiao.letters.service import missing_character


def glyph_problem(field: str, label: str, text: str) -> Problem | None:
    """The problem of the first character that no font of a face has, or None."""
    missing = missing_character(text)
    if missing is None:
        return None
    place = text.index(missing) + 1
    message = (
        f"{label}第{place}个字“{missing}”（U+{ord(missing):04X}）没有字体可以显示，票面印不出来，"
        "请改用证件上的汉语拼音或通行写法，原字可以记在业务系统中。"
    )
    return Problem(code="text.no_glyph", field=field, message=message, status=422)
