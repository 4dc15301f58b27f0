"""What is found in the lines of files: parties and roles, amounts, dates, numbers, accounts, purpose."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.lines import line_at, page_of, read

from mingpiao.evidence.extraction import extract
from mingpiao.evidence.extraction.dates import read_date
from mingpiao.evidence.extraction.names import is_name, same_name
from mingpiao.evidence.extraction.numerals import amount_of, number_of
from mingpiao.evidence.model import Extraction
from mingpiao.kernel.money import in_words
from mingpiao.reading.model import PageLines

CONTRACT = (
    "技术服务合同",
    "合同编号：NK-2026-0032",
    "甲方（委托方）：内蒙古蓝天科技有限责任公司",
    "统一社会信用代码：91150100MA0ABCDE1X",
    "乙方（受托方）：内蒙古大学",
    "就草原生态监测系统技术开发事宜，双方签订本合同。",
    "合同有效期自2026年3月1日起至2027年2月28日止。",
    "第一条 合同总金额为人民币（大写）叁拾贰万伍仟元整（小写：¥325,000.00元）。",
    "第二条 首期支付 200,000.00 元，余款 125,000.00 元验收后支付。",
    "第三条 乙方须缴纳履约保证金5万元。",
    "乙方收款账户：内蒙古大学，账号：1500 1234 5678 9012 345",
    "签订日期：二〇二六年二月二十日",
)


@pytest.fixture(scope="module")
def contract() -> Extraction:
    return read(*CONTRACT)


def roles(extraction: Extraction) -> dict[str, str]:
    return {party.name.value: party.role for party in extraction.parties if party.role}


def amounts(extraction: Extraction, role: str) -> list[Decimal]:
    return [amount.value for amount in extraction.amounts if amount.role == role]


def test_a_contract_tells_who_pays_whom(contract: Extraction) -> None:
    assert contract.kind == "contract"
    assert roles(contract) == {"内蒙古蓝天科技有限责任公司": "payer", "内蒙古大学": "payee"}
    assert contract.parties[0].code is not None
    assert contract.parties[0].code.value == "91150100MA0ABCDE1X"
    assert contract.parties[1].account is not None
    assert contract.parties[1].account.value == "1500123456789012345"


def test_a_contract_tells_its_amounts_in_digits_and_words(contract: Extraction) -> None:
    assert contract.total == Decimal("325000.00")
    assert amounts(contract, "total") == [Decimal("325000.00")] * 2
    assert amounts(contract, "instalment") == [Decimal("200000.00"), Decimal("125000.00")]
    assert amounts(contract, "deposit") == [Decimal("50000.00")]
    worded = [amount for amount in contract.amounts if amount.words]
    assert [(amount.value, amount.beside) for amount in worded] == [
        (Decimal("325000.00"), Decimal("325000.00"))
    ]


def test_a_contract_tells_its_days_and_purpose(contract: Extraction) -> None:
    found = (contract.signed_on, contract.starts_on, contract.ends_on, contract.purpose)
    assert [one.value if one else None for one in found] == [
        "2026-02-20",
        "2026-03-01",
        "2027-02-28",
        "草原生态监测系统技术开发",
    ]


def test_every_fact_knows_its_place(contract: Extraction) -> None:
    total = next(amount for amount in contract.amounts if amount.role == "total" and not amount.words)
    (place,) = total.found.places
    row = page_of(*CONTRACT).lines[7]
    start = row.text.index("325,000.00")
    assert total.found.text == "325,000.00元"
    assert (place.left, place.top) == (row.edges[start], pytest.approx(row.place.top, abs=1e-4))
    assert place.right == row.edges[start + len("325,000.00元")]


@pytest.mark.parametrize(
    ("sentence", "payer"),
    [
        ("乙方应于签约后十日内向甲方支付全部款项。", "乙公司"),
        ("甲方将上述款项汇入乙方账户。", "甲公司"),
        ("甲方收到款项后向乙方开具财政票据。", "乙公司"),
        ("甲方应退还乙方押金。乙方每年向甲方缴纳租金。", "乙公司"),
    ],
)
def test_sentences_tell_which_side_pays(sentence: str, payer: str) -> None:
    found = roles(read("合作协议", "甲方：甲公司", "乙方：乙公司", sentence))
    assert found == {
        "甲公司": "payer" if payer == "甲公司" else "payee",
        "乙公司": "payer" if payer == "乙公司" else "payee",
    }


def test_sides_named_in_a_sentence_are_parties() -> None:
    found = read(
        "合作备忘录",
        "本协议由赤峰市第八人民医院（以下称甲方）和和平区图书馆（以下称乙方）共同订立。",
        "甲方应向乙方支付合同价款3万元。",
    )
    assert roles(found) == {"赤峰市第八人民医院": "payer", "和平区图书馆": "payee"}


def test_a_transfer_form_tells_sides_by_its_blocks() -> None:
    found = read(
        "某某银行电子回单",
        "付款人\t户名\t乌海市远航商贸有限公司\t收款人\t户名\t乌海市慈善总会",
        "\t账号\t6222021234567890123\t\t账号\t15001234567890123",
        "金额\t人民币（大写）伍万元整\t¥50,000.00\t用途\t助学捐款",
        "交易日期\t20260301",
        columns=6,
    )
    assert found.kind == "transfer"
    assert roles(found) == {"乌海市远航商贸有限公司": "payer", "乌海市慈善总会": "payee"}
    assert [party.account.value for party in found.parties if party.account] == [
        "6222021234567890123",
        "15001234567890123",
    ]
    assert found.total == Decimal("50000.00")
    assert found.signed_on is not None
    assert found.signed_on.value == "2026-03-01"


def test_a_list_of_recipients_gives_each_its_own_amount() -> None:
    found = read(
        "关于下达培训补助资金的通知",
        "内财教〔2026〕15号",
        "各有关单位：",
        "根据呼财社[2025]3号，现下达培训补助资金共计3万元，分配如下。",
        "序号\t单位名称\t金额（万元）",
        "1\t集宁区第六中学\t1.2",
        "2\t赛罕区图书馆\t1.8",
        "合计\t\t3",
        "内蒙古自治区教育厅",
        "2026年4月4日",
    )
    assert found.kind == "policy"
    assert [number.value for number in found.document_numbers] == ["内财教〔2026〕15号"]
    assert {(party.name.value, party.role, party.amount) for party in found.parties} == {
        ("集宁区第六中学", "payee", Decimal("12000.0")),
        ("赛罕区图书馆", "payee", Decimal("18000.0")),
        ("内蒙古自治区教育厅", "payer", None),
    }
    assert found.total == Decimal("30000.00")
    assert found.signed_on is not None
    assert found.signed_on.value == "2026-04-04"


def test_the_whole_of_a_list_is_not_one_of_its_rows() -> None:
    found = read(
        "关于分配培训资金的通知",
        "内财教〔2026〕15号",
        "下达培训资金¥30000.00元，分配如下。",
        "1.赛罕区图书馆：10,000.00元",
        "2.包头市公共资源交易服务中心：20,000.00元",
    )
    assert found.total == Decimal("30000.00")
    assert [party.amount for party in found.parties] == [Decimal("10000.00"), Decimal("20000.00")]


def test_a_name_wrapped_in_its_cell_is_one_name() -> None:
    """The label stands beside the middle of two lines; the neighbour's cell has one."""
    pitch = 0.016
    lines = (
        line_at("银行进账单", 0.4, 0.05, scale=1.8),
        line_at("付款人全称", 0.10, 0.20 + pitch / 2),
        line_at("鄂尔多斯市和沐堂新能源科技", 0.25, 0.20),
        line_at("有限责任公司", 0.25, 0.20 + pitch),
        line_at("收款人全称", 0.52, 0.20 + pitch / 2),
        line_at("乌海市青少年发展基金会", 0.66, 0.20 + pitch / 2),
        line_at("金额", 0.10, 0.26),
        line_at("¥1,000.00", 0.25, 0.26),
    )
    page = PageLines(number=1, width=595, height=842, rotation=0, method="text", lines=lines)
    assert roles(extract([page])) == {
        "鄂尔多斯市和沐堂新能源科技有限责任公司": "payer",
        "乌海市青少年发展基金会": "payee",
    }


