"""Whose is the bill's total, where a file divides money among several: by the row or the clause in which it stands."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import NamedTuple

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.extraction.characters import packed
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.model import BillFacts
from mingpiao.evidence.weighing.features import Features
from mingpiao.evidence.weighing.lexicon import topics_in

_MONEY_IN_TEXT = re.compile(r"(?<![\d.,\-])(?P<number>\d[\d,]*(?:\.\d{1,6})?)(?P<unit>[万亿])?元")
_CLAUSE = re.compile(r"[。;；]")
#: How far before an amount the name stands to which it belongs.
_REACH = 60
_MOST_NAMES, _MOST_ROWS, _ENOUGH_ROWS, _MOST_CELLS = 300, 20_000, 600, 16
_SHORTEST = 2
_LEAST, _NOTHING = Decimal(1), Decimal(0)
_UNITS = {"万": 10_000, "亿": 100_000_000, None: 1}


class _Told(NamedTuple):
    """A place where the bill's total stands, or other money of somebody: whose it is, and what its place says."""

    owner: str
    value: Decimal
    ours: bool
    in_table: bool
    marks: frozenset[str]


def share_features(bill: BillFacts, used: Decimal, file: File) -> Features:
    """Whether the total stands with the bill's payer or unit, or with others, and in which of their columns.

    `used` is what earlier bills used of the file.
    """
    names = _Names(bill, file)
    told = list(_told(bill.total, file, names))
    own = {names.payer, names.unit}
    mine = [each for each in told if each.owner in own]
    here = [each for each in mine if each.ours]
    others = {each.owner for each in told if each.owner and each.owner not in own}
    elsewhere = any(each.ours and each.owner in others for each in told)
    divided = "many" if len(others) > 2 else "some" if others else "one"
    tabled = any(each.in_table for each in told if each.owner in others)
    place = "ours" if here else "others" if elsewhere else "without" if mine else "nobody"
    found = {
        f"place:{place}": 1.0,
        f"place:{place}&{divided}": 1.0,
        f"place:{place}&tabled": float(tabled),
        "alone": float(bool(here) and len(mine) == len(here)),
        f"alone&{divided}": float(bool(here) and len(mine) == len(here)),
        f"in_table&{place}": float(any(each.in_table for each in (here or mine))),
    }
    with_used = bill.total + used
    found |= {
        f"rest_here&{divided}": float(
            used > 0 and any(each.value in (with_used, with_used / 10_000) for each in mine)
        )
    }
    found |= _columns_of(bill.total, file)
    if divided != "one":
        found |= {f"share|{mark}": 1.0 for each in here for mark in each.marks}
        kept = frozenset().union(*(each.marks for each in here))
        found |= {f"rather|{mark}": 1.0 for each in mine if not each.ours for mark in each.marks - kept}
    return found


def standing(bill: BillFacts, of_payer: bool, file: File) -> Features:
    """With whom the total stands, seen from the bill's payer or its unit."""
    names = _Names(bill, file)
    told = list(_told(bill.total, file, names))
    name, own = (names.payer if of_payer else names.unit), {names.payer, names.unit}
    mine = [each for each in told if each.owner == name]
    others = {each.owner for each in told if each.ours and each.owner and each.owner not in own}
    place = (
        "ours" if any(each.ours for each in mine) else "others" if others else "without" if mine else "nobody"
    )
    return {
        f"stands:{place}": 1.0,
        f"stands:{place}&tabled": float(any(each.in_table and each.ours for each in told)),
    }


def place_of(features: Features) -> str:
    """The feature that tells with whom the total stands, and among how many."""
    return next(
        name for name, value in features.items() if name.startswith("place:") and "&" in name and value
    )


