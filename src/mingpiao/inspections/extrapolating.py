"""What the errors of a sample say of the whole population, with an interval of 95 %.

Shares of bills: Clopper–Pearson, which is exact for a simple sample; for strata the weighted share with its variance.
Amounts: the ratio of wrong to looked-at amounts, with the variance of a ratio; of monetary-unit samples Stringer's bound.
Money is `Decimal`; only probabilities are floats.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import exp, lgamma, log, sqrt

import msgspec

from mingpiao.inspections.query import SampleMethod
from mingpiao.inspections.work import InspectedBill, PaperVerdict, StratumFigures
from mingpiao.kernel.money import round_yuan

CONFIDENCE = 0.95
_Z = 1.959963984540054
_ALPHA = 1 - CONFIDENCE


class ShareEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """The share of bills that are wrong, and its interval; `reason` says why there is none."""

    found: int
    looked_at: int
    share: float
    low: float | None = None
    high: float | None = None
    reason: str = ""


class AmountEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """The amount that is wrong in 元; without `high` no bound can be told, and `reason` says why."""

    found: Decimal
    amount: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    reason: str = ""


_JUDGED = "取金额最大的票据不是随机样本，不推断总体。"
_PARTIAL = "还有票据没有检查，检查完再推断。"
_ALL = "全部检查，结果就是总体的情况。"


def binomial_tail(count: int, trials: int, share: float) -> float:
    """The probability of `count` or more of so many trials with a probability of `share` each."""
    if count <= 0:
        return 1.0
    if share <= 0 or count > trials:
        return 0.0
    if share >= 1:
        return 1.0
    terms = (_log_term(each, trials, share) for each in range(count, trials + 1))
    return min(1.0, sum(exp(each) for each in terms))


def _log_term(count: int, trials: int, share: float) -> float:
    ways = lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
    return ways + count * log(share) + (trials - count) * log(1 - share)


def clopper_pearson(count: int, trials: int, alpha: float = _ALPHA) -> tuple[float, float]:
    """The exact interval of a share of which `count` of `trials` were found; each side is missed with alpha / 2."""
    low = 0.0 if count == 0 else _solve(lambda share: binomial_tail(count, trials, share) - alpha / 2)
    high = 1.0 if count == trials else upper_share(count, trials, alpha / 2)
    return low, high


def upper_share(count: int, trials: int, alpha: float = _ALPHA) -> float:
    """The share above which finding so few as `count` has a probability below alpha."""
    if count >= trials:
        return 1.0
    return _solve(lambda share: binomial_tail(count + 1, trials, share) - (1 - alpha))


def _solve(function: Callable[[float], float]) -> float:
    """Where a function that rises with the share is zero."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def share_of(
    method: SampleMethod, strata: Sequence[StratumFigures], bills: Sequence[InspectedBill]
) -> ShareEstimate:
    """The share of the population's bills that are wrong."""
    wrong = sum(bill.verdict is PaperVerdict.WRONG for bill in bills)
    looked = sum(bill.verdict is not None for bill in bills)
    known = ShareEstimate(found=wrong, looked_at=looked, share=wrong / looked if looked else 0.0)
    reason = _why_not(method, bills)
    if reason or method is SampleMethod.MONETARY:
        return msgspec.structs.replace(known, reason=reason or "货币单位抽样按金额推断，不推断张数。")
    weighted = _stratified(strata, bills) if method is SampleMethod.STRATIFIED else None
    if weighted is None:
        low, high = clopper_pearson(wrong, looked)
        return msgspec.structs.replace(known, low=low, high=high)
    share, error = weighted
    return ShareEstimate(
        found=wrong,
        looked_at=looked,
        share=share,
        low=max(0.0, share - _Z * error),
        high=min(1.0, share + _Z * error),
    )


def _why_not(method: SampleMethod, bills: Sequence[InspectedBill]) -> str:
    if any(bill.verdict is None for bill in bills) or not bills:
        return _PARTIAL
    return {SampleMethod.LARGEST: _JUDGED, SampleMethod.ALL: _ALL}.get(method, "")


