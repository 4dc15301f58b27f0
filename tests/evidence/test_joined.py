"""Several files for one bill: what they say together, which of them decides, and where two contradict each other."""

from datetime import date
from decimal import Decimal
from functools import cache

import msgspec
import pytest
from tests.evidence.lines import read

from mingpiao.evidence.comparison import compare
from mingpiao.evidence.model import CLAIM_NAMES, BillFacts, Claim, ClaimVerdict, Extraction, Usage

CONTRADICT, HINT, AGREE, ABSENT = (
    ClaimVerdict.CONTRADICT,
    ClaimVerdict.HINT,
    ClaimVerdict.AGREE,
    ClaimVerdict.ABSENT,
)
FIRM, OTHER = "内蒙古蓝天科技有限公司", "包头市青山机械有限公司"
UNIT = "内蒙古大学"
ACCOUNT, ANOTHER = "1500123456789012", "0602145609876543"

BILL = BillFacts(
    kind="0201",
    payer_name=FIRM,
    payer_code="",
    unit_name=UNIT,
    unit_code="",
    unit_account=ACCOUNT,
    total=Decimal("120000.00"),
    issued_on=date(2026, 6, 10),
    item_names=("代收培训费",),
    remark="",
    extension={},
)


def bill(total: str = "120000", **changes: object) -> BillFacts:
    return msgspec.structs.replace(BILL, total=Decimal(total), **changes)


def contract(
    *terms: str,
    payer: str = FIRM,
    number: str = "HT-2026-015",
    title: str = "技术服务合同",
    account: str = ACCOUNT,
    signed: str = "2026年1月5日",
    total: str = "100,000.00元（大写：壹拾万元整）",
    until: str = "2026年12月31日",
) -> Extraction:
    return _read(
        title,
        f"合同编号：{number}",
        f"甲方（委托方）：{payer}",
        f"乙方（受托方）：{UNIT}",
        "就会计人员业务培训事宜，双方订立本合同。",
        f"一、合同总金额为人民币{total}。",
        f"二、合同期限自2026年1月1日起至{until}止。",
        f"三、乙方收款账户：户名{UNIT}，开户行中国银行呼和浩特分行，账号：{account}。",
        *terms,
        f"甲方（盖章）：{payer}\t乙方（盖章）：{UNIT}",
        f"签订日期：{signed}",
    )


CHANGED = "一、原合同总金额由100,000.00元变更为120,000.00元（大写：壹拾贰万元整）。"


def supplement(
    *terms: str,
    payer: str = FIRM,
    title: str = "补充协议",
    cited: str = "2026年1月5日签订了《技术服务合同》（合同编号：HT-2026-015）",
    signed: str = "2026年5月20日",
) -> Extraction:
    return _read(
        title,
        f"甲方：{payer}",
        f"乙方：{UNIT}",
        f"双方于{cited}，现经协商一致，达成如下补充协议：",
        *(terms or (CHANGED,)),
        "原合同其余条款继续有效。",
        f"甲方（盖章）：{payer}\t乙方（盖章）：{UNIT}",
        f"签订日期：{signed}",
    )


def receipt(
    total: str = "50,000.00",
    words: str = "伍万元整",
    *,
    payer: str = FIRM,
    on: str = "2026年6月1日",
    number: str = "20260601000123",
) -> Extraction:
    return _read(
        "中国银行网上银行电子回单",
        f"回单编号：{number}",
        f"付款人户名：{payer}",
        "付款人账号：6222020200112345",
        f"收款人户名：{UNIT}",
        f"收款人账号：{ACCOUNT}",
        f"交易金额（小写）：{total}元",
        f"金额（大写）：{words}",
        "用途：培训费",
        f"交易日期：{on}",
    )


@cache
def _read(*rows: str) -> Extraction:
    return read(*rows)


