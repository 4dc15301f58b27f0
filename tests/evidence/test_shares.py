"""With whom the bill's total stands, in tables and sentences that divide money among several."""

from decimal import Decimal

import msgspec
from tests.evidence.test_comparison import BILL

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.model import BillFacts, Extraction, Party
from mingpiao.evidence.weighing.features import Features
from mingpiao.evidence.weighing.shares import place_of, share_features, standing
from mingpiao.reading.model import Found

ALLOTMENT = """关于拨付专项资金的通知
现将专项资金99.6万元拨付你们(见附件)。
单位:万元
序号\t单位名称\t核定数\t已预拨\t本次拨付
1\t绥德县博物馆\t43.5\t17.4\t26.1
2\t绥德县第二中学\t47\t18.8\t28.2
3\t绥德县文化体育中心\t65.5\t20.2\t45.3
合计\t156\t56.4\t99.6"""
GIFTS = """姓名\t金额\t姓名\t金额
娜仁·巴特尔\t188\t沈文博\t500
刘德明\t666\t何鹏程\t188"""
REPLY = "同意安排20.4万元,其中:湄潭县业余体校34000元;湄潭县体育中心112000元;湄潭县体育总会58000元。"


def bill(total: str, *, payer: str = "某某市财政局", unit: str = "某某市图书馆") -> BillFacts:
    return msgspec.structs.replace(BILL, total=Decimal(total), payer_name=payer, unit_name=unit)


def file(laid: str, *names: str) -> File:
    parties = tuple(Party(role="payee", name=Found(value=name, text=name, places=())) for name in names)
    return File("paper", Extraction(kind="policy", pages=(), laid=laid, parties=parties), None)


UNITS = ("绥德县博物馆", "绥德县第二中学", "绥德县文化体育中心")


def features(given: BillFacts, says: File, used: str = "0") -> Features:
    return {name: value for name, value in share_features(given, Decimal(used), says).items() if value}


def test_a_share_stands_in_the_row_of_its_unit_and_in_the_column_whose_sum_the_text_states() -> None:
    told = features(bill("261000", unit="绥德县博物馆"), file(ALLOTMENT, *UNITS))
    assert place_of(told) == "place:ours&some"
    assert {"share|counted", "share|last", "share|head:now", "share|part", "cell_adds_up"} <= set(told)
    assert "share|whole" not in told


def test_another_column_of_the_same_row_is_told_apart() -> None:
    told = features(bill("435000", unit="绥德县博物馆"), file(ALLOTMENT, *UNITS))
    assert place_of(told) == "place:ours&some"
    assert {"share|uncounted", "share|whole", "rather|counted"} <= set(told)


def test_a_number_that_stands_in_no_cell_of_a_table_is_told() -> None:
    told = features(bill("123456", unit="绥德县博物馆"), file(ALLOTMENT, *UNITS))
    assert place_of(told) == "place:without&some"
    assert "no_cell" in told
    assert "cell" not in told


def test_the_share_of_another_unit_stands_with_others() -> None:
    given = bill("282000", unit="绥德县博物馆")
    told = features(given, file(ALLOTMENT, *UNITS))
    assert place_of(told) == "place:others&some"
    assert standing(given, False, file(ALLOTMENT, *UNITS))["stands:others"] == 1.0


def test_what_earlier_bills_used_and_the_total_are_a_cell_of_our_row() -> None:
    given = bill("161000", unit="绥德县博物馆")
    assert features(given, file(ALLOTMENT, *UNITS), "100000")["rest_here&some"] == 1.0
    assert "rest_here&some" not in features(given, file(ALLOTMENT, *UNITS))


def test_in_a_row_of_several_names_each_has_what_follows_it() -> None:
    says = file(GIFTS, "娜仁·巴特尔", "沈文博", "刘德明", "何鹏程")
    assert place_of(features(bill("666", payer="刘德明"), says)) == "place:ours&many"
    assert place_of(features(bill("188", payer="刘德明"), says)) == "place:others&many"
    assert place_of(features(bill("188", payer="何鹏程"), says)) == "place:ours&many"


def test_in_a_sentence_the_name_before_an_amount_owns_it() -> None:
    says = file(REPLY, "湄潭县业余体校", "湄潭县体育中心", "湄潭县体育总会")
    assert place_of(features(bill("112000", unit="湄潭县体育中心"), says)) == "place:ours&some"
    assert place_of(features(bill("58000", unit="湄潭县体育中心"), says)) == "place:others&some"


def test_a_name_that_lacks_its_region_is_ours() -> None:
    given = bill("261000", unit="榆林市绥德县博物馆")
    assert place_of(features(given, file(ALLOTMENT, *UNITS))) == "place:ours&some"


def test_a_long_list_is_searched_to_its_end() -> None:
    rows = "\n".join(f"{number}\t捐赠人{number:04d}号\t{number}.00" for number in range(1, 2_000))
    names = [f"捐赠人{number:04d}号" for number in range(1, 250)]
    given = bill("1990", payer="捐赠人1990号")
    assert place_of(features(given, file(rows, *names))) == "place:ours&many"
