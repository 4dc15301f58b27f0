"""Text that nobody sees on the page is no evidence, and what people see in fields is."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import mingpiao
from mingpiao.evidence.extraction import extract
from mingpiao.reading.counting import count_pages
from mingpiao.reading.lines import read_lines
from mingpiao.reading.model import PageLines

PDF = "application/pdf"
FONT = Path(mingpiao.__file__).parent / "letters" / "fonts"
SEEN = ("付款方：乌海市远航商贸有限公司", "收款方：内蒙古大学", "金额：¥12,345.60元")
FALSE = "金额：¥999,999.00元"


@pytest.fixture(scope="module", autouse=True)
def font() -> None:
    file = next(FONT.rglob("*SC*egular*.ttf"), None) or next(FONT.rglob("*.ttf"))
    pdfmetrics.registerFont(TTFont("file", file))


def drawn(draw: Callable[[Canvas], None]) -> PageLines:
    """The page with three lines that everybody sees, after `draw` has drawn on it too."""
    (page,) = read_lines(file_of(draw), PDF)
    return page


def file_of(draw: Callable[[Canvas], None]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 595))
    canvas.setFont("file", 14)
    for place, row in enumerate(SEEN):
        canvas.drawString(60, 520 - 28 * place, row)
    canvas.saveState()
    canvas.setFont("file", 14)
    draw(canvas)
    canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 300, FALSE)


def _transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(60, 300, FALSE)


def _covered(canvas: Canvas) -> None:
    canvas.drawString(60, 300, FALSE)
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 10), "ivory")), 50, 290, 250, 40)


def _under_a_photograph(canvas: Canvas) -> None:
    canvas.drawString(60, 300, FALSE)
    noise = Image.effect_noise((200, 40), 90).convert("RGB")
    canvas.drawImage(ImageReader(noise), 50, 290, 250, 40)


def _clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(0, 0, 5, 5)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.drawString(60, 300, FALSE)


def _tiny(canvas: Canvas) -> None:
    canvas.setFont("file", 0.2)
    canvas.drawString(60, 300, FALSE)


def _outside(canvas: Canvas) -> None:
    canvas.drawString(60, 700, FALSE)


def _without_ink(canvas: Canvas) -> None:
    text = canvas.beginText(60, 300)
    text.setTextRenderMode(3)
    text.textLine(FALSE)
    canvas.drawText(text)


def _in_a_form(canvas: Canvas) -> None:
    canvas.beginForm("unseen")
    canvas.setFont("file", 14)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 300, FALSE)
    canvas.endForm()
    canvas.doForm("unseen")


@pytest.mark.parametrize(
    "draw",
    [
        _white,
        _transparent,
        _covered,
        _under_a_photograph,
        _clipped,
        _tiny,
        _outside,
        _without_ink,
        _in_a_form,
    ],
)
def test_what_nobody_sees_is_not_read_and_is_told(draw: Callable[[Canvas], None]) -> None:
    page = drawn(draw)
    assert [line.text for line in page.lines] == list(SEEN)
    found = extract((page,))
    assert [f"{amount.value:f}" for amount in found.amounts] == ["12345.60"]
    assert len(found.notes) == 1
    assert found.notes[0].startswith("第 1 页含有看不见的文字")


def test_a_layer_that_is_off_is_not_read() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(file_of(lambda canvas: canvas.drawString(60, 300, FALSE)))) as file:
        layer = file.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="层"))
        file.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], BaseState=pikepdf.Name.ON)
        )
        page = file.pages[0]
        page.Resources.Properties = pikepdf.Dictionary(L1=layer)
        content = page.Contents.read_bytes()
        start = content.rindex(b"q")
        page.Contents = file.make_stream(content[:start] + b"/OC /L1 BDC\n" + content[start:] + b"\nEMC\n")
        file.save(out)
    (read,) = read_lines(out.getvalue(), PDF)
    assert [line.text for line in read.lines] == list(SEEN)
    assert read.hidden == len(FALSE)


def test_what_nobody_sees_is_told_with_its_page_and_its_words() -> None:
    found = extract((drawn(_white),))
    (hidden,) = found.hidden
    assert (hidden.page, hidden.found.text) == (1, FALSE)
    assert [f"{amount:f}" for amount in hidden.amounts] == ["999999.00"]
    assert hidden.found.places[0].page == 1
    assert extract((drawn(lambda _: None),)).hidden == ()


def test_text_that_was_recognised_in_a_picture_on_the_page_is_no_finding() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("RGB", (40, 10), "ivory")), 50, 290, 250, 40)
        _without_ink(canvas)

    page = drawn(draw)
    assert [line.text for line in page.lines] == list(SEEN)
    assert (page.hidden, page.unseen) == (0, ())


def test_what_is_struck_out_does_not_count() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 300, FALSE)
        canvas.setLineWidth(0.8)
        canvas.line(60, 305, 60 + canvas.stringWidth(FALSE, "file", 14), 305)

    page = drawn(draw)
    assert [line.text for line in page.lines] == list(SEEN)
    assert [line.text for line in page.struck] == [FALSE]
    found = extract((page,))
    assert [f"{amount.value:f}" for amount in found.amounts] == ["12345.60"]
    assert found.notes == ("第 1 页有划去的文字，没有作为佐证内容。",)
    assert found.hidden == ()


@pytest.mark.parametrize("width", [1.0, 1.5])
def test_a_usual_line_strikes_out_among_many_rules(width: float) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setLineWidth(0.4)
        for row in range(300):
            canvas.line(60, 100 + row / 2, 360, 100 + row / 2)
        canvas.drawString(60, 300, FALSE)
        canvas.setLineWidth(width)
        half = canvas.stringWidth(FALSE, "file", 14) / 2
        # In two strokes that touch.
        canvas.line(60, 305, 60 + half, 305)
        canvas.line(60 + half, 305, 60 + 2 * half, 305)

    page = drawn(draw)
    assert [line.text for line in page.lines] == list(SEEN)
    assert [line.text for line in page.struck] == [FALSE]


def _with_a_bar(canvas: Canvas) -> None:
    canvas.setLineWidth(2.4)
    canvas.line(60, 305, 300, 305)


def _underlined(canvas: Canvas) -> None:
    canvas.line(60, 298, 200, 298)


def _in_a_box(canvas: Canvas) -> None:
    canvas.rect(55, 294, 250, 22)


def _with_a_white_line(canvas: Canvas) -> None:
    canvas.setStrokeColorRGB(1, 1, 1)
    canvas.setLineWidth(0.4)
    canvas.line(60, 305, 300, 305)


def _with_a_short_line(canvas: Canvas) -> None:
    canvas.line(60, 305, 76, 305)


@pytest.mark.parametrize(
    "line", [_underlined, _in_a_box, _with_a_white_line, _with_a_short_line, _with_a_bar]
)
def test_other_lines_strike_nothing_out(line: Callable[[Canvas], None]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 300, FALSE)
        line(canvas)

    page = drawn(draw)
    assert [line.text for line in page.lines] == [*SEEN, FALSE]
    assert page.struck == ()


def test_a_text_watermark_over_a_scan_is_no_text_layer() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 595))
    canvas.drawImage(ImageReader(Image.new("RGB", (420, 595), "white")), 0, 0, 420, 595)
    canvas.setFont("file", 14)
    canvas.setFillGray(0.8)
    for row in range(12):
        canvas.drawString(40, 560 - 45 * row, "仅供办理票据使用，再次复印无效")
        canvas.saveState()
        canvas.translate(200, 560 - 45 * row)
        canvas.rotate(30)
        canvas.drawString(0, 0, "内蒙古大学财务处专用水印")
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    assert count_pages(out.getvalue(), PDF) == (1, 1)


def test_white_text_on_black_is_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 290, 300, 40, fill=1)
        _white(canvas)

    page = drawn(draw)
    assert [line.text for line in page.lines] == [*SEEN, FALSE]
    assert page.hidden == 0
    assert extract((page,)).notes == ()


def test_small_print_is_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("file", 5)
        canvas.setFillColorRGB(0.6, 0.6, 0.6)
        canvas.drawString(60, 300, "本协议一式两份,一、二。")

    page = drawn(draw)
    assert page.lines[-1].text == "本协议一式两份,一、二。"
    assert page.hidden == 0


def test_a_scan_with_its_text_below_is_read_by_its_picture() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 595))
    canvas.setFont("file", 10)
    for place in range(20):
        canvas.drawString(40, 560 - 20 * place, "下面的文字不是人看到的内容")
    canvas.drawImage(ImageReader(Image.new("RGB", (420, 595), "white")), 0, 0, 420, 595)
    canvas.showPage()
    canvas.save()
    assert count_pages(out.getvalue(), PDF) == (1, 1)


def test_what_stands_in_filled_fields_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.acroForm.textfield(
            name="amount", value="Total: 8,888.00", x=60, y=300, width=200, height=24, fontName="Helvetica"
        )

    page = drawn(draw)
    assert page.lines[-1].text.replace(" ", "") == "Total:8,888.00"


@pytest.mark.parametrize("asked", [True, False])
def test_fields_without_a_picture_of_their_value_are_read_as_viewers_show_them(asked: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.acroForm.textfield(
            name="amount", value="", x=60, y=300, width=200, height=24, fontName="Helvetica", fontSize=12
        )

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(file_of(draw))) as file:
        (field,) = file.pages[0].Annots
        field.V = pikepdf.String("Total: 8,888.00")
        del field["/AP"]
        file.Root.AcroForm.NeedAppearances = asked
        file.save(out)
    (page,) = read_lines(out.getvalue(), PDF)
    assert page.lines[-1].text.replace(" ", "") == "Total:8,888.00"
    assert page.hidden == 0


def _scaled(canvas: Canvas, draw: Callable[[Canvas], None]) -> None:
    """Draw in a form that the page shows at a quarter of its size."""
    canvas.beginForm("scaled", 0, 0, 1680, 2380)
    canvas.setFont("file", 56)
    draw(canvas)
    canvas.endForm()
    canvas.saveState()
    canvas.scale(0.25, 0.25)
    canvas.doForm("scaled")
    canvas.restoreState()


def test_what_stands_for_a_glyph_in_a_form_stands_where_the_glyph_is_drawn() -> None:
    """Browsers write so what has the glyph of a radical too, such as 行 and ⾏."""

    def form(canvas: Canvas) -> None:
        for place, letter in enumerate("银行大用人民"):
            canvas._code.append(f"/Span <</ActualText <FEFF{ord(letter):04X}>>> BDC")
            canvas.drawString(240 + 56 * place, 1200, letter)
            canvas._code.append("EMC")

    page = drawn(lambda canvas: _scaled(canvas, form))
    assert page.hidden == 0
    assert [line.text for line in page.lines] == [*SEEN, "银行大用人民"]
    place = page.lines[-1].place
    assert (round(place.left * 420), round(place.right * 420)) == (60, 143)
    assert 280 < place.top * 595 < place.bottom * 595 < 300


def test_what_a_form_strikes_out_is_looked_for_where_it_is_drawn() -> None:
    def form(canvas: Canvas) -> None:
        canvas.drawString(240, 1200, "金额：¥8,000.00元")
        canvas.rect(232, 1214, 600, 4, stroke=0, fill=1)

    page = drawn(lambda canvas: _scaled(canvas, form))
    assert [line.text for line in page.struck] == ["金额：¥8,000.00元"]
    assert [line.text for line in page.lines] == list(SEEN)


def test_full_stops_of_a_font_that_does_not_tell_how_high_it_is_stand_in_their_line() -> None:
    with pikepdf.open(io.BytesIO(file_of(lambda canvas: None))) as file:
        for each in file.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
                each.Ascent = each.Descent = 0
                each.FontBBox = pikepdf.Array([0, 0, 1, 1])
        out = io.BytesIO()
        file.save(out)
    (page,) = read_lines(out.getvalue(), PDF)
    assert [line.text for line in page.lines] == list(SEEN)
