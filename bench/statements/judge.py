"""The accountant: which lines can be told, and what is done about those that cannot."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice
from random import Random

from msgspec.structs import replace

from bench.statements.model import Bill, Deal, Payment, Reading

#: Days that a bill may lie before or after its line, with a name or number in sight, and without.
_SHOWN = (20, 10)
_BARE = (5, 3)
#: How many lines that cannot be told get their number, of a hundred; the others are taken out with their bills.
_ASKED = 40


class _Books:
    """All bills, by what an accountant looks them up by, and which are ticked off."""

    def __init__(self, bills: Iterable[Bill]) -> None:
        self.by_day: dict[tuple[int, date], list[Bill]] = defaultdict(list)
        self.by_payer: dict[tuple[int, str], list[Bill]] = defaultdict(list)
        self.by_name: dict[str, set[int]] = defaultdict(set)
        self.by_number: dict[str, Bill] = {}
        self.ticked: set[int] = set()
        for bill in bills:
            self.by_day[bill.amount, bill.issued_on].append(bill)
            for name in {bill.payer_name, f"{bill.payer_name[:1]}*", f"*{bill.payer_name[-1:]}"}:
                self.by_payer[bill.amount, name].append(bill)
            self.by_name[bill.payer_name].add(bill.bill_id)
            self.by_number[bill.business_no] = bill

    def candidates(self, payment: Payment) -> set[int]:
        """Open bills that a line may pay by what it shows; two of them are enough to know that there is a tie."""
        found = (
            bill.bill_id
            for bill in self._near(payment)
            if bill.bill_id not in self.ticked and _agrees(payment, bill)
        )
        return set(islice(found, 2))

    def _near(self, payment: Payment) -> Iterator[Bill]:
        """Bills of the amount and about the day of a line; only those of its payers where it shows the payer or one end."""
        before, after = _SHOWN if payment.name or payment.number else _BARE
        line, pattern = payment.line, payment.name
        if not pattern:
            for shift in range(-before, after + 1):
                yield from self.by_day.get((line.amount, line.received_on + timedelta(days=shift)), ())
            return
        least, most = line.received_on - timedelta(days=before), line.received_on + timedelta(days=after)
        for name in {_whole(pattern) if _is_whole(pattern) else _end(pattern), line.payer_name}:
            yield from (
                bill for bill in self.by_payer.get((line.amount, name), ()) if least <= bill.issued_on <= most
            )

    def misleads(self, payment: Payment) -> bool:
        """Whether a mistyped number is that of another bill with the same amount."""
        found = self.by_number.get(payment.mistaken) if payment.mistaken else None
        return found is not None and found.amount == payment.line.amount


def _agrees(payment: Payment, bill: Bill) -> bool:
    # The payer's column alone may also name another who owes as much: then nobody can tell, either.
    if payment.line.payer_name == bill.payer_name:
        return True
    named = not payment.name or re.fullmatch(payment.name, bill.payer_name)
    return bool(named and (not payment.number or re.fullmatch(payment.number, bill.business_no)))


@cache
def _whole(pattern: str) -> str:
    """The name that an expression without wildcards stands for."""
    return re.sub(r"\\(.)", r"\1", pattern)


def _is_whole(pattern: str) -> bool:
    return bool(pattern) and re.escape(_whole(pattern)) == pattern


def _end(pattern: str) -> str:
    """The end of a masked or cut name that is in sight, as the books have it."""
    return f"*{pattern[-1]}" if pattern.startswith(".") else f"{pattern[0]}*"


def _rank(payment: Payment) -> int:
    """Whole names first, then masked ones and ends of numbers, then lines that show nothing."""
    if _is_whole(payment.name):
        return 0
    return 1 if payment.name or payment.number else 2


def _untold(deals: list[Deal], books: _Books) -> set[int]:
    """Weak payments (by their place in `deals`) of which an accountant cannot say what they pay."""
    for deal in deals:
        books.ticked.update(
            bill
            for payment in deal.payments
            if payment.reading in (Reading.CLEAR, Reading.LONELY)
            for bill, _ in payment.pays
        )
    weak = [
        (place, payment)
        for place, deal in enumerate(deals)
        for payment in deal.payments
        if payment.reading is Reading.WEAK
    ]
    open_ = {place for place, payment in weak if books.misleads(payment)}
    weak = [(place, payment) for place, payment in weak if place not in open_]
    for rank in range(3):
        waiting = [entry for entry in weak if _rank(entry[1]) == rank]
        while waiting:
            told = [entry for entry in waiting if books.candidates(entry[1]) == {entry[1].pays[0][0]}]
            books.ticked.update(payment.pays[0][0] for _, payment in told)
            if not told:
                break
            done = {id(payment) for _, payment in told}
            waiting = [entry for entry in waiting if id(entry[1]) not in done]
        open_.update(place for place, _ in waiting)
    return open_


def _asked(deal: Deal) -> Deal:
    """The deal with all numbers on its lines."""
    numbers = {bill.bill_id: bill.business_no or bill.payment_code for bill in deal.bills}
    # A refund names the number of the bill that it takes back.
    numbers |= {bill.bill_id: numbers[bill.reverses] for bill in deal.bills if bill.reverses}
    return replace(deal, payments=tuple(_with_numbers(payment, numbers) for payment in deal.payments))


def _with_numbers(payment: Payment, numbers: dict[int, str]) -> Payment:
    if payment.reading not in (Reading.WEAK, Reading.LONELY):
        return payment
    cited = "、".join(numbers[bill] for bill, _ in payment.pays)
    line = replace(payment.line, memo=f"{payment.line.memo} {cited}".strip())
    return replace(payment, line=line, kind="asked", reading=Reading.CLEAR)


def _lonely(deal: Deal, books: _Books) -> bool:
    """Whether the payers of a deal have no bills but those of the deal."""
    own = {bill.bill_id for bill in deal.bills}
    return all(books.by_name[bill.payer_name] <= own for bill in deal.bills)


def judged(deals: list[Deal], rng: Random) -> list[Deal]:
    """The deals of which an accountant can tell everything that truth says, and deny everything that it does not."""
    books = _Books(bill for deal in deals for bill in deal.bills)
    deals = [
        _asked(deal)
        if any(payment.reading is Reading.LONELY for payment in deal.payments) and not _lonely(deal, books)
        else deal
        for deal in deals
    ]
    while open_ := _untold(deals, books := _Books(bill for deal in deals for bill in deal.bills)):
        kept = []
        for place, deal in enumerate(deals):
            if place not in open_:
                kept.append(deal)
            elif rng.randrange(100) < _ASKED and not any(
                books.misleads(payment) or payment.kind == "twice" for payment in deal.payments
            ):
                kept.append(_asked(deal))
        deals = kept
    return [deal for deal in deals if not _tempting(deal, books)]


def _tempting(deal: Deal, books: _Books) -> bool:
    """Whether a line that pays none could be taken for the payment of an open bill."""
    return any(payment.reading is Reading.UNCLEAR and books.candidates(payment) for payment in deal.payments)
