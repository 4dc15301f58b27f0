"""Sums and days as people write them."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLAIN = "〇一二三四五六七八九"


def _group(value: int) -> str:
    text, gap = "", False
    for unit, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = value // size % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    return text


def words(amount: Decimal, ending: str = "整", yuan: str = "元") -> str:
    """A sum in words (大写)."""
    cents = int((amount * 100).to_integral_value())
    whole, rest = divmod(cents, 100)
    text, upper = "", False
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part = whole // size % 10000
        if not part:
            upper = bool(text)
            continue
        text += ("零" if text and (part < 1000 or upper) else "") + _group(part) + unit
        upper = False
    text = text + yuan if text else ""
    if not rest:
        return text + ending
    if rest // 10:
        text += _DIGITS[rest // 10] + "角"
    elif text:
        text += "零"
    return text + (_DIGITS[rest % 10] + "分" if rest % 10 else ending)


def comma(amount: Decimal) -> str:
    """1,234.00"""
    return f"{amount:,.2f}"


def plain(amount: Decimal) -> str:
    """1234 or 1234.50"""
    return f"{amount:.2f}" if amount % 1 else f"{amount:.0f}"


def wan(amount: Decimal) -> str:
    """12.35万"""
    return f"{(amount / 10000).normalize():f}万"


def written(rng: Random, amount: Decimal) -> str:
    """A sum with 元 in one of the usual ways."""
    ways = [f"{comma(amount)}元", f"{plain(amount)}元", f"¥{comma(amount)}", f"人民币{comma(amount)}元"]
    if amount >= 10000 and amount % 100 == 0:
        ways.append(f"{wan(amount)}元")
    return rng.choice(ways)


def cash(rng: Random, low: int, high: int, step: int = 100) -> Decimal:
    """A round sum."""
    return Decimal(rng.randrange(low // step, high // step + 1) * step)


def odd(rng: Random, low: int, high: int) -> Decimal:
    """A sum with 角 and 分."""
    return Decimal(rng.randrange(low * 100, high * 100)) / 100


def swapped(rng: Random, amount: Decimal) -> Decimal:
    """The sum with two neighbouring digits exchanged, never the same."""
    digits = list(str(int(amount * 100)))
    places = [
        at for at in range(len(digits) - 3) if digits[at] != digits[at + 1] and (at or digits[1] != "0")
    ]
    if not places:
        return amount + 90
    at = rng.choice(places)
    digits[at], digits[at + 1] = digits[at + 1], digits[at]
    return Decimal("".join(digits)) / 100


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    """A working day."""
    found = date(first, 4, 3) + timedelta(days=rng.randrange((last - first + 1) * 365 - 100))
    while found.weekday() > 4:
        found += timedelta(days=1)
    return found


def later(rng: Random, start: date, low: int, high: int) -> date:
    """A working day some days after another."""
    found = start + timedelta(days=rng.randint(low, high))
    while found.weekday() > 4:
        found += timedelta(days=1)
    return found


def cn(value: date) -> str:
    """2025年3月8日"""
    return f"{value.year}年{value.month}月{value.day}日"


def padded(value: date) -> str:
    """2025年03月08日"""
    return f"{value.year}年{value.month:02d}月{value.day:02d}日"


def spaced(value: date) -> str:
    """2025 年 3 月 8 日"""
    return f"{value.year} 年 {value.month} 月 {value.day} 日"


def hanzi(value: date) -> str:
    """二〇二五年三月八日"""
    year = "".join(_PLAIN[int(each)] for each in str(value.year))
    return f"{year}年{_tens(value.month)}月{_tens(value.day)}日"


def _tens(value: int) -> str:
    if value < 10:
        return _PLAIN[value]
    tens, ones = divmod(value, 10)
    return ("" if tens == 1 else _PLAIN[tens]) + "十" + (_PLAIN[ones] if ones else "")


def count(value: int) -> str:
    """A small number in Chinese digits, for clauses."""
    return _tens(value)


def dated(rng: Random, value: date) -> str:
    """A day in one of the usual ways."""
    return rng.choice((cn(value), cn(value), padded(value), spaced(value), hanzi(value), f"{value:%Y.%m.%d}"))


def years_on(value: date, years: int) -> date:
    """The last day of a period of whole years that starts on `value`."""
    try:
        return value.replace(year=value.year + years) - timedelta(days=1)
    except ValueError:
        return date(value.year + years, 2, 28)
