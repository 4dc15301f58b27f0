"""Which bills a receipt pays for."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mingpiao.writeoff.matching import Arrival, PayableBill, ReceiptMatch, match_receipts, plain_name

DAY = date(2026, 10, 8)


def bill(bill_id: int, amount: str, payer_name: str = "", days: int = 0, **values: Any) -> PayableBill:
    return PayableBill(
        bill_id=bill_id,
        amount=Decimal(amount),
        payer_name=payer_name,
        issued_on=DAY + timedelta(days=days),
        **values,
    )


def line(receipt_id: int, amount: str, payer_name: str = "", days: int = 0, **values: Any) -> Arrival:
    return Arrival(
        receipt_id=receipt_id,
        amount=Decimal(amount),
        payer_name=payer_name,
        received_on=DAY + timedelta(days=days),
        **values,
    )


def pairs(found: list[ReceiptMatch]) -> list[tuple[int, int, str, str]]:
    return [(each.receipt_id, each.bill_id, f"{each.amount:.2f}", each.how) for each in found]


def test_numbers_that_a_line_names_come_first() -> None:
    bills = [
        bill(1, "20.00", "张三", payment_code="12345678901234567890"),
        bill(2, "20.00", "张三", business_no="MZ-2026-001"),
        bill(3, "20.00", "张三", business_no="MZ-2026-002"),
    ]
    lines = [
        line(7, "20.00", "张三", memo="缴费ＭＺ-2026-002谢谢"),
        line(8, "20.00", "李四", business_no="mz-2026-001"),
        line(9, "20.00", "王五", payment_code="12345678901234567890"),
    ]
    assert pairs(match_receipts(bills, lines)) == [
        (7, 3, "20.00", "memo"),
        (8, 2, "20.00", "business_no"),
        (9, 1, "20.00", "payment_code"),
    ]


def test_amount_and_payer_match_the_nearest_day_and_not_a_far_one() -> None:
    bills = [bill(1, "50.00", "张三", days=0), bill(2, "50.00", "张三", days=7)]
    lines = [line(8, "50.00", "张 三", days=8), line(9, "50.00", "张三", days=1), line(10, "50.00", "李四")]
    assert pairs(match_receipts(bills, lines)) == [(9, 1, "50.00", "payer"), (8, 2, "50.00", "payer")]
    assert match_receipts([bill(1, "50.00", "张三")], [line(9, "50.00", "张三", days=40)]) == []


@pytest.mark.parametrize(
    ("on_line", "on_bill"),
    [
        ("张*丰", "张三丰"),
        ("呼和浩特市青城商贸有限公司", "呼和浩特市青城商贸（有限公司）"),
        ("呼和浩特市青城商贸有限责任公司新城", "呼和浩特市青城商贸有限责任公司新城区分公司"),
        ("呼和浩特市青成商贸有限公司", "呼和浩特市青城商贸有限公司"),
    ],
)
def test_names_as_banks_write_them_are_known(on_line: str, on_bill: str) -> None:
    found = match_receipts([bill(1, "50.00", on_bill), bill(2, "50.00", "李四")], [line(9, "50.00", on_line)])
    assert pairs(found) == [(9, 1, "50.00", "payer")]


def test_an_agent_pays_and_the_memo_names_the_payer() -> None:
    found = match_receipts(
        [bill(1, "50.00", "张三丰"), bill(2, "50.00", "李四")],
        [line(9, "50.00", "财付通支付科技有限公司", memo="学费 张三丰")],
    )
    assert pairs(found) == [(9, 1, "50.00", "payer")]


def test_one_name_that_may_be_two_people_is_left_to_a_person() -> None:
    bills = [bill(1, "50.00", "张三丰"), bill(2, "50.00", "张四丰")]
    assert match_receipts(bills, [line(9, "50.00", "张*丰")]) == []


def test_a_bill_is_paid_in_parts_and_a_payment_pays_several_bills() -> None:
    split = match_receipts(
        [bill(1, "100.00", "张三")],
        [line(7, "60.00", "张三"), line(8, "40.00", "张三", days=2), line(9, "5.00", "张三")],
    )
    assert pairs(split) == [(7, 1, "60.00", "split"), (8, 1, "40.00", "split")]
    merged = match_receipts(
        [bill(1, "30.00", "张三"), bill(2, "70.00", "张三"), bill(3, "9.00", "张三")],
        [line(9, "100.00", "张三", days=1)],
    )
    assert pairs(merged) == [(9, 1, "30.00", "merged"), (9, 2, "70.00", "merged")]


def test_refunds_go_to_the_red_bill_and_payments_rather_to_the_bill_that_counts() -> None:
    bills = [
        bill(1, "80.00", "张三", business_no="MZ-2026-001"),
        bill(2, "-80.00", "张三", days=1, reverses=1),
        bill(3, "80.00", "张三", days=1),
    ]
    assert pairs(match_receipts(bills, [line(9, "80.00", "张三")])) == [(9, 3, "80.00", "payer")]
    lines = [
        line(7, "80.00", memo="MZ-2026-001"),
        line(8, "-80.00", memo="退款MZ-2026-001", days=1),
        line(9, "80.00", "张三", days=1),
    ]
    assert sorted(pairs(match_receipts(bills, lines))) == [
        (7, 1, "80.00", "memo"),
        (8, 2, "-80.00", "memo"),
        (9, 3, "80.00", "payer"),
    ]


def test_nothing_is_matched_beyond_what_it_has() -> None:
    bills = [bill(1, "80.00", business_no="MZ-2026-001")]
    lines = [line(7, "80.00", memo="MZ-2026-001"), line(8, "80.00", memo="MZ-2026-001")]
    assert pairs(match_receipts(bills, lines)) == [(7, 1, "80.00", "memo")]
    more = match_receipts(bills, [line(7, "100.00", memo="MZ-2026-001")])
    assert pairs(more) == [(7, 1, "80.00", "memo")]


def test_a_line_that_names_nobody_pays_the_only_bill_of_its_amount() -> None:
    bills = [bill(1, "81.37", "张三"), bill(2, "50.00", "李四"), bill(3, "50.00", "王五")]
    lines = [line(7, "81.37", days=1), line(8, "50.00")]
    assert pairs(match_receipts(bills, lines)) == [(7, 1, "81.37", "amount")]
    assert match_receipts(bills, [line(7, "81.37", days=1), line(8, "81.37", days=2)]) == []
    assert match_receipts(bills, [line(7, "81.37", days=8)]) == []
    # Another name is somebody else.
    assert match_receipts(bills, [line(7, "81.37", "赵六")]) == []


def test_a_memo_that_names_somebody_else_is_believed() -> None:
    bills = [bill(1, "50.00", "张三"), bill(2, "50.00", "李四光")]
    assert pairs(match_receipts(bills, [line(9, "50.00", "张三", memo="代李四光缴学费")])) == [
        (9, 2, "50.00", "payer")
    ]


def test_a_number_that_contradicts_amount_and_payer_comes_last() -> None:
    bills = [
        bill(1, "50.00", "张三", business_no="MZ20261008-001"),
        bill(2, "70.00", "李四", business_no="MZ20261008-002"),
    ]
    mistyped = line(9, "70.00", "李四", memo="MZ20261008-001")
    assert pairs(match_receipts(bills, [mistyped])) == [(9, 2, "70.00", "payer")]
    # Where nothing else is found, the number counts.
    assert pairs(match_receipts(bills[:1], [mistyped])) == [(9, 1, "50.00", "memo")]


def test_lists_of_numbers_are_ranges_or_share_a_beginning() -> None:
    bills = [bill(n, "10.00", f"付款人{n}", business_no=f"TB0001-{n:02d}") for n in range(1, 6)]
    ordered = match_receipts(bills, [line(9, "50.00", "某公司", memo="5人 订单TB0001")])
    assert [each.bill_id for each in ordered] == [1, 2, 3, 4, 5]
    ranged = match_receipts(bills, [line(9, "30.00", "某公司", memo="tb0001-02~04共3人")])
    assert [each.bill_id for each in ranged] == [2, 3, 4]
    assert match_receipts(bills, [line(9, "49.00", "某公司", memo="5人 订单TB0001")]) == []


def test_parts_of_names_and_numbers_are_enough_where_the_amount_fits_one_bill() -> None:
    bills = [
        bill(1, "50.00", "石雨嘉", business_no="MZ20261008-000171"),
        bill(2, "50.00", "王伟", business_no="MZ20261008-000172"),
    ]
    assert pairs(match_receipts(bills, [line(9, "50.00", "石*")])) == [(9, 1, "50.00", "payer")]
    assert pairs(match_receipts(bills, [line(9, "50.00", "某人", memo="尾号0172")])) == [
        (9, 2, "50.00", "memo")
    ]
    siblings = [bill(1, "30.00", "田军鹏"), bill(2, "40.00", "田诗杰")]
    told = match_receipts(siblings, [line(9, "70.00", "田秀伟", memo="田军鹏和田诗杰校服费")])
    assert pairs(told) == [(9, 1, "30.00", "merged"), (9, 2, "40.00", "merged")]


def test_progress_is_told() -> None:
    told: list[int] = []
    assert match_receipts([], [], progress=told.append) == []
    assert told == [40, 70, 100]


def test_names_are_compared_without_their_dress() -> None:
    assert plain_name("青城 （集团）股份有限公司") == "青城集团"
    assert plain_name("张＊丰") == plain_name("张X丰") == "张*丰"
    assert plain_name("Alex Xu") == "alexxu"
