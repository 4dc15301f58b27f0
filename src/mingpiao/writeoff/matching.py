"""Which bills a receipt pays for: found from what a statement says, without reading or writing anything.

Passes, the surest first, each on what the ones before left open: numbers that a line names (payment code,
business number, also within its memo); amount and payer; several lines for one bill; one line for several bills;
lines without a payer whose amount only one bill of these days has.
What is not clear stays open for a person. Money that was paid back (negative) is matched to red bills alike.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, combinations, islice

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
#: A whole is made up of so many parts at most, of the so many nearest ones: 3,458 sets are tried. More parts than that
#: add up to almost any amount.
_MOST_PARTS = 5
_MOST_CHOICES = 14
#: Lines and bills of one payer and amount that are compared with each other, and names that begin as a masked one does.
_MOST_PAIRS = 10_000
#: A beginning that more numbers share names none of them.
_MOST_LISTED = 500
#: A payer's name that so many lines have and no bill is that of a clearing house or payment service. Shorter ones are
#: names of persons.
_AGENT_LINES = 10
_SHORTEST_AGENT = 4
#: A name that is not masked, and differs by more or less at its end, is at least so long; what a column left of one, so.
_SHORTEST_LONG = 6
_SHORTEST_CUT = 4
#: Names that are looked at for one that was cut off, in their order from it on.
_MOST_CUT = 40
#: Every line that is told makes others clear that looked alike.
_MOST_ROUNDS = 6

_NUMBER = re.compile(r"[0-9a-z]++(?:[-_/.][0-9a-z]++)*+")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,}")
_TITLES = re.compile(r"\([0-9*]+\)|(?:先生|女士|小姐)$")
_RANGE = re.compile(r"[0-9a-z]+(?:\s*[~至到—-]+\s*[0-9a-z]+)+")
_TO = re.compile(r"\s*[~至到—-]+\s*")
_LAST_DIGITS = re.compile(r"[0-9]{2,}$")
_COUNT = re.compile(r"([0-9]+)[人笔张份]")
#: A number as somebody wrote it in groups, or with other signs between them.
_RUN = re.compile(r"[0-9a-z]+(?:[\s_/.—-]+[0-9a-z]+)*")
_GROUP = re.compile(r"[0-9]+|[a-z]+")
#: A number has so many groups at most; each group of a memo begins so many trials.
_MOST_GROUPS = 12
#: Where a bank's own reference ends and a number begins.
_GLUED = re.compile(r"(?<=[0-9])[a-z]+[0-9][0-9a-z-]*")
_LONG_DIGITS = re.compile(r"[0-9]{10,}")
_TAIL = re.compile(r"(?<![0-9a-z])(?<![0-9a-z]-)[0-9]{4,}(?![0-9a-z-])")
#: Digits at the end of a number by which bills are indexed: as many as the shortest ending that counts (`_TAIL`).
_ENDING = 4
_SIGNS = re.compile(r"[\s()\[\]【】<>《》.,·•・、:;…\-_/'\"]+")
_WITHIN_NAMES = re.compile(r"[()\[\].·•・]+")
_CUT_FORM = re.compile(r"(?:股|有限责任公|有限责任|有限责|有限公|有限|有)$")
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
    others = _by_numbers(books, bills, sorted(arrivals, key=lambda each: (each.received_on, each.receipt_id)))
    progress(40)
    # The first number of a range is no number of a bill that is paid in part.
    _by_lists(books)
    doubtful = []
    for line, bill, how in others:
        if _may_be(line, bill):
            books.pair(line, bill, how)
        else:
            doubtful.append((line, bill, how))
    names = _names_of(books)
    _forget_agents(books, names)
    for each in arrivals:
        _settle_name(books.lines[each.receipt_id], each, names)
    # Who pays for somebody else names them in the memo.
    _by_traces(books, names, names_only=True)
    _by_amount(books, names)
    progress(70)
    _in_parts(books, split=True)
    _in_parts(books, split=False)
    _by_names_told(books, names)
    _by_traces(books, names)
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
    """Pair what numbers name, where the amount agrees. The others come back: the line may name a list, pay in part, or
    have a mistyped number.
    """
    others: list[tuple[_Side, _Side, str]] = []
    codes = _index((_plain_number(bill.payment_code), bill.bill_id) for bill in bills)
    numbers = _index((_plain_number(bill.business_no), bill.bill_id) for bill in bills)
    joined = _index(
        (_joined(number), bill.bill_id) for bill in bills for number in (bill.payment_code, bill.business_no)
    )
    reds = {bill.reverses: bill.bill_id for bill in bills if bill.reverses is not None}
    for each in arrivals:
        line = books.lines[each.receipt_id]
        for how, named in _named(each, codes, numbers, joined):
            # Money paid back names the bill that was reversed.
            targets = [reds.get(bill_id, bill_id) if line.open < 0 else bill_id for bill_id in named]
            chosen = [books.bills[target] for target in dict.fromkeys(targets)]
            is_sum = len(chosen) > 1 and sum(bill.open for bill in chosen) == line.open
            for bill in chosen:
                if is_sum or line.open == bill.open:
                    books.pair(line, bill, how)
                else:
                    others.append((line, bill, how))
    return others


def _may_be(line: _Side, bill: _Side) -> bool:
    """Whether a line with another amount may be of a bill's payer: one names the other, or nobody is named."""
    shapes = _shapes(line.name)
    if shapes:
        return shapes[-1].fullmatch(bill.name) is not None
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


