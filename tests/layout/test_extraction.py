"""Strangers' files: whatever they are, the answer is the XML or a refusal."""

import random
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from tests.layout.samples import general

from mingpiao.kernel.errors import Refusal
from mingpiao.layout.model import SealPictures
from mingpiao.layout.service import extract_xml_from_ofd, extract_xml_from_pdf, load_templates, render_pdf
from mingpiao.sealing.model import Face


def code_of(extract: Callable[[bytes], bytes], data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        extract(data)
    assert caught.value.status in (413, 422)
    return caught.value.problems[0].code


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7\n", bytes(1000), "票据".encode()])
def test_what_is_no_file_of_the_kind_is_refused(data: bytes) -> None:
    assert code_of(extract_xml_from_ofd, data) == "layout.ofd_unreadable"
    assert code_of(extract_xml_from_pdf, data) == "layout.pdf_unreadable"


def test_a_pdf_without_a_bill_says_so() -> None:
    output = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(output)
    assert code_of(extract_xml_from_pdf, output.getvalue()) == "layout.xml_missing"


def test_an_encrypted_pdf_is_refused() -> None:
    output = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(output, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert code_of(extract_xml_from_pdf, output.getvalue()) == "layout.pdf_encrypted"


def test_a_pdf_whose_attachment_is_a_bomb_is_refused() -> None:
    output = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        bomb = pikepdf.Stream(pdf, zlib.compress(bytes(100_000_000), 9))
        bomb.Filter = pikepdf.Name.FlateDecode
        specification = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=pikepdf.String("einvoice.xml"),
            EF=pikepdf.Dictionary(F=pdf.make_indirect(bomb)),
        )
        names = pikepdf.Array([pikepdf.String("hidexml"), pdf.make_indirect(specification)])
        pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))
        pdf.save(output, compress_streams=False)
    assert len(output.getvalue()) < 1_000_000
    assert code_of(extract_xml_from_pdf, output.getvalue()) == "layout.pdf_unreadable"


def test_damaged_pdfs_give_an_answer(seal_face: Callable[[Face], bytes], pictures: SealPictures) -> None:
    xml = seal_face(general())
    pdf = render_pdf(xml, load_templates()["general"], pictures, check_base="https://a.cn")
    source = random.Random(1)
    answers = set()
    for _ in range(6):
        damaged = bytearray(pdf)
        for _ in range(40):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        answers.add(answer(bytes(damaged[: source.randrange(1000, len(damaged))]), xml))
    # Extraction verifies nothing: what came out damaged fails the check of its signatures.
    assert answers <= {"the xml", "another xml", "layout.pdf_unreadable", "layout.xml_missing"}


def answer(data: bytes, xml: bytes) -> str:
    try:
        return "the xml" if extract_xml_from_pdf(data) == xml else "another xml"
    except Refusal as refusal:
        return refusal.problems[0].code
