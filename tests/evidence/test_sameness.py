"""The same paper in another file: told by what it says, and never of two papers that share a form."""

import io
from decimal import Decimal
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from tests.evidence.lines import page_of

import mingpiao
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import Extraction
from mingpiao.evidence.sameness import Sameness, compare_papers, content_of, traits_of
from mingpiao.reading.lines import read_lines

FONTS = Path(mingpiao.__file__).parent / "letters" / "fonts"
TITLE = "检测技术服务合同"
ROWS = (
    "合同编号：内大检字2026第0317号",
    "甲方（付款方）：乌海市远航商贸有限公司",
    "乙方（收款方）：内蒙古大学",
    "一、甲方委托乙方对其建设的实验楼通风系统进行性能检测，并出具检测报告。",
    "二、合同总金额：人民币20,000.00元（大写：贰万元整）。",
    "三、甲方应于收到检测报告后15日内将款项汇至乙方账户150012345678。",
    "四、乙方应在2026年6月30日前完成全部检测工作，逾期每日按合同金额的3‰支付违约金。",
    "五、本合同一式4份，双方各执2份，自签字盖章之日起生效。",
    "签订日期：2026年3月17日",
)


def paper(*changes: tuple[str, str], method: str = "text") -> Extraction:
    rows = list(ROWS)
    for old, new in changes:
        assert any(old in row for row in rows), old
        rows = [row.replace(old, new) for row in rows]
    return extract([msgspec.structs.replace(page_of(TITLE, *rows), method=method)])


def between(one: Extraction, two: Extraction) -> Sameness:
    told = compare_papers(content_of(one), content_of(two))
    assert compare_papers(content_of(two), content_of(one)) is told
    return told


def traits(says: Extraction) -> set[int]:
    return set(traits_of(content_of(says)))


def test_the_same_words_are_one_paper_however_they_are_spaced() -> None:
    spaced = paper(("合同总金额：人民币", "合同总金额： 人民币 "))
    assert between(paper(), spaced) is Sameness.SAME
    assert traits(paper()) & traits(spaced)


def test_a_scan_with_a_few_characters_misread_is_the_same_paper() -> None:
    scan = paper(("性能检测", "性龍检测"), ("违约金", "连约金"), ("本合同", "木合同"), method="ocr")
    assert between(paper(), scan) is Sameness.SAME
    assert traits(paper()) & traits(scan)


@pytest.mark.parametrize(
    "changes",
    [
        [("20,000.00", "26,000.00"), ("贰万", "贰万陆仟")],
        [("2026年3月17日", "2026年4月17日")],
        [("第0317号", "第0318号")],
        [("2026", "2027")],
        [("乌海市远航商贸有限公司", "包头市恒信科技有限公司")],
    ],
    ids=["another sum", "another day", "another number", "the next year", "another payer"],
)
@pytest.mark.parametrize("method", ["text", "ocr"])
def test_papers_of_one_form_are_never_merged(changes: list[tuple[str, str]], method: str) -> None:
    assert between(paper(), paper(*changes, method=method)) is not Sameness.SAME


@pytest.mark.parametrize(
    "figure", [("150012345678", "150012345679"), ("6月30日", "6月25日"), ("15日内", "20日内")]
)
def test_one_other_figure_keeps_papers_apart(figure: tuple[str, str]) -> None:
    assert between(paper(), paper(figure)) is Sameness.RESEMBLING
    assert between(paper(), paper(figure, method="ocr")) is Sameness.RESEMBLING


@pytest.mark.parametrize(
    "day", [("2026年3月17日", "2026年3月11日"), ("2026年3月17日", "二〇二六年三月十一日")]
)
def test_a_day_that_a_scan_may_have_misread_is_told(day: tuple[str, str]) -> None:
    """The words, the parties and the total agree: the officer hears of the other paper, and the bill is not stopped."""
    assert between(paper(), paper(day, method="ocr")) is Sameness.RESEMBLING
    assert between(paper(), paper(day)) is Sameness.DIFFERENT


#: What many pages of one form say before the page on which two contracts differ.
TERMS = tuple(
    f"第{number}条　双方应当按照本条款约定的标准、方法和程序履行各自的义务，并对履行中知悉的技术资料和商业秘密承担保密责任。"
    for number in range(1, 41)
)


def long_contract(*last: str) -> Extraction:
    return extract(
        [
            *(page_of(TITLE, *TERMS, number=number) for number in range(1, 21)),
            page_of("签署页", *last, number=21),
        ]
    )


def test_long_contracts_that_differ_on_their_last_page_are_two() -> None:
    one = long_contract(
        "甲方（付款方）：乌海市远航商贸有限公司",
        "乙方（收款方）：内蒙古大学",
        "合同总金额：人民币20,000.00元",
        "签订日期：2026年3月17日",
    )
    two = long_contract(
        "甲方（付款方）：包头市恒信科技有限公司",
        "乙方（收款方）：内蒙古大学",
        "合同总金额：人民币95,000.00元",
        "签订日期：2026年8月9日",
    )
    assert sum(len(page.text) for page in one.pages[:-1]) > 30_000
    assert between(one, two) is Sameness.DIFFERENT
    assert between(one, one) is Sameness.SAME
    assert not traits(one) & traits(two)


def test_long_contracts_with_other_figures_on_their_last_page_are_not_merged() -> None:
    last = (
        "甲方（付款方）：乌海市远航商贸有限公司",
        "乙方（收款方）：内蒙古大学",
        "合同总金额：人民币20,000.00元",
    )
    one = long_contract(*last, "检测实验楼3101室至3118室", "银行账号150012345678")
    two = long_contract(*last, "检测实验楼5201室至5219室", "银行账号150012345678")
    assert between(one, two) is Sameness.RESEMBLING


def test_papers_of_other_matters_and_short_ones_differ() -> None:
    other = extract(
        [
            page_of(
                "公益捐赠协议",
                "捐赠人：乌海市远航商贸有限公司",
                "受赠人：内蒙古大学",
                "捐赠金额：人民币20,000.00元，用于资助家庭困难的学生完成学业。",
                "受赠人应当按照约定的用途使用捐赠财产，并定期向捐赠人通报使用情况，接受监督。",
                "签订日期：2026年3月17日",
            )
        ]
    )
    assert between(paper(), other) is Sameness.DIFFERENT
    short = extract([page_of("收据", "今收到20,000.00元")])
    assert between(short, short) is Sameness.DIFFERENT


def test_a_drawn_paper_and_its_picture_are_one() -> None:
    pdfmetrics.registerFont(TTFont("same", next(FONTS.rglob("*SC*egular*.ttf"))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("same", 11)
    for place, row in enumerate((TITLE, *ROWS)):
        canvas.drawString(60, 760 - 30 * place, row)
    canvas.save()
    drawn = extract(read_lines(out.getvalue(), "application/pdf"))
    document = pypdfium2.PdfDocument(out.getvalue())
    picture = document[0].render(scale=2).to_pil().convert("RGB").rotate(0.6, fillcolor="white")
    document.close()
    photograph = io.BytesIO()
    picture.resize((picture.width, picture.height), Image.Resampling.BILINEAR).save(
        photograph, "JPEG", quality=70
    )
    seen = extract(read_lines(photograph.getvalue(), "image/jpeg"))
    assert seen.pages[0].method == "ocr"
    assert drawn.total == seen.total == Decimal("20000.00")
    assert between(drawn, seen) is Sameness.SAME
    assert traits(drawn) & traits(seen)
