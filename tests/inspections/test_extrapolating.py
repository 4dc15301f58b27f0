"""What a sample says of its population: against values from tables, and against populations that are known."""

from datetime import datetime
from decimal import Decimal
from random import Random

import pytest

from mingpiao.inspections.extrapolating import amount_of, clopper_pearson, share_of, upper_share
from mingpiao.inspections.model import SampleMethod
from mingpiao.inspections.selecting import hits_of
from mingpiao.inspections.work import InspectedBill, PaperVerdict, StratumFigures
from mingpiao.kernel.clock import SHANGHAI

AT = datetime(2026, 9, 1, tzinfo=SHANGHAI)


def bill(
    place: int, total: str, wrong: str = "0", *, stratum: str = "", hits: int = 1, open_: bool = False
) -> InspectedBill:
    verdict = PaperVerdict.WRONG if Decimal(wrong) else PaperVerdict.CLEAN
    return InspectedBill(
        inspection_id=1, bill_id=place, place=place, unit_id=1, unit_name="甲", region_code="150100", kind_code="0301",
        issued_at=AT, total=Decimal(total), stratum=stratum, hits=hits, inspector_id=1, inspector_name="乙",
        verdict=None if open_ else verdict, wrong_amount=Decimal(wrong), checks={}, note="", revision=1,
        examined_at=None if open_ else AT, case_id=None,
    )  # fmt: skip


def stratum(bills: int, amount: str, name: str = "") -> StratumFigures:
    return StratumFigures(stratum=name, bills=bills, amount=Decimal(amount), drawn=0, drawn_amount=Decimal(0))


@pytest.mark.parametrize(
    ("count", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0),
        (3, 100, 0.0062, 0.0852), (0, 300, 0.0, 0.0122), (50, 1000, 0.0373, 0.0654),
    ],
)  # fmt: skip
def test_exact_intervals_agree_with_tables(count: int, trials: int, low: float, high: float) -> None:
    assert clopper_pearson(count, trials) == pytest.approx((low, high), abs=6e-5)


def test_bounds_of_attribute_tables() -> None:
    assert upper_share(0, 60) == pytest.approx(0.0487, abs=6e-5)
    assert upper_share(2, 100) == pytest.approx(0.0616, abs=6e-5)
    assert upper_share(5, 5) == 1.0


def test_a_simple_sample_tells_share_and_amount() -> None:
    bills = [bill(place, "100.00", "20.00" if place <= 5 else "0") for place in range(1, 101)]
    strata = [stratum(10_000, "1000000.00")]
    share = share_of(SampleMethod.RANDOM, strata, bills)
    assert (share.found, share.looked_at, share.share) == (5, 100, 0.05)
    assert (share.low, share.high) == pytest.approx((0.0164, 0.1128), abs=6e-5)
    amount = amount_of(SampleMethod.RANDOM, strata, bills, None)
    assert (amount.found, amount.amount) == (Decimal("100.00"), Decimal("10000.00"))
    # The rests are 19 or -1: their standard deviation is √(1900 / 99), and the margin 1.96 × 10,000 × √(1900 / 99 / 100 × 0.99).
    assert (amount.low, amount.high) == (Decimal("1456.72"), Decimal("18543.28"))


def test_a_sample_that_is_all_or_not_done_or_no_sample_tells_no_interval() -> None:
    bills = [bill(1, "100.00", "10.00"), bill(2, "50.00")]
    strata = [stratum(2, "150.00")]
    everything = amount_of(SampleMethod.ALL, strata, bills, None)
    assert (everything.amount, everything.high, "全部检查" in everything.reason) == (
        Decimal("10.00"),
        None,
        True,
    )
    assert "不推断总体" in amount_of(SampleMethod.LARGEST, strata, bills, None).reason
    undone = [*bills, bill(3, "1.00", open_=True)]
    assert "还有票据没有检查" in share_of(SampleMethod.RANDOM, strata, undone).reason
    clean = amount_of(SampleMethod.RANDOM, strata, bills[1:], None)
    assert (clean.amount, clean.high) == (Decimal(0), None)


def test_strata_are_weighted_by_their_sizes() -> None:
    bills = [bill(place, "10.00", "10.00" if place % 2 else "0", stratum="a") for place in range(10)]
    bills += [bill(place, "10.00", stratum="b") for place in range(10, 20)]
    strata = [stratum(100, "1000.00", "a"), stratum(900, "9000.00", "b")]
    share = share_of(SampleMethod.STRATIFIED, strata, bills)
    assert share.share == pytest.approx(0.05)
    assert (share.low, share.high) == pytest.approx((0.0190, 0.0810), abs=6e-5)
    alone = [bill(1, "10.00", "1.00", stratum="a"), bill(2, "10.00", stratum="b")]
    assert amount_of(SampleMethod.STRATIFIED, strata, alone, None).reason == "有的层只抽了1张，不能计算区间。"
    pooled = share_of(SampleMethod.STRATIFIED, strata, alone)
    assert (pooled.low, pooled.high) == pytest.approx((0.0126, 0.9874), abs=6e-5)


def test_monetary_units_bound_the_amount_by_stringer() -> None:
    clean = [bill(place, "50.00") for place in range(60)]
    strata = [stratum(1_000, "60000.00")]
    bound = amount_of(SampleMethod.MONETARY, strata, clean, Decimal(1_000))
    assert (bound.amount, bound.high) == (Decimal("0.00"), Decimal("2922.17"))
    tainted = [bill(0, "50.00", "25.00"), *clean[1:]]
    more = amount_of(SampleMethod.MONETARY, strata, tainted, Decimal(1_000))
    assert more.amount == Decimal("500.00")
    assert more.high is not None
    # With one taint of a half: 60,000 × (0.048703 + (0.076637 - 0.048703) / 2).
    assert more.high == pytest.approx(Decimal("3760.0"), abs=Decimal("5"))


def test_intervals_hold_what_they_promise() -> None:
    rng = Random(7)
    totals = [Decimal(rng.randrange(100, 500_000)) / 100 for _ in range(2_000)]
    wrongs = [total / 4 if rng.random() < 0.08 else Decimal(0) for total in totals]
    truth, population = sum(wrongs), sum(totals)
    strata = [stratum(len(totals), str(population))]
    ratio = monetary = 0
    for _ in range(60):
        chosen = rng.sample(range(len(totals)), 150)
        bills = [bill(place, str(totals[place]), str(wrongs[place])) for place in chosen]
        told = amount_of(SampleMethod.RANDOM, strata, bills, None)
        ratio += told.low is not None and told.high is not None and told.low <= truth <= told.high
        step = population / 150
        start = Decimal(rng.random()) * step
        hits = hits_of(totals, Decimal(0), step, start)
        met = [
            bill(place, str(totals[place]), str(wrongs[place]), hits=count)
            for place, count in enumerate(hits)
            if count
        ]
        bound = amount_of(SampleMethod.MONETARY, strata, met, step)
        monetary += bound.high is not None and truth <= bound.high
    assert ratio >= 48
    assert monetary >= 56
