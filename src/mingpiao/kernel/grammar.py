"""How numbers and dates are written: the one grammar for all text that comes from outside.

`Decimal()`, `int()` and `fromisoformat()` are no validators: they take underscores, blanks, plus signs,
digits of other scripts and week dates. Whoever reads text that a program or a person wrote reads it here;
a test finds other uses.
"""

import re
from datetime import date, datetime
from decimal import Decimal

#: A number as programs write it: ASCII digits, a minus sign, one point with digits on both sides; no zeros
#: in front, no exponent, no blanks.
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"

_NUMBER = re.compile(NUMBER)
_WHOLE = re.compile(r"[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
#: Thousands may be set apart, as people do.
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:([, ])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
#: Longer numbers are not typed by anybody, and products of two stay exact.
_TYPED_DIGITS = 15


def read_decimal(text: str) -> Decimal | None:
    """The number that a text is by the grammar `NUMBER`, or None."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def read_typed_decimal(text: str) -> Decimal | None:
    """A number as people type it, or None: also in full width, between blanks, with thousands set apart.

    At most 15 digits before the point and 15 behind it.
    """
    plain = half_width(text).strip(" ")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    number = read_decimal(plain)
    if number is None:
        return None
    whole, _, decimals = plain.removeprefix("-").partition(".")
    return number if len(whole) <= _TYPED_DIGITS and len(decimals) <= _TYPED_DIGITS else None


def read_whole(text: str, digits: int = 18) -> int | None:
    """A whole number of ASCII digits only, at most `digits` of them, or None; zeros in front may be."""
    return int(text) if len(text) <= digits and _WHOLE.fullmatch(text) else None


def read_date(text: str) -> date | None:
    """A date written YYYY-MM-DD that the calendar has, or None."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """A time written YYYY-MM-DD HH:MM:SS, without a zone, or None."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def read_month(text: str) -> date | None:
    """The first day of a month of this century written YYYY-MM, or None."""
    month = read_date(f"{text}-01")
    return month if month is not None and 2000 <= month.year < 2100 else None


def half_width(text: str) -> str:
    """The text with full-width letters, digits, signs and blanks as plain ones."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)
