"""A stranger's file: whatever was done to it, it is never called sound and never an error."""

import random
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from tests.support.province import MASTER
from tests.support.sealing import world
from tests.verification.conftest import Counter, Files

from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.model import SealedXml, SealTask
from mingpiao.sealing.service import InlineSigner, TrustStore, find_key, parse_sealed
from mingpiao.verification.examination import MAX_FILE_BYTES, Examination, FileKind, examine, open_file
from mingpiao.verification.model import CheckState


def _examine(data: bytes, trust: TrustStore) -> Examination | None:
    """The examination, or None when the file is refused with a reason for the user."""
    try:
        return examine(open_file(data, trust.roots), trust)
    except Refusal as refusal:
        problem = refusal.problems[0]
        assert problem.status < 500
        assert problem.message.endswith("。")
        return None


def _parts(ofd: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(ofd)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _failed(examination: Examination | None) -> set[str]:
    assert examination is not None
    return {check.code for check in examination.checks if check.state is CheckState.FAILED}


async def test_all_three_forms_are_sound(files: Files) -> None:
    for data, kind, seals in ((files.xml, "XML", 2), (files.ofd, "OFD", 4), (files.pdf, "PDF", 2)):
        examination = _examine(data, files.trust)
        assert examination is not None
        assert (examination.kind, examination.sound, len(examination.seals)) == (FileKind(kind), True, seals)
    # Packing anew keeps every part, so the seals still hold.
    repacked = _examine(_packed(_parts(files.ofd)), files.trust)
    assert repacked is not None
    assert repacked.sound


async def test_an_altered_byte_in_any_part_of_the_ofd_is_found(files: Files) -> None:
    parts = _parts(files.ofd)
    dice = random.Random(20261121)
    for name, data in parts.items():
        for position in (0, dice.randrange(len(data)), len(data) - 1):
            altered = bytearray(data)
            altered[position] ^= 1 << dice.randrange(8)
            examination = _examine(_packed(parts | {name: bytes(altered)}), files.trust)
            assert examination is None or not examination.sound, (name, position)


async def test_a_missing_added_or_swapped_part_is_found(files: Files) -> None:
    parts = _parts(files.ofd)
    for name in parts:
        examination = _examine(_packed({n: d for n, d in parts.items() if n != name}), files.trust)
        assert examination is None or not examination.sound, name
    assert not _sound(_packed(parts | {"Doc_0/Pages/Page_9/Content.xml": b"<x/>"}), files.trust)
    first, second = [name for name in parts if name.endswith("SignedValue.dat")]
    assert not _sound(_packed(parts | {first: parts[second], second: parts[first]}), files.trust)


def _sound(data: bytes, trust: TrustStore) -> bool:
    examination = _examine(data, trust)
    return examination is not None and examination.sound


async def test_another_bills_original_in_a_sealed_ofd_is_found(files: Files) -> None:
    parts = _parts(files.ofd)
    (name,) = [name for name in parts if name.endswith("einvoice.xml")]
    altered = files.xml.replace(b"<TotalAmount>", b"<TotalAmount>1")
    examination = _examine(_packed(parts | {name: altered}), files.trust)
    assert {"unit.signature", "supervisor.signature", "ofd.digests"} <= _failed(examination)


async def test_a_strangers_certificate_is_not_trusted(files: Files) -> None:
    stranger = world().trust
    assert _failed(_examine(files.xml, stranger)) >= {"unit.certificate", "supervisor.certificate"}
    assert "ofd.seals" in _failed(_examine(files.ofd, stranger))


async def test_another_units_certificate_is_found(files: Files) -> None:
    """A unit that signs in another's name: the signature holds, the owner does not."""
    name = "演示冒名单位"
    examination = _examine(files.xml, files.trust)
    assert examination is not None
    assert examination.face is not None
    foreign = files.xml.replace(examination.face.invoicing.name.encode(), name.encode())
    assert "unit.owner" in _failed(_examine(foreign, files.trust))


async def test_a_unit_cannot_supervise(counter: Counter, files: Files) -> None:
    """Two units that sign for each other: both signatures hold, but neither is a finance department."""
    office = counter.world
    units = [("unit", resident.unit.uscc) for resident in (office.province.hospital, office.province.charity)]
    async with office.database.system() as connection:
        unit, other = [await find_key(connection, owner) for owner in units]
        department = await find_key(connection, ("department", "150000"))
    assert unit is not None
    assert other is not None
    assert department is not None
    face = parse_sealed(files.xml)
    (forged,) = await InlineSigner(MASTER).seal([SealTask(face=face, unit=unit, supervisor=other)])
    assert isinstance(forged, SealedXml)
    presented = open_file(forged.xml, files.trust.roots)
    departments = frozenset([department.key_info])
    examination = examine(presented, files.trust, departments)
    assert [seal.valid for seal in examination.seals] == [True, True]
    assert _failed(examination) == {"supervisor.owner"}
    genuine = examine(open_file(files.xml, files.trust.roots), files.trust, departments)
    assert genuine.sound


def _entity_bomb() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><EInvoice>&b;</EInvoice>'
    )


def _zip_bomb() -> bytes:
    return _packed({"OFD.xml": b"\x00" * (40 * 1024 * 1024)})


def _climbing_zip() -> bytes:
    return _packed({"../OFD.xml": b"<a/>", "OFD.xml": b"<a/>"})


def _flate_bomb_pdf() -> bytes:
    body = zlib.compress(b"\x00" * (64 * 1024 * 1024), 9)
    return b"%PDF-1.7\n1 0 obj<</Length " + str(len(body)).encode() + b"/Filter/FlateDecode>>stream\n" + body


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"\x00",
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\x00" * 18,
        b"%PDF-1.7",
        b"\xef\xbb\xbf<EInvoice/>",
        b"<EInvoice>" * 100_000,
        "<EInvoice>票据</EInvoice>".encode("gb18030"),
        _entity_bomb(),
        _zip_bomb(),
        _climbing_zip(),
        _packed({"OFD.xml": _entity_bomb()}),
        _flate_bomb_pdf(),
        b"<" + b"a" * MAX_FILE_BYTES,
    ],
    # By name, not by bytes: a zip made now carries the time, and every process must collect the same tests.
    ids=[
        "nothing",
        "a space",
        "a NUL",
        "a zip's first bytes",
        "an empty zip",
        "a PDF's first bytes",
        "a byte order mark",
        "deep nesting",
        "another encoding",
        "entities",
        "a zip bomb",
        "a climbing zip",
        "entities in a zip",
        "a bomb in a PDF",
        "too much",
    ],
)
def test_hostile_files_are_refused_with_a_reason(data: bytes) -> None:
    assert _examine(data, world().trust) is None


def test_random_bytes_are_refused() -> None:
    dice = random.Random(7)
    for magic in (b"", b"PK\x03\x04", b"<"):
        for _ in range(50):
            assert _examine(magic + dice.randbytes(dice.randrange(400)), world().trust) is None
