"""How numbers stand in memos, and what else banks and payers write there."""

from datetime import date
from random import Random

_WIDE = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ－",
)
_BANK = (
    "转账", "跨行转账", "网银互联汇入", "电子汇入", "网转", "手机银行转账", "转存", "汇款", "小额普通", "超级网银", "来账",
    "他行汇入",
)  # fmt: skip
_AROUND = (
    "{text}", "{text}", "{purpose}{text}", "{purpose} {text}", "{text}{purpose}", "{bank} 附言：{text}", "{bank}/{purpose}/{text}",
    "用途:{purpose},{text}", "{purpose}（{text}）", "付{text}{purpose}", "{bank} {reference} {text}",
)  # fmt: skip
#: Those that only a number can follow.
_NUMBERED = ("单号{text}", "流水号：{text} {purpose}", "{text}号{purpose}")


def written(rng: Random, number: str) -> str:
    """The whole number, mostly as it is, else as people and systems rewrite it."""
    how = rng.random()
    if how < 0.82:
        return number
    if how < 0.87:
        return number.translate(_WIDE)
    if how < 0.91:
        return number.lower()
    if how < 0.95:
        return number.replace("-", "")
    if how < 0.98:
        return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    return number.replace("-", rng.choice(("—", "_", "/", " ")))


def mistyped(rng: Random, number: str) -> str:
    """The number with two neighbours changed over, one digit wrong, left out, or doubled; or a letter for a digit."""
    place = rng.randrange(len(number) - 4, len(number) - 1)
    how = rng.randrange(5)
    if how == 0 and number[place] != number[place + 1]:
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if how == 1:
        return number[:place] + number[place + 1 :]
    if how == 2:
        return number[:place] + number[place] + number[place:]
    if how == 3 and "0" in number:
        return number.replace("0", "O", 1)
    digits = [digit for digit in "0123456789" if digit != number[place]]
    return number[:place] + rng.choice(digits) + number[place + 1 :]


def reference(rng: Random, day: date) -> str:
    """A bank's own reference, which tells nothing about the bill."""
    return rng.choice(
        (
            f"OBSS{rng.randrange(10**12):012}GIRO{rng.randrange(10**10):010}",
            f"{day:%Y%m%d}{rng.randrange(10**8):08}",
            f"IBPS{rng.randrange(10**9):09}",
            f"EB{rng.randrange(10**10):010}",
        )
    )


def memo(rng: Random, purpose: str, text: str, day: date) -> str:
    """A memo with `text` in it."""
    around = _AROUND + _NUMBERED if text[-1:].isdigit() else _AROUND
    return rng.choice(around).format(
        text=text, purpose=purpose, bank=rng.choice(_BANK), reference=reference(rng, day)
    )


def idle(rng: Random, purpose: str, day: date) -> str:
    """A memo that names no bill and nobody."""
    return rng.choice(
        (
            "",
            "",
            rng.choice(_BANK),
            purpose,
            f"{rng.choice(_BANK)} {purpose}",
            f"{rng.choice(_BANK)} {reference(rng, day)}",
        )
    )
