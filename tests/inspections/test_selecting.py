"""Which bills a sample has is decided by sizes and seed alone."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from mingpiao.inspections.model import Sample, SampleMethod, Stratum
from mingpiao.inspections.selecting import (
    fraction_of,
    hits_of,
    interval_of,
    key_of,
    positions_of,
    sizes_of,
)

COUNTS = {"a": 70, "b": 25, "c": 5}


def stratified(**size: object) -> Sample:
    return Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, **size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sample", "sizes"),
    [
        (Sample(), COUNTS),
        (stratified(share=Decimal("0.1")), {"a": 7, "b": 3, "c": 1}),
        (stratified(each=20), {"a": 20, "b": 20, "c": 5}),
        (stratified(number=20), {"a": 14, "b": 5, "c": 1}),
        (stratified(number=3), {"a": 1, "b": 1, "c": 1}),
        (stratified(number=2), {"a": 1, "b": 1, "c": 0}),
        (stratified(number=10_000), COUNTS),
        (stratified(share=Decimal(1)), COUNTS),
    ],
)
def test_sizes_of_strata_are_never_more_than_there_are(sample: Sample, sizes: dict[str, int]) -> None:
    assert sizes_of(sample, COUNTS) == sizes


def test_sizes_add_up_whatever_the_strata() -> None:
    for strata in (1, 3, 7, 40):
        counts = {f"{place:02d}": place**2 % 13 + 1 for place in range(strata)}
        total = sum(counts.values())
        for number in range(1, total + 2):
            sizes = sizes_of(stratified(number=number), counts)
            assert sum(sizes.values()) == min(number, total)
            assert all(0 <= sizes[key] <= counts[key] for key in counts)


def test_every_tenth_begins_where_the_seed_says() -> None:
    places = positions_of(Sample(method=SampleMethod.SYSTEMATIC, every=10), 95, "seed")
    assert len(places) in (9, 10)
    assert {later - earlier for earlier, later in pairwise(places)} == {10}
    assert positions_of(Sample(method=SampleMethod.SYSTEMATIC, every=10), 95, "seed") == places
    starts = {
        positions_of(Sample(method=SampleMethod.SYSTEMATIC, every=10), 95, str(seed))[0] for seed in range(60)
    }
    assert len(starts) > 5


@pytest.mark.parametrize(("count", "number"), [(100, 7), (10, 10), (10, 30), (1, 1), (0, 5), (997, 13)])
def test_a_number_of_places_is_spread_over_all(count: int, number: int) -> None:
    places = positions_of(Sample(method=SampleMethod.SYSTEMATIC, number=number), count, "x")
    assert len(places) == min(count, number)
    assert len(set(places)) == len(places)
    assert all(1 <= place <= count for place in places)


def test_monetary_units_hit_bills_by_their_size_and_large_ones_for_sure() -> None:
    amounts = [Decimal(each) for each in ("100.00", "5.00", "900.00", "20.00", "75.00")]
    sample = Sample(method=SampleMethod.MONETARY, number=11)
    step = interval_of(sample, 5, sum(amounts, Decimal(0)))
    assert step == Decimal(220)  # eleven were wanted, and there are five bills
    hits: Counter[int] = Counter()
    for seed in range(200):
        start = Decimal(fraction_of(str(seed)).numerator) / Decimal(2**64) * step
        found = hits_of(amounts, Decimal(0), step, start)
        assert sum(found) == 5
        assert found[2] >= 4
        halves = hits_of(amounts[:2], Decimal(0), step, start) + hits_of(
            amounts[2:], Decimal(105), step, start
        )
        assert halves == found
        hits.update(dict(enumerate(found)))
    assert hits[0] > hits[3] > 0


def test_the_seed_gives_an_order_without_favourites() -> None:
    firsts = Counter(min(range(10), key=lambda bill: key_of(str(seed), bill)) for seed in range(500))
    assert len(firsts) == 10
    assert min(firsts.values()) > 20
    assert Fraction(0) <= fraction_of("a") < 1
