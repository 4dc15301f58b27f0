"""From lines to fields: layouts, label variants, slips of the recognition, pages that lie askew; one real picture."""

import math
from datetime import date

import msgspec
import pytest
from tests.qualifications.files import LAYOUTS, Facts, draw, make_facts, spoiled

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