def _joined(text: str) -> str:
    """A number without what stands between its groups."""
    return "".join(_GROUP.findall(_plain_number(text)))


def _named(
    each: Arrival,
    codes: Mapping[str, list[int]],
    numbers: Mapping[str, list[int]],
    joined: Mapping[str, list[int]],
) -> Iterator[tuple[str, list[int]]]:
    """The bills that a line names, by how."""
    if each.payment_code:
        yield "payment_code", codes.get(_plain_number(each.payment_code), [])
    if each.business_no:
        yield "business_no", numbers.get(_plain_number(each.business_no), [])
    if not each.memo:
        return
    within = list(dict.fromkeys(_numbers_in(each.memo)))
    by_code = [bill_id for number in within for bill_id in codes.get(number, ())]
    by_number = [bill_id for number in within for bill_id in numbers.get(number, ())]
    yield "payment_code", by_code
    yield "memo", by_number
    if not by_code and not by_number:
        yield "memo", _written_otherwise(each.memo, joined)


def _numbers_in(memo: str) -> Iterator[str]:
    """What in a memo may be a number of a bill: whole, and each part of it."""
    for found in _NUMBER.findall(half_width(memo).casefold()):
        parts = (*re.split(r"[/.]", found), *_LONG_DIGITS.findall(found), *_GLUED.findall(found))
        yield from (each for each in (found, *parts) if len(each) >= _SHORTEST_NUMBER)


def _written_otherwise(memo: str, joined: Mapping[str, list[int]]) -> list[int]:
    """The bills whose number a memo has in other groups: `HF20 26-6 898` for HF2026-6898."""
    found: list[int] = []
    for run in _RUN.findall(half_width(memo).casefold()):
        groups, place = _GROUP.findall(run), 0
        while place < len(groups):
            # Of numbers that begin at the same place the longest is meant.
            ends = range(min(len(groups), place + _MOST_GROUPS), place, -1)
            number = next((end for end in ends if _is_number("".join(groups[place:end]), joined)), place)
            found += joined["".join(groups[place:number])] if number > place else []
            place = max(number, place + 1)
    return found


def _is_number(text: str, joined: Mapping[str, list[int]]) -> bool:
    return len(text) >= _SHORTEST_NUMBER and text in joined


def _by_lists(books: _Books) -> None:
    """Lines whose memo gives a range of numbers, or the beginning that numbers share (an order, a day's settlement)."""
    open_ = [bill for bill in books.bills.values() if bill.open and bill.said]
    # A range means numbers that are as long as its ends.
    equal, any_ = _Numbers(open_, lambda number: len(number)), _Numbers(open_, lambda _: 0)
    for line in books.lines.values():
        if line.open and line.said:
            ranges, begins = list(_ranges(line.said)), dict.fromkeys(_numbers_in(line.said))
            lists = (
                *(equal.between(first, last, line.open) for first, last in ranges),
                *(any_.between(first, last + "\uffff", line.open) for first, last in ranges),
                *(
                    keys
                    for begin in begins
                    # What lacks one character is a mistyped number rather than an order.
                    if (keys := any_.between(begin, begin + "\uffff", line.open))
                    and len(books.bills[keys[0]].said) > len(begin) + 1
                ),
            )
            for keys in lists:
                _pay_list(books, line, keys)