def _by_stratum(bills: Sequence[InspectedBill]) -> Mapping[str, list[InspectedBill]]:
    found: dict[str, list[InspectedBill]] = {}
    for bill in bills:
        found.setdefault(bill.stratum, []).append(bill)
    return found


def _stratified(
    strata: Sequence[StratumFigures], bills: Sequence[InspectedBill]
) -> tuple[float, float] | None:
    """The weighted share and its standard error; None where a stratum of more has one bill, or none was looked at, or
    all bills are alike: then the pooled interval, which is wider, is told.
    """
    drawn, total = _by_stratum(bills), sum(each.bills for each in strata)
    share = variance = 0.0
    for each in strata:
        own = drawn.get(each.stratum, [])
        count = len(own)
        if count < min(2, each.bills):
            return None
        wrong = sum(bill.verdict is PaperVerdict.WRONG for bill in own) / count
        weight = each.bills / total
        share += weight * wrong
        if count < each.bills:
            variance += weight**2 * wrong * (1 - wrong) / (count - 1) * (1 - count / each.bills)
    return (share, sqrt(variance)) if variance else None


def amount_of(
    method: SampleMethod,
    strata: Sequence[StratumFigures],
    bills: Sequence[InspectedBill],
    step_amount: Decimal | None,
) -> AmountEstimate:
    """The amount of the population that is wrong."""
    found = sum((bill.wrong_amount for bill in bills), Decimal(0))
    reason = _why_not(method, bills)
    if reason:
        return AmountEstimate(found=found, amount=found if reason == _ALL else None, reason=reason)
    population = sum((each.amount for each in strata), Decimal(0))
    if step_amount is not None:
        return _stringer(found, bills, population, step_amount)
    looked = sum((bill.total for bill in bills), Decimal(0))
    if not found:
        reason = "样本中没有有问题的金额，不推断总体金额的上限。"
        return AmountEstimate(found=found, amount=Decimal(0), reason=reason)
    ratio = found / looked
    error = _ratio_error(ratio, strata, bills)
    amount = round_yuan(population * ratio)
    if error is None:
        return AmountEstimate(found=found, amount=amount, reason="有的层只抽了1张，不能计算区间。")
    margin = Decimal(str(_Z)) * error
    return AmountEstimate(
        found=found,
        amount=amount,
        low=max(found, round_yuan(amount - margin)),
        high=min(population, round_yuan(amount + margin)),
    )


def _ratio_error(
    ratio: Decimal, strata: Sequence[StratumFigures], bills: Sequence[InspectedBill]
) -> Decimal | None:
    """The standard error of the combined ratio times the population, or None where a stratum has too few bills."""
    drawn, variance = _by_stratum(bills), Decimal(0)
    for each in strata:
        own = drawn.get(each.stratum, [])
        count = len(own)
        if count == each.bills:
            continue
        if count < 2:
            return None
        rests = [bill.wrong_amount - ratio * bill.total for bill in own]
        mean = sum(rests, Decimal(0)) / count
        spread = sum(((rest - mean) ** 2 for rest in rests), Decimal(0)) / (count - 1)
        variance += Decimal(each.bills) ** 2 * (1 - Decimal(count) / each.bills) * spread / count
    return variance.sqrt()


def _stringer(
    found: Decimal, bills: Sequence[InspectedBill], population: Decimal, step_amount: Decimal
) -> AmountEstimate:
    """Each point of the sample stands for one step; a bill that is wrong by a part taints its steps by that part."""
    points = sum(bill.hits for bill in bills)
    taints = sorted(
        (bill.wrong_amount / bill.total for bill in bills for _ in range(bill.hits) if bill.wrong_amount),
        reverse=True,
    )
    uppers = [Decimal(str(upper_share(count, points))) for count in range(len(taints) + 1)]
    bound = uppers[0] + sum(
        ((uppers[place] - uppers[place - 1]) * taint for place, taint in enumerate(taints, start=1)),
        Decimal(0),
    )
    amount = min(population, round_yuan(step_amount * sum(taints, Decimal(0))))
    return AmountEstimate(
        found=found, amount=amount, low=found, high=min(population, round_yuan(population * bound))
    )
