"""Where a file's text says otherwise than its page shows, what people see counts."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from tests.reading.exchanged import exchanged

import mingpiao
from mingpiao.evidence.extraction import extract
from mingpiao.reading.lines import LookNeeded, read_lines
from mingpiao.reading.model import PageLines
from mingpiao.reading.shapes import TABLE, draw_anew

PDF = "application/pdf"
FONTS = Path(mingpiao.__file__).parent / "letters" / "fonts"
ROWS = (
    "检测服务合同",
    "甲方（付款方）：乌海市远航商贸有限公司",
    "乙方（收款方）：内蒙古大学",
    "合同总金额：人民币48,165.00元",
    "大写：肆万捌仟壹佰陆拾伍元整",
    "签订日期：2026年3月10日",
)


@pytest.fixture(scope="module", autouse=True)
def font() -> None:
    pdfmetrics.registerFont(TTFont("file", FONTS / "NotoSansSC-Regular.ttf"))


def contract(*rows: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setFont("file", 12)
    for place, row in enumerate(rows or ROWS):
        canvas.drawString(60, 760 - 26 * place, row)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(data: bytes) -> PageLines:
    (page,) = read_lines(data, PDF)
    return page


def texts(page: PageLines) -> list[str]:
    return [line.text for line in page.lines]


def test_an_honest_file_is_not_looked_at() -> None:
    (page,) = read_lines(contract(), PDF, may_look=False)
    assert (texts(page), page.belied) == (list(ROWS), ())


@pytest.mark.parametrize(("shown", "said"), ["83", "17", "60", "58", "49"])
def test_an_exchanged_digit_needs_a_look(shown: str, said: str) -> None:
    with pytest.raises(LookNeeded) as needed:
        read_lines(exchanged(contract(), {shown: said}), PDF, may_look=False)
    assert (needed.value.pages, needed.value.pictures) == (1, 1)


@pytest.mark.parametrize("turn", [0, 90])
def test_the_digit_that_people_see_counts(turn: int) -> None:
    data = exchanged(contract(), {"8": "3"})
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        file.pages[0].Rotate = turn
        file.save(out)
    page = read(out.getvalue())
    assert texts(page) == list(ROWS)
    (belied,) = page.belied
    assert (belied.says.text, belied.shown) == ("合同总金额：人民币43,165.00元", ROWS[3])
    assert page.method == "text"


def test_an_exchanged_word_of_an_amount_is_noticed() -> None:
    page = read(exchanged(contract(), {"肆": "玖"}))
    assert texts(page) == list(ROWS)
    assert [each.says.text for each in page.belied] == ["大写：玖万捌仟壹佰陆拾伍元整"]


def test_an_exchanged_name_is_noticed() -> None:
    page = read(exchanged(contract(), {"远": "恒", "航": "信"}))
    assert texts(page) == list(ROWS)
    assert [each.says.text for each in page.belied] == ["甲方（付款方）：乌海市恒信商贸有限公司"]


def test_a_font_that_is_wrong_as_a_whole_is_read_by_its_picture() -> None:
    letters = sorted(
        {letter for letter in "".join(ROWS) if letter.isdigit() or "\u4e00" <= letter <= "\u9fff"}
    )
    page = read(exchanged(contract(), dict(zip(letters, [*letters[7:], *letters[:7]], strict=True))))
    assert page.method == "ocr"
    assert ROWS[3].replace("：", ":") in [line.text.replace("：", ":") for line in page.lines]
    assert page.belied[0].says.text != ROWS[0]


def test_what_the_text_says_otherwise_is_told_and_is_no_amount() -> None:
    file = extract(read_lines(exchanged(contract(), {"8": "3"}), PDF))
    assert str(file.total) == "48165.00"
    (hidden,) = file.hidden
    assert (hidden.page, [str(each) for each in hidden.amounts]) == (1, ["43165.00"])
    assert (hidden.found.text, hidden.shown) == ("合同总金额：人民币43,165.00元", ROWS[3])
    assert file.notes == (
        "第 1 页文件中的文字与页面上看到的不一致，已按看到的内容识别，请留意材料是否被改动。",
    )


def test_white_figures_on_a_dark_ground_look_like_themselves() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setFillColorRGB(0.1, 0.2, 0.4)
    canvas.rect(40, 500, 500, 300, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setFont("file", 12)
    for place, row in enumerate(ROWS):
        canvas.drawString(60, 760 - 26 * place, row)
    canvas.showPage()
    canvas.save()
    (page,) = read_lines(out.getvalue(), PDF, may_look=False)
    assert texts(page) == list(ROWS)


def test_the_kept_shapes_are_those_of_the_fonts() -> None:
    """Else run `scripts/shapes.py`. Another version of the library that draws may differ by a step."""
    drawn = draw_anew()
    with np.load(TABLE) as kept:
        assert set(kept.files) == set(drawn)
        for name, shapes in drawn.items():
            assert np.abs(kept[name].astype(int) - shapes.astype(int)).mean() < 1, name
