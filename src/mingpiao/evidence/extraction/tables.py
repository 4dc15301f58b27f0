"""Roles of fields on transfer forms, where the cells 付款人 and 收款人 are headings of blocks of fields."""

from collections.abc import Sequence
from typing import NamedTuple

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.labels import role_of
from mingpiao.reading.model import PagePlace


class _Cell(NamedTuple):
    text: str
    place: PagePlace


_DECORATION = (":", "信息", "栏", "情况", "资料")


class Head(NamedTuple):
    """A heading: a cell with only 付款人 or 收款人 in it."""

    role: str
    place: PagePlace


def heads_of(flow: Flow) -> list[Head]:
    """All headings, also those written vertically, one character below another."""
    cells = [_Cell(line.text.strip(), place) for line, place in zip(flow.lines, flow.straight, strict=True)]
    return [Head(role, cell.place) for cell in (*cells, *_stacks(cells)) if (role := _head_role(cell.text))]


def _head_role(text: str) -> str:
    text = fold(text).replace(" ", "")
    for decoration in _DECORATION:
        text = text.removesuffix(decoration)
    return role_of(text)


def _stacks(cells: Sequence[_Cell]) -> list[_Cell]:
    stacks: list[list[_Cell]] = []
    for cell in cells:
        if not 0 < len(cell.text) <= 2:
            continue
        above = next((stack for stack in stacks if _below(stack[-1].place, cell.place)), None)
        if above is None:
            stacks.append([cell])
        else:
            above.append(cell)
    return [
        _Cell("".join(cell.text for cell in stack), _around([cell.place for cell in stack]))
        for stack in stacks
        if len(stack) > 1
    ]


def _below(upper: PagePlace, lower: PagePlace) -> bool:
    size = upper.bottom - upper.top
    aligned = abs((upper.left + upper.right) - (lower.left + lower.right)) / 2 < 0.6 * max(
        0.01, upper.right - upper.left
    )
    return upper.page == lower.page and aligned and 0 < lower.top - upper.top < 3.5 * size


def _around(places: Sequence[PagePlace]) -> PagePlace:
    return PagePlace(
        page=places[0].page,
        left=min(place.left for place in places),
        top=min(place.top for place in places),
        right=max(place.right for place in places),
        bottom=max(place.bottom for place in places),
    )


def role_at(label: PagePlace, value: PagePlace, heads: Sequence[Head]) -> str:
    """The role of a field, from its heading: "payer", "payee" or ""."""
    here = [head for head in heads if head.place.page == label.page]
    beside = [head for head in here if _is_beside(head.place, label)]
    if beside:
        # Of the headings to the left, the nearest in height counts, then the nearest in width.
        return min(beside, key=lambda head: (round(_distance(head.place, label), 2), -head.place.left)).role
    above = [head for head in here if head.place.top <= label.top + 0.005]
    if not above:
        return ""
    lowest = max(head.place.top for head in above)
    row = [head for head in above if lowest - head.place.top < 0.02]
    middle = (label.left + value.right) / 2
    return min(row, key=lambda head: abs((head.place.left + head.place.right) / 2 - middle)).role


def _is_beside(head: PagePlace, label: PagePlace) -> bool:
    return head.right <= label.left + 0.015 and _distance(head, label) < 0.07


def _distance(head: PagePlace, label: PagePlace) -> float:
    """The vertical distance of a label from a heading; 0 when its middle lies within the heading's height."""
    if head.top <= (label.top + label.bottom) / 2 <= head.bottom:
        return 0.0
    return abs((head.top + head.bottom) / 2 - (label.top + label.bottom) / 2)