class _Numbers:
    """The business numbers of open bills in order, those of one `group` together."""

    def __init__(self, bills: Iterable[_Side], group: Callable[[str], int]) -> None:
        self._group = group
        in_order = sorted(bills, key=lambda bill: (group(bill.said), bill.said, bill.key))
        self._numbers = [(group(bill.said), bill.said) for bill in in_order]
        self._keys = [bill.key for bill in in_order]
        self._sums = list(accumulate((bill.open for bill in in_order), initial=0))

    def between(self, first: str, last: str, amount: int) -> list[int]:
        """The bills from one number to another, if they are at least two and were so much in all at first: sums spare
        a look at each bill of a long list.
        """
        group = self._group(first)
        start, stop = bisect_left(self._numbers, (group, first)), bisect_right(self._numbers, (group, last))
        fits = stop - start > 1 and self._sums[stop] - self._sums[start] == amount
        return self._keys[start:stop] if fits else []


def _pay_list(books: _Books, line: _Side, keys: Sequence[int]) -> None:
    """Pay all of these bills that are open, if they are as much and as many as the line says."""
    bills = [each for key in keys if (each := books.bills[key]).open]
    counts = [int(count) for count in _COUNT.findall(line.said)]
    if sum(each.open for each in bills) == line.open and (not counts or len(bills) in counts):
        for bill in bills:
            books.pair(line, bill, "merged")


def _ranges(said: str) -> Iterator[tuple[str, str]]:
    """The first and the last number of ranges; of the last one the last digits are enough. A hyphen may as well be
    part of a number.
    """
    for run in _RANGE.findall(said):
        for to in _TO.finditer(run):
            first, last = _LAST_DIGITS.search(run[: to.start()]), _LAST_DIGITS.search(run[to.end() :])
            if first and last and len(last[0]) <= len(first[0]):
                begin = re.split(r"[\s~至到—]", run[: to.start()])[-1]
                yield begin, begin[: len(begin) - len(last[0])] + last[0]


# -- names --------------------------------------------------------------------------------------------


class _Names:
    """Finds the names on bills that a name on a line may stand for. `unknown` are the names that will be asked."""

    def __init__(self, names: Iterable[str], unknown: Iterable[str]) -> None:
        self._exact = set(names)
        self._sorted = sorted(self._exact)
        self._lengths: dict[str, list[int]] = {}
        for begin, length in sorted({(name[:2], -len(name)) for name in self._exact}):
            self._lengths.setdefault(begin, []).append(-length)
        asked = {variant for name in unknown if _WILD not in name for variant in _variants(name)}
        self._by_variant: dict[str, list[str]] = defaultdict(list)
        for name in self._sorted if asked else ():
            for variant in asked.intersection(_variants(name)):
                self._by_variant[variant].append(name)
        self._found: dict[str, list[str]] = {}

    def is_known(self, name: str) -> bool:
        """Whether a bill bears the name."""
        return name in self._exact

    def within(self, text: str, is_meant: Callable[[str], bool] = lambda _: True) -> list[str]:
        """Names on bills that stand in a text, the longer ones first where they overlap."""
        found: dict[str, None] = {}
        for run in _NAME.findall(text):
            place = 0
            while place < len(run) - 1:
                lengths = self._lengths.get(run[place : place + 2], ())
                names = (run[place : place + length] for length in lengths)
                name = next((name for name in names if name in self._exact and is_meant(name)), "")
                if name:
                    found[name] = None
                place += len(name) or 1
        return list(found)

    def like(self, name: str) -> list[str]:
        """Names on bills that may be meant: a character missing or wrong, or more or less at the end; for a masked
        name all that it may hide.
        """
        if name not in self._found:
            self._found[name] = self._like(name)
        return self._found[name]

    def _like(self, name: str) -> list[str]:
        if name in self._exact or len(name) < 2:
            return [name]
        if _WILD in name and not _is_cut(name):
            return self._hidden(name)
        near = {other for variant in _variants(name) for other in self._by_variant.get(variant, ())}
        return sorted({other for other in near if _is_like(name, other)} | set(self._cut(name)))

    def _hidden(self, name: str) -> list[str]:
        begin = name.partition(_WILD)[0]
        shapes = _shapes(name)
        if not begin or not shapes:
            return []
        start, stop = bisect_left(self._sorted, begin), bisect_left(self._sorted, begin + "\uffff")
        return [
            other
            for other in self._sorted[start : min(stop, start + _MOST_PAIRS)]
            if shapes[-1].fullmatch(other)
        ]

    def _cut(self, name: str) -> list[str]:
        """Names that the line cut off, or to whose end it added something (a branch, a misspelt legal form)."""
        stem = _stem(name)
        if len(stem) < _SHORTEST_CUT:
            return []
        start = bisect_left(self._sorted, stem)
        longer = [
            other
            for other in self._sorted[start : start + _MOST_CUT]
            if other.startswith(stem) and len(other) >= _SHORTEST_LONG
        ]
        begins = (name[:length] for length in range(max(_SHORTEST_LONG, len(name) - 7), len(name)))
        return longer or [begin for begin in begins if begin in self._exact][-1:]


