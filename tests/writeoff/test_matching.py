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


@pytest.mark.parametrize(
    "memo",
    [
        "会费HF20266898",
        "会费（HF20 26-6 898）",
        "HF2026—6898号",
        "转账/会费/HF2026/6898",
        "电子汇入 GIRO7044110287 hf2026_6898",
        "OBSS2837280098GIRO2709268519HF2026-6898",
    ],
)
def test_a_number_is_known_however_its_groups_are_written(memo: str) -> None:
    bills = [bill(n, "20.00", f"付款人{n}", business_no=f"HF2026-689{n}") for n in range(7, 10)]
    assert pairs(match_receipts(bills, [line(9, "20.00", "某人", memo=memo)])) == [(9, 8, "20.00", "memo")]


def test_a_code_in_groups_is_known_behind_other_letters_and_a_reference() -> None:
    coded = [bill(1, "20.00", "张三", payment_code="33012601000078984106")]
    memo = "IBPS234982100 JKM3301 2601 0000 7898 4106号"
    assert pairs(match_receipts(coded, [line(9, "20.00", "李四", memo=memo)])) == [(9, 1, "20.00", "memo")]


def test_a_list_of_numbers_that_is_the_sum_is_paid_whole_and_comes_before_a_payer_who_is_only_alike() -> None:
    bills = [
        bill(1, "20.00", "浙江宏安", business_no="HF2026-1382"),
        bill(2, "30.00", "利明纺织", business_no="HF2026-1383"),
        bill(3, "50.00", "绍兴业汇纺织有限公司", business_no="HF2026-7275"),
    ]
    paid = line(9, "50.00", "绍兴业信纺织有限公司", memo="会费HF2026-1382,HF2026-1383")
    assert pairs(match_receipts(bills, [paid])) == [(9, 1, "20.00", "memo"), (9, 2, "30.00", "memo")]


@pytest.mark.parametrize(
    ("memo", "expected"),
    [
        ("会费HF2026-5206-5208共3人", [5206, 5207, 5208]),
        ("会费HF2026-5206-HF2026-5208", [5206, 5207, 5208]),
        ("HF2026-5206 至 208", [5206, 5207, 5208]),
        # Numbers that are longer stand between these in the alphabet, and not in the range.
        ("HF2026-52060~2062共3人", [52060, 52061, 52062]),
        ("HF2026-5206-5208共4人", []),
    ],
)
def test_ranges_have_hyphens_within_and_between_their_numbers(memo: str, expected: list[int]) -> None:
    numbers = [*range(5200, 5210), *range(52060, 52064)]
    bills = [bill(number, "10.00", f"付款人{number}", business_no=f"HF2026-{number}") for number in numbers]
    # Nobody is named: the first number alone would be believed as well, and only in part.
    found = match_receipts(bills, [line(9, "30.00", memo=memo)])
    assert [each.bill_id for each in found if each.how == "merged"] == expected


def test_a_settlement_of_several_days_pays_all_of_the_last_day_and_as_many_as_there_are() -> None:
    bills = [
        bill(n, "1.00", f"付款人{n}", business_no=f"ZZ202610{8 + n % 3:02}{n:05}") for n in range(1, 2_001)
    ]
    lump = line(9, "1333.00", "银联商务股份有限公司", days=3, memo="ZZ20261008-1009结算 1333笔")
    assert sorted(each.bill_id for each in match_receipts(bills, [lump])) == [
        n for n in range(1, 2_001) if n % 3 != 2
    ]


def test_a_number_that_lacks_its_end_is_no_order() -> None:
    bills = [bill(n, "10.00", f"付款人{n}", business_no=f"HF2026-268{n}") for n in range(10)]
    payer = bill(20, "100.00", "杭州市峰瑞金建筑工程有限公司", business_no="HF2026-2968")
    paid = line(9, "100.00", "杭州市峰瑞金建筑工程有限**", memo="会议费 HF2026-268")
    assert pairs(match_receipts([*bills, payer], [paid])) == [(9, 20, "100.00", "payer")]


@pytest.mark.parametrize(
    "shown",
    [
        "湖州市通利五…",
        "湖州市通利五金制品有限**",
        "湖州市通利五金制品有限责...",
        "湖州市通利五金制品有限公司分…",
    ],
)
def test_a_companys_name_that_a_column_cut_off_is_known_by_the_amount(shown: str) -> None:
    bills = [
        bill(1, "50.00", "湖州市通利五金制品有限责任公司分公司"),
        bill(2, "70.00", "湖州市通利五谷食品有限公司"),
        bill(3, "50.00", "湖州市通达有限公司"),
    ]
    assert pairs(match_receipts(bills, [line(9, "50.00", shown)])) == [(9, 1, "50.00", "payer")]


