"""Whether a face can show a text: what no font has is refused before a number is taken."""

from mingpiao.kernel.errors import Problem
from mingpiao.letters.service import no_glyph

_WAY = "请改用证件上的汉语拼音或通行写法，原字可以记在业务系统中。"


def glyph_problem(field: str, label: str, text: str) -> Problem | None:
    """The problem of the first character that no font of a face has, or None."""
    return no_glyph(field, label, text, _WAY)