def _stem(name: str) -> str:
    """What a column that was too narrow left of a name, without what it left of the legal form."""
    return _CUT_FORM.sub("", name.rstrip(_WILD))


def _is_cut(name: str) -> bool:
    """Whether the stars at the end of a name stand for the rest of a long one, not for characters that are hidden."""
    return name.endswith(_WILD) and _WILD not in (stem := _stem(name)) and len(stem) >= _SHORTEST_CUT


def _variants(name: str) -> set[str]:
    """The name, and the name without each of its characters: two names that differ in one share one of these."""
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _is_like(name: str, other: str) -> bool:
    """Whether two names that share a variant may be one: of short ones only where a character is wrong."""
    if len(name) != len(other):
        return min(len(name), len(other)) >= _SHORTEST_LONG
    return sum(mine != its for mine, its in zip(name, other, strict=True)) <= 1


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
            and len(line.name) >= _SHORTEST_AGENT
            and _WILD not in line.name
            and not names.is_known(line.name)
        ):
            line.name = ""


def _settle_name(line: _Side, each: Arrival, names: _Names) -> None:
    """Where no bill bears a line's name, the memo may name the payer, or only one name is like it."""
    if line.open == 0 or names.is_known(line.name):
        return
    told = {plain for run in _NAME.findall(each.memo) if names.is_known(plain := plain_name(run))}
    told.update(name for name in names.within(_name_text(line.said)) if len(name) >= _SHORTEST_LONG)
    if len(told) == 1:
        line.name = told.pop()
        return
    alike = names.like(line.name)
    # Of short names another character is another person, unless the amount agrees as well.
    if len(alike) == 1 and (len(alike[0]) > _SHORTEST_LONG or _WILD in line.name):
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
        # What a mask hides is tried later, when numbers in the memo have been read as well.
        if left and not names.is_known(name) and (_WILD not in name or _is_cut(name)):
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


def _name_text(said: str) -> str:
    """A memo as names in it are compared: `plain_name`, with the signs that part one name from another."""
    return _LEGAL_FORMS.sub("", _WITHIN_NAMES.sub("", said))


def _by_names_told(books: _Books, names: _Names) -> None:
    """A line whose memo names several payers pays all their bills of these days, if it is the sum of them."""
    bills = _by_payer(books.bills.values())
    for line in books.lines.values():
        told = names.within(_name_text(line.said)) if line.open else []
        if len(told) > 1:
            near = [
                each for name in told for each in bills.get(name, ()) if abs(each.day - line.day) <= _NEAR
            ]
            if sum(each.open for each in near) == line.open:
                for bill in near:
                    books.pair(line, bill, "merged")


