"""How candidates are seen, and how what was learnt decides: surroundings, names, directions, rows, doubts."""

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest
from bench.papers.train import Example, learn
from tests.evidence.lines import page_of, read

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.weighed import features_of
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.names import may_be_misread, same_name
from mingpiao.evidence.model import BillFacts
from mingpiao.evidence.weighing.candidates import amount_candidates
from mingpiao.evidence.weighing.directions import directions
from mingpiao.evidence.weighing.mentions import mentions_of
from mingpiao.evidence.weighing.model import SILENT, Bounds, Learnt, Weights, learnt
from mingpiao.evidence.weighing.money_kinds import kinds_of
from mingpiao.evidence.weighing.rules import opinion_of
from mingpiao.evidence.weighing.surroundings import Surroundings, Surveyor

_MEGABYTE = 1_000_000


def _around(word: str, *rows: str) -> Surroundings:
    flow = Flow([page_of("标题", *rows)])
    start = flow.text.index(word)
    return Surveyor(flow, "标题").around(start, start + len(word))


def test_surroundings_tell_label_part_row_and_column() -> None:
    labelled = _around("8,800.00", "捐赠金额：8,800.00元")
    assert labelled.label == "捐赠金额"
    part = _around("120", "原合同价款为100万元，现调整为120万元。")
    assert part.part == "现调整为"
    cell = _around("93", "序号\t单位\t原下达数\t调整后", "1\t市博物馆\t104.5\t93")
    assert (cell.row, cell.column, cell.in_table) == ("市博物馆", "调整后", True)


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("会议决定，由昭觉县城市建设投资有限公司支付补偿费。", ["昭觉县城市建设投资有限公司"]),
        ("付款方：乌云其木格", ["乌云其木格"]),
        ("单位：万元", []),
        ("请我公司付款", []),
        ("受赠单位：大庆市泰合高级中学校友会", ["大庆市泰合高级中学校友会"]),
        ("大庆市泰合高级中学校友会九十周年校庆捐款明细", ["大庆市泰合高级中学校友会"]),
        ("账户已收到沧州凯润（集团）有限公司捐款。", ["沧州凯润(集团)有限公司"]),
        ("余额2,512,091.47赤峰万通信息技术有限公司", ["赤峰万通信息技术有限公司"]),
        ("兹证明：郑国栋于2026年7月20日付款。", ["郑国栋"]),
        ("尊敬的热娜·依明校友：", ["热娜·依明"]),
        ("由本校校友、许立新（个人）捐赠的款项", ["许立新"]),
        ("付款人：阳春梅", ["阳春梅"]),
        ("付款人：成功", []),
        ("汇款人：KOBAYASHI SEIKI CO., LTD.：", ["KOBAYASHI SEIKI CO., LTD."]),
        ("地址：迎宾路177号商会大厦", []),
        ("请转到学校账户", []),
    ],
)
def test_names_begin_and_end_where_they_do(row: str, names: list[str]) -> None:
    assert [mention.name for mention in mentions_of(Flow([page_of("标题", row)]))] == names


def test_sentences_say_who_pays_whom_by_any_label() -> None:
    flow = Flow(
        [
            page_of(
                "协议", "送培方：成都川穹新能源有限公司", "承训方：昭通师范学院", "送培方向承训方支付培养费。"
            )
        ]
    )
    votes = directions(flow.text, mentions_of(flow))
    assert votes["成都川穹新能源有限公司"][0] > votes["成都川穹新能源有限公司"][1]
    assert votes["昭通师范学院"][1] > votes["昭通师范学院"][0]


def test_a_finance_office_that_writes_with_another_pays() -> None:
    found = read(
        "铁岭市财政局  铁岭市教育局",
        "关于拨付教学仪器设备购置补助资金的通知",
        "铁岭市第四小学：",
        "现拨付你校补助资金128万元。",
        "铁岭市财政局",
        "铁岭市教育局",
        "2025年11月7日",
    )
    pays = {party.name.value: party.pays for party in found.parties}
    assert pays["铁岭市财政局"] > max(0.5, pays["铁岭市教育局"])