class _Names:
    """The names of the bill and the other names of the file, as they stand in text without blanks."""

    def __init__(self, bill: BillFacts, file: File) -> None:
        self.payer, self.unit = packed(bill.payer_name), packed(bill.unit_name)
        self._whose = {name: name for name in (self.payer, self.unit) if len(name) >= _SHORTEST}
        told = [party.name.value for party in file.says.parties[:_MOST_NAMES]]
        told += [one.owner for one in file.says.amounts[:_MOST_NAMES] if one.owner]
        for name in map(packed, dict.fromkeys(told)):
            if len(name) >= _SHORTEST:
                self._whose.setdefault(name, self._owner(name, file))
        longest = sorted(self._whose, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest)) or "(?!)")

    def _owner(self, name: str, file: File) -> str:
        """Whose name a name of the file is: our own in another writing, nobody's where it is a part of ours."""
        for mine in (self.payer, self.unit):
            if same_name(name, mine, read_by_ocr=file.read_by_ocr):
                return mine
        return (
            "" if any(name in mine or (mine and mine in name) for mine in (self.payer, self.unit)) else name
        )

    def in_cell(self, cell: str) -> str:
        """Whose name a cell has; ours before another's, "" without one."""
        found = [self._whose[name] for name in self._any.findall(packed(cell))]
        own = [name for name in found if name in (self.payer, self.unit)]
        return next(iter(own or filter(None, found)), "")

    def before(self, text: str, place: int) -> str:
        """The name that stands last before a place in the same clause, "" without one."""
        start = max(0, place - _REACH)
        cut = max((each.end() for each in _CLAUSE.finditer(text, start, place)), default=start)
        last = ""
        for match in self._any.finditer(text, cut, place):
            last = self._whose[match.group()] or last
        return last


def _told(total: Decimal, file: File, names: _Names) -> Iterator[_Told]:
    head: list[str] = []
    rows = file.laid[:_MOST_ROWS]
    sums = _prose_sums(rows)
    counted = _counted(rows, sums)
    ours = re.compile(
        "|".join(re.escape(word) for word in (names.payer, names.unit, *_writings(total)) if word)
    )
    for index, cells in enumerate(rows):
        # Of a long list, who else stands there is known from its first rows.
        if index >= _ENOUGH_ROWS and not ours.search(packed("".join(cells))):
            continue
        if len(cells) > 1:
            numbers = [_value(cell) for cell in cells[:_MOST_CELLS]]
            if not any(number is not None for number in numbers):
                head = cells
                continue
            yield from _in_table(total, cells, numbers, head, counted, names)
        else:
            yield from _in_text(total, packed(cells[0]), names)


def _writings(total: Decimal) -> Iterator[str]:
    whole = f"{total.normalize():f}"
    yield from (whole, f"{total:,.2f}", f"{total:.2f}", f"{(total / 10_000).normalize():f}", f"{total:,.0f}")


def _in_table(
    total: Decimal,
    cells: Sequence[str],
    numbers: Sequence[Decimal | None],
    head: Sequence[str],
    counted: frozenset[int],
    names: _Names,
) -> Iterator[_Told]:
    for owner, places in _owned(cells, numbers, names):
        values = [numbers[place] or _NOTHING for place in places]
        for index, place in enumerate(places):
            from_right = len(cells) - 1 - place
            marks = {f"of:{min(len(places), 4)}", f"from_right:{min(from_right, 3)}"}
            marks |= {"last"} if index == len(places) - 1 else set()
            marks |= {"largest"} if values[index] == max(values) else set()
            marks |= {f"head:{topic}" for topic in topics_in(_head_of(head, place, len(cells)))}
            marks |= {"counted" if from_right in counted else "uncounted"} if counted else set()
            marks |= _sums(values[index], [value for other, value in enumerate(values) if other != index])
            ours = values[index] in (total, total / 10_000)
            yield _Told(owner, values[index], ours, True, frozenset(marks))


