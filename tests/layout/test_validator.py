"""The OFD validator finds every class of defect, and nothing in a sound package."""

import io
import random
import zipfile
from base64 import b64encode
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.layout.conftest import Province, make_province
from tests.layout.samples import general

from mingpiao.crypto.sm3 import sm3
from mingpiao.layout.model import OfdReport, SealCheck, Stamper
from mingpiao.layout.service import load_templates, render_ofd, validate_ofd
from mingpiao.sealing.model import Face

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def xml(seal_face: Callable[[Face], bytes]) -> bytes:
    return seal_face(general())


@pytest.fixture(scope="module")
def package(xml: bytes, stamper: Stamper) -> bytes:
    return render_ofd(xml, load_templates()["general"], stamper, check_base="https://a.cn")


@pytest.fixture
def parts(package: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Parts | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    output = io.BytesIO()
    pairs = list(parts.items()) if isinstance(parts, dict) else parts
    with zipfile.ZipFile(output, "w", method) as archive:
        for name, data in pairs:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return output.getvalue()


def codes(report: OfdReport) -> set[str]:
    assert not report.valid
    assert all(finding.message.endswith("。") for finding in report.findings)
    return {finding.code for finding in report.findings}


def test_a_sound_package_has_no_finding(package: bytes, xml: bytes, check_seal: SealCheck) -> None:
    report = validate_ofd(package, check_seal, xml=xml)
    assert report.findings == ()
    assert report.valid


def test_an_altered_byte_in_any_part_is_found(parts: Parts, xml: bytes, check_seal: SealCheck) -> None:
    source = random.Random(5)
    for name, data in parts.items():
        for _ in range(4):
            position = source.randrange(len(data))
            altered = bytes([data[position] ^ (1 << source.randrange(7))])
            changed = {**parts, name: data[:position] + altered + data[position + 1 :]}
            report = validate_ofd(zipped(changed), check_seal, xml=xml)
            assert not report.valid, (name, position)
            assert report.findings != ()


def test_an_altered_part_is_named(parts: Parts, check_seal: SealCheck) -> None:
    page = "Doc_0/Pages/Page_0/Content.xml"
    parts[page] = parts[page].replace(b"3650.50", b"9650.50")
    report = validate_ofd(zipped(parts), check_seal)
    assert {(finding.code, finding.place) for finding in report.findings} == {("ofd.digest_mismatch", page)}


@pytest.mark.parametrize("missing", ["Doc_0/Res/NotoSansSC-Regular.ttf"])
def test_a_missing_font(parts: Parts, check_seal: SealCheck, missing: str) -> None:
    del parts[missing]
    assert codes(validate_ofd(zipped(parts), check_seal)) == {"ofd.font_missing", "ofd.reference_missing"}


def test_every_missing_part_is_found(parts: Parts, check_seal: SealCheck) -> None:
    for name in parts:
        rest = {other: data for other, data in parts.items() if other != name}
        assert codes(validate_ofd(zipped(rest), check_seal)) & {
            "ofd.part_missing",
            "ofd.reference_missing",
            "ofd.font_missing",
        }


def test_an_added_part_is_unprotected(parts: Parts, check_seal: SealCheck) -> None:
    parts["Doc_0/Pages/Page_9/Content.xml"] = b"<x/>"
    assert codes(validate_ofd(zipped(parts), check_seal)) == {"ofd.unprotected"}


def test_another_original(package: bytes, check_seal: SealCheck) -> None:
    assert codes(validate_ofd(package, check_seal, xml=b"<other/>")) == {"ofd.attachment_differs"}


def resealed(parts: Parts, path: str, old: bytes, new: bytes) -> Parts:
    """The change, with its digests put right in both signatures, as a forger without a key would."""
    changed = dict(parts)
    assert old in parts[path]
    changed[path] = parts[path].replace(old, new)
    before, after = (b64encode(sm3(version[path])) for version in (parts, changed))
    for index in range(2):
        name = f"Doc_0/Signs/Sign_{index}/Signature.xml"
        changed[name] = changed[name].replace(before, after)
    return changed


def test_digests_put_right_break_the_seals(parts: Parts, check_seal: SealCheck) -> None:
    page = "Doc_0/Pages/Page_0/Content.xml"
    report = validate_ofd(zipped(resealed(parts, page, b"3650.50", b"9650.50")), check_seal)
    assert "ofd.seal_invalid" in codes(report)
    assert [seal.valid for seal in report.seals] == [False, False]


STRUCTURE = {
    "namespace": (
        "Doc_0/Document.xml",
        b"http://www.ofdspec.org/2016",
        b"http://example.org/x",
        "ofd.namespace",
    ),
    "font reference": (
        "Doc_0/Pages/Page_0/Content.xml",
        b' Font="1"',
        b' Font="77"',
        "ofd.dangling_reference",
    ),
    "duplicate id": ("Doc_0/Pages/Page_0/Content.xml", b'ID="4"', b'ID="5"', "ofd.duplicate_id"),
    "id": ("Doc_0/Pages/Page_0/Content.xml", b'ID="4"', b'ID="x"', "ofd.id"),
    "page": ("Doc_0/Document.xml", b"Page_0", b"Page_7", "ofd.part_missing"),
    "page area": ("Doc_0/Document.xml", b"0 0 210 140", b"0 0 210", "ofd.document"),
    "document id": ("OFD.xml", b"<ofd:DocID>", b"<ofd:DocID>x", "ofd.entry"),
    "boundary": (
        "Doc_0/Pages/Page_0/Content.xml",
        b'Boundary="0 0 210 140"',
        b'Boundary="0 0 nan 1"',
        "ofd.boundary",
    ),
    "attachment": (
        "Doc_0/Attachs/Attachments.xml",
        b">einvoice.xml<",
        b">other.xml<",
        "ofd.attachment_missing",
    ),
    "not embedded": ("Doc_0/PublicRes.xml", b"FontFile", b"FontXile", "ofd.font_not_embedded"),
    "dtd": ("OFD.xml", b"<ofd:OFD ", b'<!DOCTYPE a [<!ENTITY b "c">]><ofd:OFD ', "xml.dtd"),
    "entities": ("Doc_0/Document.xml", b"<ofd:CommonData>", b"<ofd:CommonData>&b;", "xml.malformed"),
    "malformed": ("Doc_0/Document.xml", b"</ofd:Document>", b"", "xml.malformed"),
    "no seals": ("OFD.xml", b"Signatures>", b"Signaturez>", "ofd.seal_missing"),
}


@pytest.mark.parametrize("case", STRUCTURE)
def test_structure(parts: Parts, check_seal: SealCheck, case: str) -> None:
    path, old, new, expected = STRUCTURE[case]
    report = validate_ofd(zipped(resealed(parts, path, old, new)), check_seal)
    assert expected in codes(report)


def test_repetition_asks_for_no_more_work(parts: Parts, check_seal: SealCheck) -> None:
    page = b'<ofd:Page ID="2" BaseLoc="Pages/Page_0/Content.xml"/>'
    many = resealed(parts, "Doc_0/Document.xml", page, page * 20_000)
    report = validate_ofd(zipped(many, zipfile.ZIP_STORED), check_seal)
    assert {"ofd.duplicate_part", "ofd.duplicate_id"} <= codes(report)
    entry = b'<ofd:Signature ID="s001" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml"/>'
    many = resealed(parts, "Doc_0/Signs/Signatures.xml", entry, entry * 20_000)
    assert "ofd.signatures" in codes(validate_ofd(zipped(many, zipfile.ZIP_STORED), check_seal))
    large = {**parts, "OFD.xml": b"<a>" + b"<b/>" * 600_000 + b"</a>"}
    assert codes(validate_ofd(zipped(large, zipfile.ZIP_STORED), check_seal)) == {"xml.too_large"}


def test_one_seal_is_not_enough(parts: Parts, check_seal: SealCheck) -> None:
    name = "Doc_0/Signs/Signatures.xml"
    entry = b'<ofd:Signature ID="s002" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_1/Signature.xml"/>'
    parts[name] = parts[name].replace(entry, b"")
    for file in ("Signature.xml", "SignedValue.dat"):
        del parts[f"Doc_0/Signs/Sign_1/{file}"]
    found = codes(validate_ofd(zipped(parts), check_seal))
    assert found == {"ofd.seal_missing", "ofd.unprotected"}


def test_seals_under_another_root(xml: bytes, check_seal: SealCheck) -> None:
    stranger = make_province()
    package = render_ofd(xml, load_templates()["general"], stranger.stamp, check_base="https://a.cn")
    report = validate_ofd(package, check_seal, xml=xml)
    assert codes(report) == {"ofd.seal_invalid", "ofd.seal_mismatch"}
    assert [seal.valid for seal in report.seals] == [False, False]


def test_the_unit_cannot_seal_for_the_department(
    xml: bytes, province: Province, check_seal: SealCheck
) -> None:
    alone = province._replace(supervisor=province.unit)
    package = render_ofd(xml, load_templates()["general"], alone.stamp, check_base="https://a.cn")
    report = validate_ofd(package, check_seal, xml=xml)
    assert [seal.valid for seal in report.seals] == [True, True]
    assert [(finding.code, finding.place) for finding in report.findings] == [
        ("ofd.seal_mismatch", "Doc_0/Signs/Sign_1/Signature.xml")
    ]


def test_a_seal_with_the_wrong_certificate(xml: bytes, province: Province, check_seal: SealCheck) -> None:
    wrong = province._replace(unit=replace(province.unit, seal=province.supervisor.seal))
    package = render_ofd(xml, load_templates()["general"], wrong.stamp, check_base="https://a.cn")
    report = validate_ofd(package, check_seal, xml=xml)
    assert codes(report) == {"ofd.seal_invalid", "ofd.seal_mismatch"}
    assert [seal.valid for seal in report.seals] == [False, True]
    assert "签章人证书不在印章的证书列表中" in report.seals[0].problems


# --- the zip ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(60)])
def test_what_is_no_package(data: bytes, check_seal: SealCheck) -> None:
    found = codes(validate_ofd(data, check_seal))
    assert found <= {"zip.unreadable", "ofd.part_missing"}


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "a/../../b", "c:\\x", "a\\b", "a//b", "./a"])
def test_unsafe_paths(parts: Parts, check_seal: SealCheck, name: str) -> None:
    parts[name] = b"x"
    assert codes(validate_ofd(zipped(parts), check_seal)) == {"zip.unsafe_path"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_entries(parts: Parts, check_seal: SealCheck) -> None:
    pairs = [*parts.items(), ("OFD.xml", parts["OFD.xml"])]
    assert codes(validate_ofd(zipped(pairs), check_seal)) == {"zip.duplicate_entry"}
    assert codes(validate_ofd(zipped({**parts, "ofd.XML": b"x"}), check_seal)) == {"zip.duplicate_entry"}


def test_a_bomb_is_not_unpacked(parts: Parts, check_seal: SealCheck) -> None:
    assert codes(validate_ofd(zipped({**parts, "big": bytes(20_000_000)}), check_seal)) == {"zip.bomb"}
    many = {f"p{index}": random.Random(index).randbytes(1000) * 1000 for index in range(70)}
    assert codes(validate_ofd(zipped({**parts, **many}), check_seal)) == {"zip.bomb"}


def test_a_bomb_that_lies_about_its_size(parts: Parts, check_seal: SealCheck) -> None:
    data = bytearray(zipped({"OFD.xml": bytes(5_000_000)}))
    real, told = (5_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert data.count(real) == 2
    assert codes(validate_ofd(bytes(data.replace(real, told)), check_seal)) == {"zip.unreadable"}


def test_too_many_entries(check_seal: SealCheck) -> None:
    package = zipped({f"f{index}": b"" for index in range(2_001)}, zipfile.ZIP_STORED)
    assert codes(validate_ofd(package, check_seal)) == {"zip.too_many_entries"}


def test_hidden_bytes(package: bytes, check_seal: SealCheck) -> None:
    assert codes(validate_ofd(b"MZ hidden program" + package, check_seal)) == {"zip.hidden_data"}
    output = io.BytesIO(package)
    with zipfile.ZipFile(output, "a") as archive:
        archive.comment = b"hidden"
    assert codes(validate_ofd(output.getvalue(), check_seal)) == {"zip.comment"}


def test_a_file_that_is_too_large(check_seal: SealCheck) -> None:
    assert codes(validate_ofd(bytes(21 * 1024 * 1024), check_seal)) == {"zip.too_large"}


def test_damaged_packages_never_raise(package: bytes, xml: bytes, check_seal: SealCheck) -> None:
    source = random.Random(9)
    for _ in range(150):
        damaged = bytearray(package)
        for _ in range(source.randrange(1, 30)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        cut = bytes(damaged[: source.randrange(len(damaged) // 2, len(damaged) + 1)])
        report = validate_ofd(cut, check_seal, xml=xml)
        assert report.findings != () or report.xml == xml
