"""大写金额 at its corners: the same words in OFD, PDF and SVG, made from the sealed XML."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import ofdkit
import pytest
from lxml import etree
from msgspec.structs import replace
from tests.layout.samples import general, red
from tests.layout.test_pdf import page_text

from mingpiao.layout.model import SealPictures, Stamper
from mingpiao.layout.service import load_templates, render_ofd, render_pdf, render_svg
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import parse_sealed

BASE = "https://bill.example.gov.cn"
SealFace = Callable[[Face], bytes]
WORDS = {
    "0.01": "壹分",
    "0.10": "壹角整",
    "10.01": "壹拾元零壹分",
    "10.10": "壹拾元壹角整",
    "100.05": "壹佰元零伍分",
    "12000.01": "壹万贰仟元零壹分",
    "10000000.00": "壹仟万元整",
    "100000000.05": "壹亿元零伍分",
    "200000000.00": "贰亿元整",
    "-10.01": "负壹拾元零壹分",
}


def face_of(amount: Decimal) -> Face:
    """A bill of one item and this amount; a negative one reverses a bill."""
    face = general()
    item = replace(face.items[0], quantity=Decimal(1), amount=abs(amount))
    blue = replace(face, total=abs(amount), items=(item,))
    return red(blue) if amount < 0 else blue


@pytest.mark.parametrize(("amount", "words"), WORDS.items())
def test_every_face_says_the_amount_in_the_same_words(
    amount: str, words: str, seal_face: SealFace, pictures: SealPictures, stamper: Stamper, tmp_path: Path
) -> None:
    xml = seal_face(face_of(Decimal(amount)))
    assert parse_sealed(xml).total == Decimal(amount)
    template = load_templates()["general"]
    path = tmp_path / "bill.ofd"
    path.write_bytes(render_ofd(xml, template, stamper, check_base=BASE))
    drawing = etree.fromstring(
        f"<all>{render_svg(xml, template, pictures, check_base=BASE)}</all>".encode(),
        etree.XMLParser(resolve_entities=False),
    )
    said = {
        "pdf": page_text(render_pdf(xml, template, pictures, check_base=BASE), 0),
        "ofd": ofdkit.extract_text(path),
        "svg": "\n".join(str(text) for text in drawing.itertext()),
    }
    for form, text in said.items():
        found = [line.strip() for line in text.splitlines() if words in line]
        assert found, (form, text)
        # Words that go on to the left or right would be another amount.
        assert all(line.removeprefix("金额合计").strip("（大写）:： ").startswith(words) for line in found), (
            form,
            found,
        )
