"""From a seed to a set: units, their deals, the accountant's judgement, and the file's members."""

from collections import Counter
from datetime import date
from random import Random

from bench.statements.judge import judged
from bench.statements.model import Bill, Deal, Line, MadeSet
from bench.statements.noise import interest, noise
from bench.statements.payments import Desk, deal, settlements
from bench.statements.units import chosen, month_days

_YEAR = 2026
#: Lines of other purposes, of a hundred, and bills that are settled in lumps, for a hundred lines of a unit.
_NOISE = 2.5
_SETTLED = 12


def make(lines: int, seed: int) -> MadeSet:
    """A month with about so many lines."""
    rng = Random(seed)
    days = month_days(date(_YEAR, rng.randrange(1, 13), 1))
    deals = interest(rng, days) + [noise(rng, days) for _ in range(round(lines * _NOISE / 100))]
    given: Counter[str] = Counter()
    for unit, share in chosen(rng):
        desk = Desk(rng, unit, days, given)
        wanted = round(lines * share * (100 - _NOISE) / 100)
        if unit.channel:
            deals += settlements(desk, wanted * _SETTLED // 100)
        deals += _deals(desk, wanted)
    return _written(judged(deals, rng), rng)


def _deals(desk: Desk, wanted: int) -> list[Deal]:
    found: list[Deal] = []
    while wanted > 0:
        found.append(deal(desk))
        wanted -= len(found[-1].payments)
    return found


def _yuan(amount: int) -> str:
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02}"


def _bill(bill: Bill) -> dict[str, str | int | None]:
    return {
        "bill_id": bill.bill_id, "amount": _yuan(bill.amount), "issued_on": bill.issued_on.isoformat(), "payer_name": bill.payer_name,
        "business_no": bill.business_no, "payment_code": bill.payment_code, "reverses": bill.reverses,
    }  # fmt: skip


def _line(receipt_id: int, line: Line) -> dict[str, str | int]:
    return {
        "receipt_id": receipt_id, "amount": _yuan(line.amount), "received_on": line.received_on.isoformat(),
        "payer_name": line.payer_name, "business_no": line.business_no, "payment_code": line.payment_code, "memo": line.memo,
    }  # fmt: skip


def _written(deals: list[Deal], rng: Random) -> MadeSet:
    bills = sorted(
        (bill for deal in deals for bill in deal.bills), key=lambda bill: (bill.issued_on, bill.bill_id)
    )
    payments = [payment for deal in deals for payment in deal.payments]
    rng.shuffle(payments)
    payments.sort(key=lambda payment: payment.line.received_on)
    return MadeSet(
        bills=[_bill(bill) for bill in bills],
        lines=[_line(number, payment.line) for number, payment in enumerate(payments, 1)],
        truth=[
            {"receipt_id": number, "bill_id": bill, "amount": _yuan(amount)}
            for number, payment in enumerate(payments, 1)
            for bill, amount in payment.pays
        ],
        kinds={number: payment.kind for number, payment in enumerate(payments, 1)},
    )