def test_who_prints_an_official_paper_is_no_party() -> None:
    found = read(
        "昭觉县人民政府专题会议纪要",
        "会议决定，由昭觉县城市建设投资有限公司支付昭觉县中医医院补偿费155.5万元。",
        "昭觉县人民政府办公室\t2024年1月31日印发",
    )
    office = [party for party in found.parties if party.name.value == "昭觉县人民政府办公室"]
    assert [(party.pays, party.receives, party.role) for party in office] == [(0.0, 0.0, "")]


def test_rows_of_a_list_have_owners_and_add_up() -> None:
    flow = Flow(
        [
            page_of(
                "关于拨付补助资金的通知",
                "单位：万元",
                "单位\t核定补助额\t已预拨\t本次实拨",
                "西丰县第五小学\t85\t19\t66",
                "铁岭市民族中学\t63\t25\t38",
            )
        ]
    )
    seen = amount_candidates(
        flow, Surveyor(flow, ""), "policy", mentions_of(flow), opinion_of(flow, "policy")
    )
    assert [(one.owner, one.column, one.spotted.value) for one in seen] == [
        ("西丰县第五小学", "核定补助额", Decimal("850000.00")),
        ("西丰县第五小学", "已预拨", Decimal("190000.00")),
        ("西丰县第五小学", "本次实拨", Decimal("660000.00")),
        ("铁岭市民族中学", "核定补助额", Decimal("630000.00")),
        ("铁岭市民族中学", "已预拨", Decimal("250000.00")),
        ("铁岭市民族中学", "本次实拨", Decimal("380000.00")),
    ]
    assert [one.features["row:whole"] for one in seen if "row:whole" in one.features] == [1.0, 1.0]


def test_kinds_of_money_meet_across_words() -> None:
    assert kinds_of(["横向科研经费"]) & kinds_of(["藏羊毛脱脂废水回用技术开发"]) == {"research"}
    assert not kinds_of(["捐赠收入"]) & kinds_of(["保教费"])


def test_probabilities_come_with_the_facts() -> None:
    found = read("捐赠协议", "捐赠人：张三", "受赠方：内蒙古大学", "捐赠金额：50000元", "2026年3月1日")
    told = {party.name.value: party for party in found.parties}
    assert set(told) == {"张三", "内蒙古大学"}
    assert told["张三"].pays > 0.5 > told["张三"].receives
    assert told["内蒙古大学"].receives > 0.5 > told["内蒙古大学"].pays
    assert [(one.value, one.likely > 0.5) for one in found.amounts] == [(Decimal("50000.00"), True)]
    assert list(found.likely) == ["signed_on"]


def test_amounts_that_follow_one_another_and_add_up_are_stages_where_the_text_speaks_of_stages() -> None:
    head = (
        "技术服务合同",
        "甲方（付款方）：乌海市远航商贸有限公司",
        "乙方（收款方）：内蒙古大学",
        "合同总金额：49,500.00元",
    )
    staged = read(*head, "分两次支付：首付款29,700.00元，余款19,800.00元于验收后付清。")
    assert [(one.value, one.role) for one in staged.amounts] == [
        (Decimal("49500.00"), "total"),
        (Decimal("29700.00"), "instalment"),
        (Decimal("19800.00"), "instalment"),
    ]
    of_goods = read(*head, "其中：光谱仪29,700.00元，天平19,800.00元。")
    assert "instalment" not in {one.role for one in of_goods.amounts}