def test_what_only_looks_like_a_fact_is_none() -> None:
    found = read(
        "服务协议",
        "付款方：甲公司",
        "收款方：乙中心",
        "鉴证方：丙事务所有限公司",
        "联系电话：0471-5551234，邮编010010",
        "费用共计8万元。逾期付款的，违约金最高不超过9,999.00元。",
        "本协议签订前双方于2024年5月1日签订的意向书同时废止。",
        "日期：2026年3月2日",
    )
    assert roles(found) == {"甲公司": "payer", "乙中心": "payee"}
    assert found.accounts == ()
    assert found.total == Decimal("80000.00")
    assert found.signed_on is not None
    assert found.signed_on.value == "2026-03-02"


def test_an_empty_page_says_nothing() -> None:
    found = extract([PageLines(number=1, width=595, height=842, rotation=0, method="text")])
    assert (found.kind, found.parties, found.amounts, found.purpose) == ("other", (), (), None)


@given(cents=st.integers(min_value=100, max_value=10**14 - 1))
def test_words_are_read_back_exactly(cents: int) -> None:
    value = Decimal(cents) / 100
    assert amount_of(in_words(value)) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("壹佰零伍万元正", "1050000"),
        ("零拾零万伍仟零佰零拾零元零角零分", "5000"),
        ("拾贰圆叁角整", "12.3"),
        ("一百二十三万元", "1230000"),
        ("叁元零伍分", "3.05"),
    ],
)
def test_words_as_people_write_them(words: str, value: str) -> None:
    assert amount_of(words) == Decimal(value)


