"""Which bills a receipt pays for: found from what a statement says, without reading or writing anything.

Four passes, the surest first, each on what the ones before left open: numbers that a line names (payment code,
business number, also within its memo); amount and payer; several lines for one bill; one line for several bills.
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


#: How a match was found: stored word, and its Chinese name.
MATCH_WAYS = {
    "payment_code": "缴款码",
    "business_no": "业务流水号",
    "memo": "摘要中的号码",
    "payer": "金额和付款人",
    "split": "分次付款",
    "merged": "合并付款",
    "manual": "人工匹配",
}

#: A payer who pays the exact amount may do so that many days before or after the bill.
_FAR = 31
#: With a name that is only similar, or with several payments for one bill, less.
_NEAR = 10
#: Shorter numbers within a memo may be anything; so may short business numbers with another amount.
_SHORTEST_NUMBER = 6
_MOST_PARTS = 5
_MOST_CHOICES = 14
_MOST_PAIRS = 10_000
_SHORTEST_CUT = 6

_NUMBER = re.compile(r"[0-9a-z]++(?:[-_/.][0-9a-z]++)*+")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,}")
_NOT_IN_NAMES = re.compile(r"[\s()\[\]【】<>《》.,·、:;\-_/'\"]+|有限责任公司|有限公司|股份")
_MASKS = re.compile(r"[*×]+|(?<=[\u4e00-\u9fff])x+(?![a-z0-9])")
_WILD = "*"


class _Side(msgspec.Struct):
    """What is open of one bill or line, in 分."""

    key: int
    open: int
    day: int
    name: str
    sort: int = 0


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
    _by_numbers(books, bills, sorted(arrivals, key=lambda each: (each.received_on, each.receipt_id)))
    progress(40)
    names = _Names({bill.name for bill in books.bills.values() if bill.name})
    for each in arrivals:
        _settle_name(books.lines[each.receipt_id], each, names)
    _by_amount(books, names)
    progress(70)
    _in_parts(books, split=True)
    _in_parts(books, split=False)
    progress(100)
    return books.found


def _of_bill(bill: PayableBill, is_reversed: bool) -> _Side:
    # Of two bills that a line may pay, the one that still counts comes first.
    return _Side(
        bill.bill_id, _fen(bill.amount), bill.issued_on.toordinal(), plain_name(bill.payer_name), is_reversed
    )


def _of_arrival(each: Arrival) -> _Side:
    return _Side(
        each.receipt_id, _fen(each.amount), each.received_on.toordinal(), plain_name(each.payer_name)
    )


def _fen(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def plain_name(name: str) -> str:
    """A payer's name without what banks and people write differently: width, case, brackets, legal forms.

    Characters that a bank hides are `*`.
    """
    plain = _NOT_IN_NAMES.sub("", half_width(name).casefold())
    return _MASKS.sub(lambda found: _WILD * len(found[0]), plain)


# -- numbers that a line names ------------------------------------------------------------------------


def _by_numbers(books: _Books, bills: Sequence[PayableBill], arrivals: Sequence[Arrival]) -> None:
    codes = _index((_plain_number(bill.payment_code), bill.bill_id) for bill in bills)
    numbers = _index((_plain_number(bill.business_no), bill.bill_id) for bill in bills)
    reds = {bill.reverses: bill.bill_id for bill in bills if bill.reverses is not None}
    for each in arrivals:
        line = books.lines[each.receipt_id]
        for how, named in _named(each, codes, numbers):
            for bill_id in named:
                # Money paid back names the bill that was reversed.
                target = reds.get(bill_id, bill_id) if line.open < 0 else bill_id
                _pair_if_likely(books, line, books.bills[target], how, sure=len(named) == 1)


def _index(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, bill_id in pairs:
        if number:
            found[number].append(bill_id)
    return dict(found)


def _plain_number(text: str) -> str:
    return half_width(text).casefold().strip()


def _named(
    each: Arrival, codes: Mapping[str, list[int]], numbers: Mapping[str, list[int]]
) -> Iterator[tuple[str, list[int]]]:
    """The bills that a line names, by how."""
    yield "payment_code", codes.get(_plain_number(each.payment_code), [])
    yield "business_no", numbers.get(_plain_number(each.business_no), [])
    within = list(dict.fromkeys(_numbers_in(each.memo)))
    yield "payment_code", [bill_id for number in within for bill_id in codes.get(number, [])]
    yield "memo", [bill_id for number in within for bill_id in numbers.get(number, [])]


def _numbers_in(memo: str) -> Iterator[str]:
    """What in a memo may be a number of a bill: whole, and each part of it."""
    for found in _NUMBER.findall(half_width(memo).casefold()):
        parts = re.split(r"[/.]", found)
        yield from (each for each in (found, *parts) if len(each) >= _SHORTEST_NUMBER)


def _pair_if_likely(books: _Books, line: _Side, bill: _Side, how: str, *, sure: bool) -> None:
    """A number that names one bill is believed; one that names several, where amount or payer agree too."""
    if sure or line.open == bill.open or not line.name or line.name == bill.name or how == "memo":
        books.pair(line, bill, how)


# -- names --------------------------------------------------------------------------------------------


class _Names:
    """Finds the names on bills that a name on a line may stand for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = set(names)
        self._sorted = sorted(self._exact)
        self._wild: dict[str, list[str]] = defaultdict(list)
        for name in self._sorted:
            for pattern in _patterns(name):
                self._wild[pattern].append(name)

    def is_known(self, name: str) -> bool:
        """Whether a bill bears the name."""
        return name in self._exact

    def like(self, name: str) -> list[str]:
        """Names on bills that may be meant: one character hidden, missing or wrong, or the end cut off."""
        if name in self._exact or len(name) < 2:
            return [name]
        if _WILD in name:
            return self._hidden(name)
        found = {other for pattern in _patterns(name) for other in self._wild.get(pattern, ())}
        return sorted(found | set(self._cut(name)))

    def _hidden(self, name: str) -> list[str]:
        if name.count(_WILD) == 1:
            return self._wild.get(name, [])
        shape = re.compile(re.escape(name).replace(r"\*", "."))
        begin = name.partition(_WILD)[0]
        if not begin:
            return []
        start = bisect_left(self._sorted, begin)
        near = islice(self._sorted, start, bisect_left(self._sorted, begin + "\uffff"))
        return [other for other in islice(near, _MOST_PAIRS) if shape.fullmatch(other)]

    def _cut(self, name: str) -> list[str]:
        if len(name) < _SHORTEST_CUT:
            return []
        start = bisect_left(self._sorted, name)
        return [other for other in self._sorted[start : start + 3] if other.startswith(name)]


def _patterns(name: str) -> Iterator[str]:
    """The name with each character hidden, and without each of them if it is long."""
    for place in range(len(name)):
        yield name[:place] + _WILD + name[place + 1 :]
    if len(name) > _SHORTEST_CUT:
        for place in range(len(name)):
            yield name[:place] + name[place + 1 :]
        yield name


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
