"""Plain forms of characters. Each character becomes exactly one, so that its place on the page is kept."""

import re
from collections.abc import Iterator

from mingpiao.kernel.text import RADICALS

#: Replacements of one character by one: full-width forms, and characters that OCR confuses in numbers.
#: Some fonts contain radicals (⽅) in place of characters (方); these are replaced as Unicode defines.
_FOLDED: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLDED |= RADICALS
_FOLDED |= {
    ord(odd): ord(plain)
    for odd, plain in {
        "\u3000": " ", "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "￥": "¥", "○": "〇", "◯": "〇", "⚪": "〇",
        "－": "-", "﹣": "-", "—": "-", "–": "-", "―": "-", "─": "-", "﹕": ":", "∶": ":", "︰": ":",
        "﹒": ".", "﹐": ",", "﹑": "、", "圓": "圆", "園": "圆", "貳": "贰", "參": "叁", "叄": "叁",
        "陸": "陆", "萬": "万", "億": "亿", "兩": "两",
        "廢": "废", "廃": "废", "註": "注", "銷": "销", "樣": "样", "無": "无", "過": "过", "終": "终",
    }.items()
}  # fmt: skip
_BLANK = re.compile(r"\s")
#: 户　名, 甲 方: spaces between single characters that only fill the width.
_STRETCHED_WORD = re.compile(r"(?<![^ ])[\u4e00-\u9fff](?P<space> +)(?=[\u4e00-\u9fff](?: |$|[:(]))")
#: 2026 年 3 月, ¥ 5,000 元: spaces between a digit and anything that is not a digit.
_STRETCHED_NUMBER = re.compile(r"(?P<space>(?<=[0-9]) +(?=[^ 0-9])|(?<=[^ 0-9]) +(?=[0-9¥]))")
#: Characters that nobody sees, as soft hyphens and joiners.
_UNSEEN = re.compile(r"(?P<space>[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+)")


def fold(text: str) -> str:
    """A text of the same length with plain letters, digits and brackets in place of full-width ones."""
    return text.translate(_FOLDED)


def packed(text: str) -> str:
    """A text in plain characters (`fold`) without any blank, as it is searched and compared."""
    return _BLANK.sub("", fold(text))


def kept(text: str) -> Iterator[tuple[int, str]]:
    """Characters with their positions, without spaces inside words and numbers, underscores and what nobody sees."""
    text = text.replace("_", " ")
    dropped = {
        index
        for pattern in (_STRETCHED_WORD, _STRETCHED_NUMBER, _UNSEEN)
        for match in pattern.finditer(text)
        for index in range(*match.span("space"))
    }
    before = ""
    for index, character in enumerate(text):
        if index not in dropped and (character != " " or before != " "):
            yield index, character
            before = character