@pytest.mark.parametrize(
    "memo",
    [
        "代正汇瑞（绍兴）环保工程有限公司分公司缴会费",
        "学生：正汇瑞(绍兴)环保工程有限公司分公司",
        "会费 阿依古丽•买买提",
    ],
)
def test_a_memo_names_companies_with_brackets_and_people_with_dots(memo: str) -> None:
    bills = [
        bill(1, "50.00", "正汇瑞（绍兴）环保工程有限公司分公司"),
        bill(2, "50.00", "阿依古丽·买买提"),
        bill(3, "50.00", "王芳"),
    ]
    expected = 2 if "阿" in memo else 1
    assert pairs(match_receipts(bills, [line(9, "50.00", "田丽飞", memo=memo)])) == [
        (9, expected, "50.00", "payer")
    ]


def test_one_payment_for_companies_that_its_memo_names() -> None:
    bills = [
        bill(1, "30.00", "嘉兴华博建筑工程有限公司"),
        bill(2, "30.00", "德丰（杭州）食品股份有限公司分公司"),
        bill(3, "30.00", "徐超倩"),
        bill(4, "30.00", "孙馨峰"),
    ]
    memo = "徐超倩、嘉兴华博建筑工程有限公司、德丰（杭州）食品股份有限公司分公司会费"
    found = match_receipts(bills, [line(9, "90.00", "衢州盛兴物业管理有限公司", memo=memo)])
    assert sorted(each.bill_id for each in found) == [1, 2, 3]


def test_stars_stand_for_as_many_characters_unless_nobody_has_such_a_name() -> None:
    bills = [bill(1, "50.00", "林萱桐"), bill(2, "50.00", "林桐")]
    assert pairs(match_receipts(bills, [line(9, "50.00", "林**")])) == [(9, 1, "50.00", "payer")]
    assert match_receipts(bills, [line(9, "50.00", "林*")]) == []
    assert pairs(match_receipts(bills[1:], [line(9, "50.00", "林**")])) == [(9, 2, "50.00", "payer")]
    longer = [bill(3, "50.00", "迪力夏提·吐尔逊")]
    assert pairs(match_receipts(longer, [line(9, "50.00", "迪*逊")])) == [(9, 3, "50.00", "payer")]


def test_a_masked_payer_and_an_end_of_the_number_together_are_enough_and_a_wrong_number_is_no_trace() -> None:
    bills = [
        bill(1, "50.00", "陆秀", business_no="XF26-113-00578"),
        bill(2, "50.00", "陆义轩", business_no="XF26-123-03176"),
    ]
    shown = line(9, "50.00", "陆*", memo="XF26-123-0317")
    assert pairs(match_receipts(bills, [shown])) == [(9, 2, "50.00", "payer")]
    mistyped = line(9, "50.00", "*秀", memo="XF26-123-0317")
    assert pairs(match_receipts(bills, [mistyped])) == [(9, 1, "50.00", "payer")]


def test_a_line_that_was_clear_makes_others_clear() -> None:
    bills = [
        bill(1, "50.00", "张丽"),
        bill(2, "50.00", "张伟丽"),
        bill(3, "50.00", "张美玉", business_no="MZ20261008-000172"),
    ]
    # The first may be any of the three, until the others have been told.
    lines = [line(7, "50.00", "张*"), line(8, "50.00", "张*丽"), line(9, "50.00", "张**", memo="尾号0172")]
    found = match_receipts(bills, lines)
    assert {each.receipt_id: each.bill_id for each in found} == {7: 1, 8: 2, 9: 3}
    assert match_receipts(bills, lines[:1]) == []


def test_a_payment_service_with_a_short_name_is_nobody() -> None:
    lines = [line(n, f"{n}.37", "网联清算有限公司") for n in range(1, 11)]
    found = match_receipts([bill(1, "7.37", "张三"), bill(2, "70.00", "李四")], lines)
    assert pairs(found) == [(7, 1, "7.37", "amount")]


def test_progress_is_told() -> None:
    told: list[int] = []
    assert match_receipts([], [], progress=told.append) == []
    assert told == [40, 70, 100]


def test_names_are_compared_without_their_dress() -> None:
    assert plain_name("青城 （集团）股份有限公司") == "青城集团"
    assert plain_name("张＊丰") == plain_name("张X丰") == "张*丰"
    assert plain_name("Alex Xu") == "alexxu"