def claims(
    on: BillFacts, *files: Extraction, used: dict[int, tuple[str, int]] | None = None
) -> dict[str, Claim]:
    by_digest = {f"{number:064x}": one for number, one in enumerate(files)}
    usage = {
        f"{number:064x}": Usage(amount=Decimal(amount), bills=bills)
        for number, (amount, bills) in (used or {}).items()
    }
    return {claim.name: claim for claim in compare(on, by_digest, usage)}


def places(claim: Claim) -> set[int]:
    """Which of the files a claim's marks are in, counted from 1."""
    return {int(mark.digest, 16) + 1 for mark in claim.marks}


# -- the supplement has the last word --------------------------------------------------------------


def test_a_supplements_new_sum_decides_and_the_contracts_is_no_contradiction() -> None:
    made = claims(bill(), contract(), supplement())
    claim = made["amount"]
    assert claim.verdict is AGREE
    assert claim.found == "120000.00"
    assert claim.explanation == (
        "第 1 份材料（合同）载明 100000.00 元，已由第 2 份材料（补充协议）调整为 120000.00 元，与票面金额一致。"
    )
    assert places(claim) == {2}
    assert tuple(made) == CLAIM_NAMES
    assert not [name for name, one in made.items() if one.verdict is CONTRADICT]


def test_a_bill_of_the_superseded_sum_is_contradicted() -> None:
    claim = claims(bill("100000"), contract(), supplement())["amount"]
    assert claim.verdict is CONTRADICT
    assert (
        "已由第 2 份材料（补充协议）调整为 120000.00 元，票面金额为 100000.00 元，两者不一致。"
        in claim.explanation
    )


def test_the_order_of_the_files_does_not_matter() -> None:
    for total, expected in (("120000", AGREE), ("100000", CONTRADICT)):
        claim = claims(bill(total), supplement(), contract())["amount"]
        assert claim.verdict is expected
        assert "第 2 份材料（合同）载明 100000.00 元，已由第 1 份材料（补充协议）" in claim.explanation


def test_a_bill_above_the_new_sum_is_contradicted() -> None:
    assert claims(bill("130000"), contract(), supplement())["amount"].verdict is CONTRADICT


LOWERED = "一、原合同总金额由100,000.00元调整为80,000.00元（大写：捌万元整）。"


@pytest.mark.parametrize(("total", "expected"), [("80000", AGREE), ("100000", CONTRADICT)])
def test_a_supplement_may_lower_the_sum(total: str, expected: ClaimVerdict) -> None:
    assert claims(bill(total), contract(), supplement(LOWERED))["amount"].verdict is expected


ADDED = "一、增加培训费用20,000.00元（大写：贰万元整），其余条款不变。"


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("120000", AGREE),
        ("20000", AGREE),
        ("100000", AGREE),
        ("120000.01", CONTRADICT),
        ("140000", CONTRADICT),
    ],
)
def test_what_a_supplement_adds_gives_the_sum(total: str, expected: ClaimVerdict) -> None:
    claim = claims(bill(total), contract(), supplement(ADDED))["amount"]
    assert claim.verdict is expected
    assert "第 2 份材料（补充协议）增加 20000.00 元，合计 120000.00 元" in claim.explanation


def test_what_a_supplement_takes_off_gives_the_sum() -> None:
    less = "一、核减培训费用20,000.00元（大写：贰万元整），其余条款不变。"
    assert claims(bill("80000"), contract(), supplement(less))["amount"].verdict is AGREE
    claim = claims(bill("100000"), contract(), supplement(less))["amount"]
    assert claim.verdict is CONTRADICT
    assert "减少 20000.00 元，合计 80000.00 元" in claim.explanation


def test_a_notice_of_change_counts_as_a_supplement() -> None:
    notice = supplement(title="合同变更通知书")
    assert claims(bill(), contract(), notice)["amount"].verdict is AGREE
    assert claims(bill("100000"), contract(), notice)["amount"].verdict is CONTRADICT


