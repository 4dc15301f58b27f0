"""Step four: the ten patterns, each made of measures, and how likely a month shows each.

A pattern is a table of weights. For each of its measures two steps count: the nearer one of past and peers, which says
that the month is unlike both, and the farther one. The weights add up to log-odds, so that patterns can be compared
with one another and the list has one rank. They were learnt on made provinces (`bench/detection/fit.py`), none is below
0, and whoever changes one sees in the bench what it does.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mingpiao.analysis.comparing import Distances, Numbers
from mingpiao.analysis.measures import MEASURES, PLACES, Form

#: So many steps make a measure stand out; a pattern needs one that does.
STANDS_OUT = 3.0
#: More steps than this say no more.
_MOST_STEPS = 12.0
#: Where one of the two is not known, the other stands in for it, and counts for less.
_WITHOUT_PAST, _WITHOUT_PEERS = 0.5, 0.7


class Sign(NamedTuple):
    """A measure of a pattern, and what its nearer and its farther step weigh."""

    measure: str
    nearer: float
    farther: float


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern. `base` are the log-odds where nothing stands out; what stands out must tell of so many `bills`."""

    code: str
    label: str
    sentence: str
    base: float
    signs: tuple[Sign, ...]
    bills: int = 3


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        code="splitting",
        label="拆分开票",
        sentence="同一缴款人三日内开出多份票据",
        base=-9.5,
        signs=(
            Sign("split_limit", 0.46, 0.02),
            Sign("split", 0.47, 0.22),
            Sign("biggest_split", 0.43, 0.01),
            Sign("near_limit", 0.46, 0.03),
        ),
        bills=3,
    ),
    Pattern(
        code="wash_reversal",
        label="冲红洗票",
        sentence="冲红后又重开",
        base=-10.66,
        signs=(
            Sign("quick", 0.38, 0.0),
            Sign("loops", 0.19, 0.19),
            Sign("reissued", 0.27, 0.1),
            Sign("moved", 0.39, 0.0),
            Sign("reversal", 0.1, 0.0),
            Sign("reversed_amount", 0.73, 0.35),
            Sign("earlier_month", 0.18, 0.05),
            Sign("night", 0.21, 0.13),
        ),
        bills=3,
    ),
    Pattern(
        code="borrowed_bills",
        label="替外单位开票",
        sentence="出现以往和同类单位少有的项目和单位缴款人",
        base=-8.36,
        signs=(
            Sign("strange_items", 0.94, 0.0),
            Sign("organisations", 0.6, 0.0),
            Sign("mix_change", 0.0, 0.08),
            Sign("largest", 0.0, 0.06),
            Sign("typical", 0.0, 0.13),
        ),
        bills=3,
    ),
    Pattern(
        code="item_disguise",
        label="串用项目",
        sentence="收费项目的构成与以往和同类单位不同",
        base=-8.57,
        signs=(
            Sign("odd_items", 0.31, 0.04),
            Sign("mix_change", 0.57, 0.28),
            Sign("mix_unlike", 0.43, 0.03),
        ),
        bills=3,
    ),
    Pattern(
        code="above_rate",
        label="超标准收费",
        sentence="收费高于核定标准或集中在上限",
        base=-9.92,
        signs=(
            Sign("over_rate", 1.11, 0.61),
            Sign("top_rate", 1.16, 0.34),
            Sign("rate_level", 0.15, 0.0),
            Sign("overridden", 0.73, 0.0),
        ),
        bills=3,
    ),
    Pattern(
        code="ghost_payers",
        label="虚构缴款人",
        sentence="许多缴款人没有代码和账号，而金额项目相同",
        base=-9.09,
        signs=(
            Sign("alike_nameless", 0.0, 0.41),
            Sign("nocode", 0.49, 0.48),
            Sign("payers", 0.09, 0.53),
        ),
        bills=4,
    ),
    Pattern(
        code="month_end",
        label="月末突击开票",
        sentence="月末三日集中开具整数金额的票据",
        base=-10.37,
        signs=(
            Sign("round_end", 0.56, 0.0),
            Sign("month_end_amount", 0.22, 0.5),
            Sign("month_end", 0.0, 0.07),
            Sign("round_sums", 1.18, 0.0),
            Sign("earlier_month", 0.65, 0.47),
        ),
        bills=3,
    ),
    Pattern(
        code="evidence_reuse",
        label="重复使用凭证",
        sentence="同一凭证用于多份票据",
        base=-11.62,
        signs=(
            Sign("misused", 0.77, 0.56),
            Sign("reused", 0.33, 0.67),
            Sign("evidence", 0.0, 0.32),
        ),
        bills=2,
    ),
    Pattern(
        code="dormant_busy",
        label="沉寂后突增",
        sentence="沉寂数月后突然大量开票",
        base=-12.23,
        signs=(
            Sign("quiet_months", 0.88, 0.05),
            Sign("bills", 0.83, 0.92),
            Sign("amount", 0.0, 0.48),
            Sign("typical", 0.18, 0.0),
        ),
        bills=3,
    ),
    Pattern(
        code="collusion",
        label="经办人互冲",
        sentence="两名经办人互相冲红对方开具的票据",
        base=-11.13,
        signs=(
            Sign("crossed", 0.95, 0.0),
            Sign("mutual", 0.22, 0.29),
            Sign("reversal", 0.32, 0.0),
            Sign("quick", 0.2, 0.0),
            Sign("reversed_amount", 0.83, 0.0),
            Sign("top_handler", 0.36, 0.0),
        ),
        bills=2,
    ),
)
#: What no pattern names: many measures that are out at once.
RARE = Pattern(code="rare", label="多项指标同时异常", sentence="多项指标同时偏离", base=-6.0, signs=())
BY_CODE: Mapping[str, Pattern] = {each.code: each for each in (*PATTERNS, RARE)}


