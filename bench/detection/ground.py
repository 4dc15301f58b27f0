"""What a made province stands on: places, days, the list of charge items, and the shape of a bill in memory."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import numpy as np

from mingpiao.demo.charge_items import demo_items
from mingpiao.kernel.workdays import is_workday

EPOCH = date(1970, 1, 1)
DAY = 86_400
#: Asia/Shanghai is ahead of UTC by this many seconds.
AHEAD = 8 * 3_600

#: One blue bill. Moments are seconds since 1970 by the clock of Shanghai, days count from 1970, money is in 分,
#: quantities in hundredths. `reversed_at` 0: never; `paid` -1: the bill does not tell; `paper` 0: none;
#: `handler` -1: the unit's program, from 64 on somebody who came from another unit; `wrong` 0: honest, else 1 + the number of the pattern.
BILL = np.dtype(
    [
        ("at", "i8"),
        ("kind", "i2"),
        ("payer", "i8"),
        ("handler", "i4"),
        ("remark", "i2"),
        ("lines", "i1"),
        ("item", "i2", (3,)),
        ("quantity", "i8", (3,)),
        ("rate", "i8", (3,)),
        ("paid", "i4"),
        ("papers", "i1"),
        ("paper", "i8", (2,)),
        ("reversed_at", "i8"),
        ("reverser", "i4"),
        ("wrong", "i1"),
    ]
)

Array = np.ndarray[Any, Any]

PLACES: tuple[tuple[str, str], ...] = (
    ("150000", "内蒙古"), ("150100", "呼和浩特市"), ("150102", "新城区"), ("150103", "回民区"), ("150104", "玉泉区"),
    ("150105", "赛罕区"), ("150121", "土默特左旗"), ("150122", "托克托县"), ("150200", "包头市"), ("150202", "东河区"),
    ("150203", "昆都仑区"), ("150204", "青山区"), ("150207", "九原区"), ("150221", "土默特右旗"), ("150300", "乌海市"),
    ("150302", "海勃湾区"), ("150400", "赤峰市"), ("150402", "红山区"), ("150404", "松山区"), ("150421", "阿鲁科尔沁旗"),
    ("150423", "巴林右旗"), ("150429", "宁城县"), ("150500", "通辽市"), ("150502", "科尔沁区"), ("150524", "库伦旗"),
    ("150581", "霍林郭勒市"), ("150600", "鄂尔多斯市"), ("150602", "东胜区"), ("150622", "准格尔旗"),
    ("150700", "呼伦贝尔市"), ("150702", "海拉尔区"), ("150781", "满洲里市"), ("150800", "巴彦淖尔市"),
    ("150802", "临河区"), ("150822", "磴口县"), ("150900", "乌兰察布市"), ("150902", "集宁区"), ("152201", "乌兰浩特市"),
    ("152221", "科尔沁右翼前旗"), ("152502", "锡林浩特市"), ("152921", "阿拉善左旗"),
)  # fmt: skip


class Calendar(msgspec.Struct, frozen=True):
    """The months of a province. `starts` has one more entry than there are months; all days count from 1970."""

    months: tuple[date, ...]
    starts: Array
    workday: Array
    month_of: Array

    @property
    def first(self) -> int:
        """The first day."""
        return int(self.starts[0])

    @property
    def end(self) -> int:
        """The first moment, in seconds, that is too late."""
        return int(self.starts[-1]) * DAY

    def month(self, at: Array) -> Array:
        """Which month each moment falls in; the last one for what is past the end."""
        return np.asarray(self.month_of[np.minimum(at // DAY - self.first, len(self.month_of) - 1)])

    def workdays(self, month: int) -> Array:
        """The working days of a month."""
        days = np.arange(self.starts[month], self.starts[month + 1])
        return days[self.workday[days - self.first]]

    def days(self, month: int) -> Array:
        """All days of a month."""
        return np.arange(self.starts[month], self.starts[month + 1])


def calendar(first: date, count: int) -> Calendar:
    """`count` months from the month that begins on `first`."""
    months = [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(count + 1)
    ]
    starts = np.array([(month - EPOCH).days for month in months])
    days = range(int(starts[0]), int(starts[-1]))
    return Calendar(
        months=tuple(months[:-1]),
        starts=starts,
        workday=np.array([is_workday(EPOCH + timedelta(days=day)) for day in days]),
        month_of=np.repeat(np.arange(count), np.diff(starts)),
    )


class Item(msgspec.Struct, frozen=True):
    """A charge item: bounds and typical rates in 分 (bounds -1 where it is not listed), quantities in hundredths."""

    code: str
    name: str
    kinds: tuple[int, ...]
    rate_kind: str
    minimum: int
    maximum: int
    rates: tuple[int, int, int]
    quantities: tuple[int, int, int]
    payers: str


#: What units charge outside the list: name, kinds, typical rates in 元.
_UNLISTED = (
    ("资料费", (101, 201, 401), 20, 400), ("培训费", (101, 201, 401, 105), 300, 3_800),
    ("会务费", (201, 401), 500, 6_000), ("技术服务费", (101, 201, 401), 2_000, 60_000),
    ("咨询费", (101, 201, 401), 1_000, 40_000), ("场地使用费", (101, 201, 105, 301), 200, 9_000),
    ("活动赞助款", (201, 301, 401), 1_000, 50_000), ("委托检测费", (101, 201, 601), 300, 12_000),
)  # fmt: skip


@cache
def listed_items() -> tuple[Item, ...]:
    """The list of the demonstration's province, then what is not listed."""
    listed = [
        Item(
            entry.item.code,
            entry.item.name,
            tuple(int(kind) for kind in entry.item.kinds),
            entry.item.rate.kind.value.lower(),
            int(entry.item.rate.minimum * 100),
            int(entry.item.rate.maximum * 100) if entry.item.rate.maximum else 99_999_999_99,
            (int(entry.rates.low * 100), int(entry.rates.high * 100), int(entry.rates.step * 100) or 1),
            (
                int(entry.quantities.low * 100),
                int(entry.quantities.high * 100),
                int(entry.quantities.step * 100),
            ),
            entry.payers,
        )
        for entry in demo_items()
    ]
    unlisted = [
        Item(
            f"99{number:04d}",
            name,
            kinds,
            "free",
            -1,
            -1,
            (low * 100, high * 100, 1_000),
            (100, 100, 100),
            "12",
        )
        for number, (name, kinds, low, high) in enumerate(_UNLISTED, 1)
    ]
    return (*listed, *unlisted)


def mixed(values: Array) -> Array:
    """Well-mixed positive 63-bit numbers, equal for equal values (splitmix64)."""
    mix = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mix = (mix ^ (mix >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mix = (mix ^ (mix >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mix ^ (mix >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def share(values: Array) -> Array:
    """A number from 0 to 1 for each value, equal for equal values."""
    return np.asarray((mixed(values) >> 10) / float(1 << 53))


def amounts(bills: Array) -> Array:
    """The amount of each line in 分, 0 for lines that a bill does not have."""
    used = np.arange(3) < bills["lines"][:, None]
    return np.asarray(np.where(used, (bills["quantity"] * bills["rate"] + 50) // 100, 0))


def totals(bills: Array) -> Array:
    """The total of each bill in 分."""
    return np.asarray(amounts(bills).sum(axis=1))