def test_of_two_supplements_the_later_one_decides() -> None:
    second = supplement(
        "一、合同总金额由120,000.00元变更为150,000.00元（大写：壹拾伍万元整）。",
        title="补充协议（二）",
        signed="2026年6月2日",
    )
    for files in ((contract(), supplement(), second), (second, contract(), supplement())):
        assert claims(bill("150000"), *files)["amount"].verdict is AGREE
        assert claims(bill("120000"), *files)["amount"].verdict is CONTRADICT
        assert claims(bill("100000"), *files)["amount"].verdict is CONTRADICT


def test_two_supplements_whose_order_is_not_known_contradict_nothing() -> None:
    second = supplement("一、合同总金额由100,000.00元变更为150,000.00元（大写：壹拾伍万元整）。")
    assert claims(bill("100000"), contract(), supplement(), second)["amount"].verdict is HINT


def test_a_supplement_without_a_sum_leaves_the_contracts() -> None:
    longer = supplement("一、合同期限延长至2027年6月30日。")
    assert claims(bill("100000"), contract(), longer)["amount"].verdict is AGREE
    assert claims(bill("130000"), contract(), longer)["amount"].verdict is CONTRADICT


def test_the_period_of_a_supplement_counts() -> None:
    longer = supplement("一、合同期限延长至2026年12月31日。")
    ended = contract(until="2026年3月31日")
    assert claims(bill("100000"), ended)["date"].verdict is CONTRADICT
    claim = claims(bill("100000"), ended, longer)["date"]
    assert claim.verdict is AGREE
    assert claim.explanation.startswith("第 2 份材料（补充协议）：")
    assert "第 1 份材料（合同）的期限已由第 2 份材料（补充协议）调整，不再比对。" in claim.explanation


def test_a_period_that_was_shortened_counts() -> None:
    shorter = supplement("一、合同有效期截止至2026年4月30日。", signed="2026年3月1日")
    assert claims(bill("100000"), contract(), shorter)["date"].verdict is CONTRADICT


def test_the_account_of_a_supplement_counts() -> None:
    moved = supplement(f"一、乙方收款账户变更为：户名{UNIT}，开户行建设银行呼和浩特分行，账号：{ACCOUNT}。")
    before = contract(account=ANOTHER)
    assert claims(bill("100000"), before)["account"].verdict is CONTRADICT
    claim = claims(bill("100000"), before, moved)["account"]
    assert claim.verdict is AGREE
    assert "第 1 份材料（合同）的收款账号已由第 2 份材料（补充协议）调整，不再比对。" in claim.explanation
    away = supplement(f"一、乙方收款账户变更为：户名{UNIT}，开户行建设银行呼和浩特分行，账号：{ANOTHER}。")
    assert claims(bill("100000"), contract(), away)["account"].verdict is CONTRADICT


def test_a_party_that_took_over_counts() -> None:
    handed = _read(
        "补充协议",
        f"甲方：{OTHER}",
        f"乙方：{UNIT}",
        "原合同编号：HT-2026-015",
        f"一、原合同甲方由{FIRM}变更为{OTHER}，原合同权利义务由变更后的甲方承继。",
        f"甲方（盖章）：{OTHER}\t乙方（盖章）：{UNIT}",
        "签订日期：2026年5月20日",
    )
    claim = claims(bill("100000", payer_name=OTHER), contract(), handed)["payer"]
    assert claim.verdict is AGREE
    assert (
        f"第 1 份材料（合同）的当事人“{FIRM}”已由第 2 份材料（补充协议）变更为“{OTHER}”。"
        in claim.explanation
    )
    claim = claims(bill("100000"), contract(), handed)["payer"]
    assert claim.verdict is CONTRADICT
    assert claim.found == OTHER
    assert claims(bill("100000"), contract(), handed)["payee"].verdict is AGREE


