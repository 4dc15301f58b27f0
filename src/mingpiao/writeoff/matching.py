"""Which bills a receipt pays for: found from what a statement says, without reading or writing anything.

Passes, the surest first, each on what the ones before left open: numbers that a line names (payment code,
business number, also within its memo); amount and payer; several lines for one bill; one line for several bills;
lines without a payer whose amount only one bill of these days has.
What is not clear stays open for a person. Money that was paid back (negative) is matched to red bills alike.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, islice

import msgspec

from mingpiao.kernel.grammar import half_width


class PayableBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill as matching sees it: `amount` in 元 is what no receipt pays yet, negative for a red one.

    `reverses` is the 票据编号 of the blue bill that a red one reverses.
    """

    bill_id: int
    amount: Decimal
    issued_on: date
    payer_name: str = ""
    business_no: str = ""
    payment_code: str = ""
    reverses: int | None = None


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as matching sees it: `amount` in 元 is what pays for no bill yet, negative for money paid back."""

    receipt_id: int
    amount: Decimal
    received_on: date
    payer_name: str = ""
    business_no: str = ""
    payment_code: str = ""
    memo: str = ""


class ReceiptMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt pays `amount` 元 of a bill; `how` is one of `MATCH_WAYS`."""

    receipt_id: int
    bill_id: int
    amount: Decimal
    how: str


#: A payer who pays the exact amount may do so that many days before or after the bill.
_FAR = 31
#: With a name that is only similar, or with several payments for one bill, less.
_NEAR = 10
#: With no name at all, only these.
_CLOSE = 5
#: Shorter numbers within a memo may be anything; so may short business numbers with another amount.
_SHORTEST_NUMBER = 6
_MOST_PARTS = 5
_MOST_CHOICES = 14
_MOST_PAIRS = 10_000
_MOST_LISTED = 500
#: A payer's name that so many lines have and no bill is that of a clearing house or payment service.
_AGENT_LINES = 10
_SHORTEST_CUT = 6

_NUMBER = re.compile(r"[0-9a-z]++(?:[-_/.][0-9a-z]++)*+")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,}")
_TITLES = re.compile(r"\([0-9*]+\)|(?:先生|女士|小姐)$")
_RANGE = re.compile(
    r"([0-9a-z-]*?)([0-9]{2,})\s*(?:~|至|到|-|—)+\s*(?:[0-9a-z]+-)?[a-z]*([0-9]{2,})(?![0-9]|\s*[~至到—-])"
)
#: Blanks between the groups of a long number.
_GROUPS = re.compile(r"(?<=[0-9]{4}) (?=[0-9]{4}(?![0-9]))")
_LONG_DIGITS = re.compile(r"[0-9]{10,}")
_TAIL = re.compile(r"[0-9]{4,}")
_SIGNS = re.compile(r"[\s()\[\]【】<>《》.,·、:;\-_/'\"]+")
_LEGAL_FORMS = re.compile(r"有限责任公司|有限公司|股份")
_MASKS = re.compile(r"[*×]+|(?<=[\u4e00-\u9fff])x+(?![a-z0-9])")
_WILD = "*"


class _Side(msgspec.Struct):
    """What is open of one bill or line, in 分; `said` is a bill's business number, or a line's memo."""

    key: int
    open: int
    day: int
    name: str
    sort: int = 0
    said: str = ""


class _Books(msgspec.Struct):
    """All that is open, and the matches so far."""

    bills: dict[int, _Side]
    lines: dict[int, _Side]
    found: list[ReceiptMatch]

    def pair(self, line: _Side, bill: _Side, how: str) -> None:
        """As much of the line for the bill as both have open."""
        amount = min(line.open, bill.open) if line.open > 0 else max(line.open, bill.open)
        if amount == 0 or (line.open > 0) != (bill.open > 0):
            return
        line.open -= amount
        bill.open -= amount
        self.found.append(
            ReceiptMatch(receipt_id=line.key, bill_id=bill.key, amount=Decimal(amount).scaleb(-2), how=how)
        )


