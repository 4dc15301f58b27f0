"""From vectors to findings: the series of all units, their distances, patterns, and what people read of them."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import msgspec
import numpy as np
from numpy.typing import NDArray

from mingpiao.analysis.comparing import YEAR, Distances, Numbers, compare, plain
from mingpiao.analysis.extracting import before
from mingpiao.analysis.measures import DERIVED, EXTRACTED, MEASURES, PLACES
from mingpiao.analysis.model import Basis, Evidence, PeerDrawing
from mingpiao.analysis.opinion import unlikeliness
from mingpiao.analysis.patterns import PATTERNS, RARE, STANDS_OUT, Pattern, log_odds_of, steps_of, weight_of

#: How many months a series has: two years, the judged month among them.
MONTHS = 24
#: So many measures of a finding are told.
_TOLD = 3
#: So many measures that stand out are a rare combination, and what each step of it weighs.
_FEWEST_OUT = 4
_RARE_WEIGHT = 0.15
#: Less likely findings than this are none.
_LEAST_ODDS = -5.0


class Standout(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of one unit and month: `odds` are log-odds, `score` the same as 0 to 100; `unlikely` is the second opinion (0 to 100)."""

    unit_id: int
    kind: str
    month: date
    pattern: str
    basis: Basis
    odds: float
    score: float
    unlikely: int
    peers: int
    sentence: str
    evidence: tuple[Evidence, ...]
    drawing: PeerDrawing


class Series(NamedTuple):
    """Vectors of the units and kinds that did something in the judged month, over the months up to it."""

    month: date
    units: NDArray[np.int64]
    kinds: Sequence[str]
    types: Sequence[str]
    values: Numbers

    @property
    def newest(self) -> Numbers:
        return self.values[:, -1]


def load_series(
    connection: duckdb.DuckDBPyConnection, units: str, folders: Mapping[date, Path], month: date
) -> Series:
    """The series of a judged month from the files of steps one and two."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE judged AS "
        "SELECT row_number() OVER (ORDER BY unit_id, kind) - 1 AS place, unit_id, kind, unit_type "
        f"FROM ({_vectors(folders[month])}) JOIN (SELECT unit_id, unit_type FROM {units}) USING (unit_id) "
        "WHERE bills > 0 OR reversals > 0"
    )
    rows = connection.execute("SELECT unit_id, kind, unit_type FROM judged ORDER BY place").fetchall()
    values = np.full((len(rows), MONTHS, len(MEASURES)), np.nan, dtype=np.float32)
    names = ", ".join(f"CAST({name} AS FLOAT) AS {name}" for name in MEASURES)
    for back in range(MONTHS):
        folder = folders.get(before(month, back))
        if folder is not None and rows:
            found = connection.execute(
                f"SELECT place, {names} FROM ({_vectors(folder)}) JOIN judged USING (unit_id, kind)"
            ).fetchnumpy()
            places = np.asarray(found["place"], dtype=np.int64)
            for name, place in PLACES.items():
                values[places, MONTHS - 1 - back, place] = np.ma.filled(
                    found[name].astype(np.float32), np.nan
                )
    _fill_quiet(values)
    return Series(
        month,
        np.array([row[0] for row in rows], dtype=np.int64),
        [row[1] for row in rows],
        [row[2] for row in rows],
        values,
    )


def _vectors(folder: Path) -> str:
    own, derived = (_quoted(folder / f"{name}.parquet") for name in ("vectors", "derived"))
    columns = ", ".join(each.name for each in EXTRACTED)
    return (
        f"SELECT unit_id, kind, {columns}, {', '.join(each.name for each in DERIVED)} "
        f"FROM read_parquet({own}) AS own JOIN read_parquet({derived}) AS derived USING (unit_id, kind)"
    )


def _quoted(path: Path) -> str:
    return "'" + path.as_posix().replace("'", "''") + "'"


def _fill_quiet(values: Numbers) -> None:
    """A month without a bill, after the first one with bills, is a month of nothing: 0 bills and 0 元."""
    bills = values[:, :, PLACES["bills"]]
    begun = np.logical_or.accumulate(~np.isnan(bills), axis=1)
    for name in ("bills", "amount", "reversals"):
        column = values[:, :, PLACES[name]]
        column[begun & np.isnan(column)] = 0


def judge(series: Series, weights: Mapping[str, float]) -> list[Standout]:
    """All findings of the series' month, the likeliest first. `weights` are what verdicts made of each pattern."""
    if not len(series.units):
        return []
    groups = peer_groups(series)
    distances = compare(series.values, groups)
    unlikely = unlikeliness(series.newest, groups[-1])
    found = []
    for pattern in PATTERNS:
        odds = log_odds_of(pattern, distances, series.newest) + np.log(weights.get(pattern.code, 1.0))
        found += [
            _found(series, distances, groups, row, pattern, float(odds[row]), int(unlikely[row]))
            for row in map(int, np.flatnonzero(odds > _LEAST_ODDS))
        ]
    named = {(each.unit_id, each.kind) for each in found}
    found += _rare(series, distances, groups, unlikely, named)
    return _one_a_unit(found)