def test_a_paper_in_two_files_counts_once() -> None:
    scanned = msgspec.structs.replace(contract(), notes=("扫描",))
    again = msgspec.structs.replace(supplement(ADDED), notes=("扫描",))
    for files in ((contract(), scanned, supplement(ADDED)), (contract(), supplement(ADDED), again)):
        assert claims(bill("120000"), *files)["amount"].verdict is AGREE
        assert claims(bill("140000"), *files)["amount"].verdict is CONTRADICT


def test_two_supplements_that_add_are_added_up() -> None:
    more = "一、增加培训费用30,000.00元（大写：叁万元整），其余条款不变。"
    second = supplement(more, title="补充协议（二）", signed="2026年6月2日")
    claim = claims(bill("150000"), contract(), supplement(ADDED), second)["amount"]
    assert claim.verdict is AGREE
    assert places(claim) == {1, 2, 3}
    assert claims(bill("150001"), contract(), supplement(ADDED), second)["amount"].verdict is CONTRADICT


def test_a_receipt_of_the_former_sum_is_a_part_of_a_raised_one_and_too_much_of_a_lowered_one() -> None:
    paid = receipt("100,000.00", "壹拾万元整")
    assert claims(bill("100000"), contract(), supplement(), paid)["amount"].verdict is AGREE
    assert claims(bill("100000"), contract(), supplement(LOWERED), paid)["amount"].verdict is CONTRADICT


def test_a_title_that_only_begins_like_a_supplements_is_none() -> None:
    named = contract(title="合同变更管理系统开发合同")
    assert claims(bill("100000"), named, supplement(RAISED, cited=ELSEWHERE))["amount"].verdict is AGREE
    assert (
        "（变更材料）"
        not in claims(bill("100000"), named, receipt("100,000.00", "壹拾万元整"))["amount"].explanation
    )


# -- what is no supplement of this contract --------------------------------------------------------

RAISED = "一、原合同总金额由100,000.00元变更为130,000.00元（大写：壹拾叁万元整）。"

ELSEWHERE = "2025年9月1日签订了《设备采购合同》（合同编号：CG-2025-088）"


def test_a_supplement_of_another_contract_does_not_win() -> None:
    unrelated = supplement(RAISED, cited=ELSEWHERE)
    assert claims(bill("130000"), contract(), unrelated)["amount"].verdict is CONTRADICT
    claim = claims(bill("100000"), contract(), unrelated)["amount"]
    assert claim.verdict is AGREE
    assert "看不出第 2 份材料（补充协议）补充的是其他材料中的哪一份" in claim.explanation


def test_a_supplement_between_others_does_not_win() -> None:
    strange = supplement(RAISED, payer=OTHER, cited=ELSEWHERE)
    made = claims(bill("130000"), contract(), strange)
    assert made["amount"].verdict is CONTRADICT
    assert made["payer"].verdict is CONTRADICT


def test_a_supplement_that_cites_another_day_of_signing_does_not_win() -> None:
    other_day = supplement(RAISED, cited="2025年3月8日签订了《技术服务合同》")
    assert claims(bill("130000"), contract(), other_day)["amount"].verdict is CONTRADICT


def test_a_longer_number_is_another_contracts() -> None:
    longer = supplement(RAISED, cited="2025年9月1日签订了《技术服务合同》（合同编号：HT-2026-0157）")
    assert claims(bill("130000"), contract(), longer)["amount"].verdict is CONTRADICT


def test_a_supplement_older_than_its_contract_does_not_win() -> None:
    forged = supplement(RAISED, signed="2025年12月20日")
    assert claims(bill("130000"), contract(), forged)["amount"].verdict is CONTRADICT
    assert claims(bill("100000"), contract(), forged)["amount"].verdict is AGREE


