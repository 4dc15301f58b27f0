"""Amounts as people write them, money that is not 元, names of five characters and more, and odd characters."""

from decimal import Decimal

import pytest
from tests.evidence.lines import read

from mingpiao.evidence.extraction.names import is_name, same_name


@pytest.mark.parametrize(
    ("line", "total"),
    [
        ("合同总价50万", "500000.00"),
        ("合同总价：50万。", "500000.00"),
        ("金额：12.35万", "123500.00"),
        ("总额 ２亿", "200000000.00"),
        ("捐赠金额 5千", "5000.00"),
        ("总额1千万元", "10000000.00"),
        ("3万5千元", "35000.00"),
        ("合同金额3万5000元", "35000.00"),
        ("总投资1亿2000万元", "120000000.00"),
        ("人民币参拾万元整", "300000.00"),
        ("人民币弍仟元整", "2000.00"),
        ("⊗拾伍万元整", "150000.00"),
        ("123元1角1分", "123.11"),
        ("合计 123元5角", "123.50"),
        ("合计 123元零5分", "123.05"),
        ("合计 123.00元", "123.00"),
        ("1 234 567.00元", "1234567.00"),
        ("合计 1\u2009234\u2009567.50元", "1234567.50"),
    ],
)
def test_an_amount_is_read_as_it_is_meant(line: str, total: str) -> None:
    found = read("协议", line)
    assert found.total == Decimal(total)
    assert [amount.value for amount in found.amounts] == [Decimal(total)]


@pytest.mark.parametrize(
    "line",
    [
        "合同总价100,000.00美元",
        "合同总价10万美元",
        "合同总价HK$5,000.00",
        "合同总价US$ 5,000.00",
        "金额 USD 5,000.00",
        "金额：5,000.00 EUR",
        "金额（美元）：5,000.00",
        "金额：8,000日元",
        "总额 €5,000",
        "单位：万美元，合计 12.50",
        "共计人数50万人",
    ],
)
def test_what_is_not_in_yuan_is_no_amount(line: str) -> None:
    assert read("协议", line).amounts == ()


@pytest.mark.parametrize("note", ["单位：万元", "（单位：万元）", "金额单位：人民币万元"])
def test_a_unit_above_a_table_holds_for_its_numbers(note: str) -> None:
    assert read("明细表", note, "项目\t金额", "合计\t12.5").total == Decimal("125000.00")
    assert read("明细表", note, "合计 12.5").total == Decimal("125000.00")
    # A number with a unit of its own keeps it.
    assert read("明细表", note, "合计 12.5元").total == Decimal("12.50")


@pytest.mark.parametrize("name", ["乌云其木格", "阿拉坦其其格", "呼格吉勒图", "其其格", "阿不都热依木"])
def test_a_person_of_many_characters_is_a_party(name: str) -> None:
    found = read(
        "捐赠协议", f"甲方（捐赠人）：{name}", "乙方（受赠人）：内蒙古大学", "甲方向乙方捐赠人民币5万元。"
    )
    assert [(party.role, party.name.value) for party in found.parties] == [
        ("payer", name),
        ("payee", "内蒙古大学"),
    ]


@pytest.mark.parametrize("words", ["双方友好协商", "经双方协商一致", "以下内容无效", "其他有关事项"])
def test_a_sentence_is_no_person(words: str) -> None:
    assert not is_name(words)


@pytest.mark.parametrize(
    ("drawn", "meant"), [("⺠生⻔诊部", "民生门诊部"), ("⻓江大学", "长江大学"), ("内蒙古⼤学", "内蒙古大学")]
)
def test_radicals_in_place_of_characters_are_the_characters(drawn: str, meant: str) -> None:
    found = read("合同", f"甲方：{drawn}", "乙方：乌海市慈善总会", "甲方向乙方支付5万元。")
    assert [same_name(party.name.value, meant) for party in found.parties] == [True, False]
