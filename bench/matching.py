"""Measure the matching of receipts to bills: how much of it is right, and how long it takes.

    python -m bench.matching FILE

FILE is JSON in UTF-8, one object with three members:

    {"bills": [{"bill_id": 106000000000000001, "amount": "120.00", "issued_on": "2026-10-03",
                "payer_name": "张三", "business_no": "MZ20261003-000017", "payment_code": "",
                "reverses": null}, …],
     "lines": [{"receipt_id": 1, "amount": "120.00", "received_on": "2026-10-04", "payer_name": "张*",
                "business_no": "", "payment_code": "", "memo": "缴费MZ20261003-000017"}, …],
     "truth": [{"receipt_id": 1, "bill_id": 106000000000000001, "amount": "120.00"}, …]}

`bills` and `lines` are `PayableBill` and `Arrival` of `mingpiao.writeoff.matching`; all members but id, amount and
day may be left out. Amounts are texts in 元 with two decimals: of red bills, and of lines that pay back, negative.
A red bill names its blue one in `reverses`, and both are in the set. Ids are unique in their list.

`truth` has one entry for each pair of a line and a bill that it pays, with the part that it pays: two entries of
one bill for a payment in two parts, two of one line for a payment of two bills, none for a line that pays no bill
of the set (interest, another purpose, a payment made twice, its refund) or a bill that nobody paid. A refund
stands with the red bill.

A match counts as right if line, bill and amount are those of an entry. Precision is the share of matches that are
right, recall the share of entries that were found.
"""

import argparse
import time
from decimal import Decimal
from pathlib import Path

import msgspec

from bench.figures import Figure
from mingpiao.writeoff.matching import Arrival, PayableBill, match_receipts

LEAST_PRECISION, LEAST_RECALL, MOST_SECONDS = 0.995, 0.97, 10.0


class TruePair(msgspec.Struct, frozen=True, kw_only=True):
    """A line pays so much of a bill."""

    receipt_id: int
    bill_id: int
    amount: Decimal


class MatchingSet(msgspec.Struct, frozen=True, kw_only=True):
    """Bills, lines, and which belong together."""

    bills: list[PayableBill]
    lines: list[Arrival]
    truth: list[TruePair]


def measure(made: MatchingSet) -> list[Figure]:
    """Precision, recall and seconds of a set."""
    started = time.perf_counter()
    found = match_receipts(made.bills, made.lines)
    seconds = time.perf_counter() - started
    true = {(each.receipt_id, each.bill_id, each.amount) for each in made.truth}
    right = sum((each.receipt_id, each.bill_id, each.amount) in true for each in found)
    size = f"{len(made.lines):,} lines, {len(made.bills):,} bills"
    return [
        Figure(
            name="receipts matched: precision",
            value=round(right / max(1, len(found)), 4),
            unit="",
            aim=LEAST_PRECISION,
            note=f"{len(found):,} matches; at least",
        ),
        Figure(
            name="receipts matched: recall",
            value=round(right / max(1, len(true)), 4),
            unit="",
            aim=LEAST_RECALL,
            note=f"{len(true):,} pairs; at least",
        ),
        Figure(
            name="receipts matched: time",
            value=round(seconds, 2),
            unit="s",
            aim=MOST_SECONDS,
            note=f"{size}; at most",
        ),
    ]


def main() -> None:
    """Measure the set of a file and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    made = msgspec.json.decode(parser.parse_args().file.read_bytes(), type=MatchingSet)
    for figure in measure(made):
        print(f"{figure.name}: {figure.value}{figure.unit} ({figure.note} {figure.aim})")


if __name__ == "__main__":
    main()
