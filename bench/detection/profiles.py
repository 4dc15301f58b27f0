"""What kinds of units a made province has: how many, how busy, when in the year, what they charge, and how they work."""

import msgspec


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of unit. `part` of all units; `volume` bills in a usual month, with a spread of e**`spread`; `year` the
    weight of each calendar month; `kinds` the shares of bill kinds; `families` the charge items.
    """

    name: str
    unit_type: str
    part: float
    volume: float
    spread: float
    year: tuple[float, ...]
    kinds: dict[int, float]
    families: tuple[str, ...]
    companies: float
    weekend: float
    coded: float
    again: float
    same_day: float
    evidence: float
    lines: tuple[float, float, float]
    handlers: tuple[int, int]
    program: float


_EVEN = (0.95, 0.8, 1.05, 1.0, 1.0, 1.05, 1.0, 1.0, 1.05, 0.95, 1.05, 1.15)
_TERMS = (0.3, 0.6, 2.6, 0.6, 0.3, 0.3, 0.2, 0.7, 4.2, 1.0, 0.4, 0.3)
_CLINIC = (1.15, 0.9, 1.05, 0.98, 0.95, 0.95, 0.98, 0.98, 0.96, 0.98, 1.06, 1.2)
_ONE = (1.0, 0.0, 0.0)

PROFILES: tuple[Profile, ...] = (
    Profile(
        name="hospital", unit_type="hospital", part=0.06, volume=900, spread=0.6, year=_CLINIC,
        kinds={601: 0.8, 602: 0.2}, families=("0600", "0601", "0602"), companies=0.02, weekend=0.6, coded=0.9,
        again=0.5, same_day=0.25, evidence=0.02, lines=(0.35, 0.35, 0.3), handlers=(4, 9), program=0.4,
    ),
    Profile(
        name="clinic", unit_type="hospital", part=0.09, volume=260, spread=0.7, year=_CLINIC,
        kinds={601: 1.0}, families=("0600", "0601"), companies=0.02, weekend=0.5, coded=0.7, again=0.6,
        same_day=0.15, evidence=0.02, lines=(0.5, 0.3, 0.2), handlers=(2, 5), program=0.3,
    ),
    Profile(
        name="middle_school", unit_type="school", part=0.13, volume=110, spread=0.7, year=_TERMS,
        kinds={105: 0.75, 201: 0.25}, families=("0117", "0202"), companies=0.02, weekend=0.05, coded=0.6, again=0.5,
        same_day=0.06, evidence=0.05, lines=(0.5, 0.4, 0.1), handlers=(1, 3), program=0.1,
    ),
    Profile(
        name="kindergarten", unit_type="school", part=0.08, volume=90, spread=0.5,
        year=(0.6, 0.5, 1.4, 1.0, 1.0, 1.0, 0.4, 0.4, 2.0, 1.1, 1.0, 0.9), kinds={105: 0.9, 201: 0.1},
        families=("0120", "0201", "0202"), companies=0.0, weekend=0.03, coded=0.6, again=0.75, same_day=0.04,
        evidence=0.03, lines=(0.8, 0.2, 0.0), handlers=(1, 2), program=0.0,
    ),
    Profile(
        name="college", unit_type="school", part=0.04, volume=320, spread=0.6, year=_TERMS,
        kinds={105: 0.6, 201: 0.25, 101: 0.15}, families=("0123", "0124", "0118", "0201", "0202", "0203"),
        companies=0.1, weekend=0.08, coded=0.9, again=0.4, same_day=0.08, evidence=0.15, lines=(0.5, 0.4, 0.1),
        handlers=(3, 6), program=0.4,
    ),
    Profile(
        name="charity", unit_type="charity", part=0.08, volume=45, spread=0.9,
        year=(1.1, 0.6, 0.9, 0.8, 1.0, 0.9, 0.9, 1.1, 1.5, 0.9, 1.0, 1.6), kinds={301: 1.0}, families=("0301",),
        companies=0.35, weekend=0.35, coded=0.45, again=0.3, same_day=0.05, evidence=0.45, lines=_ONE,
        handlers=(1, 3), program=0.1,
    ),
    Profile(
        name="association", unit_type="association", part=0.15, volume=22, spread=0.8,
        year=(0.8, 0.6, 1.8, 1.8, 1.2, 0.9, 0.7, 0.6, 0.8, 0.8, 0.9, 1.2), kinds={401: 0.8, 201: 0.2},
        families=("0401", "0201"), companies=0.75, weekend=0.05, coded=0.85, again=0.5, same_day=0.05, evidence=0.4,
        lines=(0.95, 0.05, 0.0), handlers=(1, 2), program=0.0,
    ),
    Profile(
        name="court", unit_type="court", part=0.08, volume=150, spread=0.6,
        year=(0.9, 0.6, 1.1, 1.1, 1.0, 1.1, 1.0, 0.9, 1.1, 0.9, 1.1, 1.2), kinds={103: 1.0}, families=("0121",),
        companies=0.35, weekend=0.02, coded=0.9, again=0.2, same_day=0.2, evidence=0.2, lines=(0.85, 0.15, 0.0),
        handlers=(2, 5), program=0.1,
    ),
    Profile(
        name="police", unit_type="office", part=0.07, volume=190, spread=0.7, year=_EVEN,
        kinds={101: 0.7, 104: 0.3}, families=("0111", "0112", "0131"), companies=0.06, weekend=0.12, coded=0.97,
        again=0.12, same_day=0.07, evidence=0.05, lines=(0.85, 0.15, 0.0), handlers=(2, 6), program=0.2,
    ),
    Profile(
        name="land", unit_type="office", part=0.08, volume=70, spread=0.8, year=_EVEN, kinds={101: 1.0},
        families=("0113", "0125", "0118"), companies=0.45, weekend=0.03, coded=0.95, again=0.35, same_day=0.25,
        evidence=0.5, lines=(0.6, 0.35, 0.05), handlers=(1, 4), program=0.05,
    ),
    Profile(
        name="exam", unit_type="office", part=0.05, volume=130, spread=0.9,
        year=(0.7, 0.5, 1.6, 1.5, 1.0, 0.8, 0.5, 0.7, 1.8, 1.3, 0.8, 0.5), kinds={101: 1.0}, families=("0115",),
        companies=0.0, weekend=0.5, coded=0.98, again=0.15, same_day=0.08, evidence=0.02, lines=(0.9, 0.1, 0.0),
        handlers=(1, 3), program=0.4,
    ),
    Profile(
        name="market", unit_type="office", part=0.06, volume=55, spread=0.7, year=_EVEN,
        kinds={101: 0.5, 104: 0.5}, families=("0119", "0132", "0118"), companies=0.7, weekend=0.03, coded=0.95,
        again=0.35, same_day=0.12, evidence=0.35, lines=(0.8, 0.2, 0.0), handlers=(1, 4), program=0.0,
    ),
    Profile(
        name="small_office", unit_type="office", part=0.03, volume=16, spread=0.7, year=_EVEN,
        kinds={101: 0.7, 201: 0.3}, families=("0114", "0118", "0201", "0202"), companies=0.6, weekend=0.02, coded=0.9,
        again=0.5, same_day=0.05, evidence=0.4, lines=(0.9, 0.1, 0.0), handlers=(1, 2), program=0.0,
    ),
)  # fmt: skip

#: What stands in a bill's 备注, from the second on; the first is none.
REMARKS: tuple[str, ...] = (
    "", "补开", "更正", "首付款", "尾款", "第一学期", "第二学期", "代缴", "转账", "现金", "微信支付", "公户转账", "原票开错重开",
    "年度会费", "助学金", "定向使用", "按合同", "详见清单", "协议款", "合作款", "补课材料", "赞助", "服务款", "第二笔", "分期",
    "加急", "延时服务", "培训班", "更换抬头", "系统切换补录",
)  # fmt: skip