def peer_groups(series: Series) -> list[NDArray[np.int64]]:
    """Numbers of peer groups: of the same type, kind and size; and, where these are too few, of any size."""
    bills = series.values[:, -1 - YEAR : -1, PLACES["bills"]]
    with np.errstate(all="ignore"):
        usual = np.where(
            np.isnan(bills).all(axis=1),
            series.newest[:, PLACES["bills"]],
            np.nanmean(np.nan_to_num(bills), axis=1),
        )
    sizes = np.floor(np.log2(np.maximum(usual, 1)) / 2).astype(np.int64)
    wide = [f"{unit_type}/{kind}" for unit_type, kind in zip(series.types, series.kinds, strict=True)]
    narrow = [f"{group}/{size}" for group, size in zip(wide, sizes, strict=True)]
    return [np.unique(names, return_inverse=True)[1].astype(np.int64) for names in (narrow, wide)]


def _one_a_unit(found: Sequence[Standout]) -> list[Standout]:
    """Of each unit and pattern the strongest kind; the strongest findings first."""
    best: dict[tuple[int, str], Standout] = {}
    for each in found:
        key = (each.unit_id, each.pattern)
        if key not in best or each.odds > best[key].odds:
            best[key] = each
    return sorted(best.values(), key=lambda each: (-each.odds, each.unit_id, each.pattern))


def _rare(
    series: Series,
    distances: Distances,
    groups: Sequence[NDArray[np.int64]],
    unlikely: NDArray[np.int64],
    named: set[tuple[int, str]],
) -> list[Standout]:
    """Rows that no pattern names, but of which many measures are out at once."""
    steps = np.fmin(np.abs(distances.past), np.abs(distances.peers))
    out = np.nan_to_num(steps) >= STANDS_OUT
    found = []
    for row in map(int, np.flatnonzero(out.sum(axis=1) >= _FEWEST_OUT)):
        if (int(series.units[row]), series.kinds[row]) in named:
            continue
        strength = float(np.sqrt(np.sum(np.clip(np.nan_to_num(steps[row]), 0, 10)[out[row]] ** 2)))
        odds = RARE.base + _RARE_WEIGHT * strength
        found.append(_found(series, distances, groups, row, RARE, odds, int(unlikely[row])))
    return found


def _found(
    series: Series,
    distances: Distances,
    groups: Sequence[NDArray[np.int64]],
    row: int,
    pattern: Pattern,
    odds: float,
    unlikely: int,
) -> Standout:
    evidence = _evidence(series, distances, row, pattern)
    group = next((each for each in groups if np.sum(each == each[row]) > 5), None)
    peers = int(np.sum(group == group[row])) - 1 if group is not None else 0
    return Standout(
        unit_id=int(series.units[row]),
        kind=series.kinds[row],
        month=series.month,
        pattern=pattern.code,
        basis=_basis(pattern, evidence),
        odds=round(odds, 4),
        score=round(100 / (1 + math.exp(-odds)), 2),
        unlikely=unlikely,
        peers=peers,
        sentence=sentence_of(pattern, evidence, series, row, peers),
        evidence=evidence,
        drawing=_drawing(series, group, row, evidence[0].measure),
    )


