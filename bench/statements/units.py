"""The units whose books the office keeps: what they charge, when, how they number it, and how they are paid."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import msgspec

from mingpiao.kernel.workdays import is_workday

#: Ways of a single payment and their weights; see `payments`.
Ways = dict[str, float]


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One profile; `amount` gives 分, `number` a business number by day and count."""

    name: str
    purposes: tuple[str, ...]
    amount: Callable[[Random], int]
    days: Callable[[Random, list[date]], date]
    number: Callable[[date, int], str]
    ways: Ways
    companies: float = 0.0
    coded: bool = False
    #: Shares of deals that are no single payment, by the name of the maker in `payments`.
    others: Ways
    #: Prefix of the numbers that settlements by the day pay, and how such a channel names itself.
    channel: str = ""


def month_days(first: date) -> list[date]:
    """All days of the month."""
    return [first + timedelta(days=number) for number in range(monthrange(first.year, first.month)[1])]


def _workdays(rng: Random, days: list[date]) -> date:
    return rng.choice([day for day in days if is_workday(day)])


def _daily(rng: Random, days: list[date]) -> date:
    day = rng.choice(days)
    return day if is_workday(day) or rng.random() < 0.35 else _workdays(rng, days)


def _three_days(rng: Random, days: list[date]) -> date:
    """School fees: three days of payment, and stragglers."""
    working = [day for day in days if is_workday(day)]
    return rng.choice(working[3:6]) if rng.random() < 0.88 else rng.choice(working)


def _of(*yuan: int) -> Callable[[Random], int]:
    return lambda rng: rng.choice(yuan) * 100


def _outpatient(rng: Random) -> int:
    """Registration fees are all alike, the rest is to the 分."""
    if rng.random() < 0.12:
        return rng.choice((1_000, 1_500, 2_500, 5_000))
    return round(rng.lognormvariate(9.4, 1.1)) + 300


def _inpatient(rng: Random) -> int:
    return round(rng.lognormvariate(13.3, 0.8)) + 20_000


def _meals(rng: Random) -> int:
    """A month at the kindergarten: one fee, and meals by the day."""
    return 85_000 + rng.randrange(12, 23) * 1_600


def _gift(rng: Random) -> int:
    return (
        rng.choice((10, 20, 50, 100, 100, 200, 200, 500, 1_000, 2_000, 10_000)) * 100
        if rng.random() < 0.7
        else rng.randrange(100, 300_000)
    )


def _fine(rng: Random) -> int:
    """Fines are round, fees for occupying land are not."""
    if rng.random() < 0.75:
        return rng.choice((5_000, 8_000, 10_000, 20_000, 55_000, 100_000, 200_000))
    return rng.randrange(500, 900_000)


_SETTLED: Ways = {
    "field": 62,
    "memo_number": 12,
    "cut_number": 2,
    "name": 9,
    "masked": 8,
    "typo": 1,
    "restyled": 2,
    "bare": 4,
}
_TRANSFER: Ways = {
    "memo_number": 38,
    "name": 30,
    "memo_name": 13,
    "restyled": 4,
    "cut_number": 3,
    "masked": 5,
    "typo": 2,
    "bare": 5,
}