def match_receipts(
    bills: Sequence[PayableBill],
    arrivals: Sequence[Arrival],
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> list[ReceiptMatch]:
    """Match what arrived to bills. No receipt and no bill is matched beyond what it has open.

    `progress` is told a percentage after each pass. 100,000 of each take some seconds.
    """
    reversed_ids = {bill.reverses for bill in bills if bill.reverses is not None}
    books = _Books(
        bills={bill.bill_id: _of_bill(bill, bill.bill_id in reversed_ids) for bill in bills},
        lines={each.receipt_id: _of_arrival(each) for each in arrivals},
        found=[],
    )
    doubtful = _by_numbers(
        books, bills, sorted(arrivals, key=lambda each: (each.received_on, each.receipt_id))
    )
    progress(40)
    _by_lists(books)
    names = _names_of(books)
    _forget_agents(books, names)
    for each in arrivals:
        _settle_name(books.lines[each.receipt_id], each, names)
    # Who pays for somebody else names them in the memo.
    _by_traces(books, names_only=True)
    _by_amount(books, names)
    progress(70)
    _in_parts(books, split=True)
    _in_parts(books, split=False)
    _by_names_told(books, names)
    _by_traces(books)
    _nameless(books)
    for line, bill, how in doubtful:
        books.pair(line, bill, how)
    progress(100)
    return books.found


def _of_bill(bill: PayableBill, is_reversed: bool) -> _Side:
    # Of two bills that a line may pay, the one that still counts comes first.
    return _Side(
        bill.bill_id,
        _fen(bill.amount),
        bill.issued_on.toordinal(),
        plain_name(bill.payer_name),
        is_reversed,
        _plain_number(bill.business_no),
    )


def _of_arrival(each: Arrival) -> _Side:
    said = half_width(each.memo).casefold()
    day = each.received_on.toordinal()
    return _Side(each.receipt_id, _fen(each.amount), day, plain_name(each.payer_name), said=said)


def _fen(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def plain_name(name: str) -> str:
    """A payer's name without what banks and people write differently: width, case, brackets, legal forms.

    Characters that a bank hides are `*`.
    """
    plain = _LEGAL_FORMS.sub("", _SIGNS.sub("", _TITLES.sub("", half_width(name).casefold())))
    return _MASKS.sub(lambda found: _WILD * len(found[0]), plain)


# -- numbers that a line names ------------------------------------------------------------------------


def _by_numbers(
    books: _Books, bills: Sequence[PayableBill], arrivals: Sequence[Arrival]
) -> list[tuple[_Side, _Side, str]]:
    """Pair what numbers name. Where neither amount nor payer agree the number may be mistyped: these come back,
    to be believed if nothing else is found.
    """
    doubtful: list[tuple[_Side, _Side, str]] = []
    codes = _index((_plain_number(bill.payment_code), bill.bill_id) for bill in bills)
    numbers = _index((_plain_number(bill.business_no), bill.bill_id) for bill in bills)
    reds = {bill.reverses: bill.bill_id for bill in bills if bill.reverses is not None}
    for each in arrivals:
        line = books.lines[each.receipt_id]
        for how, named in _named(each, codes, numbers):
            for bill_id in named:
                # Money paid back names the bill that was reversed.
                target = reds.get(bill_id, bill_id) if line.open < 0 else bill_id
                bill = books.bills[target]
                if line.open == bill.open or _may_be(line, bill):
                    books.pair(line, bill, how)
                else:
                    doubtful.append((line, bill, how))
    return doubtful


def _may_be(line: _Side, bill: _Side) -> bool:
    """Whether a line with another amount may be of a bill's payer: one names the other, or nobody is named."""
    shape = _shape(line.name)
    if shape:
        return shape.fullmatch(bill.name) is not None
    return not line.name or line.name == bill.name or bill.name in line.said


def _index(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, bill_id in pairs:
        if number:
            found[number].append(bill_id)
    return dict(found)


def _plain_number(text: str) -> str:
    if not text:
        return ""
    return half_width(text).casefold().strip()


def _named(
    each: Arrival, codes: Mapping[str, list[int]], numbers: Mapping[str, list[int]]
) -> Iterator[tuple[str, list[int]]]:
    """The bills that a line names, by how."""
    if each.payment_code:
        yield "payment_code", codes.get(_plain_number(each.payment_code), [])
    if each.business_no:
        yield "business_no", numbers.get(_plain_number(each.business_no), [])
    if not each.memo:
        return
    within = list(dict.fromkeys(_numbers_in(each.memo)))
    yield "payment_code", [bill_id for number in within for bill_id in codes.get(number, [])]
    yield "memo", [bill_id for number in within for bill_id in numbers.get(number, [])]


def _numbers_in(memo: str) -> Iterator[str]:
    """What in a memo may be a number of a bill: whole, and each part of it."""
    for found in _NUMBER.findall(_GROUPS.sub("", half_width(memo).casefold())):
        parts = (*re.split(r"[/.]", found), *_LONG_DIGITS.findall(found))
        yield from (each for each in (found, *parts) if len(each) >= _SHORTEST_NUMBER)


def _by_lists(books: _Books) -> None:
    """Lines whose memo gives a range of numbers, or the beginning that numbers share (an order, a day's settlement)."""
    numbers = sorted((bill.said, bill.key) for bill in books.bills.values() if bill.open and bill.said)
    for line in books.lines.values():
        if line.open and line.said:
            for chosen in (*_ranges(numbers, line.said), *_beginnings(numbers, line.said)):
                bills = [each for key in chosen if (each := books.bills[key]).open]
                if len(bills) > 1 and sum(each.open for each in bills) == line.open:
                    for bill in bills:
                        books.pair(line, bill, "merged")


def _ranges(numbers: Sequence[tuple[str, int]], said: str) -> Iterator[list[int]]:
    for prefix, first, last in _RANGE.findall(said):
        if len(last) <= len(first):
            begin, end = prefix + first, prefix + first[: len(first) - len(last)] + last
            start, stop = bisect_left(numbers, (begin, 0)), bisect_left(numbers, (end + "\x00", 0))
            yield [key for _, key in numbers[start : min(stop, start + _MOST_LISTED)]]


def _beginnings(numbers: Sequence[tuple[str, int]], said: str) -> Iterator[list[int]]:
    for begin in dict.fromkeys(_numbers_in(said)):
        start, stop = bisect_left(numbers, (begin, 0)), bisect_left(numbers, (begin + "\uffff", 0))
        if stop - start <= _MOST_LISTED:
            yield [key for _, key in numbers[start:stop]]


# -- names --------------------------------------------------------------------------------------------


class _Names:
    """Finds the names on bills that a name on a line may stand for. `unknown` are the names that will be asked."""

    def __init__(self, names: Iterable[str], unknown: Iterable[str]) -> None:
        self._exact = set(names)
        self._sorted = sorted(self._exact)
        asked = {variant for name in unknown for variant in _variants(name)}
        self._by_variant: dict[str, list[str]] = defaultdict(list)
        for name in self._sorted if asked else ():
            for variant in asked.intersection(_variants(name)):
                self._by_variant[variant].append(name)

    def is_known(self, name: str) -> bool:
        """Whether a bill bears the name."""
        return name in self._exact

    def like(self, name: str) -> list[str]:
        """Names on bills that may be meant: a character hidden, missing or wrong, or more or less at the end."""
        if name in self._exact or len(name) < 2:
            return [name]
        if name.count(_WILD) > 1:
            return self._hidden(name)
        near = {other for variant in _variants(name) for other in self._by_variant.get(variant, ())}
        return sorted({other for other in near if _is_like(name, other)} | set(self._cut(name)))

    def _hidden(self, name: str) -> list[str]:
        shape = re.compile(re.escape(name).replace(r"\*", "."))
        begin = name.partition(_WILD)[0]
        if not begin:
            return []
        start, stop = bisect_left(self._sorted, begin), bisect_left(self._sorted, begin + "\uffff")
        return [
            other for other in self._sorted[start : min(stop, start + _MOST_PAIRS)] if shape.fullmatch(other)
        ]

    def _cut(self, name: str) -> list[str]:
        """Names that the line cut off, or to whose end it added something (a branch, a misspelt legal form)."""
        if len(name) < _SHORTEST_CUT:
            return []
        start = bisect_left(self._sorted, name)
        longer = [other for other in self._sorted[start : start + 3] if other.startswith(name)]
        begins = (name[:length] for length in range(max(_SHORTEST_CUT, len(name) - 7), len(name)))
        return longer or [begin for begin in begins if begin in self._exact][-1:]


def _variants(name: str) -> set[str]:
    """The name, and the name without each of its characters: two names that differ in one share one of these."""
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _is_like(name: str, other: str) -> bool:
    """Whether two names that share a variant may be one: of short ones only where a character is hidden or wrong."""
    if len(name) != len(other):
        return min(len(name), len(other)) >= _SHORTEST_CUT
    differing = [mine for mine, its in zip(name, other, strict=True) if mine != its]
    return len(differing) <= 1 and (_WILD not in name or differing == [_WILD])


def _names_of(books: _Books) -> _Names:
    known = {bill.name for bill in books.bills.values() if bill.name}
    return _Names(known, {line.name for line in books.lines.values() if line.open} - known)


def _forget_agents(books: _Books, names: _Names) -> None:
    """Lines that a clearing house or payment service sends name nobody."""
    counts: dict[str, int] = defaultdict(int)
    for line in books.lines.values():
        counts[line.name] += 1
    for line in books.lines.values():
        if (
            counts[line.name] >= _AGENT_LINES
            and len(line.name) >= _SHORTEST_CUT
            and not names.is_known(line.name)
        ):
            line.name = ""


def _settle_name(line: _Side, each: Arrival, names: _Names) -> None:
    """Where no bill bears a line's name, the memo may name the payer, or only one name is like it."""
    if line.open == 0 or names.is_known(line.name):
        return
    told = [plain for run in _NAME.findall(each.memo) if names.is_known(plain := plain_name(run))]
    if len(set(told)) == 1:
        line.name = told[0]
        return
    alike = names.like(line.name)
    # Of short names another character is another person, unless the amount agrees as well.
    if len(alike) == 1 and (len(alike[0]) > _SHORTEST_CUT or _WILD in line.name):
        line.name = alike[0]


# -- amount and payer -----------------------------------------------------------------------------------


def _by_amount(books: _Books, names: _Names) -> None:
    due: dict[tuple[str, int], list[_Side]] = defaultdict(list)
    for bill in books.bills.values():
        if bill.open and bill.name:
            due[bill.name, bill.open].append(bill)
    exact: dict[tuple[str, int], list[_Side]] = defaultdict(list)
    for line in books.lines.values():
        if line.open and line.name:
            exact[line.name, line.open].append(line)
    for key, lines in exact.items():
        _nearest(books, lines, due.get(key, []), _FAR)
    for (name, amount), lines in exact.items():
        left = [line for line in lines if line.open == amount]
        if left and not names.is_known(name):
            alike = [bill for other in names.like(name) for bill in due.get((other, amount), ())]
            near = [bill for bill in alike if bill.open and abs(bill.day - left[0].day) <= _NEAR]
            if len({bill.name for bill in near}) == 1:
                _nearest(books, left, near, _NEAR)


def _nearest(books: _Books, lines: Sequence[_Side], bills: Sequence[_Side], days: int) -> None:
    """Pair lines and bills of one payer and amount, those of the nearest days first."""
    pairs = islice(((line, bill) for line in lines for bill in bills), _MOST_PAIRS)
    likely = sorted(
        (bill.sort, abs(bill.day - line.day), line.day, line.key, bill.key)
        for line, bill in pairs
        if abs(bill.day - line.day) <= days
    )
    for _, _, _, receipt_id, bill_id in likely:
        line, bill = books.lines[receipt_id], books.bills[bill_id]
        if line.open and line.open == bill.open:
            books.pair(line, bill, "payer")


# -- several for one --------------------------------------------------------------------------------------


def _in_parts(books: _Books, *, split: bool) -> None:
    """With `split`, several lines of a payer make up one bill; else several bills make up one line."""
    lines, bills = _by_payer(books.lines.values()), _by_payer(books.bills.values())
    for name in sorted(lines.keys() & bills.keys()):
        wholes, parts = (bills[name], lines[name]) if split else (lines[name], bills[name])
        if len(parts) < 2:
            continue
        for whole in sorted(wholes, key=lambda each: (each.day, each.key)):
            for part in _making_up(whole, parts):
                line, bill = (part, whole) if split else (whole, part)
                books.pair(line, bill, "split" if split else "merged")


def _by_payer(sides: Iterable[_Side]) -> dict[str, list[_Side]]:
    found: dict[str, list[_Side]] = defaultdict(list)
    for each in sides:
        if each.open and each.name:
            found[each.name].append(each)
    return found


def _making_up(whole: _Side, parts: Sequence[_Side]) -> tuple[_Side, ...]:
    """The only set of parts, or the one nearest in days, that adds up to the whole; none if that is not clear."""
    near = [
        each
        for each in parts
        if each.open and (each.open > 0) == (whole.open > 0) and abs(each.day - whole.day) <= _NEAR
    ]
    near = sorted(near, key=lambda each: (abs(each.day - whole.day), each.key))[:_MOST_CHOICES]
    if sum(abs(each.open) for each in near) < abs(whole.open):
        return ()
    fits = [
        chosen
        for count in range(2, min(_MOST_PARTS, len(near)) + 1)
        for chosen in combinations(near, count)
        if sum(each.open for each in chosen) == whole.open
    ]
    ranked = sorted(fits, key=lambda chosen: _spread(whole, chosen))
    if len(ranked) > 1 and _spread(whole, ranked[0]) == _spread(whole, ranked[1]):
        return ()
    return ranked[0] if ranked else ()


def _spread(whole: _Side, chosen: Sequence[_Side]) -> int:
    return sum(abs(each.day - whole.day) + 100 * each.sort for each in chosen)


# -- traces -------------------------------------------------------------------------------------------------


def _by_names_told(books: _Books, names: _Names) -> None:
    """A line whose memo names several payers pays all their bills of these days, if it is the sum of them."""
    bills = _by_payer(books.bills.values())
    for line in books.lines.values():
        told = _names_in(line.said, names) if line.open else []
        if len(told) > 1:
            near = [
                each for name in told for each in bills.get(name, ()) if abs(each.day - line.day) <= _NEAR
            ]
            if sum(each.open for each in near) == line.open:
                for bill in near:
                    books.pair(line, bill, "merged")


def _names_in(said: str, names: _Names) -> list[str]:
    """Names of people on bills that stand in a memo, the longer ones first where they overlap."""
    found: list[str] = []
    for run in _NAME.findall(said):
        place = 0
        while place < len(run):
            name = next(
                (run[place : place + n] for n in (4, 3, 2) if names.is_known(run[place : place + n])), ""
            )
            found += [name] if name else []
            place += len(name) or 1
    return list(dict.fromkeys(found))


def _by_traces(books: _Books, *, names_only: bool = False) -> None:
    """Of the bills of a line's amount, the only one whose payer or number the line shows a part of."""
    bills = _by_open(books.bills.values())
    for line in sorted(books.lines.values(), key=lambda each: (_WILD in each.name, each.day, each.key)):
        if line.open:
            chosen, how = _traced(line, bills, names_only=names_only)
            if len(chosen) == 1:
                books.pair(line, chosen[0], how)


def _traced(
    line: _Side, bills: Mapping[tuple[int, int], list[_Side]], *, names_only: bool
) -> tuple[list[_Side], str]:
    """The bills of a line's amount that its best trace leads to, and how."""
    words = _NAME.search(line.said) is not None
    tails = [] if names_only else [*_TAIL.findall(line.said), *_numbers_in(line.said)]
    shape = None if names_only else _shape(line.name)
    # Most lines show nothing, and an amount may be that of thousands of bills.
    near = _within(bills, line, _NEAR) if words or tails or shape else []
    named = [each for each in near if len(each.name) > 1 and each.name in line.said] if words else []
    told = [each for each in near if any(_shows(tail, each.said) for tail in tails)] if tails else []
    masked = [each for each in near if shape.fullmatch(each.name)] if shape else []
    both = [each for each in told if each in masked or each in named]
    groups = ((both, "payer"), (named, "payer"), (told, "memo"), (masked, "payer"))
    return next(((group, how) for group, how in groups if group), ([], ""))


def _shows(tail: str, number: str) -> bool:
    begins = len(tail) >= _SHORTEST_NUMBER and number.startswith(tail)
    return len(number) > len(tail) and (begins or number.endswith(tail))


def _shape(name: str) -> re.Pattern[str] | None:
    """What names may be hidden behind a masked one: banks write one or two stars for any number of characters."""
    if _WILD not in name or not name.strip(_WILD):
        return None
    return re.compile(re.sub(r"(?:\\\*)+", ".{1,3}", re.escape(name)))


# -- nobody is named --------------------------------------------------------------------------------------


def _nameless(books: _Books) -> None:
    """A line that names nobody pays the only open bill of its amount, if it is the only such line of these days."""
    bills, lines = _by_open(books.bills.values()), _by_open(books.lines.values())
    for line in [each for each in books.lines.values() if each.open and not each.name]:
        near = _within(bills, line, _CLOSE)
        if len(near) == 1 and len(_within(lines, line, 2 * _CLOSE)) == 1:
            books.pair(line, near[0], "amount")


def _within(sides: Mapping[tuple[int, int], list[_Side]], line: _Side, days: int) -> list[_Side]:
    """What is of the line's amount, so many days before and after it."""
    around = range(line.day - days, line.day + days + 1)
    return [each for day in around for each in sides.get((line.open, day), ()) if each.open]


def _by_open(sides: Iterable[_Side]) -> dict[tuple[int, int], list[_Side]]:
    found: dict[tuple[int, int], list[_Side]] = defaultdict(list)
    for each in sides:
        if each.open:
            found[each.open, each.day].append(each)
    return found
