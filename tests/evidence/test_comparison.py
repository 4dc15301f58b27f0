"""How a bill is compared with what its files say: one claim for each thing, in Chinese, with its places."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from mingpiao.evidence.comparison import compare
from mingpiao.evidence.model import (
    CLAIM_NAMES,
    Amount,
    BillFacts,
    Claim,
    ClaimVerdict,
    Extraction,
    Party,
    ReadPage,
    Usage,
)
from mingpiao.reading.model import Found, PagePlace

D = Decimal
HERE = PagePlace(page=1, left=0.1, top=0.2, right=0.5, bottom=0.22)

BILL = BillFacts(
    kind="0201",
    payer_name="内蒙古蓝天科技有限公司",
    payer_code="91150100MA0ABCDE1X",
    unit_name="内蒙古大学",
    unit_code="121500004600002345",
    unit_account="1500 1234 5678 9012",
    total=D("50000.00"),
    issued_on=date(2026, 3, 10),
    item_names=("代收培训费",),
    remark="",
    extension={},
)


def found(value: str) -> Found:
    return Found(value=value, text=value, places=(HERE,))


def amount(value: str, role: str = "total", *, beside: str | None = None) -> Amount:
    words = beside is not None
    return Amount(
        value=D(value), role=role, words=words, found=found(value), beside=D(beside) if beside else None
    )


def file(**changes: Any) -> Extraction:
    """A contract that agrees with the bill in everything, but for the changes."""
    says = Extraction(
        kind="contract",
        pages=(ReadPage(number=1, width=595, height=842, rotation=0, method="text", text=""),),
        parties=(
            Party(role="payer", name=found("内蒙古蓝天科技有限公司")),
            Party(role="payee", name=found("内蒙古大学"), account=found("150012345678" + "9012")),
        ),
        amounts=(amount("50000.00"),),
        signed_on=found("2026-03-01"),
        accounts=(found("1500123456789012"),),
        purpose=found("会计人员业务培训"),
    )
    return msgspec.structs.replace(says, **changes)


def claims(bill: BillFacts, *files: Extraction, used: dict[int, str] | None = None) -> dict[str, Claim]:
    by_digest = {str(number): one for number, one in enumerate(files)}
    usage = {str(number): Usage(amount=D(value), bills=1) for number, value in (used or {}).items()}
    return {claim.name: claim for claim in compare(bill, by_digest, usage)}


def verdict(
    name: str, bill: BillFacts, *files: Extraction, used: dict[int, str] | None = None
) -> ClaimVerdict:
    return claims(bill, *files, used=used)[name].verdict


def changed(**changes: Any) -> BillFacts:
    return msgspec.structs.replace(BILL, **changes)


def parties(payer: str, payee: str) -> tuple[Party, ...]:
    return Party(role="payer", name=found(payer)), Party(role="payee", name=found(payee))


def test_every_claim_is_made_once_in_order() -> None:
    for files in ({}, {"a": file()}, {"a": file(), "b": file(kind="transfer")}):
        assert tuple(claim.name for claim in compare(BILL, files, {})) == CLAIM_NAMES


def test_a_file_that_agrees_in_everything() -> None:
    made = claims(BILL, file())
    verdicts = {name: claim.verdict for name, claim in made.items()}
    assert verdicts.pop("seal") is ClaimVerdict.HINT
    assert verdicts.pop("words") is ClaimVerdict.ABSENT
    assert set(verdicts.values()) == {ClaimVerdict.AGREE}
    assert made["payer"].marks[0].place == HERE
    assert made["payer"].marks[0].digest == "0"


def test_a_file_that_says_nothing_contradicts_nothing() -> None:
    empty = Extraction(kind="other", pages=file().pages)
    verdicts = {name: claim.verdict for name, claim in claims(BILL, empty).items()}
    assert verdicts.pop("seal") is ClaimVerdict.HINT
    assert verdicts.pop("status") is verdicts.pop("hidden") is ClaimVerdict.AGREE
    assert set(verdicts.values()) == {ClaimVerdict.ABSENT}


@pytest.mark.parametrize("name", ["内蒙古蓝天科技(有限)公司", "内蒙古 蓝天科技有限公司"])
def test_a_name_may_be_written_in_another_way(name: str) -> None:
    assert verdict("payer", changed(payer_name=name), file()) is ClaimVerdict.AGREE


def test_another_company_contradicts_and_both_names_are_told() -> None:
    claim = claims(changed(payer_name="内蒙古青天科技有限公司"), file())["payer"]
    assert claim.verdict is ClaimVerdict.CONTRADICT
    assert (claim.expected, claim.found) == ("内蒙古青天科技有限公司", "内蒙古蓝天科技有限公司")
    assert "内蒙古青天科技有限公司" in claim.explanation
    assert "内蒙古蓝天科技有限公司" in claim.explanation


def test_the_payer_as_the_one_who_receives_contradicts() -> None:
    turned = file(parties=parties("内蒙古大学", "内蒙古蓝天科技有限公司"))
    made = claims(BILL, turned)
    assert (made["payer"].verdict, made["payee"].verdict) == (
        ClaimVerdict.CONTRADICT,
        ClaimVerdict.CONTRADICT,
    )


def test_the_code_tells_a_party_whose_name_was_changed() -> None:
    code = found("91150100MA0ABCDE1X")
    renamed = file(
        parties=(
            Party(role="payer", name=found("内蒙古蓝天实业有限公司"), code=code),
            parties("", "内蒙古大学")[1],
        )
    )
    assert verdict("payer", BILL, renamed) is ClaimVerdict.AGREE


def test_a_scan_that_reads_a_name_well_once_is_believed() -> None:
    misread = parties("内蒙古蓝夭科技有限公司", "内蒙古大学")
    body = msgspec.structs.replace(file().pages[0], text="……内蒙古蓝天科技有限公司（盖章）")
    scan = msgspec.structs.replace(body, method="ocr")
    assert verdict("payer", BILL, file(parties=misread, pages=(scan,))) is ClaimVerdict.AGREE
    assert verdict("payer", BILL, file(parties=misread, pages=(body,))) is ClaimVerdict.CONTRADICT
    elsewhere = msgspec.structs.replace(scan, text="")
    assert verdict("payer", BILL, file(parties=misread, pages=(elsewhere,))) is ClaimVerdict.CONTRADICT


def test_a_party_without_a_role_is_enough() -> None:
    unclear = file(parties=(Party(role="", name=found("内蒙古蓝天科技有限公司")),))
    assert verdict("payer", BILL, unclear) is ClaimVerdict.AGREE


def test_the_total_or_an_instalment_agrees_another_amount_does_not() -> None:
    staged = file(amounts=(amount("100000"), amount("50000", "instalment"), amount("30000", "instalment")))
    assert verdict("amount", BILL, staged) is ClaimVerdict.AGREE
    claim = claims(changed(total=D("40000")), staged)["amount"]
    assert claim.verdict is ClaimVerdict.CONTRADICT
    assert (claim.expected, claim.found) == ("40000.00", "100000.00")


@pytest.mark.parametrize(
    ("used", "agrees"), [("0", True), ("50000", True), ("50000.01", False), ("100000", False)]
)
def test_a_part_of_a_total_agrees_while_there_is_a_rest(used: str, agrees: bool) -> None:
    made = claims(BILL, file(amounts=(amount("100000"),)), used={0: used})
    expected = ClaimVerdict.AGREE if agrees else ClaimVerdict.CONTRADICT
    assert (made["amount"].verdict, made["usage"].verdict) == (expected, expected)


def test_a_bill_beyond_an_unused_file_is_the_amounts_affair() -> None:
    made = claims(BILL, file(amounts=(amount("20000"),)))
    assert (made["amount"].verdict, made["usage"].verdict) == (ClaimVerdict.CONTRADICT, ClaimVerdict.HINT)
    assert made["usage"].explanation.endswith("本次 50000.00 元超出载明的金额，见“金额”一项。")


def test_the_same_file_again_is_used_up() -> None:
    claim = claims(BILL, file(), used={0: "50000"})["usage"]
    assert claim.verdict is ClaimVerdict.CONTRADICT
    assert (
        claim.explanation
        == "材料载明 50000.00 元，此前 1 张票据已使用 50000.00 元，加上本次 50000.00 元将超出。"
    )


def test_a_file_that_states_a_deposit_alone_is_about_the_deposit() -> None:
    says = file(amounts=(amount("600", "deposit", beside="600"), amount("600", "deposit")))
    made = claims(changed(total=D("900")), says)
    assert (made["amount"].verdict, made["amount"].found) == (ClaimVerdict.CONTRADICT, "600.00")
    assert claims(changed(total=D("600")), says, used={0: "600"})["usage"].verdict is ClaimVerdict.CONTRADICT
    unclear = file(amounts=(amount("600", "deposit"), amount("900", "")))
    assert verdict("amount", changed(total=D("900")), unclear) is ClaimVerdict.ABSENT


def test_a_transfer_is_of_one_amount() -> None:
    assert (
        verdict("amount", BILL, file(kind="transfer", amounts=(amount("80000"),))) is ClaimVerdict.CONTRADICT
    )


def test_of_a_contract_and_its_transfer_one_may_state_the_amount() -> None:
    contract = file(amounts=(amount("90000"), amount("30000", "instalment"), amount("60000", "instalment")))
    assert verdict("amount", BILL, contract, file(kind="transfer")) is ClaimVerdict.AGREE


def test_a_list_gives_the_unit_its_own_amount() -> None:
    rows = (
        Party(role="payee", name=found("内蒙古大学"), amount=D("50000")),
        Party(role="payee", name=found("赛罕区图书馆"), amount=D("70000")),
    )
    notice = file(kind="policy", parties=rows, amounts=(amount("120000"),))
    assert verdict("amount", BILL, notice) is ClaimVerdict.AGREE
    assert verdict("amount", changed(total=D("70000")), notice) is ClaimVerdict.CONTRADICT
    assert (
        verdict("payee", changed(unit_name="红山区博物馆", unit_code=""), notice) is ClaimVerdict.CONTRADICT
    )


def test_a_list_with_two_rows_for_the_unit() -> None:
    rows = tuple(
        Party(role="payee", name=found("内蒙古大学"), amount=D(value)) for value in ("30000", "20000")
    )
    notice = file(kind="policy", parties=rows, amounts=(amount("120000"),))
    totals = ("30000", "20000", "50000", "40000", "120000")
    assert [verdict("amount", changed(total=D(value)), notice) for value in totals] == [
        *[ClaimVerdict.AGREE] * 3,
        *[ClaimVerdict.CONTRADICT] * 2,
    ]


def test_words_that_differ_from_the_digits_beside_them() -> None:
    claim = claims(BILL, file(amounts=(amount("50000"), amount("5000", beside="50000"))))["words"]
    assert (claim.verdict, claim.expected) == (ClaimVerdict.CONTRADICT, "")
    assert "5000.00 元" in claim.explanation
    assert "50000.00 元" in claim.explanation
    assert (
        verdict("words", BILL, file(amounts=(amount("50000"), amount("50000", beside="50000"))))
        is ClaimVerdict.AGREE
    )


@pytest.mark.parametrize(
    ("confidence", "seals", "expected"),
    [
        (0.99, (), ClaimVerdict.CONTRADICT),
        (0.9, (), ClaimVerdict.ABSENT),
        (0.99, (HERE,), ClaimVerdict.ABSENT),
    ],
)
def test_words_that_a_seal_hides_are_not_held_against_the_bill(
    confidence: float, seals: tuple[PagePlace, ...], expected: ClaimVerdict
) -> None:
    """壹万 for 伍万 on a scan: one character, and the scan is hard to read there."""
    wrong = Found(value="10000", text="壹万元整", places=(HERE,), confidence=confidence)
    worded = Amount(value=D("10000"), role="", words=True, found=wrong, beside=D("50000"))
    scan = msgspec.structs.replace(file().pages[0], method="ocr")
    stamped = file(amounts=(amount("50000"), worded), pages=(scan,), seals=seals)
    assert verdict("words", BILL, stamped) is expected


@pytest.mark.parametrize(
    ("signed", "start", "end", "expected"),
    [
        ("2026-03-10", None, None, ClaimVerdict.AGREE),
        ("2026-03-11", None, None, ClaimVerdict.CONTRADICT),
        (None, "2026-03-10", "2026-03-10", ClaimVerdict.AGREE),
        (None, "2026-03-11", "2026-12-31", ClaimVerdict.CONTRADICT),
        (None, "2025-03-11", "2026-02-06", ClaimVerdict.CONTRADICT),
        # A last payment comes some days after the end.
        (None, "2025-03-11", "2026-03-09", ClaimVerdict.HINT),
        (None, None, None, ClaimVerdict.ABSENT),
    ],
)
def test_the_bill_falls_into_the_period(
    signed: str | None, start: str | None, end: str | None, expected: ClaimVerdict
) -> None:
    days = {
        name: found(day) if day else None
        for name, day in (("signed_on", signed), ("starts_on", start), ("ends_on", end))
    }
    assert verdict("date", BILL, file(**days)) is expected


@pytest.mark.parametrize(
    ("items", "remark", "expected"),
    [
        (("代收培训费",), "", ClaimVerdict.AGREE),
        (("往来款",), "会计继续教育", ClaimVerdict.AGREE),
        (("代收款项",), "", ClaimVerdict.ABSENT),
        (("代收水电费",), "", ClaimVerdict.CONTRADICT),
    ],
)
def test_only_another_thing_contradicts_the_purpose(
    items: tuple[str, ...], remark: str, expected: ClaimVerdict
) -> None:
    assert verdict("purpose", changed(item_names=items, remark=remark), file()) is expected


def test_the_account_is_compared_with_the_receivers() -> None:
    assert verdict("account", changed(unit_account="6222 0000 0000 0000"), file()) is ClaimVerdict.CONTRADICT
    assert verdict("account", changed(unit_account=""), file()) is ClaimVerdict.ABSENT
    payers_only = file(
        parties=parties("内蒙古蓝天科技有限公司", "内蒙古大学"), accounts=(found("99999999999"),)
    )
    assert verdict("account", BILL, payers_only) is ClaimVerdict.ABSENT


def test_seals_are_a_hint_only() -> None:
    claim = claims(BILL, file(seals=(HERE,)), file())["seal"]
    assert claim.verdict is ClaimVerdict.HINT
    assert claim.found == "1"
    assert [mark.digest for mark in claim.marks] == ["0"]


def test_what_one_file_contradicts_another_does_not_heal() -> None:
    other = file(parties=parties("内蒙古青天科技有限公司", "内蒙古大学"))
    claim = claims(BILL, file(), other)["payer"]
    assert claim.verdict is ClaimVerdict.CONTRADICT
    assert claim.marks[0].digest == "1"
