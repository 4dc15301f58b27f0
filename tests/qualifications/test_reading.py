"""From lines to fields: layouts, label variants, slips of the recognition, pages that lie askew; one real picture."""

import math
from datetime import date

import msgspec
import pytest
from tests.qualifications.files import LAYOUTS, Facts, draw, make_facts, spoiled, upright_labels

from mingpiao.qualifications.dates import find_days
from mingpiao.qualifications.model import QualificationReading, QualificationType
from mingpiao.qualifications.service import SURE, read_fields
from mingpiao.reading.model import PageLines, PagePlace, TextLine
from mingpiao.reading.service import ReaderPool

CODE = "53150000MJ0123456B"


def page_of(*rows: tuple[str, float, float], confidence: float = 0.98) -> list[PageLines]:
    """Lines (text, left, top) on a page of 1000 × 1000; characters are 20 wide, lines 26 high."""
    lines = tuple(
        TextLine(
            text=text,
            place=PagePlace(
                page=1,
                left=left / 1000,
                top=top / 1000,
                right=(left + sum(20 if ord(c) > 0x2E7F else 11 for c in text)) / 1000,
                bottom=(top + 26) / 1000,
            ),
            confidence=confidence,
        )
        for text, left, top in rows
    )
    return [PageLines(number=1, width=1000, height=1000, rotation=0, method="ocr", lines=lines)]


def values(reading: QualificationReading) -> dict[str, str]:
    return {name: found.value for name, found in reading.fields.items()}


@pytest.mark.parametrize("layout", range(len(LAYOUTS)))
def test_every_field_of_every_layout(layout: int) -> None:
    for seed in range(len(QualificationType)):
        facts = make_facts(seed)
        reading = read_fields(draw(facts, layout=layout, seed=seed * 7 + layout).lines())
        assert values(reading) == facts.truth(), seed
        assert all(found.confidence >= SURE for found in reading.fields.values())


def _sloping(pages: list[PageLines], degrees: float) -> list[PageLines]:
    """The same lines on a page that lies askew: each with the upright box around it, as a reader gives it."""
    page = pages[0]
    slope = math.tan(math.radians(degrees))
    lines = []
    for line in page.lines:
        place = line.place
        width = (place.right - place.left) * page.width
        left = place.left * page.width - slope * (place.top * page.height - page.height / 2)
        top = place.top * page.height + slope * (place.left * page.width - page.width / 2)
        high = (place.bottom - place.top) * page.height + abs(slope) * width
        top += min(0.0, slope * width)
        box = PagePlace(
            page=1,
            left=left / page.width,
            top=top / page.height,
            right=(left + width) / page.width,
            bottom=(top + high) / page.height,
        )
        lines.append(msgspec.structs.replace(line, place=box))
    return [msgspec.structs.replace(page, lines=tuple(lines))]


@pytest.mark.parametrize("degrees", [-3.0, -1.5, 1.5, 3.0])
@pytest.mark.parametrize("layout", range(len(LAYOUTS)))
def test_a_page_that_lies_askew(layout: int, degrees: float) -> None:
    for seed in (1, 2, 4):
        facts = make_facts(seed)
        pages = _sloping(draw(facts, layout=layout, seed=0).lines(), degrees)
        assert values(read_fields(pages)) == facts.truth(), seed


def test_slips_of_the_recognition_are_forgiven_where_they_cannot_mislead() -> None:
    reading = read_fields(
        page_of(
            ("慈善组织登记正书", 300, 50),
            ("统一社会信用代玛", 100, 150),
            ("531500O0MJ0I23456B", 400, 150),
            ("慈善组织名祢：呼和浩特市演示助学基金会", 100, 220),
            ("法定代表入", 100, 290),
            ("乌云其木格", 400, 290),
            ("有效期限", 100, 360),
            ("自2O23年05月l5日至2028年05月14日", 400, 360),
            ("发证机关（盖章）：呼和浩特市民政局 2023年5月15日", 100, 430),
        )
    )
    found = values(reading)
    assert found["qualification_type"] == "charity"
    assert found["valid_from"] == "2023-05-15"
    assert found["valid_until"] == "2028-05-14"
    assert found["issuer"] == "呼和浩特市民政局"


def test_letters_that_no_code_has_are_read_as_the_digits_they_look_like() -> None:
    reading = read_fields(page_of(("统一社会信用代码：53150000OJ0I2345SB", 100, 150)))
    assert reading.value("code") == "531500000J0123455B"


def test_a_code_with_a_wrong_check_digit_is_read_as_it_stands() -> None:
    reading = read_fields(page_of(("统一社会信用代码", 100, 150), (CODE, 400, 150)))
    assert reading.value("code") == CODE


