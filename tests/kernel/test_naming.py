"""What sort of name or code stands on a face."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from mingpiao.demo.people import company_name, company_uscc, person_name
from mingpiao.demo.units import demo_units
from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.naming import CODE_CLASSES, NAME_CLASSES, classify_code, classify_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "placeholder"), ("无", "placeholder"), ("散客", "placeholder"), ("（匿名）", "placeholder"),
        ("无 名", "placeholder"), ("N/A", "placeholder"), ("张某", "placeholder"), ("李某某", "placeholder"),
        ("某某公司", "placeholder"), ("某某", "placeholder"), ("张*", "placeholder"), ("王××", "placeholder"),
        ("张XX", "placeholder"), ("XX公司", "placeholder"), ("爱心人士", "placeholder"), ("患者1", "placeholder"),
        ("啊啊啊", "repeated"), ("xx", "repeated"), ("AAAA", "repeated"), ("李李", "repeated"), ("a-a-a", "repeated"),
        ("李", "single"), ("x", "single"), ("某", "single"),
        ("1", "digits"), ("13800000000", "digits"), ("---", "digits"), ("。。", "digits"), ("×××", "digits"),
        ("测试", "test"), ("测试01", "test"), ("测试单位", "test"), ("张三测试", "test"), ("Test", "test"),
        ("无名氏20261128男", "placeholder"), ("未知(急诊3号)", "placeholder"), ("无名氏（女，约60岁）", "placeholder"),
        ("身份不明男", "placeholder"), ("三无人员2号", "placeholder"), ("姓名不详", "placeholder"),
        ("寮犱笁", "garbled"), ("锟斤拷", "garbled"), ("锟斤拷锟斤拷", "garbled"), ("鏉庡洓", "garbled"),
        ("寮犱笁涓?", "garbled"), ("ÕÅÈý", "garbled"), ("å¼\u00a0ä¸‰", "garbled"), ("&#24352;&#19977;", "garbled"),
        ("%E5%BC%A0", "garbled"), ("\\u5f20\\u4e09", "garbled"),
        ("demo-2", "test"), ("asdf", "test"), ("样例", "test"), ("测试有限公司", "test"),
    ],
)  # fmt: skip
def test_names_that_are_none_are_told(name: str, expected: str) -> None:
    assert classify_name(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "王芳", "欧阳振华", "丁丁", "方方", "乌云其木格", "阿卜杜热合曼·买买提", "John Smith", "O'Neil", "李X阳",
        "内蒙古计量测试研究院", "呼和浩特市软件测试中心", "上海某牛网络有限公司", "北京三六零科技有限公司", "360公司",
        "3M中国有限公司", "呼和浩特市演示大漠商贸有限公司", "个人卫生用品有限公司", "中国（上海）贸易公司", "无锡市财政局",
        "喆赟翀", "王䶮", "José García", "Åsa Öberg", "Müller", "无名山茶叶公司", "未来科技", "不二家", "三无山庄", "ᠪᠠᠲᠤ",
        "TCL科技集团", "测绘院", "王测", "UNICEF", "包头钢铁（集团）有限责任公司",
    ],
)  # fmt: skip
def test_real_names_are_ordinary(name: str) -> None:
    assert classify_name(name) == "ordinary"


def test_all_names_of_the_demonstration_are_ordinary() -> None:
    rng = Random(7)
    names = [person_name(rng) for _ in range(3_000)] + [company_name(rng, "包头市") for _ in range(300)]
    names += [entry.unit.name for entry in demo_units()]
    assert [name for name in names if classify_name(name) != "ordinary"] == []


@given(st.text(max_size=40))
def test_every_name_has_a_class(name: str) -> None:
    assert classify_name(name) in NAME_CLASSES


@given(st.text(max_size=20) | st.from_regex(r"[0-9A-Za-z]{18}", fullmatch=True))
def test_every_code_has_a_class(code: str) -> None:
    assert classify_code(code) in CODE_CLASSES


def resident_ids(count: int) -> list[str]:
    rng = Random(3)
    ids = []
    while len(ids) < count:
        first = f"1501{rng.randrange(2, 6):02d}{rng.randrange(1930, 2020)}{rng.randrange(1, 13):02d}"
        first += f"{rng.randrange(1, 29):02d}{rng.randrange(1000):03d}"
        ids.append(first + ric.calc_check_digit(first + "0"))
    return ids


def test_resident_ids_are_told_by_place_date_and_check_digit() -> None:
    for number in resident_ids(300):
        assert classify_code(number) == "resident_id"
        wrong = number[:17] + ("1" if number[17] != "1" else "2")
        assert not ric.is_valid(wrong)
        assert classify_code(wrong) == ("uscc" if is_uscc(wrong) else "resident_id_wrong")
        undated = number[:10] + "1301" + number[14:]
        assert classify_code(undated) == ("uscc" if is_uscc(undated) else "resident_id_wrong")
    assert classify_code("11010519491231002X") == "resident_id"
    assert classify_code("11010519491231002x") == "resident_id"


def test_organisations_codes_are_told_by_their_check_character() -> None:
    rng = Random(5)
    for code in [company_uscc(rng, "150105") for _ in range(300)] + [
        entry.unit.uscc for entry in demo_units()
    ]:
        assert classify_code(code) == "uscc"
        wrong = code[:17] + ("A" if code[17] != "A" else "B")
        assert classify_code(wrong) == "uscc_wrong"
        assert classify_code(code.lower()) in ("uscc", "uscc_wrong")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("911124198108030024", "resident_id"), ("931840199001010011", "resident_id"),
        ("944840199001010016", "resident_id"), ("931840199001010012", "resident_id_wrong"),
        ("998840199001010010", "resident_id_wrong"), ("12440600MB2C07549J", "uscc"), ("92141127MA0KD1Y64A", "uscc"),
        ("150105000123456", "other"), ("", "none"), ("123456789", "other"), ("150105900101123", "other"), ("一" * 18, "other"),
        ("91150100-000000000", "other"), ("000000000000000000", "uscc"), ("123456789012345679", "uscc_wrong"),
    ],
)  # fmt: skip
def test_other_codes(code: str, expected: str) -> None:
    assert classify_code(code) == expected