def _evidence(series: Series, distances: Distances, row: int, pattern: Pattern) -> tuple[Evidence, ...]:
    """The measures of a finding, the farthest of the leading ones first."""
    one = Distances(*(part[row : row + 1] for part in distances))
    if pattern is RARE:
        steps = np.nan_to_num(np.fmin(np.abs(one.past[0]), np.abs(one.peers[0])))
        names = [list(MEASURES)[place] for place in np.argsort(-steps) if steps[place] >= STANDS_OUT]
    else:
        ordered = sorted(pattern.signs, key=lambda each: -float(weight_of(each, one)[0]))
        names = [each.measure for each in ordered if steps_of(each.measure, one)[1][0] >= STANDS_OUT]
    usual, middle = plain(one.usual)[0], plain(one.middle)[0]
    return tuple(
        Evidence(
            measure=name,
            value=_number(series.newest[row, PLACES[name]]) or 0.0,
            usual=_number(usual[PLACES[name]]),
            peers=_number(middle[PLACES[name]]),
            past_steps=_number(one.past[0, PLACES[name]]),
            peer_steps=_number(one.peers[0, PLACES[name]]),
        )
        for name in names[:6]
    )


def _number(value: np.float32) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _basis(pattern: Pattern, evidence: Sequence[Evidence]) -> Basis:
    if pattern is RARE:
        return Basis.RARE
    first = evidence[0]
    past, peers = first.past_steps, first.peer_steps
    if past is not None and (peers is None or past >= peers):
        return Basis.PAST
    return Basis.PEERS if peers is not None else Basis.RARE


def sentence_of(pattern: Pattern, evidence: Sequence[Evidence], series: Series, row: int, peers: int) -> str:
    """What people read: the pattern, and its measures with their numbers."""
    month = f"{series.month.year}年{series.month.month}月"
    bills = int(np.nan_to_num(series.newest[row, PLACES["bills"]]))
    told = "；".join(_words(each, bills, peers) for each in evidence[:_TOLD])
    return f"{month}{pattern.sentence}（本月开票{bills:,}份）：{told}。"


def _words(each: Evidence, bills: int, peers: int) -> str:
    measure = MEASURES[each.measure]
    told = f"{measure.label}{measure.told(each.value)}"
    if measure.counts:
        told += f"（{each.value * bills:,.0f}份）"
    if each.usual is not None:
        told += f"，自身以往{measure.told(each.usual)}"
    if each.peers is not None and peers:
        told += f"，同类{peers}家单位中位数{measure.told(each.peers)}"
    return told


def _drawing(series: Series, group: NDArray[np.int64] | None, row: int, measure: str) -> PeerDrawing:
    place = PLACES[measure]
    own = series.values[row, :, place]
    if group is None:
        low = middle = high = np.full(MONTHS, np.nan)
    else:
        others = np.flatnonzero(group == group[row])
        of_peers = series.values[others[others != row], :, place]
        enough = np.sum(~np.isnan(of_peers), axis=0) >= 5
        with np.errstate(all="ignore"):
            filled = np.where(enough, of_peers, 0)
            low, middle, high = np.where(enough, np.nanquantile(filled, (0.1, 0.5, 0.9), axis=0), np.nan)
    return PeerDrawing(
        measure=measure,
        months=tuple(before(series.month, back) for back in reversed(range(MONTHS))),
        own=tuple(_number(each) for each in own),
        low=tuple(_number(each) for each in low),
        middle=tuple(_number(each) for each in middle),
        high=tuple(_number(each) for each in high),
    )