def _columns_of(total: Decimal, file: File) -> Features:
    """Whether the total is a cell of a table, and its column with others adds up to a sum that the file states."""
    columns: dict[int, list[Decimal]] = {}
    sums = _prose_sums(file.laid[:_MOST_ROWS])
    there = False
    for cells in file.laid[:_MOST_ROWS]:
        row = [
            (len(cells) - 1 - place, value)
            for place, cell in enumerate(cells)
            if (value := _value(cell)) is not None
        ]
        if len(cells) < _FEWEST_CELLS or not row:
            continue
        if _SUM_ROW.match(packed("".join(cells))):
            sums |= {value for _, value in row}
            continue
        for column, value in row[:_MOST_CELLS]:
            columns.setdefault(column, []).append(value)
            there = there or value in (total, total / 10_000)
    found = [values for values in columns.values() if total in values or total / 10_000 in values]
    added = any(
        len(values) > 1 and sum(values) in sums | {each / 10_000 for each in sums} for values in found
    )
    return {"cell": float(there), "cell_adds_up": float(added), "no_cell": float(bool(columns) and not there)}


_FEWEST_CELLS = 2


def _owned(
    cells: Sequence[str], numbers: Sequence[Decimal | None], names: _Names
) -> Iterator[tuple[str, list[int]]]:
    """The places of money in a row by its owner: of whoever stands before it, or of the only one in the row."""
    owners = [names.in_cell(cell) for cell in cells[:_MOST_CELLS]]
    money = [
        place
        for place, number in enumerate(numbers)
        if number is not None and _is_money(number, cells[place])
    ]
    named = [place for place, owner in enumerate(owners) if owner]
    if len({owners[place] for place in named}) < 2:
        if named:
            yield owners[named[0]], money
        return
    for start, end in pairwise([*named, len(cells)]):
        yield owners[start], [place for place in money if start < place < end]


def _sums(value: Decimal, others: Sequence[Decimal]) -> set[str]:
    pairs = list(combinations(others, 2))
    whole = any(one + two == value for one, two in pairs)
    part = any(value + one == two or value + two == one for one, two in pairs)
    return ({"whole"} if whole else set()) | ({"part"} if part else set())


def _in_text(total: Decimal, text: str, names: _Names) -> Iterator[_Told]:
    for match in _MONEY_IN_TEXT.finditer(text):
        value = _decimal(match["number"]) * _UNITS[match["unit"]]
        owner = names.before(text, match.start())
        if owner or value == total:
            before = text[max(0, match.start() - 12) : match.start()]
            said = frozenset(f"said:{topic}" for topic in topics_in(before))
            yield _Told(owner, value, value == total, False, said)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _value(cell: str) -> Decimal | None:
    """The number that a cell holds, alone or with its unit."""
    match = _CELL.fullmatch(packed(cell))
    return _decimal(match["number"]) * _UNITS[match["unit"]] if match else None


_CELL = re.compile(
    r"[¥+]?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?)(?P<unit>[万亿])?元?"
)


def _is_money(number: Decimal, cell: str) -> bool:
    return number >= _LEAST or "." in cell


def _head_of(head: Sequence[str], place: int, cells: int) -> str:
    """The head of a cell's column; where rows lack cells, the columns are counted from the right."""
    if len(head) == cells:
        return head[place]
    from_right = cells - 1 - place
    return head[len(head) - 1 - from_right] if from_right < len(head) else ""


def _prose_sums(rows: Sequence[Sequence[str]]) -> set[Decimal]:
    """Amounts that paragraphs state."""
    return {
        _decimal(match["number"]) * _UNITS[match["unit"]]
        for cells in rows
        if len(cells) == 1
        for match in _MONEY_IN_TEXT.finditer(packed(cells[0]))
    }


def _counted(rows: Sequence[Sequence[str]], sums: set[Decimal]) -> frozenset[int]:
    """The columns, counted from the right, whose sum a paragraph states."""
    found = set()
    for cells in rows:
        if len(cells) > 2 and _SUM_ROW.match(packed("".join(cells))):
            for place, cell in enumerate(cells):
                value = _value(cell)
                if value is not None and (value in sums or value * 10_000 in sums):
                    found.add(len(cells) - 1 - place)
    return frozenset(found)


_SUM_ROW = re.compile(r"合计|总计|共计|小计")
