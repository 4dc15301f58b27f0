"""Gives the lines of a form to its labels, so that each value is a run of lines and the whole fits best.

Labels stand in columns, and so do the lines of their values. In a column, the labels and the lines have the same
order. Of all ways to cut the lines into runs, the one with the least cost is taken: a run costs by the gaps between
its lines, by edges that do not agree, and by how it stands to its label. That may be beside its first line, in the
middle of it, or above. All lengths are in heights of a line.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from mingpiao.reading.model import LabelledValue, PagePlace, TextPiece

#: The cost of a label without a value, of a line that belongs to no label, and of such a line that is hardly legible.
_EMPTY, _UNOWNED, _NOISE = 0.6, 1.5, 0.5
_LEGIBLE = 0.75
#: From this cost on, a value is a guess.
_GUESSED = 1.3
#: The largest gap between lines of a value that costs nothing, and that ends it.
_CLOSE, _FAR = 0.55, 1.6
#: How far above and below its labels a column's lines may stand, and the most lines that one label looks at.
_ABOVE, _BELOW, _MOST_LINES, _LONGEST_RUN = 8.0, 14.0, 40, 30
#: How far before the edge of its column a full line ends at most.
_ROOM = 3.0
#: Marks after which a line may end early.
_ENDS = frozenset("。；，、：") | frozenset(";,:")
_NEVER = float("inf")


class _Run(NamedTuple):
    """Lines `start` to `end` (exclusive) of a column as the value of its label, and what they cost."""

    label: int
    start: int
    end: int
    cost: float


class _Path(NamedTuple):
    """The cheapest way to deal with some lines: what it costs, and its runs, the last first."""

    cost: float
    run: _Run | None = None
    before: "_Path | None" = None


def owned(pieces: Sequence[TextPiece]) -> tuple[LabelledValue, ...]:
    """The values of all labels, in the order of the labels among the pieces."""
    labelled = [piece for piece in pieces if piece.field is not None]
    columns = _columns(labelled)
    loose: list[list[TextPiece]] = [[] for _ in columns]
    for piece in pieces:
        column = _column_of(piece, columns) if piece.field is None else None
        if column is not None:
            loose[column].append(piece)
    values: dict[int, LabelledValue] = {}
    for labels, lines in zip(columns, loose, strict=True):
        values |= _dealt(labels, lines)
    return tuple(values[id(piece)] for piece in labelled)


# -- columns --------------------------------------------------------------------------------------


def _columns(labelled: Sequence[TextPiece]) -> list[list[TextPiece]]:
    """Labels that stand above one another, each column from top to bottom."""
    columns: list[list[TextPiece]] = []
    for piece in sorted(labelled, key=lambda piece: _middle(_label(piece))):
        fitting = [column for column in columns if _stands_under(column[-1], piece)]
        if fitting:
            max(fitting, key=lambda column: column[-1].place.top).append(piece)
        else:
            columns.append([piece])
    return columns


def _stands_under(upper: TextPiece, lower: TextPiece) -> bool:
    one, other = _label(upper), _label(lower)
    common = min(one.right, other.right) - max(one.left, other.left)
    return common >= 0.5 * min(one.right - one.left, other.right - other.left)


def _column_of(piece: TextPiece, columns: Sequence[Sequence[TextPiece]]) -> int | None:
    """The number of the column whose labels this line may belong to: the nearest at its left, or above it."""
    found: list[tuple[bool, float, int]] = []
    for number, labels in enumerate(columns):
        if not _reaches(labels, piece):
            continue
        near = _label(min(labels, key=lambda label: abs(_middle(_label(label)) - _middle(piece.place))))
        right_of = piece.place.left >= near.left - piece.em
        if right_of or (piece.place.left < near.right and piece.place.right > near.left):
            found.append((right_of, near.left, number))
    return max(found)[2] if found else None


def _reaches(labels: Sequence[TextPiece], piece: TextPiece) -> bool:
    above = (_label(labels[0]).top - piece.place.bottom) / piece.height
    below = (piece.place.top - _label(labels[-1]).bottom) / piece.height
    return above <= _ABOVE and below <= _BELOW


def _label(piece: TextPiece) -> PagePlace:
    return piece.label or piece.place


def _middle(place: PagePlace) -> float:
    return (place.top + place.bottom) / 2


# -- dealing --------------------------------------------------------------------------------------


def _dealt(labels: Sequence[TextPiece], loose: Sequence[TextPiece]) -> dict[int, LabelledValue]:
    """The value of each label of a column, by the label's identity."""
    own = {id(label): number for number, label in enumerate(labels) if label.text}
    lines = sorted([*loose, *(label for label in labels if label.text)], key=lambda line: _middle(line.place))
    owners = [own.get(id(line)) for line in lines]
    # Labels and the values on their rows have the same order, also where a row is not quite level.
    rank = iter(sorted(owner for owner in owners if owner is not None))
    fixed = [None if owner is None else next(rank) for owner in owners]
    placed = iter([labels[number] for number in fixed if number is not None])
    lines = [line if number is None else next(placed) for line, number in zip(lines, fixed, strict=True)]
    runs = {run.label: run for run in _cheapest(labels, lines, fixed)}
    return {id(label): _value(label, lines, runs.get(number), runs) for number, label in enumerate(labels)}