def steps_of(measure: str, distances: Distances) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The nearer and the farther step of a measure above what is usual, by row; 0 where nothing is known."""
    past, peers = distances.past[:, PLACES[measure]], distances.peers[:, PLACES[measure]]
    past, peers = (
        np.where(np.isnan(past), _WITHOUT_PAST * peers, past),
        np.where(np.isnan(peers), _WITHOUT_PEERS * past, peers),
    )
    past, peers = (np.clip(np.nan_to_num(each), 0, _MOST_STEPS) for each in (past, peers))
    return np.minimum(past, peers), np.maximum(past, peers)


def weight_of(sign: Sign, distances: Distances) -> NDArray[np.float32]:
    """What a measure adds to the log-odds, by row: each further step less than the one before."""
    nearer, farther = steps_of(sign.measure, distances)
    return np.asarray(
        3 * (sign.nearer * np.log1p(nearer) + sign.farther * np.log1p(farther)), dtype=np.float32
    )


def log_odds_of(pattern: Pattern, distances: Distances, newest: Numbers) -> NDArray[np.float32]:
    """How likely each row shows a pattern, as log-odds; minus infinity where none of its measures stands out.

    `newest` has the plain values of the month.
    """
    total = np.full(len(newest), pattern.base, dtype=np.float32)
    leading = np.zeros(len(newest), dtype=bool)
    for sign in pattern.signs:
        total += weight_of(sign, distances)
        stands = steps_of(sign.measure, distances)[1] >= STANDS_OUT
        leading |= stands & _enough(sign.measure, newest, pattern.bills)
    return np.where(leading, total, -np.inf).astype(np.float32)


def _enough(measure: str, newest: Numbers, bills: int) -> NDArray[np.bool_]:
    """Whether a measure tells of enough bills: two bills of three are a large share, and say little."""
    issued = np.nan_to_num(newest[:, PLACES["bills"]])
    if MEASURES[measure].form is not Form.SHARE:
        return np.asarray(issued >= bills)
    of = np.fmax(issued, np.nan_to_num(newest[:, PLACES["reversals"]]))
    return np.asarray(np.nan_to_num(newest[:, PLACES[measure]]) * of >= bills - 0.5)
