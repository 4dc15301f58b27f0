"""Pages to upright lines with places: text layers, scans turned any way, seals, and files that cannot be read."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from tests.evidence import hostile

import mingpiao
from mingpiao.evidence.extraction import extract
from mingpiao.reading.counting import count_pages
from mingpiao.reading.lines import picture, read_lines
from mingpiao.reading.model import PageLines, TextLine
from mingpiao.reading.service import FileUnreadable

PDF = "application/pdf"
FONT = Path(mingpiao.__file__).parent / "layout" / "fonts" / "NotoSansSC-Regular.ttf"
ROWS = ("付款方：乌海市远航商贸有限公司", "收款方：内蒙古大学", "金额：¥12,345.60元", "用途：会计人员培训")


@pytest.fixture(scope="module", autouse=True)
def font() -> None:
    pdfmetrics.registerFont(TTFont("file", FONT))


def pdf_of(*pages: tuple[str, ...], mode: int = 0, seal: bool = False) -> bytes:
    """A PDF with these rows on its pages; text render `mode` 3 draws nothing."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 595))
    for rows in pages:
        text = canvas.beginText(60, 520)
        text.setFont("file", 14)
        text.setLeading(28)
        text.setTextRenderMode(mode)
        for row in rows:
            text.textLine(row)
        canvas.drawText(text)
        if seal:
            canvas.setStrokeColorRGB(0.85, 0.1, 0.1)
            canvas.setLineWidth(3)
            canvas.circle(300, 200, 50)
            canvas.circle(300, 200, 12, fill=0)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def turned(data: bytes, rotation: int) -> bytes:
    """The same with pages that a viewer shows turned by `rotation` degrees clockwise."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        for page in file.pages:
            page.Rotate = rotation
        file.save(out)
    return out.getvalue()


def texts(page: PageLines) -> list[str]:
    return [line.text for line in page.lines]


def found(page: PageLines, text: str) -> TextLine:
    return next(line for line in page.lines if text in line.text)


def reason(data: bytes, media_type: str = PDF) -> str:
    with pytest.raises(FileUnreadable) as refused:
        read_lines(data, media_type)
    assert refused.value.message.endswith("。")
    return refused.value.code


def test_text_is_read_where_it_stands() -> None:
    (page,) = read_lines(pdf_of(ROWS), PDF)
    assert texts(page) == list(ROWS)
    assert (page.method, page.rotation, page.width, page.height) == ("text", 0, 420, 595)
    amount = page.lines[2]
    place = amount.part(3, len(amount.text))
    assert place.left == pytest.approx((60 + 3 * 14) / 420, abs=0.003)
    assert place.top < (595 - 520 + 56) / 595 < place.bottom + 0.01


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_upright(rotation: int) -> None:
    (page,) = read_lines(turned(pdf_of(ROWS), rotation), PDF)
    assert texts(page) == list(ROWS)
    assert page.rotation == 360 - rotation
    assert (page.width, page.height) == (420, 595)
    upright = read_lines(pdf_of(ROWS), PDF)[0].lines[0].place
    assert page.lines[0].place.left == pytest.approx(upright.left, abs=1e-3)
    assert page.lines[0].place.top == pytest.approx(upright.top, abs=1e-3)


def test_the_picture_has_the_frame_of_the_places() -> None:
    data = turned(pdf_of(ROWS), 90)
    straight = Image.open(io.BytesIO(picture(pdf_of(ROWS), PDF, 1, 210)))
    shown = Image.open(io.BytesIO(picture(data, PDF, 1, 210)))
    assert shown.size == straight.size == (210, 298)
    place = read_lines(data, PDF)[0].lines[0].place
    box = (int(place.left * 210), int(place.top * 298), int(place.right * 210), int(place.bottom * 298))
    assert shown.crop(box).convert("L").getextrema()[0] < 120
    assert shown.crop((0, 0, 210, box[1] - 4)).convert("L").getextrema() == (255, 255)


def test_a_picture_of_a_page_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        picture(pdf_of(ROWS), PDF, 2, 100)


def test_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    read_lines(pdf_of(ROWS, ROWS, ROWS), PDF, lambda done, pages: told.append((done, pages)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_pages_are_counted_with_those_that_are_pictures() -> None:
    assert count_pages(pdf_of(ROWS, ()), PDF) == (2, 1)


def test_text_that_nobody_sees_is_not_believed() -> None:
    assert count_pages(pdf_of(ROWS, mode=3), PDF) == (1, 1)


def test_a_red_seal_is_seen_and_black_lines_are_none() -> None:
    (sealed,) = read_lines(pdf_of(ROWS, seal=True), PDF)
    (place,) = sealed.seals
    assert place.left == pytest.approx(250 / 420, abs=0.03)
    assert place.bottom == pytest.approx((595 - 150) / 595, abs=0.03)
    assert read_lines(pdf_of(ROWS), PDF)[0].seals == ()


def test_a_transfer_is_read_whole() -> None:
    file = extract(read_lines(pdf_of(("电子回单", *ROWS)), PDF))
    assert {party.name.value: party.role for party in file.parties} == {
        "乌海市远航商贸有限公司": "payer",
        "内蒙古大学": "payee",
    }
    assert str(file.total) == "12345.60"


def test_files_that_cannot_be_read_say_why() -> None:
    whole = pdf_of(ROWS)
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as file:
        file.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))
    assert reason(b"") == "evidence.empty"
    assert reason(b"PK\x03\x04 a zip") == "evidence.not_a_pdf"
    assert reason(b"%PDF-1.7 and nothing else") == "evidence.damaged"
    assert reason(locked.getvalue()) == "evidence.encrypted"
    assert reason(hostile.no_pages()) == "evidence.empty", "the reason of the file before is not its own"
    assert reason(b"\x89PNG\r\n\x1a\n broken", "image/png") == "evidence.damaged"


def test_more_pages_than_anyone_reads() -> None:
    out = io.BytesIO()
    with pikepdf.new() as file:
        for _ in range(201):
            file.add_blank_page()
        file.save(out)
    assert reason(out.getvalue()) == "evidence.too_many_pages"


def test_a_page_larger_than_file() -> None:
    out = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.pages[0].MediaBox = [0, 0, 20_000, 200]
        file.save(out)
    assert reason(out.getvalue()) == "evidence.too_large_page"


def test_the_reason_travels_between_processes() -> None:
    import pickle

    with pytest.raises(FileUnreadable) as refused:
        read_lines(b"", PDF)
    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - made by this line
    assert (again.code, again.message) == (refused.value.code, refused.value.message)


# One picture, turned; each look takes a second or two.


@pytest.fixture(scope="module")
def scans() -> dict[int, PageLines]:
    upright = Image.open(io.BytesIO(picture(pdf_of(ROWS, seal=True), PDF, 1, 700)))
    pages = {}
    for turn in (0, 270):
        out = io.BytesIO()
        upright.rotate(-turn, expand=True).save(out, "PNG")
        (pages[turn],) = read_lines(out.getvalue(), "image/png")
    return pages


@pytest.mark.whole
@pytest.mark.parametrize("turn", [0, 270])
def test_a_scan_is_read_whichever_way_it_lies(scans: dict[int, PageLines], turn: int) -> None:
    page = scans[turn]
    assert (page.method, page.rotation) == ("ocr", -turn % 360)
    assert "内蒙古大学" in found(page, "收款方").text
    assert "12,345.60" in found(page, "金额").text
    assert [("付款方" in text, "用途" in text) for text in texts(page)][:: len(ROWS) - 1] == [
        (True, False),
        (False, True),
    ]
    place = found(page, "付款方").place
    assert place.left == pytest.approx(60 / 420, abs=0.02)
    assert place.top == pytest.approx((595 - 533) / 595, abs=0.03)
    assert len(page.seals) == 1
    assert page.seals[0].left == pytest.approx(250 / 420, abs=0.03)


@pytest.mark.whole
def test_a_picture_of_nothing_has_nothing_to_read() -> None:
    blank = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(blank).rectangle((100, 100, 500, 700), fill=(250, 250, 248))
    out = io.BytesIO()
    blank.save(out, "JPEG")
    assert reason(out.getvalue(), "image/jpeg") == "evidence.nothing_to_read"