def test_without_its_label_a_code_counts_only_with_a_right_check_digit() -> None:
    facts = make_facts(0)
    right = read_fields(page_of((facts.code, 400, 150)))
    assert right.value("code") == facts.code
    assert right.fields["code"].confidence < 0.9
    wrong = facts.code[:17] + ("0" if facts.code[17] != "0" else "1")
    assert "code" not in read_fields(page_of((wrong, 400, 150))).fields


def test_labels_far_apart_above_and_in_two_columns() -> None:
    reading = read_fields(
        page_of(
            ("事业单位", 300, 40),
            ("法人证书", 420, 40),
            ("名", 100, 150),
            ("称", 200, 150),
            ("内蒙古演示大学附属医院", 280, 150),
            ("法定代表人", 620, 150),
            ("白春梅", 780, 150),
            ("统一社会信用代码", 100, 220),
            (CODE, 100, 252),
            ("登记管理机关", 620, 220),
            ("内蒙古自治区事业单位", 780, 220),
            ("登记管理局", 780, 250),
            ("有效期", 620, 340),
            ("自2023年05月15日", 780, 340),
            ("至2028年05月15日", 780, 370),
        )
    )
    assert values(reading) == {
        "qualification_type": "institution",
        "name": "内蒙古演示大学附属医院",
        "representative": "白春梅",
        "code": CODE,
        "issuer": "内蒙古自治区事业单位登记管理局",
        "valid_from": "2023-05-15",
        "valid_until": "2028-05-15",
    }


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("自2023年05月15日至2028年05月15日", "2023-05-15", "2028-05-15"),
        ("2023-5-15 至 2028-05-15", "2023-05-15", "2028-05-15"),
        ("2023.05.15—2028.05.15", "2023-05-15", "2028-05-15"),
        ("二〇二三年五月十五日至二〇二八年十二月三十一日", "2023-05-15", "2028-12-31"),
        ("至2028年05月15日", "", "2028-05-15"),
        ("2028年05月15日", "", "2028-05-15"),
        ("自2023年05月15日起长期", "2023-05-15", "unlimited"),
        ("2023年05月15日至长期", "2023-05-15", "unlimited"),
        ("长期", "", "unlimited"),
        ("自2023年05月15日起", "2023-05-15", ""),
        ("2028年02月30日", "", ""),
        ("五年", "", ""),
    ],
)
def test_validity_as_qualifications_write_it(written: str, first: str, last: str) -> None:
    reading = read_fields(page_of(("有效期", 100, 100), (written, 400, 100)))
    assert (reading.value("valid_from"), reading.value("valid_until")) == (first, last)


def test_days_of_other_rows_are_no_validity() -> None:
    reading = read_fields(page_of(("发证日期", 100, 100), ("2023年05月15日", 400, 100)))
    assert "valid_until" not in reading.fields


def test_days_that_no_calendar_has_are_left_out() -> None:
    assert [each.day for each in find_days("2023年13月01日2024年02月29日1023年01月01日")] == [
        date(2024, 2, 29)
    ]


def test_nothing_is_found_in_nothing() -> None:
    for pages in ([], page_of(), page_of(("随便写的一张纸", 100, 100), ("12345", 300, 300))):
        reading = read_fields(pages)
        assert reading.fields == {}
        assert not reading.recognised


def test_a_note_that_mentions_another_qualification_is_not_its_title() -> None:
    note = "注：本证与《事业单位法人证书》具有同等效力，遗失请到登记管理机关补办，并登报声明作废。"
    reading = read_fields(page_of((note, 50, 900), ("慈善组织登记证书", 300, 50)))
    assert reading.value("qualification_type") == "charity"


def test_hostile_text_does_no_harm() -> None:
    long = ("名称" + "甲" * 390, 0, 0)
    reading = read_fields(page_of(long, ("住所\u202e\x00<b>", 0, 100), ("统一" * 5_000, 0, 200)))
    assert len(reading.value("name")) == 200
    assert "<" not in reading.value("address")


def test_a_hostile_qualification_costs_no_more_than_a_full_page() -> None:
    rows = [(f"名称：甲{number}", number % 7 * 100.0, number * 9.0) for number in range(5_000)]
    reading = read_fields(page_of(*rows) * 200)
    assert len(reading.sheets) == 4
    assert len(reading.fields["name"].places) <= 40


# -- forms as other printers make them -------------------------------------------------------------

PURPOSE = (
    "受理社会捐赠，依照捐赠人意愿使用善款，开",
    "展业务培训、学术研讨和经验交流；收集整理",
    "和利用本地区历史文献。",
)


