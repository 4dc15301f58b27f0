"""Finds dates as qualifications write them, also with OCR errors: 2023年05月15日, 2O23-5-15, 二〇二三年五月十五日."""

import re
from datetime import date

import msgspec

_LOOKALIKES = str.maketrans("OoQDIl|", "0000111")
_DIGITAL = re.compile(
    r"([12][0-9OoQDIl|]{3})[年.\-/．]([0-9OoQDIl|]{1,2})[月.\-/．]([0-9OoQDIl|]{1,2})(?:[日号曰目]|(?![0-9]))"
)
_CHINESE = re.compile(
    r"([一二三四五六七八九〇零○O0]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日曰号]"
)
_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "O": "0",
    "0": "0",
}
_UNLIMITED = re.compile(r"长期|永久|无固定期限|不限期|无期限")


class WrittenDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day, and where it begins in the text without spaces."""

    day: date
    start: int


def find_days(text: str) -> list[WrittenDay]:
    """All days in a text without spaces, in order; dates that do not exist are left out."""
    found = [(match.start(), _digital(match)) for match in _DIGITAL.finditer(text)]
    found += [(match.start(), _chinese(match)) for match in _CHINESE.finditer(text)]
    return [WrittenDay(day=day, start=start) for start, day in sorted(found, key=_start) if day is not None]


def _start(pair: tuple[int, date | None]) -> int:
    return pair[0]


def says_unlimited(text: str) -> bool:
    """Whether a text says that the qualification has no last day: 长期."""
    return _UNLIMITED.search(text) is not None


def _digital(match: re.Match[str]) -> date | None:
    year, month, day = (int(part.translate(_LOOKALIKES)) for part in match.groups())
    return _day(year, month, day)


def _chinese(match: re.Match[str]) -> date | None:
    year = int("".join(_DIGITS[character] for character in match[1]))
    return _day(year, _chinese_number(match[2]), _chinese_number(match[3]))


def _chinese_number(text: str) -> int:
    """The value of a Chinese number from 1 to 99: 九, 十, 十五, 二十, 三十一."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(_DIGITS[text[-1]])
    return 10 * (int(_DIGITS[tens[-1]]) if tens else 1) + (int(_DIGITS[ones]) if ones else 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1949 <= year < 2100 else None
    except ValueError:
        return None
