"""The made months of statements: the same for the same seed, and a truth that agrees with its bills and lines."""

import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from bench.statements.generator import make
from bench.statements.judge import judged
from bench.statements.model import Bill, Deal, Line, MadeSet, Payment, Reading

SEED = 5
_DAY = date(2026, 9, 3)


@pytest.fixture(scope="module")
def made() -> MadeSet:
    return make(3_000, SEED)


def _parts(made: MadeSet, member: str) -> dict[object, Decimal]:
    found: dict[object, Decimal] = defaultdict(Decimal)
    for entry in made.truth:
        found[entry[member]] += Decimal(str(entry["amount"]))
    return found


def test_a_seed_makes_the_same_set_each_time(made: MadeSet) -> None:
    assert make(3_000, SEED) == made


def test_another_seed_makes_another_set(made: MadeSet) -> None:
    assert make(3_000, SEED + 1).lines != made.lines


def test_about_so_many_lines_come_as_were_asked_for(made: MadeSet) -> None:
    assert 2_700 <= len(made.lines) <= 3_050


def test_ids_are_unique_and_truth_names_what_is_there(made: MadeSet) -> None:
    bills, lines = [bill["bill_id"] for bill in made.bills], [line["receipt_id"] for line in made.lines]
    assert len(set(bills)) == len(bills)
    assert len(set(lines)) == len(lines)
    assert {entry["bill_id"] for entry in made.truth} <= set(bills)
    assert {entry["receipt_id"] for entry in made.truth} <= set(lines)
    pairs = [(entry["receipt_id"], entry["bill_id"]) for entry in made.truth]
    assert len(set(pairs)) == len(pairs)


def test_no_bill_and_no_line_is_used_beyond_its_amount(made: MadeSet) -> None:
    bills = {bill["bill_id"]: Decimal(str(bill["amount"])) for bill in made.bills}
    lines = {line["receipt_id"]: Decimal(str(line["amount"])) for line in made.lines}
    for amounts, parts in ((bills, _parts(made, "bill_id")), (lines, _parts(made, "receipt_id"))):
        beyond = [
            number
            for number, part in parts.items()
            if abs(part) > abs(amounts[number]) or part * amounts[number] < 0
        ]
        assert beyond == []


def test_only_a_wrong_amount_leaves_a_rest_on_a_line_that_pays(made: MadeSet) -> None:
    lines = {line["receipt_id"]: Decimal(str(line["amount"])) for line in made.lines}
    rests = {number for number, part in _parts(made, "receipt_id").items() if part != lines[number]}
    assert {made.kinds[int(str(number))] for number in rests} == {"wrong_amount"}


def test_red_bills_name_a_blue_one_of_the_same_amount(made: MadeSet) -> None:
    bills = {bill["bill_id"]: bill for bill in made.bills}
    reds = [bill for bill in made.bills if bill["reverses"]]
    assert len(reds) > 5
    assert [red for red in reds if red["amount"] != f"-{bills[red['reverses']]['amount']}"] == []
    assert [bill for bill in made.bills if not bill["reverses"] and str(bill["amount"]).startswith("-")] == []


def test_most_lines_are_easy_and_many_kinds_are_there(made: MadeSet) -> None:
    kinds = Counter(made.kinds.values())
    easy = sum(
        kinds[kind] for kind in ("field", "code", "memo_number", "memo_code", "name", "memo_name", "other")
    )
    assert 0.75 <= easy / len(made.lines) <= 0.92
    assert len(kinds) > 15


def _weak(bill: Bill, shown: str, pattern: str) -> Deal:
    line = Line(amount=bill.amount, received_on=bill.issued_on, payer_name=shown)
    pays = ((bill.bill_id, bill.amount),)
    return Deal(
        bills=(bill,), payments=(Payment(line=line, kind="x", reading=Reading.WEAK, pays=pays, name=pattern),)
    )


def test_a_tie_is_told_by_a_number_or_taken_out_and_who_is_named_is_told() -> None:
    wei, min_, fang = (
        Bill(bill_id=number, amount=125_000, issued_on=_DAY, payer_name=name, business_no=f"XF-{number:04}")
        for number, name in enumerate(("张伟", "张敏", "李芳"), 1)
    )
    ties = [_weak(wei, "张*", "张.+"), _weak(min_, "张*", "张.+")]
    told = _weak(fang, "李芳", re.escape("李芳"))
    found = judged([*ties, told], Random(SEED))
    assert told in found
    for deal in found:
        assert deal == told or deal.bills[0].business_no in deal.payments[0].line.memo


def test_the_second_of_two_is_told_when_the_first_is_ticked_off() -> None:
    wei = Bill(bill_id=1, amount=125_000, issued_on=_DAY, payer_name="张伟", business_no="XF-0001")
    min_ = Bill(bill_id=2, amount=125_000, issued_on=_DAY, payer_name="张敏", business_no="XF-0002")
    deals = [_weak(wei, "张伟", "张伟"), _weak(min_, "张*", "张.+")]
    assert judged(deals, Random(SEED)) == deals
