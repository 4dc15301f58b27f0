"""Step three: how far a month lies from the unit's own past, and from its peers in the same month.

All by medians and their deviations, which a few wild months do not move. A difference counts in steps of a scale
that knows three things: how much the measure varies anyway, how much chance moves a share of few bills, and the
smallest difference that means anything.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mingpiao.analysis.measures import MEASURES, PLACES, Form

Numbers = NDArray[np.float32]
Groups = NDArray[np.int64]
#: A unit's own past says something from so many months on; peers from so many other units on.
FEWEST_MONTHS, FEWEST_PEERS = 6, 5
PAST, YEAR = 12, 12
#: The deviation of a bell curve, by the median of absolute deviations.
_BELL = 1.4826
_FARTHEST = 30.0
_PORTION = 4_096


class Distances(NamedTuple):
    """Steps from what is usual: rows of units and kinds, columns of measures; NaN where nothing can be said.

    `past` is from the unit's own months, and no more than `change` (from how its peers changed) and than the
    distance from its own same month last year, where these are known. `peers` is from its peers in the month.
    """

    past: Numbers
    peers: Numbers
    usual: Numbers
    middle: Numbers
    spread: Numbers


def compare(series: Numbers, groups: Sequence[Groups]) -> Distances:
    """Distances of the newest month. `series` has (row, month, measure), the judged month last, as plain values.

    `groups` numbers the rows' peer groups, the narrowest first; where one is too small, the next is asked.
    """
    now = _scaled(series[:, -1])
    usual, own_spread = _usual(series[:, -1 - PAST : -1])
    noise = _noise(series[:, -1], now, usual)
    floors = np.array([each.floor for each in MEASURES.values()], dtype=np.float32)
    least = np.hypot(floors, noise)
    change = now - usual
    own = change / np.hypot(_BELL * own_spread, least)
    seasonal = _within(change, groups, least)[0]
    own = np.fmin(own, seasonal)
    if series.shape[1] > YEAR:
        own = np.fmin(own, (now - _scaled(series[:, -1 - YEAR])) / least)
    # What nothing is known of by itself is not known from its peers either.
    own = np.where(np.isnan(change), np.nan, own)
    peers, middle, spread = _within(now, groups, least)
    return Distances(_clip(own), _clip(peers), usual, middle, spread)


def plain(values: Numbers) -> Numbers:
    """Values as they were before they were set on a logarithm; rows of measures."""
    logged = np.array([each.on_a_log for each in MEASURES.values()])
    return np.where(logged, np.expm1(values), values)


def _usual(past: Numbers) -> tuple[Numbers, Numbers]:
    """Middle and spread of each row's own months; NaN where these are too few. Some rows at a time, to spare memory."""
    middle, spread = (np.full((len(past), past.shape[2]), np.nan, dtype=np.float32) for _ in range(2))
    for start in range(0, len(past), _PORTION):
        part = _scaled(past[start : start + _PORTION])
        known = np.sum(~np.isnan(part), axis=1) >= FEWEST_MONTHS
        of_part = _middle(part, axis=1)
        middle[start : start + _PORTION] = np.where(known, of_part[0], np.nan)
        spread[start : start + _PORTION] = np.where(known, of_part[1], np.nan)
    return middle, spread


def _scaled(series: Numbers) -> Numbers:
    logged = np.array([each.on_a_log for each in MEASURES.values()])
    with np.errstate(invalid="ignore"):
        return np.where(logged, np.log1p(np.maximum(series, 0)), series).astype(np.float32)


def _middle(values: Numbers, axis: int) -> tuple[Numbers, Numbers]:
    """Median, and median of absolute deviations from it, along an axis; NaN where there is nothing."""
    middle = _median(values, axis)
    return middle, _median(np.abs(values - np.expand_dims(middle, axis)), axis)


def _median(values: Numbers, axis: int) -> Numbers:
    """As `numpy.nanmedian`, without its loop over rows."""
    ordered = np.sort(values, axis=axis)
    count = np.sum(~np.isnan(values), axis=axis, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis=axis)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[axis] - 1), axis=axis)
    return np.squeeze(np.where(count > 0, (low + high) / 2, np.nan), axis=axis).astype(np.float32)


def _noise(newest: Numbers, now: Numbers, usual: Numbers) -> Numbers:
    """What chance alone moves: a share of n bills by its binomial deviation, a count by its root."""
    noise = np.zeros_like(now)
    for name, measure in MEASURES.items():
        place = PLACES[name]
        if measure.form is Form.SHARE:
            size = np.maximum(np.nan_to_num(newest[:, PLACES[measure.of]], nan=0), 1)
            share = np.clip(np.fmax(np.nan_to_num(usual[:, place], nan=0), now[:, place] / 2), 0.5 / size, 1)
            noise[:, place] = np.sqrt(np.nan_to_num(share * np.maximum(1 - share, 0.05) / size, nan=0))
        elif measure.form is Form.COUNT:
            noise[:, place] = 1 / np.sqrt(np.maximum(np.expm1(np.nan_to_num(now[:, place])), 0) + 1)
    return noise


def _within(values: Numbers, groups: Sequence[Groups], least: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Steps from the middle of each row's peer group, with that middle and its spread."""
    steps, middles, spreads = (np.full_like(values, np.nan) for _ in range(3))
    for numbers in reversed(groups):
        order = np.argsort(numbers, kind="stable")
        edges = np.flatnonzero(np.diff(numbers[order])) + 1
        for members in np.split(order, edges):
            if len(members) <= FEWEST_PEERS:
                continue
            of_group = values[members]
            middle, spread = _middle(of_group, axis=0)
            known = np.sum(~np.isnan(of_group), axis=0) > FEWEST_PEERS
            # Where all are the same there is nothing that one of them could stand out from, or it is the only one.
            varied = np.nanmax(np.nan_to_num(of_group), axis=0) > np.nanmin(np.nan_to_num(of_group), axis=0)
            said = np.where(known & varied, middle, np.nan)
            steps[members] = (of_group - said) / np.hypot(_BELL * np.nan_to_num(spread), least[members])
            middles[members] = said
            spreads[members] = _BELL * spread
    return steps, middles, spreads


def _clip(values: Numbers) -> Numbers:
    return np.clip(values, -_FARTHEST, _FARTHEST)
