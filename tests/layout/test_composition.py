"""What stands where: nothing overflows, overlaps or is lost, however long the names are."""

from itertools import combinations

import pytest
from msgspec.structs import replace
from tests.layout.samples import general, outpatient, red

from mingpiao.kernel.errors import Refusal
from mingpiao.layout import composition as composing
from mingpiao.layout.composition import compose
from mingpiao.layout.display import Composition, FacePage, Text
from mingpiao.layout.loading import shipped_templates, with_extension_fields
from mingpiao.letters.service import typecase
from mingpiao.sealing.model import Face

ADDRESS = "https://bill.example.gov.cn/verify?c=15060125&n=0000012345&h=" + "3f" * 32


def composed(face: Face, key: str) -> Composition:
    return compose(face, shipped_templates()[key], ADDRESS, typecase())


def texts_of(page: FacePage) -> list[str]:
    return [text.content for text in (*page.form, *page.values)]


def all_text(composition: Composition) -> str:
    return "".join(text for page in composition.pages for text in texts_of(page))


def extent(text: Text) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the ink of a line, mm: full-width glyphs fill 0.82 em above the line."""
    return text.x, text.y - 0.82 * text.size, text.x + text.width, text.y + 0.1 * text.size


def overlapping(page: FacePage) -> list[tuple[str, str]]:
    lines = [text for text in (*page.form, *page.values) if text.content.strip()]
    found = []
    for one, other in combinations(lines, 2):
        left, top, right, bottom = extent(one)
        left2, top2, right2, bottom2 = extent(other)
        apart = min(right, right2) - max(left, left2), min(bottom, bottom2) - max(top, top2)
        if apart[0] > 0.01 and apart[1] > 0.01:
            found.append((one.content, other.content))
    return found


def worst_case(face: Face) -> Face:
    long = "极长名称" * 150
    items = tuple(replace(item, name=long, remark=long, unit=long[:30], code="8" * 60) for item in face.items)
    return replace(
        face,
        name=long[:100],
        payer=replace(face.payer, name=long, code="9" * 100),
        invoicing=replace(face.invoicing, name=long),
        handler=long,
        checker=long,
        remark=long,
        business_no="M" * 200,
        items=items,
        extension=dict.fromkeys(face.extension, long[:200]),
    )


CASES = {
    "outpatient": ("outpatient", outpatient()),
    "many lines": ("outpatient", outpatient(items=200, lines=120)),
    "inpatient": ("inpatient", outpatient(items=30)),
    "general": ("general", general()),
    "red": ("general", red(general())),
    "donation": ("donation", general()),
    "worst general": ("general", worst_case(red(general()))),
    "worst outpatient": ("outpatient", worst_case(outpatient(items=3, lines=2))),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_leaves_the_page_or_covers_another_line(case: str) -> None:
    key, face = CASES[case]
    composition = composed(face, key)
    for page in composition.pages:
        for text in (*page.form, *page.values):
            left, top, right, bottom = extent(text)
            assert left >= 0
            assert top >= 0
            assert right <= composition.width + 0.01, text
            assert bottom <= composition.height, text
        assert overlapping(page) == []


@pytest.mark.parametrize("case", CASES)
def test_table_text_stays_inside_its_frame(case: str) -> None:
    key, face = CASES[case]
    for page in composed(face, key).pages:
        edges = sorted({rule.x1 for rule in page.rules if rule.x1 == rule.x2})
        bottom = max(rule.y2 for rule in page.rules)
        top = min(rule.y1 for rule in page.rules if rule.x1 == rule.x2)
        for text in page.values:
            if not top < text.y < bottom:
                continue
            assert not any(
                text.x + 0.01 < edge < text.x + text.width - 0.01
                for edge in edges
                if any(
                    rule.x1 == rule.x2 == edge and rule.y1 <= text.y - text.size / 2 <= rule.y2
                    for rule in page.rules
                )
            ), text


def test_every_item_and_list_line_is_shown_once_and_in_order() -> None:
    face = outpatient(items=60, lines=75)
    face = replace(
        face, items=tuple(replace(item, name=f"项目{n:03d}号") for n, item in enumerate(face.items))
    )
    composition = composed(face, "outpatient")
    shown = [t.content for page in composition.pages for t in page.values if t.content.startswith("项目")]
    codes = [t.content for page in composition.pages for t in page.values if t.content.startswith("XJ01")]
    assert shown == [item.name for item in face.items]
    assert codes == [item.code for item in face.aux_items]


def test_following_pages_carry_the_identity_and_page_numbers() -> None:
    composition = composed(outpatient(items=60, lines=10), "outpatient")
    count = len(composition.pages)
    assert count > 2
    for index, page in enumerate(composition.pages):
        texts = texts_of(page)
        assert f"第 {index + 1} 页 共 {count} 页" in texts
        assert {"15060125", "0000012345", "c748a8", "2026-11-21"} <= set(texts)
    assert composition.pages[0].symbol is not None
    assert all(page.symbol is None and page.stamps == () for page in composition.pages[1:])


def test_a_single_page_has_no_page_number() -> None:
    composition = composed(outpatient(), "outpatient")
    assert len(composition.pages) == 1
    assert "共 1 页" not in all_text(composition)
    assert [stamp.party for stamp in composition.pages[0].stamps] == ["supervisor", "unit"]


def test_what_is_cut_short_stands_in_full_on_the_last_page() -> None:
    payer = "".join(chr(0x4E00 + index) for index in range(600))
    composition = composed(outpatient(payer=payer), "outpatient")
    front = "".join(texts_of(composition.pages[0]))
    annex = "".join(text.content for text in composition.pages[-1].values)
    assert "…" in front
    assert payer not in front
    assert payer in annex
    assert any(text.endswith("（附页）") for text in texts_of(composition.pages[-1]))


def test_a_red_bill_names_its_blue_bill_in_red() -> None:
    blue = general()
    page = composed(red(blue), "general").pages[0]
    template = shipped_templates()["general"]
    coloured = [text.content for text in page.values if text.colour == template.red.colour]
    assert coloured[0] == "负叁仟陆佰伍拾元伍角整"
    assert "-3650.50" in coloured
    assert "红字" in coloured
    assert f"对应蓝字票据代码：{blue.code} 票据号码：{blue.number}" in coloured
    assert "红字" not in all_text(composed(blue, "general"))


def test_members_that_the_form_lacks_get_an_entry() -> None:
    template = with_extension_fields(
        shipped_templates()["general"],
        {"Custom1": "案号", "PayCode": "缴款书编码", "BusinessNumber": "流水号"},
    )
    face = replace(general(), extension={"Custom1": "（2026）内01民初7号", "PayCode": "15"})
    page = compose(face, template, ADDRESS, typecase()).pages[0]
    texts = texts_of(page)
    assert texts.count("案号：") == 1
    assert texts.count("缴款书编码：") == 1
    assert "缴款码：" not in texts
    assert "流水号：" not in texts
    assert "（2026）内01民初7号" in texts


def test_dates_and_quantities_are_printed_as_on_the_form() -> None:
    texts = texts_of(composed(outpatient(), "outpatient").pages[0])
    assert texts.count("2026-11-21") == 2
    assert "3/盒" in texts
    assert "128.40" in texts
    assert "捌佰叁拾伍元玖角整" in texts


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "MAX_PAGES", 5)
    face = outpatient(items=1, lines=1)
    long = tuple(replace(face.aux_items[0], name="长" * 600) for _ in range(40))
    with pytest.raises(Refusal) as caught:
        composed(replace(face, aux_items=long), "outpatient")
    assert caught.value.problems[0].code == "layout.too_many_pages"