def test_a_value_ends_where_the_lines_begin_whose_label_stands_in_the_middle() -> None:
    reading = read_fields(
        page_of(
            ("住所", 120, 150),
            ("澄湖市育才巷180号附2号", 240, 150),
            (PURPOSE[0], 240, 194),
            ("宗旨和", 110, 214),
            (PURPOSE[1], 240, 224),
            ("业务范围", 100, 242),
            (PURPOSE[2], 240, 254),
            ("有效期", 110, 330),
            ("自2018年4月22日至2028年4月21日", 240, 330),
        )
    )
    assert reading.value("address") == "澄湖市育才巷180号附2号"
    assert reading.value("purpose") == "".join(PURPOSE)
    assert reading.value("valid_until") == "2028-04-21"
    assert all(found.confidence >= SURE for found in reading.fields.values())


def test_labels_of_two_rows_are_labels_and_no_part_of_the_value_above() -> None:
    reading = read_fields(
        page_of(
            ("名称", 100, 150),
            ("云渡县博雅职业培训学校", 240, 150),
            ("统一社会", 100, 190),
            ("信用代码", 100, 214),
            ("52450328MJ57640760", 240, 202),
            ("业务主管", 100, 260),
            ("单位", 100, 284),
            ("云渡县科学技术局", 240, 272),
            ("法 定", 100, 330),
            ("代表人", 100, 354),
            ("买合木提江·艾山", 240, 342),
            ("发证", 100, 410),
            ("机关", 100, 434),
            ("云渡县行政审批服务局", 240, 422),
        )
    )
    assert values(reading) == {
        "name": "云渡县博雅职业培训学校",
        "code": "52450328MJ57640760",
        "representative": "买合木提江·艾山",
        "issuer": "云渡县行政审批服务局",
    }


def test_a_label_of_two_rows_is_parted_from_values_that_were_read_in_one_line_with_it() -> None:
    pages = page_of(
        ("宗旨和" + PURPOSE[0], 100, 150),
        ("业务范围" + PURPOSE[1][:-1], 100, 180),
        (PURPOSE[1][-1] + PURPOSE[2], 180, 210),
    )
    lines = []
    for line in pages[0].lines:
        wide = (line.place.right - line.place.left) / len(line.text)
        edges = [line.place.left + wide * number for number in range(len(line.text) + 1)]
        lines.append(msgspec.structs.replace(line, edges=tuple(edges)))
    reading = read_fields([msgspec.structs.replace(pages[0], lines=tuple(lines))])
    assert reading.value("purpose") == "".join(PURPOSE)


@pytest.mark.parametrize("left", [100, 300])
def test_words_of_a_label_that_begin_a_line_of_its_own_value(left: int) -> None:
    """With the label beside the value, and above it."""
    reading = read_fields(
        page_of(
            ("宗旨和业务范围", 100, 150 if left == 300 else 118),
            ("宗旨：普及科学知识，开展业务培训和学术研讨。", left, 150),
            ("业务范围：受理社会捐赠，依照捐赠人意愿使用", left, 180),
            ("登记管理机关委托的调查研究。", left, 210),
            ("有效期", 100, 290),
            ("长期", 300, 290),
        )
    )
    assert reading.value("purpose") == (
        "宗旨：普及科学知识，开展业务培训和学术研讨。业务范围：受理社会捐赠，依照捐赠人意愿使用登记管理机关委托的调查研究。"
        if left == 300
        else "宗旨：普及科学知识，开展业务培训和学术研讨。业务范围：受理社会捐赠，依照捐赠人意愿使用"
    )
    assert reading.value("valid_until") == "unlimited"


def test_a_label_that_nobody_can_read_ends_the_value_before_it() -> None:
    reading = read_fields(
        page_of(
            ("名称", 100, 150),
            ("云渡县总工会", 240, 150),
            ("地址", 100, 190),
            ("云渡县文昌街12号", 240, 190),
            ("有狗", 100, 225),
            ("自二〇一六年三月二十五日至长期", 240, 225),
        )
    )
    assert values(reading) == {
        "name": "云渡县总工会",
        "address": "云渡县文昌街12号",
        "valid_from": "2016-03-25",
        "valid_until": "unlimited",
    }
    assert reading.fields["valid_until"].confidence < reading.fields["name"].confidence


def test_the_row_of_the_code_is_no_title() -> None:
    fields = (("统一社会信用代码", 100, 150), (CODE, 400, 150))
    assert "qualification_type" not in read_fields(page_of(*fields)).fields
    titled = read_fields(page_of(*fields, ("事业单位法人证书", 300, 300)))
    assert titled.value("qualification_type") == "institution"
    below = read_fields(page_of(("统一社会信用代码证书", 290, 50), ("代码 13520123MB12345678", 300, 82)))
    assert below.value("qualification_type") == "credit_code"


