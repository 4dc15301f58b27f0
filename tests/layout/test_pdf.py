"""PDF and SVG: the same look, repeatable, the original embedded."""

import re
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from msgspec.structs import replace
from tests.layout.samples import SCRIPTS, general, outpatient

from mingpiao.layout.model import SealPictures
from mingpiao.layout.service import extract_xml_from_pdf, load_templates, render_pdf, render_svg
from mingpiao.sealing.model import Face

BASE = "https://bill.example.gov.cn"
SealFace = Callable[[Face], bytes]


def page_text(pdf: bytes, index: int) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[index]
        textpage = page.get_textpage()
        text = str(textpage.get_text_range())
        textpage.close()
        page.close()
        return text
    finally:
        document.close()


def test_the_original_is_embedded_and_can_be_taken_out(seal_face: SealFace, pictures: SealPictures) -> None:
    xml = seal_face(general())
    pdf = render_pdf(xml, load_templates()["general"], pictures, check_base=BASE)
    assert extract_xml_from_pdf(pdf) == xml
    with pikepdf.open(BytesIO(pdf)) as document:
        assert list(document.attachments) == ["hidexml"]
        assert document.attachments["hidexml"].filename == "einvoice.xml"


def test_the_same_xml_gives_the_same_bytes(seal_face: SealFace, pictures: SealPictures) -> None:
    xml = seal_face(outpatient(items=40))
    template = load_templates()["outpatient"]
    pdf = render_pdf(xml, template, pictures, check_base=BASE)
    assert render_pdf(xml, template, pictures, check_base=BASE) == pdf


def test_text_can_be_searched(seal_face: SealFace, pictures: SealPictures) -> None:
    face = outpatient(items=30, lines=3)
    pdf = render_pdf(seal_face(face), load_templates()["outpatient"], pictures, check_base=BASE)
    first, second, third = (page_text(pdf, index) for index in range(3))
    for expected in (face.name, "票据代码", face.code, "演示患者甲", "公立综合医院"):
        assert expected in first
    assert "（续页）" in second
    assert "阿莫西林胶囊" in third


def test_size_title_and_fonts(seal_face: SealFace, pictures: SealPictures) -> None:
    face = general()
    pdf = render_pdf(seal_face(face), load_templates()["general"], pictures, check_base=BASE)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.docinfo["/Title"] == face.name
        assert document.check_pdf_syntax() == []
        page = document.pages[0]
        assert [round(float(value) / 72 * 25.4) for value in page.mediabox] == [0, 0, 210, 140]
        font = page.Resources.Font.F1
        assert "+NotoSansSC-Regular" in str(font.BaseFont)
        assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
        assert len(page.Resources.XObject.keys()) == 2


def test_svg_pages_are_well_formed_and_escaped(seal_face: SealFace, pictures: SealPictures) -> None:
    face = replace(general(), remark="\"甲\" & '乙'")
    xml = seal_face(replace(face, payer=replace(face.payer, name="A&B 公司")))
    markup = render_svg(xml, load_templates()["general"], pictures, check_base=BASE)
    root = etree.fromstring(f"<body>{markup}</body>")
    namespace = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{namespace}text")]
    assert "A&B 公司" in texts
    assert "\"甲\" & '乙'" in texts
    assert face.name in texts
    assert len(list(root.iter(f"{namespace}image"))) == 2
    assert "<script" not in markup


def test_svg_has_one_picture_a_page(seal_face: SealFace, pictures: SealPictures) -> None:
    markup = render_svg(
        seal_face(outpatient(items=30, lines=3)), load_templates()["outpatient"], pictures, check_base=BASE
    )
    assert markup.count("<svg ") == 3


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_in_any_script_are_found_in_the_text(
    seal_face: SealFace, pictures: SealPictures, name: str
) -> None:
    xml = seal_face(general(payer=name))
    pdf = render_pdf(xml, load_templates()["general"], pictures, check_base=BASE)
    assert name in page_text(pdf, 0)
    assert glyphs_missing(pdf) == 0
    markup = render_svg(xml, load_templates()["general"], pictures, check_base=BASE)
    root = etree.fromstring(f"<body>{markup}</body>")
    namespace = "{http://www.w3.org/2000/svg}"
    (text,) = [element for element in root.iter(f"{namespace}text") if element.text == name]
    outlines = list(root.iterfind(f".//{namespace}g/{namespace}path"))
    # Drawn as outlines, whatever fonts the browser has, and there to be found and copied.
    assert (text.get("fill-opacity"), len(outlines) >= len(name.replace(" ", "")) // 2) == ("0", True)


def test_what_joins_says_what_it_means(seal_face: SealFace, pictures: SealPictures) -> None:
    xml = seal_face(general(payer="ᠪᠠᠲᠤ"))
    pdf = render_pdf(xml, load_templates()["general"], pictures, check_base=BASE)
    with pikepdf.open(BytesIO(pdf)) as document:
        content = document.pages[0].Contents.read_bytes()
        fonts = [str(font.BaseFont).partition("+")[2] for font in document.pages[0].Resources.Font.values()]
    assert f"/ActualText <feff{'ᠪᠠᠲᠤ'.encode('utf-16-be').hex()}>".encode() in content
    assert fonts == ["NotoSansSC-Regular", "NotoSansMongolian-Regular"]


def test_a_character_that_no_font_has_is_no_failure(seal_face: SealFace, pictures: SealPictures) -> None:
    """Issuing refuses it; what was sealed before it did can still be drawn."""
    xml = seal_face(general(payer="演示\U00031350店"))
    pdf = render_pdf(xml, load_templates()["general"], pictures, check_base=BASE)
    assert "演示" in page_text(pdf, 0)


def glyphs_missing(pdf: bytes) -> int:
    """How often a page shows glyph 0, the box of a character that the font lacks."""
    with pikepdf.open(BytesIO(pdf)) as document:
        content = document.pages[0].Contents.read_bytes().decode("ascii")
    strings = re.findall(r"<([0-9a-f]+)> Tj", content)
    return sum(
        string[place : place + 4] == "0000" for string in strings for place in range(0, len(string), 4)
    )
