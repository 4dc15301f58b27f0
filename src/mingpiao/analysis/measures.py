"""The measures of a unit's month and kind: name, words for people, and how it is written.

They are the columns of the vectors; `extracting.py` and `deriving.py` make them, and nothing else defines them.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Form(StrEnum):
    """How a measure is written: a number of bills, an amount of money, a share, days, or a bare number."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    DAYS = "days"
    NUMBER = "number"


class UnitMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the vectors.

    `of` is what a share is a share of: another measure, whose size tells how much chance moves it. `floor` is the
    smallest difference that means anything.
    """

    name: str
    label: str
    form: Form
    floor: float
    of: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is a share of bills by number, which can be told as a number of bills too."""
        return self.of == "bills" and "金额占比" not in self.label and "差异" not in self.label

    @property
    def on_a_log(self) -> bool:
        """Counts and amounts are compared by how many times, not by how much."""
        return self.form in (Form.COUNT, Form.MONEY)

    def told(self, value: float) -> str:
        """A value for people: 12.5%, 1,204份, 3.4万元."""
        if self.form is Form.SHARE:
            return f"{value:.1%}"
        if self.form is Form.MONEY:
            return f"{value / 10_000:,.2f}万元" if abs(value) >= 10_000 else f"{value:,.2f}元"
        if self.form is Form.COUNT:
            return f"{value:,.0f}"
        return f"{value:,.1f}天" if self.form is Form.DAYS else f"{value:,.2f}"


def _count(name: str, label: str, floor: float = 0.35) -> UnitMeasure:
    return UnitMeasure(name=name, label=label, form=Form.COUNT, floor=floor)


def _money(name: str, label: str, floor: float = 0.35) -> UnitMeasure:
    return UnitMeasure(name=name, label=label, form=Form.MONEY, floor=floor)


def _share(name: str, label: str, floor: float = 0.02, of: str = "bills") -> UnitMeasure:
    return UnitMeasure(name=name, label=label, form=Form.SHARE, floor=floor, of=of)


#: What `extracting.py` finds in the bills of one month.
EXTRACTED = (
    _count("bills", "开票份数"),
    _money("amount", "开票金额"),
    _money("typical", "票面金额中位数"),
    _money("largest", "最大一份金额"),
    _count("payers", "缴款人数"),
    _share("top_payer", "最大缴款人的金额占比", 0.05),
    _share("once", "只出现一次的缴款人的票据占比", 0.05),
    _share("nocode", "缴款人没有代码和账号的票据占比", 0.03),
    _share("organisations", "单位缴款人的金额占比", 0.05),
    _share("alike", "不同缴款人金额项目相同的票据占比", 0.04),
    _share("shared_account", "多个缴款人共用账号的票据占比"),
    _share("alike_nameless", "没有代码账号且金额项目相同的缴款人占比", 0.03),
    _share("night", "夜间开票占比"),
    _share("weekend", "非工作日开票占比", 0.03),
    _share("month_end", "月末三日开票占比", 0.04),
    _share("month_end_amount", "月末三日金额占比", 0.06),
    _share("round_end", "月末三日整千元票据占比", 0.03),
    _share("biggest_day", "开票最多一日的占比", 0.05),
    _share("round_sums", "整数金额票据占比", 0.03),
    _share("near_limit", "略低于整数界限的票据占比"),
    UnitMeasure(name="benford", label="首位数字偏离度", form=Form.NUMBER, floor=0.04),
    _share("split", "同一缴款人三日内多份票据的占比"),
    _count("biggest_split", "同一缴款人三日内最多份数"),
    _share("split_limit", "同一缴款人三日内合计超过而单份略低于整数界限的占比", 0.02),
    _share("split_equal", "同一缴款人三日内金额相同三份以上的占比", 0.02),
    _share("over_rate", "超过收费标准的明细占比", 0.005, of="lines"),
    _share("top_rate", "按收费标准上限收取的明细占比", 0.05, of="lines"),
    _count("lines", "明细数"),
    _count("handlers", "经办人数"),
    _share("top_handler", "开票最多的经办人的占比", 0.08),
    _share("evidence", "附凭证的票据占比", 0.05),
    UnitMeasure(name="pay_gap", label="缴款到开票的天数中位数", form=Form.DAYS, floor=1.0),
    _count("reversals", "冲红份数"),
    _share("reversal", "冲红占比"),
    _share("reversed_amount", "冲红金额占比", 0.03),
    _share("quick", "三日内冲红占比"),
    _share("reissued", "冲红后原样重开占比", 0.01),
    _share("moved", "冲红后原样改开给他人的占比", 0.01),
    _share("loops", "反复冲红重开占比", 0.005),
    _share("earlier_month", "冲红以前月份票据占比", 0.01),
    _share("crossed", "由另一经办人冲红的占比", 0.01),
    _share("mutual", "两名经办人互相冲红的占比", 0.005),
    _share("refused", "被规则拦截的次数与票据之比"),
    _share("overridden", "核实后照开的占比"),
)
#: What `deriving.py` finds beside earlier months and other units.
DERIVED = (
    _share("reused", "凭证已用于其他票据的占比", 0.005),
    _share("misused", "同一凭证用于不同缴款人的票据占比", 0.005),
    _share("odd_items", "平均金额远高于以往的项目的金额占比", 0.05),
    _share("mix_change", "收费项目构成与自身以往的差异", 0.05),
    _share("mix_unlike", "收费项目构成与同类单位的差异", 0.05),
    _share("strange_items", "同类单位少用的项目的金额占比", 0.02),
    UnitMeasure(name="rate_level", label="收费水平与同项目中位数之比", form=Form.NUMBER, floor=0.08),
    _share("new_organisations", "新出现的单位缴款人的金额占比", 0.04),
    UnitMeasure(name="quiet_months", label="此前沉寂的月数", form=Form.NUMBER, floor=1.0),
)
MEASURES: Mapping[str, UnitMeasure] = {each.name: each for each in (*EXTRACTED, *DERIVED)}
#: The places of measures in an array of them.
PLACES: Mapping[str, int] = {name: place for place, name in enumerate(MEASURES)}