def test_a_title_of_two_rows_beside_another_column() -> None:
    reading = read_fields(
        page_of(
            ("民办非企业单位", 100, 100),
            ("登记证书", 130, 132),
            ("住所", 500, 102),
            ("云渡县文昌街12号", 600, 102),
            ("有效期", 500, 134),
            ("长期", 600, 134),
        )
    )
    assert reading.value("qualification_type") == "non_enterprise"
    assert reading.value("address") == "云渡县文昌街12号"


def test_who_signs_above_a_day_is_the_issuer_where_no_label_tells_it() -> None:
    rows = (
        ("业务主管单位", 100, 400),
        ("云渡县教育局", 300, 400),
        ("浙江省民政厅", 600, 700),
        ("2018年07月18日", 590, 735),
    )
    reading = read_fields(page_of(*rows))
    assert reading.value("issuer") == "浙江省民政厅"
    assert reading.fields["issuer"].confidence < 0.9
    assert "issuer" not in read_fields(page_of(*rows[:3])).fields


def test_lines_without_height_sign_nothing() -> None:
    (page,) = page_of(("浙江省民政厅", 600, 700), ("2018年07月18日", 590, 735))
    flat = [
        msgspec.structs.replace(line, place=msgspec.structs.replace(line.place, bottom=line.place.top))
        for line in page.lines
    ]
    assert "issuer" not in read_fields([msgspec.structs.replace(page, lines=tuple(flat))]).fields


def test_a_person_without_a_label_is_offered_but_never_sure() -> None:
    rows = (
        ("名称", 100, 150),
        ("云渡县阳光康复中心", 240, 150),
        ("次仁·洛桑", 240, 220),
        ("住所", 100, 290),
        ("云渡县文昌街12号", 240, 290),
    )
    reading = read_fields(page_of(*rows))
    assert reading.value("representative") == "次仁·洛桑"
    assert reading.fields["representative"].confidence < SURE
    assert "representative" not in read_fields(page_of(*rows[:2], *rows[3:])).fields


def test_one_doubtful_character_makes_a_long_text_unsure_but_no_proven_code() -> None:
    code = make_facts(4).code
    rows = (
        ("名称", 100, 150),
        ("桂溪县仁济工益基金会", 300, 150),
        ("统一社会信用代码", 100, 200),
        (code, 300, 200),
    )
    clear = read_fields(page_of(*rows, confidence=0.99))
    assert min(found.confidence for found in clear.fields.values()) >= SURE
    doubtful = read_fields(page_of(*rows, confidence=0.95))
    assert doubtful.fields["name"].confidence < SURE
    assert doubtful.fields["code"].confidence >= SURE


def test_a_seal_on_a_text_lowers_its_confidence() -> None:
    pages = page_of(
        ("发证机关", 100, 150), ("云渡县民政局", 300, 150), ("名称", 100, 400), ("总工会", 300, 400)
    )
    seal = PagePlace(page=1, left=0.35, top=0.1, right=0.5, bottom=0.25)
    reading = read_fields([msgspec.structs.replace(pages[0], seals=(seal,))])
    assert reading.fields["issuer"].confidence < reading.fields["name"].confidence


def test_a_line_that_may_belong_to_a_value_or_not_makes_it_unsure() -> None:
    reading = read_fields(
        page_of(
            ("发证机关", 100, 150),
            ("云渡县民政局", 300, 150),
            ("社会组织管理处", 420, 182),
            ("有效期", 100, 400),
            ("长期", 300, 400),
        )
    )
    assert reading.fields["issuer"].confidence < SURE
    assert reading.fields["valid_until"].confidence >= SURE


@pytest.mark.whole
async def test_labels_that_stand_upright_are_read_in_the_reading_process() -> None:
    data = upright_labels()
    async with ReaderPool(2) as pool:
        pages = await pool.read_lines(data, "image/png")
    texts = {line.text for line in pages[0].lines}
    assert {"负责人", "业务范围", "有效期"} <= texts


@pytest.mark.whole
async def test_a_real_picture_in_the_reading_process() -> None:
    """A skewed JPEG through the whole of it: networks, rows, fields."""
    facts = Facts(
        qualification_type=QualificationType.CHARITY,
        name="呼和浩特市演示助学基金会",
        code=make_facts(4).code,
        representative="乌云其木格",
        issuer="呼和浩特市民政局",
        valid_from=date(2024, 3, 1),
        valid_until=date(2029, 2, 28),
        address="新城区演示大街1号",
    )
    how, media_type, data = spoiled(draw(facts, layout=2, seed=1).image, 1)
    assert (how, media_type) == ("skewed", "image/jpeg")
    async with ReaderPool(2) as pool:
        reading = read_fields(await pool.read_lines(data, media_type))
    assert values(reading) == facts.truth()