def bill(total: str, *items: str) -> BillFacts:
    return BillFacts(
        kind="0201", payer_name="乌海市远航商贸有限公司", payer_code="", unit_name="内蒙古大学", unit_code="",
        unit_account="", total=Decimal(total), issued_on=date(2026, 3, 20), item_names=items, remark="", extension={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("total", "sentence", "feature", "expected"),
    [
        ("18000.00", "签约后先付30%。", "percent", 1.0),
        ("18000.00", "签约后先付百分之三十。", "percent", 1.0),
        ("18000.00", "签约后先付35%。", "percent", 0.0),
        ("20000.00", "租期三年，每年付一次。", "period", 1.0),
        ("25000.00", "租期三年，每年付一次。", "period", 0.0),
        ("1000.00", "另交押金1000.00元。", "deposit_in_line", 1.0),
        ("1000.00", "另交书本费1000.00元。", "deposit_in_line", 0.0),
        ("800.00", "住宿费：800.00元", "item_in_line", 1.0),
        ("800.00", "伙食：800.00元", "item_in_line", 0.0),
    ],
)
def test_what_a_paper_says_of_the_bills_sum_is_seen(
    total: str, sentence: str, feature: str, expected: float
) -> None:
    says = read(
        "服务合同",
        "甲方（付款方）：乌海市远航商贸有限公司",
        "乙方（收款方）：内蒙古大学",
        "合同总金额：60,000.00元",
        sentence,
    )
    assert features_of("amount", bill(total, "住宿费"), File("a", says, None), None)[feature] == expected


@pytest.mark.parametrize("item", ["往来款", "代收代付款", "其他收入"])
def test_items_for_money_of_any_purpose_say_nothing(item: str) -> None:
    file = File("a", read("关于下达农业防灾减灾资金的通知", "内蒙古大学：", "现下达资金60,000.00元。"), None)
    assert features_of("purpose", bill("60000.00", item), file, None)[SILENT] == 1.0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("溆浦县水东镇人民政府", "水东镇人民政府", True),
        ("水东镇人民政府", "湖南省怀化市溆浦县水东镇人民政府", True),
        ("溆浦县人民医院", "人民医院", False),
        ("溆浦县水东镇人民政府", "辰溪县水东镇人民政府", False),
        ("内蒙古大学附属实验中学", "附属实验中学", False),
    ],
)
def test_a_name_may_lack_its_region(one: str, other: str, expected: bool) -> None:
    assert same_name(one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("六安市第一人民医院", "六安市第一人民医阮", True),
        ("达州职业技术学院", "抚州职业技术学院", False),
        ("内蒙古大学", "内蒙古大学", True),
        ("六安市第一人民医院", "六安第一人民医院", True),
        ("六安市第一人民医院", "六安市第二人民医院", False),
    ],
)
def test_names_that_differ_as_ocr_errs_are_told_from_other_names(
    one: str, other: str, expected: bool
) -> None:
    assert may_be_misread(one, other) is expected


def test_where_a_claim_is_silent_there_is_no_doubt() -> None:
    surely = Weights(roles=("no", "yes"), weights={"bias": (0.0, 9.0)})
    known = Learnt(
        facts={},
        claims={"payer": surely},
        bounds={"payer": Bounds(contradicts=0.9, hints=0.5)},
    )
    assert known.doubt("payer", {"bias": 1.0}) > 0.99
    assert known.doubt("payer", {"bias": 1.0, SILENT: 1.0}) == 0.0


def test_the_same_examples_teach_the_same_weights() -> None:
    examples = [
        Example(features={"bias": 1.0, f"label:{index % 3}": 1.0}, role=str(index % 2), weight=1.0)
        for index in range(30)
    ]
    assert learn(examples) == learn(examples)


def test_what_comes_with_the_product_is_small_and_whole() -> None:
    data = files("mingpiao.evidence.weighing").joinpath("weights.json").read_bytes()
    assert len(data) < 2 * _MEGABYTE
    known = learnt()
    assert set(known.facts) == {
        "account", "amount", "ends", "kind", "name", "number", "purpose", "signed", "starts",
    }  # fmt: skip
    assert set(known.claims) == set(known.bounds) == {"payer", "payee", "amount", "purpose"}
    assert all(0.5 <= one.hints <= one.contradicts < 1 for one in known.bounds.values())