class _Trails:
    """Open bills, by each thing that a line may show a part of."""

    def __init__(self, books: _Books, names: _Names) -> None:
        self._names = names
        self._bills = books.bills
        self._by_name: dict[tuple[int, str], list[_Side]] = defaultdict(list)
        self._by_end: dict[tuple[int, str], list[_Side]] = defaultdict(list)
        self._by_ending: dict[tuple[int, str], list[_Side]] = defaultdict(list)
        still = [bill for bill in books.bills.values() if bill.open]
        for bill in still:
            if bill.name:
                self._by_name[bill.open, bill.name].append(bill)
                for end in {bill.name[0] + _WILD, _WILD + bill.name[-1]}:
                    self._by_end[bill.open, end].append(bill)
            self._by_ending[bill.open, bill.said[-_ENDING:]].append(bill)
        self._numbers = sorted((bill.said, bill.key) for bill in still if bill.said)

    def named(self, line: _Side) -> list[_Side]:
        """Bills whose payer's whole name stands in the memo."""
        text = _name_text(line.said)
        told = self._names.within(text, lambda name: (line.open, name) in self._by_name)
        return _near(line, (bill for name in told for bill in self._by_name[line.open, name]))

    def numbered(self, line: _Side) -> list[_Side]:
        """Bills whose number begins or ends with one in the memo."""
        found: dict[int, _Side] = {}
        for part in {*_TAIL.findall(line.said), *_numbers_in(line.said)}:
            ending = self._by_ending.get((line.open, part[-_ENDING:]), ())
            shown = [bill for bill in ending if bill.said.endswith(part)]
            if len(part) >= _SHORTEST_NUMBER:
                shown += self._beginning(line, part)
            found |= {bill.key: bill for bill in shown if bill.said != part}
        return _near(line, found.values())

    def _beginning(self, line: _Side, part: str) -> list[_Side]:
        start, stop = bisect_left(self._numbers, (part, 0)), bisect_left(self._numbers, (part + "\uffff", 0))
        if stop - start > _MOST_LISTED:
            return []
        bills = (self._bills[key] for _, key in self._numbers[start:stop])
        return [bill for bill in bills if bill.open == line.open]

    def masked(self, line: _Side) -> list[_Side]:
        """Bills whose payer a masked name may hide."""
        shapes = _shapes(line.name)
        if not shapes:
            return []
        begins = line.name[0] != _WILD
        end = line.name[0] + _WILD if begins else _WILD + line.name[-1]
        near = _near(line, self._by_end.get((line.open, end), ()))
        fitting = ([bill for bill in near if shape.fullmatch(bill.name)] for shape in shapes)
        return next((bills for bills in fitting if bills), [])


def _near(line: _Side, bills: Iterable[_Side]) -> list[_Side]:
    return [bill for bill in bills if bill.open == line.open and abs(bill.day - line.day) <= _NEAR]


def _by_traces(books: _Books, names: _Names, *, names_only: bool = False) -> None:
    """Of the bills of a line's amount, the only one whose payer or number the line shows a part of."""
    trails = _Trails(books, names)
    left = sorted(
        (line for line in books.lines.values() if line.open and (line.said or _WILD in line.name)),
        key=lambda each: (_WILD in each.name, each.day, each.key),
    )
    for _ in range(_MOST_ROUNDS):
        open_before = len(left)
        for line in left:
            chosen, how = (trails.named(line), "payer") if names_only else _traced(line, trails)
            if len(chosen) == 1:
                books.pair(line, chosen[0], how)
        left = [line for line in left if line.open]
        if len(left) == open_before:
            return


def _traced(line: _Side, trails: _Trails) -> tuple[list[_Side], str]:
    """The bills of a line's amount that its best trace leads to, and how."""
    named, told, masked = trails.named(line), trails.numbered(line), trails.masked(line)
    both = [each for each in told if each in masked or each in named]
    # A number that contradicts the payer is mistyped.
    groups = ((both, "payer"), (named, "payer"), ([] if masked else told, "memo"), (masked, "payer"))
    return next(((group, how) for group, how in groups if group), ([], ""))


@lru_cache(maxsize=8_192)
def _shapes(name: str) -> tuple[re.Pattern[str], ...]:
    """What names may be hidden behind a masked one, the likelier first: banks write a star for each character, or one
    or two for any number of them.
    """
    if _WILD not in name or not name.strip(_WILD):
        return ()
    if _is_cut(name):
        return (re.compile(re.escape(_stem(name)) + ".*"),)
    each = re.compile(re.escape(name).replace(r"\*", "."))
    some = re.compile(re.sub(r"(?:\\\*)+", ".+", re.escape(name)))
    return (each, some) if name.startswith(_WILD) or name.count(_WILD) > 1 else (some,)


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
