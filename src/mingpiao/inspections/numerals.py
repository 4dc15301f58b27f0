"""Numbers as people write them in Chinese text: 1.5万, 三千五百, 10,000, 两亿."""

import re
from decimal import Decimal

_DIGITS = {**{each: place for place, each in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_BIG = {"万": 10_000, "亿": 100_000_000}
#: A number without a measure after it, and one with 百, 千, 万 or 亿.
NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"
SCALED = rf"(?:{NUMBER}[万亿百千]*(?:[零〇一二两三四五六七八九十百千]*))"
_ARABIC = re.compile(r"(\d[\d,]*(?:\.\d+)?)([十百千万亿]*)")


def number_of(text: str) -> Decimal | None:
    """What a number in Arabic or Chinese digits means, or None if it is none."""
    arabic = _ARABIC.fullmatch(text)
    if arabic:
        value = Decimal(arabic[1].replace(",", ""))
        for each in arabic[2]:
            value *= (_TENS | _BIG)[each]
        return value
    return _chinese(text)


def whole_number(text: str) -> int | None:
    """The same for a number of things; None where it is not a whole one."""
    value = number_of(text)
    return int(value) if value is not None and value == value.to_integral_value() else None


def _chinese(text: str) -> Decimal | None:
    for sign in ("亿", "万"):
        if sign in text:
            before, after = text.rsplit(sign, 1)
            head, tail = _chinese(before), _tail(after, _BIG[sign])
            return None if head is None or tail is None else head * _BIG[sign] + tail
    return _below_ten_thousand(text)


def _tail(text: str, above: int) -> Decimal | None:
    """What follows 万 or 亿: 一万五 is 15000, 一万零五 10005."""
    if len(text) == 1 and text in _DIGITS and text not in "零〇":
        return Decimal(_DIGITS[text] * above // 10)
    return _chinese(text) if text else Decimal(0)


def _below_ten_thousand(text: str) -> Decimal | None:
    if not text:
        return None
    if all(each in _DIGITS for each in text):
        return Decimal("".join(str(_DIGITS[each]) for each in text))
    total, digit, last = 0, 0, 10_000
    pending = False
    for each in text:
        if each in _DIGITS:
            digit, pending = _DIGITS[each], True
            if each in "零〇":
                last, pending = 10, False
        elif each in _TENS and _TENS[each] < max(last, 11):
            total += (digit if pending else 1) * _TENS[each]
            last, digit, pending = _TENS[each], 0, False
        else:
            return None
    return Decimal(total + (digit * max(1, last // 10) if pending else 0))
