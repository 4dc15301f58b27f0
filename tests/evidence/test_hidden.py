"""Text that nobody sees on a page: a finding of its own, and a contradiction where it alone supports the bill."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from tests.evidence.lines import line_at, page_of

from mingpiao.evidence.comparison import compare
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Extraction
from mingpiao.reading.model import Belied

PAYER, UNIT = "乌海市远航商贸有限公司", "内蒙古大学"
BILL = BillFacts(
    kind="0201",
    payer_name=PAYER,
    payer_code="",
    unit_name=UNIT,
    unit_code="",
    unit_account="",
    total=Decimal("48000.00"),
    issued_on=date(2026, 3, 10),
    item_names=("检测费",),
    remark="",
    extension={},
)


def file(*unseen: str, shown: str = "合同总金额：人民币5,000.00元", payer: str = PAYER) -> Extraction:
    page = page_of("检测服务合同", f"甲方（付款方）：{payer}", f"乙方（收款方）：{UNIT}", shown)
    lines = tuple(line_at(text, 0.1, 0.8 + 0.02 * row) for row, text in enumerate(unseen))
    return extract([msgspec.structs.replace(page, hidden=sum(map(len, unseen)), unseen=lines)])


def belied(says: str, shown: str) -> Extraction:
    page = page_of("检测服务合同", f"甲方（付款方）：{PAYER}", f"乙方（收款方）：{UNIT}", shown)
    line = Belied(says=line_at(says, 0.1, 0.2), shown=shown)
    return extract([msgspec.structs.replace(page, belied=(line,))])


def hidden(bill: BillFacts, *files: Extraction) -> Claim:
    made = compare(bill, {str(number): says for number, says in enumerate(files)}, {})
    return next(each for each in made if each.name == "hidden")


def test_an_amount_that_only_hidden_text_states_contradicts() -> None:
    claim = hidden(BILL, file("合同总金额：人民币48,000.00元"))
    assert claim.verdict is ClaimVerdict.CONTRADICT
    assert claim.expected == "金额 48000.00 元"
    assert claim.found == "合同总金额：人民币48,000.00元"
    assert "第 1 页看不见的文字" in claim.explanation
    assert [mark.digest for mark in claim.marks] == ["0"]


@pytest.mark.parametrize("unseen", ["肆万捌仟元整", "4.8万元", "人民币 48 000.00 元"])
def test_the_amount_is_known_in_its_other_forms(unseen: str) -> None:
    assert hidden(BILL, file(f"金额：{unseen}")).verdict is ClaimVerdict.CONTRADICT


@pytest.mark.parametrize(
    "shown", ["单号148000.00", "合同编号48,000.00-2", "总金额：148,000.00元", "余额-48000.00"]
)
def test_a_longer_number_on_the_page_does_not_show_the_amount(shown: str) -> None:
    claim = hidden(BILL, file("合同总金额：人民币48,000.00元", shown=shown))
    assert (claim.verdict, claim.expected) == (ClaimVerdict.CONTRADICT, "金额 48000.00 元")


@pytest.mark.parametrize("shown", ["实收 48 000.00", "实收 48000", "实收４８，０００．００"])
def test_the_amount_on_the_page_in_other_writings_is_seen(shown: str) -> None:
    assert hidden(BILL, file("合同总金额：人民币48,000.00元", shown=shown)).verdict is ClaimVerdict.HINT


def test_a_payer_whom_only_hidden_text_names_contradicts() -> None:
    claim = hidden(BILL, file(f"付款方：{PAYER}", payer="包头市恒信科技有限公司"))
    assert (claim.verdict, claim.expected) == (ClaimVerdict.CONTRADICT, f"缴款人“{PAYER}”")


def test_hidden_text_that_supports_nothing_is_a_hint() -> None:
    claim = hidden(BILL, file("这一行是白色的", shown="合同总金额：人民币48,000.00元"))
    assert claim.verdict is ClaimVerdict.HINT
    assert (claim.found, claim.expected) == ("这一行是白色的", "")


def test_what_the_page_shows_as_well_needs_no_hidden_text() -> None:
    twice = file("合同总金额：人民币48,000.00元", shown="合同总金额：人民币48,000.00元")
    assert hidden(BILL, twice).verdict is ClaimVerdict.HINT


def test_a_file_without_hidden_text_agrees_and_no_file_is_absent() -> None:
    assert hidden(BILL, file()).verdict is ClaimVerdict.AGREE
    assert hidden(BILL).verdict is ClaimVerdict.ABSENT
    two_characters = file("，。")
    assert two_characters.hidden == ()
    assert hidden(BILL, two_characters).verdict is ClaimVerdict.AGREE


def test_the_excerpt_is_short_and_the_amount_behind_it_counts() -> None:
    claim = hidden(BILL, file("无关的文字" * 20, "合同总金额：人民币48,000.00元"))
    assert claim.verdict is ClaimVerdict.CONTRADICT
    assert len(claim.found) == 60


def test_an_amount_that_the_text_says_and_the_page_shows_otherwise_contradicts() -> None:
    claim = hidden(BILL, belied("合同总金额：人民币48,000.00元", "合同总金额：人民币43,000.00元"))
    assert (claim.verdict, claim.expected) == (ClaimVerdict.CONTRADICT, "金额 48000.00 元")
    assert claim.explanation == (
        "票面的金额 48000.00 元只与文件中的文字相符：材料第 1 页上看到的是“合同总金额：人民币43,000.00元”，"
        "文件中的文字却是“合同总金额：人民币48,000.00元”，材料可能被改动。"
    )


def test_text_that_differs_from_the_page_in_nothing_of_the_bill_is_a_hint() -> None:
    claim = hidden(BILL, belied("合同总金额：人民币43,000.00元", "合同总金额：人民币48,000.00元"))
    assert (claim.verdict, claim.expected) == (ClaimVerdict.HINT, "")
    assert claim.explanation == (
        "材料第 1 页上看到的是“合同总金额：人民币48,000.00元”，文件中的文字却是“合同总金额：人民币43,000.00元”，"
        "已按看到的内容识别，请留意材料是否被改动。"
    )
