"""Exact conversion of Chinese numerals (大写金额 and 中文数字) to numbers."""

import re
from decimal import Decimal

_DIGITS = {
    **{character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **{character: value for value, character in enumerate("〇一二三四五六七八九")},
    "两": 2,
    "俩": 2,
    # Other ways of writing 壹贰叁, seen on receipts.
    "弌": 1,
    "弍": 2,
    "弎": 3,
    "参": 3,
}
_UNITS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1_000, "千": 1_000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}

#: 佰伍拾元 lacks its beginning; only 拾 may begin a number, as in 拾元 for 壹拾元.
_BROKEN_OFF = ("佰", "百", "仟", "千", "万", "亿")

#: A number in words, and an amount in words. Only with 元 or 整 is it surely an amount.
NUMERAL = "[零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿一二两三四五六七八九十百千弌弍弎参]"
WORDS = re.compile(
    rf"(?:{NUMERAL} ?){{1,40}}[元圆](?: ?[零〇壹贰叁肆伍陆柒捌玖一二三四五六七八九弌弍弎参] ?角)?"
    rf"(?: ?[零〇]? ?[零〇壹贰叁肆伍陆柒捌玖一二三四五六七八九弌弍弎参] ?分)?(?: ?[整正])?"
)


def number_of(text: str) -> int | None:
    """The whole number written in numerals (壹佰零伍万 → 1050000; 二〇二六 → 2026), or None."""
    text = text.replace(" ", "")
    if not text:
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    return _grouped(text)


def _grouped(text: str) -> int | None:
    total = group = 0
    digit: int | None = None
    for character in text:
        if character in _DIGITS:
            if digit:
                return None  # two digits in a row are not a number in words
            digit = _DIGITS[character]
        elif character in _UNITS:
            # 十五 means 一十五; 零拾, as printed on forms, counts zero.
            group += (1 if digit is None else digit) * _UNITS[character]
            digit = None
        elif character in _GROUPS:
            group += digit or 0
            # In 万亿 the units multiply; in 亿…万 their numbers are added.
            total = (
                (total + group) * _GROUPS[character]
                if character == "亿"
                else total + group * _GROUPS[character]
            )
            group, digit = 0, None
        else:
            return None
    return total + group + (digit or 0)


def amount_of(words: str) -> Decimal | None:
    """The amount in 元 written as 大写金额 (壹仟零伍元叁角整 → 1005.30), or None when it is not one."""
    words = words.replace(" ", "").rstrip("整正")
    whole, mark, rest = words.replace("圆", "元").partition("元")
    if not mark or whole.startswith(_BROKEN_OFF):
        return None
    yuan = _grouped(whole) if whole else 0
    cents = _cents(rest)
    if yuan is None or cents is None:
        return None
    return Decimal(yuan) + Decimal(cents) / 100


def _cents(rest: str) -> int | None:
    rest = rest.lstrip("零〇") if not rest.startswith(("零角", "零分", "〇角")) else rest
    match = re.fullmatch(r"(?:(.)角)?(?:零?(.)分)?", rest)
    if match is None:
        return None
    jiao, fen = (0 if character is None else _DIGITS.get(character) for character in match.groups())
    return None if jiao is None or fen is None else jiao * 10 + fen
