"""How well the analysis finds what was planted in a made province, beside two general detectors on the same vectors.

    python -m bench.detection.measure [--seeds 11 12 …] [--size 0.3] [--units 640] [--folder DIRECTORY] [--figure]

Ranked are units and months of the last twelve months, all together. A row is right where something was planted in it.
IsolationForest (scikit-learn) and ECOD get the vectors of the same rows, of all kinds of a unit the worst. `--figure`
takes the seeds that nobody tuned on.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import IsolationForest

from bench.detection.province import Province, made_province
from bench.detection.seeds import FIGURE_SEEDS, TUNING_SEEDS
from mingpiao.analysis.comparing import Numbers
from mingpiao.analysis.inputs import PATTERNS
from mingpiao.analysis.judging import Series, Standout, judge
from mingpiao.analysis.measures import MEASURES
from mingpiao.analysis.nightly import Inputs, MonthFiles, Nightly
from mingpiao.analysis.opinion import ecod

JUDGED = 12
FIRST_ROWS = 50
Row = tuple[int, date]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """Average precision of three rankings, and how many of the first fifty rows are right."""

    seed: int
    planted: int
    rows: int
    own: float
    forest: float
    ecod: float
    first: float
    forest_first: float
    ecod_first: float
    by_pattern: Mapping[str, tuple[int, int]]
    wrong: Mapping[str, int]
    seconds: float

    @property
    def ratio(self) -> float:
        """The own ranking beside the better one of the two."""
        return self.own / max(self.forest, self.ecod)


def average_precision(scores: Mapping[Row, float], right: set[Row]) -> float:
    """The mean, over all rows that are right, of the precision at each; rows that are not ranked count as missed."""
    hits, total = 0, 0.0
    for place, row in enumerate(sorted(scores, key=lambda row: (-scores[row], row)), start=1):
        if row in right:
            hits += 1
            total += hits / place
    return total / max(len(right), 1)


def precision_at(scores: Mapping[Row, float], right: set[Row], rows: int = FIRST_ROWS) -> float:
    """How many of the first rows are right."""
    first = sorted(scores, key=lambda row: (-scores[row], row))[:rows]
    return sum(row in right for row in first) / rows


def by_month(province: Province, folder: Path) -> Inputs:
    """The province's files, parted by month as the lake's are."""
    with duckdb.connect(config={"memory_limit": "1500MB", "threads": 2}) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, source in (("bills", province.bills), ("reversals", province.reversals)):
            if not (folder / name).exists():
                connection.execute(
                    f"COPY (SELECT *, strftime(issued_date, '%Y-%m') AS month FROM read_parquet('{source}')) "
                    f"TO '{folder / name}' (FORMAT parquet, PARTITION_BY (month))"
                )

    def files(name: str, month: date) -> tuple[Path, ...]:
        return tuple(sorted((folder / name / f"month={month:%Y-%m}").glob("*.parquet")))

    return Inputs(
        months={
            month: MonthFiles(bills=files("bills", month), reversals=files("reversals", month))
            for month in province.months
        },
        asks=province.asks,
        units=province.units,
    )


def judged_months(province: Province, folder: Path) -> Iterator[tuple[Series, list[Standout]]]:
    """The series and findings of each of the last months."""
    run = Nightly(folder / "work", by_month(province, folder))
    try:
        folders = run.prepare(province.months[-1])
        for month in province.months[-JUDGED:]:
            series = run.series(folders, month)
            yield series, judge(series, {})
    finally:
        run.close()


def general_scores(all_series: Sequence[Series]) -> tuple[dict[Row, float], dict[Row, float]]:
    """IsolationForest's and ECOD's scores of all rows, fitted on the vectors of each kind of units together."""
    forest: dict[Row, float] = defaultdict(lambda: -np.inf)
    tails: dict[Row, float] = defaultdict(lambda: -np.inf)
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, series in enumerate(all_series):
        for row, (unit_type, kind) in enumerate(zip(series.types, series.kinds, strict=True)):
            places[f"{unit_type}/{kind}"].append((number, row))
    for members in places.values():
        vectors = np.array([all_series[number].newest[row] for number, row in members])
        rows = [(int(all_series[number].units[row]), all_series[number].month) for number, row in members]
        filled = _filled(vectors)
        fitted = IsolationForest(n_estimators=200, random_state=1).fit(filled)
        _raise(forest, rows, -fitted.score_samples(filled))
        _raise(tails, rows, ecod(vectors))
    return forest, tails


def _raise(scores: dict[Row, float], rows: Sequence[Row], found: NDArray[np.float64]) -> None:
    for row, score in zip(rows, found, strict=True):
        scores[row] = max(scores[row], float(score))


def _filled(vectors: Numbers) -> Numbers:
    """Counts and amounts on a logarithm, and what is missing as the middle of its column."""
    logged = np.array([each.on_a_log for each in MEASURES.values()])
    values = np.where(logged, np.log1p(np.maximum(np.nan_to_num(vectors), 0)), vectors)
    values = np.where(np.isnan(vectors), np.nan, values)
    empty = np.isnan(values).all(axis=0)
    middle = np.where(empty, 0, np.nanmedian(np.where(empty, 0, values), axis=0))
    return np.where(np.isnan(values), middle, values).astype(np.float32)


def measure(seed: int, folder: Path, units: int, size: float) -> Quality:
    """Everything of one province."""
    began = time.perf_counter()
    province = made_province(folder / "given", seed, units=units, size=size)
    judged = list(judged_months(province, folder))
    months = set(province.months[-JUDGED:])
    truth = {(each.unit_id, each.month): each.pattern for each in province.truth if each.month in months}
    odd = {(each.unit_id, each.month): each.what for each in province.oddities}
    own: dict[Row, float] = {}
    for series, found in judged:
        own |= {(int(unit), series.month): 0.0 for unit in series.units}
        for each in found:
            own[each.unit_id, each.month] = max(own[each.unit_id, each.month], each.score)
    forest, tails = general_scores([series for series, _ in judged])
    right = set(truth)
    first = sorted(own, key=lambda row: (-own[row], row))
    hits = Counter(truth[row] for row in first[: len(right)] if row in truth)
    planted = Counter(truth.values())
    return Quality(
        seed=seed,
        planted=len(right),
        rows=len(own),
        own=average_precision(own, right),
        forest=average_precision(forest, right),
        ecod=average_precision(tails, right),
        first=precision_at(own, right),
        forest_first=precision_at(forest, right),
        ecod_first=precision_at(tails, right),
        by_pattern={pattern: (hits[pattern], planted[pattern]) for pattern in PATTERNS},
        wrong=Counter(odd.get(row, "plain") for row in first[:FIRST_ROWS] if row not in truth),
        seconds=time.perf_counter() - began,
    )


def main(arguments: Sequence[str]) -> None:
    """Measure some provinces and print a table of each."""
    parser = argparse.ArgumentParser(description="what the analysis finds of what was planted")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(TUNING_SEEDS))
    parser.add_argument("--figure", action="store_true", help="the seeds that nobody tuned on")
    parser.add_argument("--units", type=int, default=640)
    parser.add_argument("--size", type=float, default=0.3)
    parser.add_argument("--folder", type=Path, help="keep what was made here")
    given = parser.parse_args(arguments)
    found = []
    for seed in FIGURE_SEEDS if given.figure else given.seeds:
        with tempfile.TemporaryDirectory(prefix="mingpiao-detection-") as made:
            folder = (given.folder or Path(made)) / str(seed)
            folder.mkdir(parents=True, exist_ok=True)
            found.append(measure(seed, folder, given.units, given.size))
            print(msgspec.json.encode(found[-1]).decode(), flush=True)
    show(found)


def show(found: Sequence[Quality]) -> None:
    """One line a province, and their mean."""
    table = Table("seed", "planted", "AP", "forest", "ECOD", "ratio", "first 50", "forest", "ECOD", "seconds")
    for each in found:
        table.add_row(
            str(each.seed),
            f"{each.planted} of {each.rows}",
            *(f"{value:.3f}" for value in (each.own, each.forest, each.ecod)),
            f"{each.ratio:.2f}",
            *(f"{value:.2f}" for value in (each.first, each.forest_first, each.ecod_first)),
            f"{each.seconds:.0f}",
        )
    own, forest, tails = (
        float(np.mean([getattr(each, name) for each in found])) for name in ("own", "forest", "ecod")
    )
    table.add_row(
        "mean",
        "",
        f"{own:.3f}",
        f"{forest:.3f}",
        f"{tails:.3f}",
        f"{own / max(forest, tails):.2f}",
        f"{float(np.mean([each.first for each in found])):.2f}",
    )
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
