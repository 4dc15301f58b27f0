"""OFD packages: repeatable, sealed, readable by others."""

import asyncio
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import ofdkit
import pytest
import uharfbuzz as harfbuzz
from lxml import etree
from tests.layout.samples import SCRIPTS, general, many_scripts, outpatient, red

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.layout.model import SealCheck, Stamper, StampRequest
from mingpiao.layout.service import (
    extract_xml_from_ofd,
    load_templates,
    render_ofd,
    render_ofd_async,
    validate_ofd,
)
from mingpiao.letters.service import typecase
from mingpiao.sealing.model import Face

BASE = "https://bill.example.gov.cn"
NAMESPACE = {"ofd": "http://www.ofdspec.org/2016"}
SealFace = Callable[[Face], bytes]


def parts_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_package_is_valid_and_carries_its_original(
    seal_face: SealFace, stamper: Stamper, check_seal: SealCheck
) -> None:
    xml = seal_face(outpatient(items=40, lines=30))
    package = render_ofd(xml, load_templates()["outpatient"], stamper, check_base=BASE)
    report = validate_ofd(package, check_seal, xml=xml)
    assert report.findings == ()
    assert report.valid
    assert [seal.certificate_subject != "" for seal in report.seals] == [True, True]
    assert report.xml == xml
    assert extract_xml_from_ofd(package) == xml


def test_the_same_xml_gives_the_same_bytes(seal_face: SealFace, stamper: Stamper) -> None:
    template = load_templates()["general"]
    xml = seal_face(general())
    package = render_ofd(xml, template, stamper, check_base=BASE)
    assert render_ofd(xml, template, stamper, check_base=BASE) == package

    async def stamp(request: StampRequest) -> bytes:
        return stamper(request)

    assert asyncio.run(render_ofd_async(xml, template, stamp, check_base=BASE)) == package
    other = seal_face(general(payer="另一单位"))
    assert render_ofd(other, template, stamper, check_base=BASE) != package


def test_names_and_order_of_the_package(seal_face: SealFace, stamper: Stamper) -> None:
    xml = seal_face(general())
    parts = parts_of(render_ofd(xml, load_templates()["general"], stamper, check_base=BASE))
    assert next(iter(parts)) == "OFD.xml"
    assert parts["Doc_0/Attachs/einvoice.xml"] == xml
    assert b"<ofd:DocBody>" in parts["OFD.xml"]
    assert f"<ofd:DocID>{sm3_hex(xml)[:32]}</ofd:DocID>".encode() in parts["OFD.xml"]
    assert b'Visible="false"' in parts["Doc_0/Attachs/Attachments.xml"]
    assert b"0 0 210 140" in parts["Doc_0/Document.xml"]


def test_the_first_seal_leaves_out_what_the_second_protects(seal_face: SealFace, stamper: Stamper) -> None:
    parts = parts_of(render_ofd(seal_face(general()), load_templates()["general"], stamper, check_base=BASE))

    def protected(index: int) -> set[str]:
        root = etree.fromstring(parts[f"Doc_0/Signs/Sign_{index}/Signature.xml"])
        return {path.lstrip("/") for path in root.xpath("//@FileRef")}

    own = {f"Doc_0/Signs/Sign_1/{name}" for name in ("Signature.xml", "SignedValue.dat")}
    first = {f"Doc_0/Signs/Sign_0/{name}" for name in ("Signature.xml", "SignedValue.dat")}
    assert protected(1) == set(parts) - own
    assert protected(0) == set(parts) - own - first - {"Doc_0/Signs/Signatures.xml"}


def test_another_reader_finds_the_text(seal_face: SealFace, stamper: Stamper, tmp_path: Path) -> None:
    blue = outpatient(items=20)
    path = tmp_path / "bill.ofd"
    path.write_bytes(
        render_ofd(seal_face(red(blue)), load_templates()["outpatient"], stamper, check_base=BASE)
    )
    text = ofdkit.extract_text(path)
    for expected in (blue.name, blue.code, "红字", "西药费", "-128.40", blue.payer.name, blue.invoicing.name):
        assert expected in text