def test_a_supplement_finds_its_contract_among_several() -> None:
    another = contract(number="HT-2026-099", total="300,000.00元（大写：叁拾万元整）", signed="2026年2月8日")
    claim = claims(bill("100000"), another, contract(), supplement())["amount"]
    assert "第 2 份材料（合同）载明 100000.00 元，已由第 3 份材料（补充协议）调整" in claim.explanation


def test_a_contract_that_speaks_of_supplements_is_none() -> None:
    speaking = contract("四、本合同未尽事宜，双方另行签订补充协议，补充协议与本合同具有同等效力。")
    claim = claims(bill("100000"), speaking, receipt("100,000.00", "壹拾万元整"))["amount"]
    assert claim.verdict is AGREE
    assert claim.explanation.startswith("第 1 份材料（合同）：")


def test_a_penalty_that_a_supplement_adds_is_no_price() -> None:
    penal = supplement("一、甲方逾期付款的，增加违约金20,000.00元。")
    assert claims(bill("100000"), contract(), penal)["amount"].verdict is AGREE


# -- receipts --------------------------------------------------------------------------------------


def test_a_receipt_of_a_stage_supports_a_part_of_the_contract() -> None:
    staged = contract("四、甲方分两期支付：首期支付50,000.00元，验收后支付50,000.00元。")
    made = claims(bill("50000"), staged, receipt())
    assert made["amount"].verdict is AGREE
    assert not [name for name, one in made.items() if one.verdict is CONTRADICT]


def test_a_receipt_explains_a_part_that_the_contract_alone_contradicts() -> None:
    part = receipt("20,000.00", "贰万元整")
    assert claims(bill("20000"), contract())["amount"].verdict is CONTRADICT
    claim = claims(bill("20000"), contract(), part)["amount"]
    assert claim.verdict is AGREE
    assert claim.explanation.startswith("第 2 份材料（转账凭证）：")
    assert places(claim) == {2}


def test_a_receipt_over_the_total_does_not_undo_the_contract() -> None:
    claim = claims(bill("130000"), contract(), receipt("130,000.00", "壹拾叁万元整"))["amount"]
    assert claim.verdict is CONTRADICT
    assert "第 2 份材料（转账凭证）与票面相符，第 1 份材料（合同）与票面不符" in claim.explanation
    assert places(claim) == {1, 2}


def test_a_receipt_over_the_contract_but_within_its_supplement() -> None:
    files = (contract(), supplement(), receipt("120,000.00", "壹拾贰万元整"))
    made = claims(bill(), *files)
    assert made["amount"].verdict is AGREE
    assert not [name for name, one in made.items() if one.verdict is CONTRADICT]


def test_a_receipt_of_another_sum_than_the_bill_contradicts_it() -> None:
    claim = claims(bill("100000"), contract(), receipt())["amount"]
    assert claim.verdict is CONTRADICT
    assert "第 1 份材料（合同）与票面相符，第 2 份材料（转账凭证）与票面不符" in claim.explanation


SECOND = receipt("70,000.00", "柒万元整", on="2026年6月5日", number="20260605000456")


def test_receipts_of_two_payments_are_added_up() -> None:
    claim = claims(bill(), receipt(), SECOND)["amount"]
    assert claim.verdict is AGREE
    assert claim.explanation == (
        "第 1 份材料（转账凭证） 50000.00 元、第 2 份材料（转账凭证） 70000.00 元，合计 120000.00 元，与票面金额一致。"
    )
    assert claims(bill(), contract(), supplement(), receipt(), SECOND)["amount"].verdict is AGREE


def test_one_receipt_twice_is_one_payment() -> None:
    again = msgspec.structs.replace(receipt(), notes=("另存",))
    assert claims(bill("100000"), receipt(), again)["amount"].verdict is CONTRADICT


