"""Money in 元: `Decimal` with two places, one rounding function, and 大写金额."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")

#: The largest total one bill may carry, in 元: 14 digits of which two are decimals, N(14,2).
MAX_AMOUNT = Decimal("999999999999.99")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def round_yuan(amount: Decimal) -> Decimal:
    """Round to whole 分, half up; the only rounding of money in the platform."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line_amount(quantity: Decimal, rate: Decimal) -> Decimal:
    """quantity × rate in 元, rounded to 分."""
    return round_yuan(quantity * rate)


def places(amount: Decimal) -> int:
    """How many decimal places a finite number is written with (1.50 → 2, 1E+3 → 0)."""
    # As text it is three times as fast, and every amount of every bill comes through here.
    whole, _, decimals = str(amount).partition(".")
    if decimals.isdigit():
        return len(decimals)
    if whole.removeprefix("-").isdigit() and not decimals:
        return 0
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("not a finite number")
    return max(0, -exponent)


def fits_places(amount: Decimal, count: int) -> bool:
    """Whether a finite number has no more than `count` decimal places; zeros at the end do not count as any."""
    written = places(amount)
    if written <= count:
        return True
    return not any(amount.as_tuple().digits[count - written :])


def plain(amount: Decimal) -> str:
    """An amount of money as text with exactly two places and no exponent."""
    return f"{round_yuan(amount):f}"


def plain_number(number: Decimal) -> str:
    """A rate or quantity as text: no exponent, no trailing zeros (12.500000 → 12.5)."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shortest(number: Decimal) -> Decimal:
    """The same number without an exponent and without zeros at the end (12.500000 → 12.5, 1E+1 → 10)."""
    text = str(number)
    if "E" not in text and ("." not in text or text[-1] != "0"):
        return number
    return Decimal(plain_number(number))


def in_words(amount: Decimal) -> str:
    """大写金额 of an amount in 元, e.g. 1005.30 → 壹仟零伍元叁角整; a negative one begins with 负.

    Follows the usage of the Payment Settlement rules (支付结算办法, annex 1): 整 after 元 or 角,
    none after 分; one 零 for a run of zeros. Raises ValueError above `MAX_AMOUNT` or when not finite.
    """
    if not amount.is_finite():
        raise ValueError("not a finite number")
    if amount < 0:
        return "负" + in_words(-amount)
    amount = round_yuan(amount)
    if amount > MAX_AMOUNT:
        raise ValueError("amount too large for words")
    cents = int(amount * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = _whole_in_words(yuan) + "元" if yuan else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif fen and yuan:
        text += "零"
    if fen:
        return text + _DIGITS[fen] + "分"
    return (text or "零元") + "整"


def _whole_in_words(number: int) -> str:
    groups: list[int] = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    text = ""
    gap = False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group == 0:
            gap = bool(text)
            # 万亿 shares its 亿 with the group below; when that one is empty the 亿 stays.
            if index == 2 and text:
                text += "亿"
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _group_in_words(group) + _group_unit(index)
        gap = False
    return text


def _group_unit(index: int) -> str:
    return "万" if index == 3 else _GROUPS[index]


def _group_in_words(group: int) -> str:
    text = ""
    zero = False
    for position in range(3, -1, -1):
        digit = group // 10**position % 10
        if digit == 0:
            zero = bool(text)
            continue
        text += ("零" if zero else "") + _DIGITS[digit] + _UNITS[position]
        zero = False
    return text
