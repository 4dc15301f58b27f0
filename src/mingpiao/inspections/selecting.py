"""Which bills of a population a sample has: pure functions of their sizes and the seed.

The order of a random sample is that of `key_of`: anybody with the seed can draw it again, also by hand.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from mingpiao.inspections.query import Sample, SampleMethod

#: SQL of `key_of` for a bill.
KEY = "sha256(convert_to(CAST(:seed AS text) || ':' || bills.bill_id, 'UTF8'))"


def key_of(seed: str, bill_id: int) -> bytes:
    """A bill's place in the random order of a seed."""
    return hashlib.sha256(f"{seed}:{bill_id}".encode()).digest()


def fraction_of(seed: str) -> Fraction:
    """A number from 0 up to but without 1 that the seed decides: where a systematic sample begins."""
    return Fraction(int.from_bytes(hashlib.sha256(f"{seed}:start".encode()).digest()[:8]), 2**64)


def sizes_of(sample: Sample, counts: Mapping[str, int]) -> dict[str, int]:
    """How many bills of each stratum are drawn: never more than there are.

    A share is rounded up. A number for all strata is divided by their sizes, largest remainders first; while it
    suffices, every stratum has one at least.
    """
    if sample.method is SampleMethod.ALL:
        return dict(counts)
    if sample.share is not None:
        return {key: ceil(sample.share * count) for key, count in counts.items()}
    if sample.each is not None:
        return {key: min(sample.each, count) for key, count in counts.items()}
    return _divided(wanted_of(sample, sum(counts.values())), counts)


def wanted_of(sample: Sample, count: int) -> int:
    """How many bills are wanted of so many without strata, never more than there are."""
    if sample.share is not None:
        return ceil(sample.share * count)
    if sample.every is not None:
        return ceil(Fraction(count, sample.every))
    return count if sample.number is None else min(sample.number, count)


def _divided(number: int, counts: Mapping[str, int]) -> dict[str, int]:
    total = sum(counts.values())
    if number >= total:
        return dict(counts)
    least = 1 if number >= len(counts) else 0
    exact = {key: Fraction(number * count, total) for key, count in counts.items()}
    sizes = {key: max(least, floor(share)) for key, share in exact.items()}
    by_rest = sorted(counts, key=lambda key: (floor(exact[key]) - exact[key], key))
    while sum(sizes.values()) < number:
        for key in by_rest:
            if sum(sizes.values()) < number and sizes[key] < counts[key]:
                sizes[key] += 1
    while sum(sizes.values()) > number:
        more = [key for key in sizes if sizes[key] > least]
        fullest = max(more, key=lambda key: (sizes[key] - exact[key], key))
        sizes[fullest] -= 1
    return sizes


def positions_of(sample: Sample, count: int, seed: str) -> list[int]:
    """The places, from 1 on, of a systematic sample among so many bills in order of their time."""
    wanted = wanted_of(sample, count)
    if not wanted:
        return []
    step = Fraction(sample.every) if sample.every is not None else Fraction(count, wanted)
    start = fraction_of(seed) * step
    places = (floor(start + place * step) + 1 for place in range(wanted + 1))
    return [place for place in places if place <= count]


def interval_of(sample: Sample, count: int, amount: Decimal) -> Decimal:
    """The 元 of which a monetary-unit sample takes one each."""
    wanted = max(1, wanted_of(sample, count))
    return max(Decimal("0.01"), amount / wanted)


def hits_of(amounts: Sequence[Decimal], before: Decimal, interval: Decimal, start: Decimal) -> list[int]:
    """How often each of some bills in order is hit by a monetary-unit sample; `before` is what stands in front."""
    hits = []
    for amount in amounts:
        after = before + amount
        hits.append(_points(after, interval, start) - _points(before, interval, start))
        before = after
    return hits


def _points(amount: Decimal, interval: Decimal, start: Decimal) -> int:
    """How many of the points start, start + interval, … lie below an amount."""
    return max(0, ceil((amount - start) / interval))
