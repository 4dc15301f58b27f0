"""Whether a request was read as it was meant."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from bench.requests.vocabulary import demo_catalog, demo_vocabulary
from mingpiao.inspections.model import InspectionQuery, Period, UnderstoodRequest


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`exact`: the query is right, what is unclear is marked, and nothing else is. `silently_wrong`: something is
    wrong, and nothing was said to be not understood.
    """

    exact: bool
    silently_wrong: bool
    differences: tuple[str, ...] = ()


def judge(read: UnderstoodRequest, truth: dict[str, Any], unclear: Sequence[str]) -> Verdict:
    """Compare what was read with what is right. Raises `msgspec.ValidationError` for a truth that is no query."""
    found, right = canonical(read.query), canonical(_query(truth))
    differences = [
        f"{name}: read {found.get(name)}, right {right.get(name)}"
        for name in sorted(found.keys() | right.keys())
        if found.get(name) != right.get(name)
    ]
    marked = [(piece.start, piece.end) for piece in read.marked]
    missed = [each for each in unclear if not _touches(read.request, each, marked)]
    differences += [f"not marked: {each}" for each in missed]
    needless = [
        piece.text for piece in read.marked if not _is_unclear(read.request, piece.start, piece.end, unclear)
    ]
    wrong = bool(differences)
    differences += [f"marked: {each}" for each in needless]
    return Verdict(
        exact=not differences,
        silently_wrong=wrong and not read.marked,
        differences=tuple(differences),
    )


def _query(truth: dict[str, Any]) -> InspectionQuery:
    units = demo_vocabulary().terms
    named = {
        name: [units[each].values[0] if each in units else each for each in truth[name]]
        for name in ("units", "not_units")
        if name in truth
    }
    return msgspec.convert(truth | named, InspectionQuery, strict=False)


def canonical(query: InspectionQuery) -> dict[str, Any]:
    """The members that say something, in a form in which equal queries are equal."""
    found: dict[str, Any] = {}
    for name in query.__struct_fields__:
        value = getattr(query, name)
        if value in ((), None):
            continue
        if name in ("kinds", "not_kinds"):
            value = frozenset(_kinds(value))
        elif name in ("periods", "reversed_periods"):
            value = _joined(value)
        elif name == "sample":
            value = msgspec.structs.asdict(value)
        elif isinstance(value, tuple) and name != "hours":
            value = frozenset(value)
        found[name] = value
    return found


def _kinds(codes: Sequence[str]) -> Iterator[str]:
    for code in codes:
        if len(code) == 2:
            yield from (kind for kind in demo_catalog().kinds if kind.startswith(code))
        else:
            yield code


def _joined(periods: Sequence[Period]) -> tuple[Period, ...]:
    joined: list[Period] = []
    for first, last in sorted(periods):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def _places(text: str, piece: str) -> Iterator[tuple[int, int]]:
    place = text.find(piece)
    while piece and place >= 0:
        yield place, place + len(piece)
        place = text.find(piece, place + 1)


def _touches(text: str, piece: str, marked: Sequence[tuple[int, int]]) -> bool:
    return any(
        start < m_end and m_start < end for start, end in _places(text, piece) for m_start, m_end in marked
    )


def _is_unclear(text: str, start: int, end: int, unclear: Sequence[str]) -> bool:
    return any(s < end and start < e for piece in unclear for s, e in _places(text, piece))
