"""Each measure of supervision, defined once: pages, alerts and reports take name, unit and formula from here."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

#: A reversal within so many minutes of its bill is a quick one.
QUICK_MINUTES = 30


class Grain(StrEnum):
    """The finest row that has a measure: of each unit, kind and hour, or of each unit and hour alone."""

    KIND = "kind"
    UNIT = "unit"

    @property
    def label(self) -> str:
        return {"kind": "单位 × 票据种类 × 小时", "unit": "单位 × 小时"}[self.value]


class WatchedMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: its column, its Chinese name, what is counted in which unit, and how soon it is there (seconds)."""

    name: str
    label: str
    unit: str
    formula: str
    grain: Grain = Grain.KIND
    freshness_seconds: int = 3


MEASURES: tuple[WatchedMeasure, ...] = (
    WatchedMeasure(name="bills", label="开票份数", unit="份", formula="时段内开具的蓝字票据份数"),
    WatchedMeasure(name="amount", label="开票金额", unit="元", formula="时段内开具的蓝字票据金额之和"),
    WatchedMeasure(name="reds", label="冲红份数", unit="份", formula="时段内开具的红字票据份数，原票据可以是以前开具的"),
    WatchedMeasure(name="red_amount", label="冲红金额", unit="元", formula="时段内开具的红字票据金额的绝对值之和"),
    WatchedMeasure(
        name="quick_reds",
        label="快速冲红份数",
        unit="份",
        formula=f"时段内的红字票据中，原票据开具不足{QUICK_MINUTES}分钟的份数",
    ),
    WatchedMeasure(
        name="refused",
        label="拦截次数",
        unit="次",
        formula="时段内被监管规则拦截的次数",
        grain=Grain.UNIT,
        freshness_seconds=15,
    ),
    WatchedMeasure(
        name="asked",
        label="核实次数",
        unit="次",
        formula="时段内被监管规则要求核实的次数",
        grain=Grain.UNIT,
        freshness_seconds=15,
    ),
    WatchedMeasure(
        name="appeals",
        label="申请复核次数",
        unit="次",
        formula="时段内单位提请财政部门复核的申请件数",
        freshness_seconds=15,
    ),
    WatchedMeasure(
        name="exchanges",
        label="换开份数",
        unit="份",
        formula="时段内电子票据换开为纸质票据的份数",
        freshness_seconds=15,
    ),
)  # fmt: skip
MEASURE_BY_NAME: Mapping[str, WatchedMeasure] = {each.name: each for each in MEASURES}
