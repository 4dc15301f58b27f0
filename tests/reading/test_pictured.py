"""Writing in a picture on a page with text is read like the text beside it."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import mingpiao
from mingpiao.evidence.extraction import extract
from mingpiao.reading.lines import LookNeeded, read_lines
from mingpiao.reading.model import PageLines

PDF = "application/pdf"
FONT = Path(mingpiao.__file__).parent / "letters" / "fonts" / "NotoSansSC-Regular.ttf"
ROWS = (
    "捐赠协议",
    "甲方（捐赠方）：呼和浩特市青城实业有限公司",
    "乙方（受赠方）：内蒙古大学教育发展基金会",
    "捐赠金额：",
    "签订日期：2026年3月10日",
)


@pytest.fixture(scope="module", autouse=True)
def font() -> None:
    pdfmetrics.registerFont(TTFont("pictured", FONT))


def written(text: str, colour: str = "black") -> Image.Image:
    picture = Image.new("RGB", (620, 60), "white")
    ImageDraw.Draw(picture).text((6, 4), text, font=ImageFont.truetype(FONT, 40), fill=colour)
    return picture


def logo() -> Image.Image:
    picture = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 280, 280), fill="navy")
    draw.polygon([(150, 60), (220, 220), (80, 220)], fill="white")
    return picture


def page_with(picture: Image.Image, left: float, bottom: float, width: float, height: float) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawImage(ImageReader(picture), left, bottom, width, height)
    canvas.setFont("pictured", 12)
    for place, row in enumerate(ROWS):
        canvas.drawString(60, 760 - 26 * place, row)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def only_page(data: bytes, *, may_look: bool) -> PageLines:
    (page,) = read_lines(data, PDF, may_look=may_look)
    return page


def test_an_amount_that_was_pasted_as_a_picture_is_read() -> None:
    data = page_with(written("人民币48,165.00元"), 125, 676, 186, 18)
    with pytest.raises(LookNeeded):
        read_lines(data, PDF, may_look=False)
    page = only_page(data, may_look=True)
    texts = [line.text for line in page.lines]
    assert page.method == "mixed"
    assert texts.index("人民币48,165.00元") == texts.index("捐赠金额：") + 1
    says = extract((page,))
    assert (str(says.total), says.read_by_ocr) == ("48165.00", True)


@pytest.mark.parametrize(
    ("picture", "box"),
    [
        (logo(), (60, 780, 40, 40)),
        (written("捐赠专用章", "red"), (60, 600, 186, 18)),
        (written("呼和浩特市青城实业有限公司"), (60, 726, 250, 24)),
        (written("小"), (60, 600, 18, 6)),
    ],
    ids=["a logo", "a red stamp", "a ground of text", "a speck"],
)
def test_other_pictures_need_no_look(picture: Image.Image, box: tuple[float, float, float, float]) -> None:
    page = only_page(page_with(picture, *box), may_look=False)
    assert (page.method, [line.text for line in page.lines]) == ("text", list(ROWS))
