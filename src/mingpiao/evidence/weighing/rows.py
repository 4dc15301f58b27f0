"""Rows of tables: whose row it is, which amounts stand in it, and how these add up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from mingpiao.evidence.extraction.amounts import Spotted
from mingpiao.evidence.extraction.flow import ROW
from mingpiao.evidence.weighing.features import Features
from mingpiao.evidence.weighing.mentions import Mention
from mingpiao.evidence.weighing.surroundings import Surroundings

_BANK = re.compile(r"支行|分行|银行|营业部|营业室|信用社")
#: A row of a list that is no table: 1.赛罕区图书馆：10,000.00元.
_ITEM = re.compile(r"[ (]?\d{1,3}[.、)]{0,2} ?[^\n,。;:\d]{2,40}[: ]{0,2}¥?")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,6}(?:\.\d{1,2})?(?![\d.,])")
#: In a row with more amounts nobody adds up.
_MOST_IN_ROW = 8
_FEWEST_OWNERS = 2


class TableRow(NamedTuple):
    """A row of a table. `places` are those of its amounts among all amounts; `owner` is "" where nobody is named."""

    start: int
    places: tuple[int, ...]
    owner: str
    text: str


def rows_of(
    text: str, spotted: Sequence[Spotted], around: Sequence[Surroundings], mentions: Iterable[Mention]
) -> list[TableRow]:
    """All rows of tables in which amounts stand; they have owners where the table lists at least two."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, (one, beside) in enumerate(zip(spotted, around, strict=True)):
        start = text.rfind(ROW, 0, one.start) + 1
        if not one.words and (beside.in_table or _ITEM.fullmatch(text, start, one.start)):
            places[start].append(place)
    named: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        start = text.rfind(ROW, 0, mention.start) + 1
        if start in places and not _BANK.search(mention.name):
            named[start].append(mention)
    owners = {start: _owner(own) for start, own in named.items()}
    listed = len({owner for owner in owners.values() if owner}) >= _FEWEST_OWNERS
    return [
        TableRow(start, tuple(own), owners.get(start, "") if listed else "", _line(text, start))
        for start, own in sorted(places.items())
    ]


def _line(text: str, start: int) -> str:
    end = text.find(ROW, start)
    return text[start : end if end >= 0 else len(text)]


def _owner(mentions: Iterable[Mention]) -> str:
    """Whose row it is: of the only organisation that it names, or the only person."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for mention in mentions:
        names[mention.organisation].add(mention.name)
    for organisation in (True, False):
        if names[organisation]:
            return next(iter(names[organisation])) if len(names[organisation]) == 1 else ""
    return ""


def row_features(
    rows: Sequence[TableRow], spotted: Sequence[Spotted], around: Sequence[Surroundings]
) -> list[Features]:
    """What each amount's row and column tell of it."""
    found: list[Features] = [{} for _ in spotted]
    stated = {one.value for one, beside in zip(spotted, around, strict=True) if not beside.in_table}
    columns: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        values = [spotted[place].value for place in row.places]
        made = dict(_arithmetic(values, row.text))
        for index, place in enumerate(row.places):
            if row.owner:
                columns[around[place].column].append(spotted[place].value)
            found[place] = {
                f"in_row:{min(len(values), 4)}": 1.0,
                "row_last": float(index == len(values) - 1),
                "row_first": float(index == 0),
                "row_owned": float(bool(row.owner)),
                f"row_place:{min(index, 3)}of{min(len(values), 4)}": 1.0,
            } | {f"row:{name}": 1.0 for name, places in made.items() if index in places}
    sums = {head: sum(values, Decimal(0)) for head, values in columns.items()}
    counted = {head for head, whole in sums.items() if whole in stated}
    for place, beside in enumerate(around):
        if found[place]:
            found[place]["column_stated"] = float(beside.column in counted)
            found[place]["other_column_stated"] = float(bool(counted) and beside.column not in counted)
            found[place]["columns"] = min(len(columns), 4) / 4
    return found


def _arithmetic(values: Sequence[Decimal], line: str) -> Iterator[tuple[str, set[int]]]:
    """Which amounts of a row are the sum, a part, or the product of others in it."""
    wholes: set[int] = set()
    parts: set[int] = set()
    if 2 < len(values) <= _MOST_IN_ROW:
        for one, two in combinations(range(len(values)), 2):
            for whole in range(len(values)):
                if whole not in (one, two) and values[one] + values[two] == values[whole]:
                    wholes.add(whole)
                    parts |= {one, two}
    counts = {Decimal(number) for number in _NUMBER.findall(line)[:12]} - {Decimal(0), Decimal(1)}
    products: set[int] = set()
    factors: set[int] = set()
    for one, value in enumerate(values[:_MOST_IN_ROW]):
        for other, larger in enumerate(values[:_MOST_IN_ROW]):
            if value < larger and any(value * count == larger for count in counts):
                products.add(other)
                factors.add(one)
    yield from (("whole", wholes), ("part", parts), ("product", products), ("factor", factors))