def test_a_strangers_receipt_does_not_explain_a_part() -> None:
    stranger = _read(
        "中国银行网上银行电子回单",
        "付款人户名：通辽市红星商贸有限公司",
        "收款人户名：通辽市第一中学",
        "交易金额（小写）：20,000.00元",
        "金额（大写）：贰万元整",
        "交易日期：2026年6月1日",
    )
    made = claims(bill("20000"), contract(), stranger)
    assert made["amount"].verdict is CONTRADICT
    assert made["payer"].verdict is CONTRADICT


# -- who states a thing ----------------------------------------------------------------------------


def test_a_contract_of_one_and_a_receipt_from_another_contradict_each_other() -> None:
    for payer in (FIRM, OTHER):
        claim = claims(
            bill("100000", payer_name=payer), contract(), receipt("100,000.00", "壹拾万元整", payer=OTHER)
        )["payer"]
        assert claim.verdict is CONTRADICT
        assert "第 1 份材料（合同）" in claim.explanation
        assert "第 2 份材料（转账凭证）" in claim.explanation
        assert places(claim) == {1, 2}


def test_a_supplement_that_names_no_purpose_leaves_it_to_the_contract() -> None:
    assert claims(bill(), supplement())["purpose"].verdict is CONTRADICT
    claim = claims(bill(), contract(), supplement())["purpose"]
    assert claim.verdict is AGREE
    assert "第 2 份材料（补充协议）没有清楚写明，以第 1 份材料（合同）为准。" in claim.explanation


def test_two_stated_purposes_contradict_each_other() -> None:
    other = contract()
    assert other.purpose is not None
    other = msgspec.structs.replace(
        other, purpose=msgspec.structs.replace(other.purpose, value="食堂伙食供应"), kind="other"
    )
    claim = claims(bill("100000", item_names=("代收伙食费",)), contract(), other)["purpose"]
    assert claim.verdict is CONTRADICT


def test_files_that_say_nothing_change_nothing() -> None:
    empty = _read("会议照片", "呼和浩特", "现场")
    alone, beside = claims(bill("100000"), contract()), claims(bill("100000"), contract(), empty)
    for name in ("payer", "payee", "amount", "date", "purpose", "usage"):
        assert beside[name].verdict is alone[name].verdict, name


# -- usage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ({0: ("100000", 1)}, AGREE),
        ({0: ("100000", 1), 1: ("100000", 1)}, AGREE),
        ({0: ("110000", 2)}, CONTRADICT),
        ({0: ("120000", 2), 1: ("120000", 2)}, CONTRADICT),
        # It is not known whether one bill used both, or two bills one of them each.
        ({0: ("90000", 1), 1: ("80000", 2)}, HINT),
    ],
)
def test_use_counts_over_the_joined_total_once(
    used: dict[int, tuple[str, int]], expected: ClaimVerdict
) -> None:
    claim = claims(bill("20000"), contract(), supplement(ADDED), used=used)["usage"]
    assert claim.verdict is expected
    assert "合计 120000.00 元；此前" in claim.explanation


def test_the_rest_of_a_new_sum_after_an_earlier_bill() -> None:
    made = claims(bill("65000"), contract(), supplement(), used={0: ("55000", 1)})
    assert made["amount"].verdict is AGREE
    assert "此前已开具 55000.00 元，本次 65000.00 元是其余部分。" in made["amount"].explanation
    assert made["usage"].verdict is AGREE


def test_a_receipt_that_was_used_does_not_stand_against_another_payment() -> None:
    used = {0: ("50000", 1)}
    assert claims(bill("50000"), receipt(), used=used)["usage"].verdict is CONTRADICT
    assert claims(bill("70000"), receipt(), SECOND, used=used)["usage"].verdict is AGREE
    assert claims(bill("70000"), receipt(), SECOND, used={1: ("70000", 1)})["usage"].verdict is CONTRADICT


# -- one file --------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [contract(), supplement(), receipt()])
def test_one_file_is_not_named(one: Extraction) -> None:
    for claim in claims(bill("100000"), one).values():
        assert "份材料（" not in claim.explanation
