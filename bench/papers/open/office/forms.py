"""How offices write sums, days and file numbers."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_DAY = "〇一二三四五六七八九"


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    """A working day, neither early in January nor late in December."""
    made = date(rng.randint(first, last), 1, 10) + timedelta(days=rng.randrange(330))
    return made - timedelta(days=max(0, made.weekday() - 4))


def after(start: date, low: int, high: int, rng: Random) -> date:
    """A working day some days later."""
    made = start + timedelta(days=rng.randint(low, high))
    return made + timedelta(days=(7 - made.weekday()) % 7 if made.weekday() > 4 else 0)


def cn(when: date) -> str:
    """2024年3月5日."""
    return f"{when.year}年{when.month}月{when.day}日"


def _number(value: int) -> str:
    tens, ones = divmod(value, 10)
    return (("" if tens == 1 else _DAY[tens]) + "十" if tens else "") + (_DAY[ones] if ones else "")


def han(when: date) -> str:
    """二〇二四年三月五日."""
    year = "".join(_DAY[int(sign)] for sign in str(when.year))
    return f"{year}年{_number(when.month)}月{_number(when.day)}日"


def money(rng: Random, low: int, high: int, step: str = "1") -> Decimal:
    """A sum between two bounds, a multiple of a step."""
    unit = Decimal(step)
    return unit * rng.randint(int(low / unit), int(high / unit))


def plain(value: Decimal) -> str:
    """1234.5 without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wan(value: Decimal, places: int | None = None) -> str:
    """The figure in ten thousands, without its unit."""
    share = value / 10000
    return plain(share) if places is None else f"{share:.{places}f}"


def comma(value: Decimal) -> str:
    """1,234.00."""
    return f"{value:,.2f}"


def gaps(value: Decimal) -> str:
    """1 234 567.00."""
    return comma(value).replace(",", " ")


def words(value: Decimal) -> str:
    """The sum in capital words, 叁拾万元整."""
    cents = int(value * 100)
    whole, small = divmod(cents, 100)
    groups = [("亿", whole // 10**8), ("万", whole // 10**4 % 10**4), ("", whole % 10**4)]
    text, gap = "", False
    for name, group in groups:
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + name
        gap = False
    text = (text + "元") if text else ""
    jiao, fen = divmod(small, 10)
    if not small:
        return text + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif text:
        text += "零"
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _group(value: int) -> str:
    text, gap = "", False
    for place, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = value // place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text


def slip(value: Decimal) -> Decimal:
    """The larger sum with two neighbouring digits changed about; ten times it when there is none."""
    digits = plain(value)
    for place in range(len(digits) - 1):
        one, two = digits[place], digits[place + 1]
        if "." not in (one, two) and two > one:
            return Decimal(digits[:place] + two + one + digits[place + 2 :])
    return value * 10


def number(rng: Random, sign: str, when: date, width: int = 0) -> str:
    """A file number: 曲财教〔2024〕37号."""
    return f"{sign}〔{when.year}〕{rng.randint(3, 260):0{width or 1}d}号"
