"""Step four: the ten patterns, each made of measures, and one ranked list of them.

A pattern's strength is reckoned from the steps of its measures. Its leading measures must stand out themselves;
others support or speak against it. What a measure is compared with is the pattern's choice: some things are wrong at
any level, others only where they are new.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from mingpiao.analysis.comparing import Distances, Numbers
from mingpiao.analysis.measures import MEASURES, PLACES, Form


class Against(StrEnum):
    """What a measure is held against: the unit's past, its peers, the farther of both, or the nearer of both."""

    PAST = "past"
    PEERS = "peers"
    EITHER = "either"
    BOTH = "both"


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of a pattern. `weight` below 0 speaks against it; `most` is how many steps count."""

    measure: str
    weight: float
    against: Against = Against.EITHER
    most: float = 10.0


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern: at least one of `leads` must reach `bar` steps, its `least` plain value, and so many `bills`.

    `weight` is what a step of this pattern is worth beside one of another.
    """

    code: str
    label: str
    sentence: str
    leads: tuple[Sign, ...]
    supports: tuple[Sign, ...] = ()
    least: Mapping[str, float] = {}
    bills: int = 3
    bar: float = 3.0
    weight: float = 1.0


def _sign(measure: str, weight: float = 1.0, against: Against = Against.EITHER, most: float = 10.0) -> Sign:
    return Sign(measure=measure, weight=weight, against=against, most=most)


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        code="splitting",
        label="拆分开票",
        sentence="同一缴款人三日内开出多份票据",
        leads=(_sign("split"), _sign("biggest_split", 0.7)),
        supports=(_sign("near_limit", 0.7), _sign("top_payer", 0.2)),
        least={"split": 0.03, "biggest_split": 4},
    ),
    Pattern(
        code="wash_reversal",
        label="冲红洗票",
        sentence="冲红后又原样重开",
        leads=(_sign("reissued"), _sign("loops"), _sign("reversed_amount", 0.6), _sign("earlier_month", 0.6)),
        supports=(_sign("reversal", 0.4), _sign("quick", 0.3)),
        least={"reissued": 0.02, "loops": 0.01, "reversed_amount": 0.08, "earlier_month": 0.03},
    ),
    Pattern(
        code="borrowed_bills",
        label="替外单位开票",
        sentence="出现大量以往没有的单位缴款人",
        leads=(_sign("new_organisations"), _sign("organisations", 0.8, Against.PAST)),
        supports=(_sign("strange_items", 0.6), _sign("largest", 0.4), _sign("mix_change", 0.3)),
        least={"new_organisations": 0.08, "organisations": 0.15},
    ),
    Pattern(
        code="item_disguise",
        label="串用项目",
        sentence="收费项目的构成与以往和同类单位不同",
        leads=(_sign("mix_change"), _sign("strange_items"), _sign("mix_unlike", 0.7, Against.BOTH)),
        supports=(_sign("rate_level", 0.3),),
        least={"mix_change": 0.12, "strange_items": 0.05, "mix_unlike": 0.3},
    ),
    Pattern(
        code="above_rate",
        label="超标准收费",
        sentence="收费高于核定标准或集中在上限",
        leads=(_sign("over_rate", 1.2), _sign("top_rate", 0.7), _sign("rate_level", 0.8)),
        least={"over_rate": 0.01, "top_rate": 0.2, "rate_level": 1.15},
    ),
    Pattern(
        code="ghost_payers",
        label="虚构缴款人",
        sentence="大量缴款人没有代码和账号，或者共用账号、金额相同",
        leads=(_sign("nocode"), _sign("shared_account"), _sign("alike", 0.7)),
        supports=(_sign("once", 0.4), _sign("night", 0.2), _sign("round_sums", 0.3)),
        least={"nocode": 0.08, "shared_account": 0.05, "alike": 0.1},
        bills=5,
    ),
    Pattern(
        code="month_end",
        label="月末突击开票",
        sentence="开票集中在月末三日",
        leads=(_sign("month_end_amount"), _sign("month_end")),
        supports=(_sign("round_sums", 0.4), _sign("biggest_day", 0.3)),
        least={"month_end_amount": 0.3, "month_end": 0.25},
    ),
    Pattern(
        code="evidence_reuse",
        label="重复使用凭证",
        sentence="同一凭证用于多份票据",
        leads=(_sign("reused", 1.3),),
        least={"reused": 0.01},
        bills=2,
    ),
    Pattern(
        code="dormant_busy",
        label="沉寂后突增",
        sentence="沉寂数月后突然大量开票",
        leads=(_sign("quiet_months", 1.2),),
        supports=(_sign("largest", 0.4), _sign("bills", 0.4), _sign("amount", 0.4)),
        least={"quiet_months": 3},
        bills=3,
    ),
    Pattern(
        code="collusion",
        label="经办人互冲",
        sentence="两名经办人互相冲红对方开具的票据",
        leads=(_sign("mutual", 1.3), _sign("crossed", 0.6)),
        supports=(_sign("reversal", 0.3),),
        least={"mutual": 0.01, "crossed": 0.04},
        bills=2,
    ),
)
#: What no pattern names: many measures that are out at once.
RARE = Pattern(code="rare", label="多项指标同时异常", sentence="多项指标同时偏离", leads=(), weight=0.4)
BY_CODE: Mapping[str, Pattern] = {each.code: each for each in (*PATTERNS, RARE)}


def steps_of(sign: Sign, distances: Distances) -> NDArray[np.float32]:
    """How far a measure lies above what it is held against, by row; 0 where nothing is known."""
    place = PLACES[sign.measure]
    past, peers = distances.past[:, place], distances.peers[:, place]
    if sign.against is Against.PAST:
        found = past
    elif sign.against is Against.PEERS:
        found = peers
    elif sign.against is Against.BOTH:
        found = np.fmin(past, peers)
    else:
        found = np.fmax(past, peers)
    return np.clip(np.nan_to_num(found), 0, sign.most)


def strength_of(pattern: Pattern, distances: Distances, newest: Numbers) -> NDArray[np.float32]:
    """How strongly each row shows a pattern, 0 where it does not. `newest` has the plain values of the month."""
    total = np.zeros(len(newest), dtype=np.float32)
    leading = np.zeros(len(newest), dtype=bool)
    for sign in pattern.leads:
        steps, values = steps_of(sign, distances), np.nan_to_num(newest[:, PLACES[sign.measure]])
        stands = (
            (steps >= pattern.bar) & (values >= pattern.least[sign.measure]) & _enough(sign, newest, pattern)
        )
        leading |= stands
        total += np.where(stands, sign.weight * steps, 0)
    for sign in pattern.supports:
        total += sign.weight * steps_of(sign, distances)
    return np.where(leading, total, 0)


def _enough(sign: Sign, newest: Numbers, pattern: Pattern) -> NDArray[np.bool_]:
    """Whether the measure tells of enough bills: two bills of three are a large share, and say little."""
    measure = MEASURES[sign.measure]
    bills = np.nan_to_num(newest[:, PLACES["bills"]])
    if measure.form is not Form.SHARE:
        return bills >= pattern.bills
    of = np.fmax(bills, np.nan_to_num(newest[:, PLACES["reversals"]]))
    return np.nan_to_num(newest[:, PLACES[sign.measure]]) * of >= pattern.bills - 0.5
