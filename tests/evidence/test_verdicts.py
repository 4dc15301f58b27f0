"""What weights make of the rules' claims (decision 57): contradicts, cannot tell, or does not contradict."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.evidence.test_comparison import BILL, amount, changed, file, found

from mingpiao.evidence.comparison import compare
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Extraction, Party, Usage
from mingpiao.evidence.weighing.model import Bounds, Learnt, Weights

CONTRADICT, HINT, AGREE, ABSENT = (
    ClaimVerdict.CONTRADICT,
    ClaimVerdict.HINT,
    ClaimVerdict.AGREE,
    ClaimVerdict.ABSENT,
)
BOUNDS = Bounds(contradicts=0.9, hints=0.5)
WEIGHED = ("payer", "payee", "amount", "purpose")


def doubting(**doubts: float) -> Learnt:
    """Weights that doubt each of these claims so much, and others hardly at all, whatever the file says."""
    of = {name: doubts.get(name, 0.001) for name in WEIGHED}
    weights = {
        name: Weights(roles=("no", "yes"), weights={"bias": (0.0, math.log(doubt / (1 - doubt)))})
        for name, doubt in of.items()
    }
    return Learnt(facts={}, claims=weights, bounds=dict.fromkeys(WEIGHED, BOUNDS))


def likely(**changes: Any) -> Extraction:
    """The agreeing contract, read with weights."""
    says = file()
    payer, payee = says.parties
    told = (
        msgspec.structs.replace(payer, pays=0.98, receives=0.01),
        msgspec.structs.replace(payee, pays=0.01, receives=0.98),
    )
    one = msgspec.structs.replace(amount("50000.00"), likely=0.95)
    other = msgspec.structs.replace(amount("80000.00", ""), likely=0.2)
    return msgspec.structs.replace(says, parties=told, amounts=(one, other), **changes)


def claim_of(name: str, bill: BillFacts, says: Extraction, learnt: Learnt) -> Claim:
    return next(claim for claim in compare(bill, {"paper": says}, {}, learnt) if claim.name == name)


#: A bill for each claim that the rules find contradicted by the contract.
WRONG = {
    "payer": changed(payer_name="包头市青山科技有限公司", payer_code=""),
    "payee": changed(unit_name="包头师范学院", unit_code=""),
    "amount": changed(total=Decimal("60000.00")),
    "purpose": changed(item_names=("代收水电费",)),
}


@pytest.mark.parametrize("name", WEIGHED)
@pytest.mark.parametrize(
    ("doubt", "expected"),
    [(0.91, CONTRADICT), (0.89, HINT), (0.51, HINT), (0.11, HINT), (0.09, ABSENT)],
)
def test_a_contradiction_of_rules_needs_weights_that_support_it(
    name: str, doubt: float, expected: ClaimVerdict
) -> None:
    claim = claim_of(name, WRONG[name], likely(), doubting(**{name: doubt}))
    assert claim.verdict is expected
    assert ("不能判断" in claim.explanation) is (expected is HINT)


@pytest.mark.parametrize("name", ["amount", "purpose"])
@pytest.mark.parametrize(
    ("doubt", "expected"), [(0.91, CONTRADICT), (0.89, HINT), (0.51, HINT), (0.49, AGREE)]
)
def test_weights_contradict_also_where_rules_agree(name: str, doubt: float, expected: ClaimVerdict) -> None:
    claim = claim_of(name, BILL, likely(), doubting(**{name: doubt}))
    assert claim.verdict is expected
    assert ("不能判断" in claim.explanation) is (expected is HINT)


@pytest.mark.parametrize(
    ("name", "other"), [("payer", "赤峰市红山实业有限公司"), ("payee", "赤峰市红山区第一中学")]
)
@pytest.mark.parametrize(
    ("doubt", "expected"), [(0.91, CONTRADICT), (0.89, HINT), (0.51, HINT), (0.49, AGREE)]
)
def test_weights_alone_tell_who_is_the_party_instead(
    name: str, other: str, doubt: float, expected: ClaimVerdict
) -> None:
    pays, receives = (0.6, 0.3) if name == "payer" else (0.3, 0.6)
    third = Party(role="", name=found(other), pays=pays, receives=receives)
    says = likely()
    says = msgspec.structs.replace(says, parties=(*says.parties, third))
    claim = claim_of(name, BILL, says, doubting(**{name: doubt}))
    assert claim.verdict is expected
    if expected is CONTRADICT:
        assert claim.found == other
        assert f"“{other}”" in claim.explanation


def test_without_another_party_weights_alone_do_not_contradict() -> None:
    alone = likely()
    alone = msgspec.structs.replace(alone, parties=alone.parties[:1])
    assert claim_of("payer", BILL, alone, doubting(payer=0.99)).verdict is AGREE


@pytest.mark.parametrize("name", WEIGHED)
def test_of_files_that_were_read_before_rules_alone_decide(name: str) -> None:
    assert claim_of(name, WRONG[name], file(), doubting()).verdict is CONTRADICT
    assert claim_of(name, BILL, file(), doubting(**{name: 0.99})).verdict is AGREE


def test_a_name_that_stands_there_unmade_out_is_no_contradiction() -> None:
    """Weights are silent about it, so that what rules see is a hint."""
    says = likely()
    page = msgspec.structs.replace(says.pages[0], text="经办：包头市青山科技有限公司")
    says = msgspec.structs.replace(says, pages=(page,))
    assert claim_of("payer", WRONG["payer"], says, doubting(payer=0.99)).verdict is HINT


def test_words_of_the_bill_that_stand_in_the_file_are_no_contradiction() -> None:
    says = likely()
    page = msgspec.structs.replace(says.pages[0], text="本合同另含天文台穹顶改造。")
    says = msgspec.structs.replace(says, pages=(page,))
    bill = changed(item_names=("天文台穹顶改造",))
    assert claim_of("purpose", bill, says, doubting(purpose=0.99)).verdict is AGREE
    assert claim_of("purpose", bill, likely(), doubting(purpose=0.99)).verdict is CONTRADICT


@pytest.mark.parametrize(("how", "expected"), [(0.8, CONTRADICT), (0.79, HINT)])
def test_a_day_that_was_hardly_told_from_others_is_a_hint(how: float, expected: ClaimVerdict) -> None:
    says = likely(signed_on=found("2026-03-11"), likely={"signed_on": how})
    claim = claim_of("date", BILL, says, doubting())
    assert claim.verdict is expected
    assert ("不能判断" in claim.explanation) is (expected is HINT)


@pytest.mark.parametrize(
    ("on", "kind", "expected"),
    [
        (date(2026, 1, 31), "contract", HINT),
        (date(2026, 2, 1), "contract", CONTRADICT),
        (date(2026, 1, 31), "policy", HINT),
        (date(2026, 1, 31), "transfer", HINT),
        (date(2026, 2, 1), "transfer", CONTRADICT),
        (date(2025, 12, 31), "policy", AGREE),
    ],
)
def test_papers_are_settled_up_to_a_month_after_their_end(
    on: date, kind: str, expected: ClaimVerdict
) -> None:
    says = likely(signed_on=None, starts_on=found("2025-01-01"), ends_on=found("2025-12-31"), kind=kind)
    assert claim_of("date", changed(issued_on=on), says, doubting()).verdict is expected


@pytest.mark.parametrize(
    ("kind", "signed", "expected"),
    [("donation", "2026-03-01", HINT), ("donation", None, CONTRADICT), ("policy", "2026-03-01", HINT)],
)
def test_papers_are_paid_before_their_period_begins(
    kind: str, signed: str | None, expected: ClaimVerdict
) -> None:
    says = likely(
        signed_on=found(signed) if signed else None,
        starts_on=found("2026-04-01"),
        ends_on=found("2026-12-31"),
        kind=kind,
    )
    assert claim_of("date", BILL, says, doubting()).verdict is expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2026-03-08\n2026-03-11\n2026-03-20", "transfer", HINT),
        # Of the three days none lies shortly before the bill.
        ("2026-01-08\n2026-03-11\n2026-03-20", "transfer", CONTRADICT),
        ("2026-03-08\n2026-03-11", "transfer", CONTRADICT),
        ("2026-03-08\n2026-03-11\n2026-03-20", "policy", CONTRADICT),
    ],
)
def test_a_statement_names_many_days(text: str, kind: str, expected: ClaimVerdict) -> None:
    says = likely(signed_on=found("2026-03-20"), kind=kind)
    page = msgspec.structs.replace(says.pages[0], text=text)
    claim = claim_of("date", BILL, msgspec.structs.replace(says, pages=(page,)), doubting())
    assert claim.verdict is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("内蒙古蓝天科技有限公司 60,000.00", HINT),
        ("内蒙古蓝天科技有限公司\n摘要\n60,000.00 2026-03-01", HINT),
        # In the line of somebody else it says nothing, nor as part of a longer number.
        ("包头市青山科技有限公司 60,000.00", CONTRADICT),
        ("内蒙古蓝天科技有限公司 160,000.00", CONTRADICT),
    ],
)
def test_an_amount_in_the_payers_line_is_no_contradiction(text: str, expected: ClaimVerdict) -> None:
    says = likely()
    page = msgspec.structs.replace(says.pages[0], text=text)
    says = msgspec.structs.replace(says, pages=(page,))
    assert claim_of("amount", WRONG["amount"], says, doubting(amount=0.99)).verdict is expected


# -- accounts --------------------------------------------------------------------------------------

_UNITS, _ANOTHER = "1500123456789012", "6222020200112345678"


def _with_accounts(payer: str, payee: str, *known: str, receives: float = 0.98) -> Extraction:
    says = likely()
    one, two = says.parties
    parties = (
        msgspec.structs.replace(one, account=found(payer) if payer else None),
        msgspec.structs.replace(two, account=found(payee) if payee else None, receives=receives),
    )
    return msgspec.structs.replace(says, parties=parties, accounts=tuple(map(found, known)))


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (_with_accounts("", _UNITS, _UNITS), AGREE),
        (_with_accounts("", _ANOTHER, _ANOTHER), CONTRADICT),
        # Who receives is not sure, so whose account it is cannot be told.
        (_with_accounts("", _ANOTHER, _ANOTHER, receives=0.89), HINT),
        # Nobody's account, the only one of the file.
        (_with_accounts("", "", _ANOTHER), CONTRADICT),
        (_with_accounts("", "", _ANOTHER, "99999999999"), ABSENT),
        # Three digits may be read wrongly.
        (_with_accounts("", "", _UNITS[:-3] + "999"), ABSENT),
        # The payer pays from his own account, and nobody else's is told.
        (_with_accounts(_ANOTHER, "", _ANOTHER), ABSENT),
        (_with_accounts("99999999999", "", "99999999999", _ANOTHER), CONTRADICT),
        (msgspec.structs.replace(_with_accounts("", "", _ANOTHER), kind="transfer"), ABSENT),
    ],
)
def test_the_account_that_counts_is_the_receivers(says: Extraction, expected: ClaimVerdict) -> None:
    claim = claim_of("account", BILL, says, doubting())
    assert claim.verdict is expected
    if expected is CONTRADICT:
        assert claim.found == _ANOTHER


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("户名：内蒙古大学\n开户行：工商银行\n账号：6222 0202 0011 2345 678", "policy", CONTRADICT),
        ("本方户名\n内蒙古大学\n本方账号\n6222020200112345678", "transfer", CONTRADICT),
        # Receipts show both sides beside each other.
        ("户名：内蒙古大学\n账号：6222020200112345678", "transfer", ABSENT),
        # Somebody else's name comes first, or too much else.
        ("内蒙古大学\n内蒙古蓝天科技有限公司\n账号：6222020200112345678", "policy", ABSENT),
        ("内蒙古大学\n一\n二\n三\n账号：6222020200112345678", "policy", ABSENT),
    ],
)
def test_the_account_below_the_units_name_is_the_units(text: str, kind: str, expected: ClaimVerdict) -> None:
    says = _with_accounts("", "", _ANOTHER, "99999999999")
    page = msgspec.structs.replace(says.pages[0], text=text)
    says = msgspec.structs.replace(says, pages=(page,), kind=kind)
    assert claim_of("account", BILL, says, doubting()).verdict is expected


# -- calls, sums that were cut off, limits that were passed ----------------------------------------


def _says(text: str, **changes: Any) -> Extraction:
    says = likely(**changes)
    return msgspec.structs.replace(says, pages=(msgspec.structs.replace(says.pages[0], text=text),))


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("各投标人须于开标前缴纳保证金。", "policy", HINT),
        # Money that is given goes to those that are named, and a contract calls nobody.
        ("各单位：现下达补助经费，不得收费。", "policy", CONTRADICT),
        ("各投标人须于开标前缴纳保证金。", "contract", CONTRADICT),
        ("请你公司缴纳保证金。", "policy", CONTRADICT),
    ],
)
def test_a_call_to_whoever_takes_part_names_no_payer(text: str, kind: str, expected: ClaimVerdict) -> None:
    claim = claim_of("payer", WRONG["payer"], _says(text, kind=kind), doubting(payer=0.99))
    assert claim.verdict is expected


@pytest.mark.parametrize(("words", "expected"), [("25000", ABSENT), ("26000", CONTRADICT)])
def test_words_whose_beginning_was_read_apart_do_not_differ(words: str, expected: ClaimVerdict) -> None:
    says = msgspec.structs.replace(likely(), amounts=(amount("1725000"), amount(words, "", beside="1725000")))
    assert claim_of("words", BILL, says, doubting()).verdict is expected


@pytest.mark.parametrize(
    ("used", "expected"), [("49999.00", CONTRADICT), ("50000.00", CONTRADICT), ("50001.00", HINT)]
)
def test_a_limit_that_earlier_bills_passed_is_hardly_the_limit(used: str, expected: ClaimVerdict) -> None:
    usage = {"paper": Usage(amount=Decimal(used), bills=1)}
    claims = compare(BILL, {"paper": likely()}, usage, doubting())
    assert next(claim.verdict for claim in claims if claim.name == "usage") is expected
