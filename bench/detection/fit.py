"""Learns the weights of the patterns on made provinces, and prints them as the table of `analysis/patterns.py`.

    python -m bench.detection.fit [--seeds 11 12 13] [--size 0.3] [--units 640] [--folder DIRECTORY]

A logistic regression for each pattern, with weights of 0 and more, over the nearer and the farther step of the measures
that the pattern lists. Of a planted unit and month the kind that shows it most counts. With more than one seed, each is
also held out once, and what the others make of it is printed.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.detection.measure import JUDGED, average_precision, by_month
from bench.detection.province import made_province
from bench.detection.seeds import TUNING_SEEDS
from mingpiao.analysis.comparing import Distances, compare
from mingpiao.analysis.judging import peer_groups
from mingpiao.analysis.nightly import Nightly
from mingpiao.analysis.patterns import PATTERNS, Pattern, steps_of

#: How strongly large weights are held back, how often the kind that counts is chosen anew, and what is too light.
_HOLD, _ROUNDS, _LIGHT = 2.0, 3, 0.05
Numbers = NDArray[np.float64]
Key = tuple[int, int, date]


class Rows(NamedTuple):
    """Units and kinds of judged months: what was planted ('' for nothing), whose row it is, and its distances."""

    planted: NDArray[np.str_]
    keys: list[Key]
    distances: Distances


def rows_of(seed: int, folder: Path, units: int, size: float) -> Rows:
    """The rows of one made province."""
    province = made_province(folder / "given", seed, units=units, size=size)
    truth = {(each.unit_id, each.month): each.pattern for each in province.truth}
    planted: list[str] = []
    keys: list[Key] = []
    found = []
    run = Nightly(folder / "work", by_month(province, folder))
    try:
        folders = run.prepare(province.months[-1])
        for month in province.months[-JUDGED:]:
            series = run.series(folders, month)
            found.append(compare(series.values, peer_groups(series)))
            planted += [truth.get((int(unit), month), "") for unit in series.units]
            keys += [(seed, int(unit), month) for unit in series.units]
    finally:
        run.close()
    return Rows(np.array(planted), keys, joined(found))


def joined(found: Sequence[Distances]) -> Distances:
    """Distances of several months as those of one."""
    return Distances(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def together(rows: Sequence[Rows]) -> Rows:
    """Rows of several provinces as those of one."""
    return Rows(
        np.concatenate([each.planted for each in rows]),
        [key for each in rows for key in each.keys],
        joined([each.distances for each in rows]),
    )


def features(pattern: Pattern, distances: Distances) -> Numbers:
    """Two columns for each measure of a pattern, as `weight_of` takes them."""
    columns = [steps for sign in pattern.signs for steps in steps_of(sign.measure, distances)]
    return 3 * np.log1p(np.array(columns, dtype=np.float64)).T


def regression(given: Numbers, right: NDArray[np.bool_]) -> Numbers:
    """The constant and the weights, none of which is below 0."""

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        odds = given @ weights[1:] + weights[0]
        missed = 1 / (1 + np.exp(-odds)) - right
        value = np.logaddexp(0, odds).sum() - odds[right].sum() + _HOLD * (weights[1:] ** 2).sum()
        return float(value), np.concatenate([[missed.sum()], given.T @ missed + 2 * _HOLD * weights[1:]])

    begin = np.concatenate([[-6.0], np.full(given.shape[1], 0.05)])
    bounds = [(None, None)] + [(0.0, None)] * given.shape[1]
    found: Numbers = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found


def learn(pattern: Pattern, rows: Rows) -> Numbers:
    """The constant and weights of a pattern."""
    given, right = features(pattern, rows.distances), rows.planted == pattern.code
    weights = regression(given, right)
    for _ in range(_ROUNDS):
        odds = given @ weights[1:] + weights[0]
        best: dict[Key, int] = {}
        for place in map(int, np.flatnonzero(right)):
            key = rows.keys[place]
            if key not in best or odds[place] > odds[best[key]]:
                best[key] = place
        used = ~right
        used[list(best.values())] = True
        weights = regression(given[used], right[used])
    return weights


def held_out(learnt: Mapping[str, Numbers], rows: Rows) -> float:
    """The average precision of weights on rows that they were not learnt on."""
    likely = np.ones(len(rows.keys))
    for pattern in PATTERNS:
        weights = learnt[pattern.code]
        likely *= 1 - 1 / (1 + np.exp(-(features(pattern, rows.distances) @ weights[1:] + weights[0])))
    scores: dict[tuple[int, date], float] = {}
    for (_, unit, month), rest in zip(rows.keys, likely, strict=True):
        scores[unit, month] = max(scores.get((unit, month), 0.0), 1 - float(rest))
    right = {key[1:] for key, planted in zip(rows.keys, rows.planted, strict=True) if planted}
    return average_precision(scores, right)


def table(learnt: Mapping[str, Numbers]) -> str:
    """The signs of every pattern as they stand in `analysis/patterns.py`."""
    lines = []
    for pattern in PATTERNS:
        weights = learnt[pattern.code]
        lines.append(f"{pattern.code}: base={weights[0]:.2f}")
        for place, sign in enumerate(pattern.signs):
            nearer, farther = weights[1 + 2 * place], weights[2 + 2 * place]
            if nearer + farther >= _LIGHT:
                lines.append(f'    Sign("{sign.measure}", {nearer:.2f}, {farther:.2f}),')
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Learn, try each seed held out, and print the table."""
    parser = argparse.ArgumentParser(description="the weights of the patterns")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(TUNING_SEEDS))
    parser.add_argument("--units", type=int, default=640)
    parser.add_argument("--size", type=float, default=0.3)
    parser.add_argument("--folder", type=Path, help="keep what was made here")
    given = parser.parse_args(arguments)
    found: dict[int, Rows] = {}
    for seed in given.seeds:
        with tempfile.TemporaryDirectory(prefix="mingpiao-detection-") as made:
            folder = (given.folder or Path(made)) / str(seed)
            folder.mkdir(parents=True, exist_ok=True)
            found[seed] = rows_of(seed, folder, given.units, given.size)
    for seed, rows in found.items() if len(found) > 1 else ():
        others = together([each for number, each in found.items() if number != seed])
        learnt = {pattern.code: learn(pattern, others) for pattern in PATTERNS}
        print(f"{seed}: average precision {held_out(learnt, rows):.3f} by weights of the others", flush=True)
    print(table({pattern.code: learn(pattern, together(list(found.values()))) for pattern in PATTERNS}))


if __name__ == "__main__":
    main(sys.argv[1:])