def _value(
    label: TextPiece, lines: Sequence[TextPiece], run: _Run | None, runs: dict[int, _Run]
) -> LabelledValue:
    if run is None:
        return LabelledValue(field=label.field or "", pieces=(), exact=label.exact)
    taken = {line for one in runs.values() for line in range(one.start, one.end)}
    above = [(line, run.start) for line in (run.start - 1,) if line >= 0]
    below = [(run.end - 1, line) for line in (run.end,) if line < len(lines)]
    left_over = any(
        _gap(lines[upper], lines[lower]) < _CLOSE
        for upper, lower in above + below
        if not {upper, lower} <= taken and _legible(lines[upper]) and _legible(lines[lower])
    )
    own = lines[run.start : run.end]
    others = [lines[number] for number in taken]
    return LabelledValue(
        field=label.field or "",
        pieces=tuple(own),
        exact=label.exact,
        guessed=run.cost >= _GUESSED or left_over or _ends_early(own, others),
    )


def _ends_early(own: Sequence[TextPiece], others: Sequence[TextPiece]) -> bool:
    """Whether a line of a value had room for more, so that the next one may belong to a label that was not read."""
    beside = [line.place.right for line in others if abs(line.place.left - own[-1].place.left) <= line.em]
    edge = max(beside, default=0.0)
    return any(
        (edge - line.place.right) / line.em > _ROOM and line.text[-1] not in _ENDS for line in own[:-1]
    )


def _legible(line: TextPiece) -> bool:
    return line.confidence >= _LEGIBLE


def _cheapest(
    labels: Sequence[TextPiece], lines: Sequence[TextPiece], fixed: Sequence[int | None]
) -> Iterator[_Run]:
    """The runs of the cheapest way to deal the lines of a column."""
    paths = [_Path(0.0), *([_Path(_NEVER)] * len(lines))]
    for number, label in enumerate(labels):
        _pass_over(paths, lines, fixed)
        empty = _NEVER if label.text else _EMPTY
        after = [_Path(path.cost + empty, path.run, path.before) for path in paths]
        for run in _runs(number, label, lines, fixed):
            cost = paths[run.start].cost + run.cost
            if cost < after[run.end].cost:
                after[run.end] = _Path(cost, run, paths[run.start])
        paths = after
    _pass_over(paths, lines, fixed)
    path: _Path | None = paths[-1]
    while path is not None:
        if path.run is not None:
            yield path.run
        path = path.before


