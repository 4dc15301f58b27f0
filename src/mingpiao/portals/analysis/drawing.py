"""Drawings of the analysis as coordinates for SVG: a unit's line over its peers' band, and ties as a graph.

Pure geometry, without a script; a table beside each drawing says the same.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mingpiao.analysis.model import PeerDrawing, TieEdge

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 10, 24
#: So many names stand on each side of a graph; what is beyond is in the table alone.
MOST_NODES = 20
_ROW, _SIDE, _GRAPH_WIDTH = 30, 200, 640


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn series: `own` and `middle` as points of polylines (gaps split them), `band` as polygons, `dots` the
    unit's months, `labels` of the axis as (x, text), `top` the value at the upper edge.
    """

    own: tuple[str, ...]
    middle: tuple[str, ...]
    band: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    labels: tuple[tuple[float, str], ...]
    top: float


def draw_line(drawing: PeerDrawing) -> Line:
    """The coordinates of a finding's drawing."""
    values = [each for each in (*drawing.own, *drawing.high) if each is not None]
    top = max(values, default=0.0) * 1.05 or 1.0
    step = (WIDTH - _LEFT - _RIGHT) / max(len(drawing.months) - 1, 1)

    def at(place: int, value: float) -> tuple[float, float]:
        height = HEIGHT - _TOP - _BOTTOM
        return round(_LEFT + place * step, 1), round(HEIGHT - _BOTTOM - height * min(value / top, 1.0), 1)

    def runs(series: Sequence[float | None]) -> list[list[int]]:
        found: list[list[int]] = [[]]
        for place, value in enumerate(series):
            if value is None:
                found.append([])
            else:
                found[-1].append(place)
        return [run for run in found if run]

    def points(series: Sequence[float | None]) -> tuple[str, ...]:
        return tuple(
            " ".join(_pair(at(place, series[place] or 0.0)) for place in run) for run in runs(series)
        )

    band = []
    for run in runs(drawing.low):
        upper = [_pair(at(place, drawing.high[place] or 0.0)) for place in run]
        lower = [_pair(at(place, drawing.low[place] or 0.0)) for place in reversed(run)]
        band.append(" ".join(upper + lower))
    return Line(
        own=points(drawing.own),
        middle=points(drawing.middle),
        band=tuple(band),
        dots=tuple(at(place, value) for place, value in enumerate(drawing.own) if value is not None),
        labels=tuple(
            (at(place, 0)[0], f"{month.year}-{month.month:02d}")
            for place, month in enumerate(drawing.months)
            if place % 6 == 5
        ),
        top=top,
    )


def _pair(point: tuple[float, float]) -> str:
    return f"{point[0]:g},{point[1]:g}"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A name of a graph, at its row; `right` ones are drawn on the right."""

    label: str
    y: float
    right: bool


class Bow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a graph, as a path, and how thick."""

    path: str
    width: float
    words: str


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """A graph of two columns; `left_out` lines are in the table alone."""

    nodes: tuple[Node, ...]
    bows: tuple[Bow, ...]
    width: int
    height: int
    side: int
    left_out: int


def draw_graph(edges: Sequence[TieEdge], units: Mapping[int, str]) -> Graph:
    """Two columns: who pays, issues or reverses on the left, and units or handlers on the right.

    The right column is in the order of the mean place of what leads there, so that few lines cross.
    """
    pairs = [(each, each.source, each.target or units.get(each.unit_id, "")) for each in edges]
    lefts = _most((source, each.bills) for each, source, _ in pairs)
    shown = [(each, source, target) for each, source, target in pairs if source in lefts]
    places: dict[str, list[int]] = {}
    for _, source, target in shown:
        places.setdefault(target, []).append(lefts[source])
    ordered = sorted(places, key=lambda name: (sum(places[name]) / len(places[name]), name))[:MOST_NODES]
    rights = {name: place for place, name in enumerate(ordered)}
    kept = [(each, source, target) for each, source, target in shown if target in rights]
    height = max(len(lefts), len(rights), 1) * _ROW + 10
    most = max((each.bills for each, _, _ in kept), default=1)

    def row(place: int, of: int) -> float:
        return round(height / 2 + (place - (of - 1) / 2) * _ROW, 1)

    nodes = [Node(label=name, y=row(place, len(lefts)), right=False) for name, place in lefts.items()]
    nodes += [Node(label=name, y=row(place, len(rights)), right=True) for name, place in rights.items()]
    bows = []
    for each, source, target in kept:
        start, end = row(lefts[source], len(lefts)), row(rights[target], len(rights))
        middle = _GRAPH_WIDTH / 2
        bows.append(
            Bow(
                path=f"M{_SIDE},{start:g} C{middle:g},{start:g} {middle:g},{end:g} {_GRAPH_WIDTH - _SIDE},{end:g}",
                width=round(1 + 5 * each.bills / most, 1),
                words=f"{source}—{target}：{each.bills}份",
            )
        )
    return Graph(
        nodes=tuple(nodes),
        bows=tuple(bows),
        width=_GRAPH_WIDTH,
        height=height,
        side=_SIDE,
        left_out=len(pairs) - len(kept),
    )


def _most(counted: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The names with the most bills, each with its place."""
    sums: dict[str, int] = {}
    for name, bills in counted:
        sums[name] = sums.get(name, 0) + bills
    ordered = sorted(sums, key=lambda name: (-sums[name], name))[:MOST_NODES]
    return {name: place for place, name in enumerate(ordered)}