def test_glyphs_stand_where_they_were_measured(seal_face: SealFace, stamper: Stamper) -> None:
    face = outpatient()
    parts = parts_of(render_ofd(seal_face(face), load_templates()["outpatient"], stamper, check_base=BASE))
    root = etree.fromstring(parts["Doc_0/Pages/Page_0/Content.xml"])
    namespace = {"ofd": "http://www.ofdspec.org/2016"}
    shown = {}
    for element in root.iterfind(".//ofd:TextObject", namespace):
        code = element.find("ofd:TextCode", namespace)
        assert code is not None
        distances = expanded(code.get("DeltaX", ""))
        assert len(distances) == len(code.text or "") - 1
        size = float(element.get("Size", "0"))
        width = typecase().width((code.text or "")[:-1], size)
        assert abs(sum(distances) - width) < 0.02
        shown[code.text] = [float(value) for value in element.get("Boundary", "").split()]
    # The amount ends one millimetre before its column does; its box has one em to spare.
    assert round(shown["128.40"][0] + shown["128.40"][2] - 2.7, 2) == 10 + 40 + 18 + 20 - 1
    assert shown["西药费"][0] == 11


def test_distances_are_counted_as_readers_count(seal_face: SealFace, stamper: Stamper) -> None:
    """One for each UTF-16 code unit but the last; nothing stands behind a character of two units in its object."""
    xml = seal_face(many_scripts())
    parts = parts_of(render_ofd(xml, load_templates()["general"], stamper, check_base=BASE))
    root = etree.fromstring(parts["Doc_0/Pages/Page_0/Content.xml"])
    beyond = []
    for element in root.iterfind(".//ofd:TextObject", NAMESPACE):
        code = element.find("ofd:TextCode", NAMESPACE)
        assert code is not None
        text = code.text or ""
        units = len(text.encode("utf-16-le")) // 2
        assert len(expanded(code.get("DeltaX", ""))) == units - 1
        if len(text) != units:
            beyond.append(text)
    assert set(beyond) == set("𫞡𡌒𫝊")


def test_glyphs_are_those_of_the_fonts_within(seal_face: SealFace, stamper: Stamper) -> None:
    xml = seal_face(many_scripts())
    parts = parts_of(render_ofd(xml, load_templates()["general"], stamper, check_base=BASE))
    listed = etree.fromstring(parts["Doc_0/PublicRes.xml"])
    fonts = {
        element.get("ID"): parts[f"Doc_0/Res/{element.findtext('ofd:FontFile', '', NAMESPACE)}"]
        for element in listed.iterfind(".//ofd:Font", NAMESPACE)
    }
    assert len(fonts) == 9
    root = etree.fromstring(parts["Doc_0/Pages/Page_0/Content.xml"])
    named = 0
    for element in root.iterfind(".//ofd:TextObject", NAMESPACE):
        transform = element.find("ofd:CGTransform", NAMESPACE)
        if transform is None:
            continue
        font = harfbuzz.Font(harfbuzz.Face(harfbuzz.Blob(fonts[element.get("Font")])))
        ids = [int(glyph) for glyph in transform.findtext("ofd:Glyphs", "", NAMESPACE).split()]
        text = element.findtext("ofd:TextCode", "", NAMESPACE)
        assert int(transform.get("CodeCount", "0")) == len(text.encode("utf-16-le")) // 2
        assert int(transform.get("GlyphCount", "0")) == len(ids)
        if len(text) == 1:
            assert ids == [font.get_nominal_glyph(ord(text))]
        size = float(element.get("Size", "0"))
        width = sum(font.get_glyph_h_advance(glyph) for glyph in ids) * size / font.face.upem
        box = [float(value) for value in element.get("Boundary", "").split()]
        assert box[2] == pytest.approx(width + size, abs=0.05)
        named += 1
    assert named > len(SCRIPTS)


def test_another_reader_finds_names_of_any_script(
    seal_face: SealFace, stamper: Stamper, tmp_path: Path
) -> None:
    path = tmp_path / "bill.ofd"
    path.write_bytes(
        render_ofd(seal_face(many_scripts()), load_templates()["general"], stamper, check_base=BASE)
    )
    text = "".join(ofdkit.extract_text(path).split())
    for name in SCRIPTS:
        assert "".join(name.split()) in text


def expanded(delta: str) -> list[float]:
    """The distances of a DeltaX attribute, `g count value` written out."""
    words = iter(delta.split())
    distances: list[float] = []
    for word in words:
        if word == "g":
            count, value = int(next(words)), float(next(words))
            distances += [value] * count
        else:
            distances.append(float(word))
    return distances