def _pass_over(paths: list[_Path], lines: Sequence[TextPiece], fixed: Sequence[int | None]) -> None:
    """Let lines belong to no label where that is cheaper."""
    for place, line in enumerate(lines):
        if fixed[place] is None:
            cost = paths[place].cost + (_UNOWNED if _legible(line) else _NOISE)
            if cost < paths[place + 1].cost:
                paths[place + 1] = _Path(cost, paths[place].run, paths[place].before)


def _runs(
    number: int, label: TextPiece, lines: Sequence[TextPiece], fixed: Sequence[int | None]
) -> Iterator[_Run]:
    """All runs of lines that may be the value of a label."""
    near = sorted(
        range(len(lines)), key=lambda place: abs(_middle(lines[place].place) - _middle(_label(label)))
    )
    for start in near[:_MOST_LINES]:
        within = 0.0
        for end in range(start + 1, min(len(lines), start + _LONGEST_RUN) + 1):
            if fixed[end - 1] not in (None, number):
                break
            if end - start > 1:
                within += _break_cost(lines[end - 2], lines[end - 1])
            if within >= _NEVER:
                break
            run = lines[start:end]
            if label.text and number not in fixed[start:end]:
                continue
            cost = within + _edge_cost(label, run) + _relation_cost(label, run)
            yield _Run(number, start, end, cost)


# -- costs ----------------------------------------------------------------------------------------


def _gap(upper: TextPiece, lower: TextPiece) -> float:
    return (lower.place.top - upper.place.bottom) / min(upper.height, lower.height)


def _break_cost(upper: TextPiece, lower: TextPiece) -> float:
    """What it costs that a line goes on in the next one."""
    gap = _gap(upper, lower)
    if not -0.7 <= gap <= _FAR:
        return _NEVER
    cost = 0.0 if gap <= _CLOSE else 2.0 * (gap - _CLOSE)
    if len(lower.text) == 1:
        # A mark that is left over for the last line is small, and seldom read well.
        return cost
    larger, smaller = max(upper.height, lower.height), min(upper.height, lower.height)
    return cost + (0.8 if larger > 1.7 * smaller else 0.0) + (0.0 if _legible(lower) else 0.4)


def _edge_cost(label: TextPiece, run: Sequence[TextPiece]) -> float:
    """What it costs that lines begin at different edges, or end early though another one follows."""
    if len(run) == 1:
        return 0.0
    em = median(line.em for line in run)
    begins = median(line.place.left for line in run if line is not label)
    cost = 0.0
    for line in run:
        apart = abs(line.place.left - begins) / em
        if line is label:
            # The value may go on under its label, and where it begins in the label's line is an estimate.
            apart = min(max(0.0, apart - 2.0), abs(_label(label).left - begins) / em)
        cost += min(3.0, 0.5 * max(0.0, apart - 1.3))
    ends = max(line.place.right for line in run)
    for line in run[:-1]:
        short = (ends - line.place.right) / em
        if short > 2.5:
            cost += 0.3 if line.text[-1] in _ENDS else min(1.2, 0.2 * short)
    gaps = [_gap(upper, lower) for upper, lower in pairwise(run)]
    return cost + 1.5 * max(0.0, max(gaps) - min(gaps) - 0.35)


def _relation_cost(label: TextPiece, run: Sequence[TextPiece]) -> float:
    """What it costs that a label stands where it does: beside the first line, beside the middle, above, or away."""
    if label is run[0]:
        return 0.0
    place, first, height = _label(label), run[0], median(line.height for line in run)
    if label.text or first.place.left >= place.right - first.em:
        row = min(height, place.bottom - place.top)
        beside = abs(_middle(first.place) - (place.top + row / 2)) / height
        middle = (first.place.top + run[-1].place.bottom) / 2
        return 1.2 * min(beside, abs(middle - _middle(place)) / height)
    gap = (first.place.top - place.bottom) / height
    overlaps = first.place.left < place.right + first.em and first.place.right > place.left - first.em
    if gap < -0.6 or not overlaps:
        return _NEVER
    return 0.2 + max(0.0, gap - 0.3)