@pytest.mark.parametrize("words", ["壹贰元", "元角分", "叁拾", "伍元柒", ""])
def test_what_is_no_amount_in_words(words: str) -> None:
    assert amount_of(words) is None


def test_a_numeral_with_a_misread_character_is_not_taken_by_its_end() -> None:
    found = read("电子回单", "金额：¥498,580.00（大写：肆拾玖万捌任伍佰捌拾元整）")
    assert [(amount.value, amount.words) for amount in found.amounts] == [(Decimal("498580.00"), False)]


def test_numerals_of_years() -> None:
    assert (number_of("二〇二六"), number_of("三十一"), number_of("十")) == (2026, 31, 10)


@pytest.mark.parametrize(
    "text",
    [
        "2026年3月1日",
        "2026-03-01",
        "2026/3/1",
        "2026.03.01",
        "20260301",
        "二〇二六年三月一日",
        "二零二六年三月一日",
        "二二六年三月一日",
    ],
)
def test_days_in_all_their_forms(text: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.isoformat() == "2026-03-01"


def test_a_day_that_is_not_in_the_calendar_is_none() -> None:
    assert read_date("2026年2月30日") is None


def test_names_are_the_same_but_for_the_way_of_writing() -> None:
    assert same_name("蓝天（集团）有限公司", "蓝天(集团) 有限公司")
    assert not same_name("蓝天（集团）有限公司", "青天（集团）有限公司")
    assert not same_name("", "")


def test_only_a_reader_of_pictures_may_mistake_a_character() -> None:
    assert same_name("内蒙古未来科技有限公司", "内蒙古末来科技有限公司", read_by_ocr=True)
    assert not same_name("内蒙古未来科技有限公司", "内蒙古末来科技有限公司")
    assert not same_name("内蒙古东方科技有限公司", "内蒙古西方科技有限公司", read_by_ocr=True)


@pytest.mark.parametrize("text", ["采购人", "对方户名", "承诺人", "你单位", "12345"])
def test_words_for_a_part_are_no_names(text: str) -> None:
    assert not is_name(text)


def banks(extraction: Extraction) -> dict[str, str]:
    return {party.role: party.bank.value for party in extraction.parties if party.bank is not None}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            (
                "付款人户名\t包头甲公司\t收款人户名\t包头市第八中学",
                "付款人账号\t1500123456789012345\t收款人账号\t1500999956789012345",
                "付款人开户行\t中国银行包头支行\t收款人开户行\t蒙商银行青山支行",
            ),
            {"payer": "中国银行包头支行", "payee": "蒙商银行青山支行"},
        ),
        (
            (
                "付款人：包头甲公司",
                "收款人：包头市第八中学",
                "收款账号：1500999956789012345，开户银行：蒙商银行青山支行。",
            ),
            {"payee": "蒙商银行青山支行"},
        ),
        (("付款人：包头甲公司", "付款账号：1500123456789012345", "开户行：见附件"), {}),
    ],
)
def test_a_bank_is_that_of_its_account(rows: tuple[str, ...], found: dict[str, str]) -> None:
    assert banks(read("电子回单", *rows)) == found


def test_pages_without_any_text_are_told() -> None:
    first = page_of("检测服务合同", "甲方：乌海市远航商贸有限公司")
    bare = [msgspec.structs.replace(first, number=number, lines=(), method="ocr") for number in (2, 4)]
    third = page_of("附件", "检测项目", number=3)
    assert extract([first, bare[0], third, bare[1]]).notes == (
        "第 2、4 页没有识别到文字；不是空白页的，请对照原件核对，其中的内容由人工填写。",
    )