UNITS = (
    Unit(
        name="市第二医院门诊",
        purposes=("门诊缴费", "门诊", "诊间支付", "自助机缴费", "挂号费", "医药费"),
        amount=_outpatient,
        days=_daily,
        number=lambda day, count: f"MZ{day:%Y%m%d}-{count:06}",
        ways=_SETTLED,
        others={"refund": 2.2, "twice": 0.5, "unpaid": 1.5, "void": 0.4, "wrong": 0.2},
        channel="ZZ",
    ),
    Unit(
        name="市第二医院住院",
        purposes=("住院费", "出院结算", "住院预交金", "补交住院费"),
        amount=_inpatient,
        days=_daily,
        number=lambda day, count: f"{day:%y%m}ZY{count:07}",
        ways={**_TRANSFER, "field": 40},
        others={"parts": 6, "refund": 2, "wrong": 0.6, "unpaid": 2, "twice": 0.4},
    ),
    Unit(
        name="实验学校",
        purposes=("学费", "住宿费", "代办费", "校服费", "学杂费"),
        amount=_of(1_250, 1_250, 1_250, 1_250, 1_520, 680, 2_600),
        days=_three_days,
        number=lambda day, count: f"XF{day:%y}-{count // 45 % 24 + 101}-{count:05}",
        ways={**_TRANSFER, "memo_name": 42, "memo_number": 30, "field": 25, "name": 12, "masked": 6},
        others={"parts": 1.5, "refund": 0.8, "twice": 0.8, "unpaid": 3, "wrong": 0.8, "siblings": 1.5},
        channel="SM",
    ),
    Unit(
        name="师范大学",
        purposes=("学费", "住宿费", "学宿费", "重修费"),
        amount=_of(4_800, 5_300, 6_000, 1_200, 1_600, 6_500, 7_200),
        days=_three_days,
        number=lambda day, count: f"{day.year - count % 4}{count % 31 + 10:03}{count:06}",
        ways={**_TRANSFER, "field": 60, "memo_name": 20},
        others={"parts": 3, "refund": 1, "twice": 0.6, "unpaid": 4, "wrong": 0.6, "deduction": 0.02},
    ),
    Unit(
        name="机关幼儿园",
        purposes=("保教费", "伙食费", "保教费伙食费", "托费"),
        amount=_meals,
        days=_three_days,
        number=lambda day, count: f"YEY{day:%Y%m}{count:05}",
        ways={**_TRANSFER, "memo_name": 35, "field": 15, "masked": 9},
        others={"refund": 3, "twice": 0.6, "unpaid": 2, "wrong": 0.8, "siblings": 2},
    ),
    Unit(
        name="行业协会",
        purposes=("会费", "年度会费", "理事单位会费", "会议费", "缴会费"),
        amount=_of(2_000, 2_000, 3_000, 5_000, 10_000, 20_000),
        days=_workdays,
        number=lambda day, count: f"HF{day.year}-{count:04}",
        ways={**_TRANSFER, "company_cut": 12, "memo_number": 25, "name": 45, "memo_name": 6},
        companies=0.94,
        others={"merged": 3, "parts": 1.5, "refund": 0.4, "twice": 1, "unpaid": 4, "wrong": 0.8},
    ),
    Unit(
        name="慈善基金会",
        purposes=("捐款", "爱心捐赠", "助学捐款", "定向捐赠", "公益捐赠"),
        amount=_gift,
        days=_daily,
        number=lambda day, count: f"JZ{day:%Y%m%d}{count:05}",
        ways={**_SETTLED, "field": 45, "name": 22, "company_cut": 2},
        companies=0.08,
        others={"merged": 0.6, "refund": 0.3, "unpaid": 1, "twice": 0.3, "net": 0.03},
    ),
    Unit(
        name="综合行政执法局",
        purposes=("罚没款", "占道费", "诉讼费", "证照工本费", "不动产登记费"),
        amount=_fine,
        days=_workdays,
        number=lambda day, count: f"FS{day:%y%m%d}{count:05}",
        ways={"code": 60, "memo_code": 22, "cut_number": 2, "name": 6, "memo_name": 4, "company_cut": 2, "masked": 2, "typo": 1, "bare": 2},
        companies=0.3,
        coded=True,
        others={"merged": 1, "refund": 0.5, "twice": 0.6, "unpaid": 4, "wrong": 0.4},
    ),
    Unit(
        name="考试培训中心",
        purposes=("考试费", "报名费", "培训费", "继续教育费", "考务费"),
        amount=_of(60, 120, 120, 180, 260, 480, 1_200),
        days=_workdays,
        number=lambda day, count: f"BM{day:%m}{count:07}",
        ways={**_SETTLED, "memo_name": 8},
        others={"merged": 3, "listless": 0.12, "refund": 1, "twice": 0.6, "unpaid": 2, "wrong": 0.3},
        channel="WX",
    ),
)  # fmt: skip


def chosen(rng: Random) -> list[tuple[Unit, float]]:
    """Four to seven units with their share of the month."""
    units = rng.sample(UNITS, rng.randrange(4, 8))
    sizes = [rng.uniform(0.4, 3) for _ in units]
    return [(unit, size / sum(sizes)) for unit, size in zip(units, sizes, strict=True)]
