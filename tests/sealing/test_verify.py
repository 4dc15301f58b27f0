"""The offline check of a sealed XML: genuine, altered, unknown."""

import asyncio
import functools
from base64 import b64encode
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.sealing import ISSUED_AT, make_party, world

from mingpiao.crypto import sm2
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.keys import KeyRing
from mingpiao.sealing.model import SealedXml, SealTask
from mingpiao.sealing.service import InlineSigner, TrustStore, verify_xml


def seal(task: SealTask) -> bytes:
    (outcome,) = asyncio.run(InlineSigner(world().master).seal([task]))
    assert isinstance(outcome, SealedXml)
    return outcome.xml


@functools.cache
def sealed() -> bytes:
    return seal(world().task())


def test_a_sealed_bill_is_genuine() -> None:
    report = verify_xml(sealed(), world().trust)
    assert report.genuine
    assert report.face == world().task().face
    assert report.sm3 == sm3_hex(sealed())
    assert (report.unit.valid, report.unit.problem) == (True, "")
    assert report.unit.signed_at == ISSUED_AT
    assert report.unit.certificate_subject == "CN=演示第一医院,O=明票演示,ST=内蒙古自治区,C=CN"
    assert report.unit.certificate_serial == world().unit.key_info.serial
    assert report.supervisor.certificate_subject.startswith("CN=演示财政厅,")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_an_altered_byte_anywhere_is_caught(data: st.DataObject) -> None:
    altered = bytearray(sealed())
    position = data.draw(st.integers(0, len(altered) - 1))
    altered[position] ^= data.draw(st.integers(1, 255))
    assert not verify_xml(bytes(altered), world().trust).genuine


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_removed_or_added_byte_anywhere_is_caught(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(sealed()) - 1))
    added = data.draw(st.binary(max_size=3))
    altered = sealed()[:position] + added + sealed()[position + 1 :]
    assert altered == sealed() or not verify_xml(altered, world().trust).genuine


def test_an_unknown_certificate_is_named() -> None:
    only_unit = TrustStore([world().authority.root.certificate], [world().unit.certificate])
    report = verify_xml(sealed(), only_unit)
    assert report.unit.valid
    assert not report.supervisor.valid
    assert "受信任" in report.supervisor.problem
    assert not report.genuine


def test_a_certificate_of_another_authority_is_not_trusted() -> None:
    stranger = TrustStore(
        [world().authority.maker.certificate], [world().unit.certificate, world().supervisor.certificate]
    )
    report = verify_xml(sealed(), stranger)
    assert "受信任" in report.unit.problem
    assert not report.genuine


def test_it_verifies_for_ever() -> None:
    """Only the moment of signing counts: near the end of the certificate it holds, after it it does not."""
    last = ISSUED_AT + timedelta(days=365 * 10 - 31)
    assert verify_xml(seal(world().task(issued_at=last)), world().trust).genuine
    late = verify_xml(seal(world().task(issued_at=last + timedelta(days=2))), world().trust)
    assert not late.genuine
    assert "有效期" in late.unit.problem


def test_exchanged_signatures_are_caught() -> None:
    text = sealed().decode()
    swapped = (
        text.replace("InvoicingPartySignature", "X")
        .replace("SupervisorPartySignature", "InvoicingPartySignature")
        .replace("X>", "SupervisorPartySignature>")
    )
    assert not verify_xml(swapped.encode(), world().trust).genuine


def test_one_party_cannot_sign_for_both() -> None:
    task = world().task()
    alone = seal(msgspec.structs.replace(task, supervisor=task.unit))
    report = verify_xml(alone, world().trust)
    assert report.unit.valid
    assert not report.genuine
    assert report.problems == ("开票单位与财政部门的签名出自同一张证书",)


def test_another_units_signature_does_not_fit() -> None:
    other = make_party(world().master, world().authority, 3, "演示第二医院", "财务专用章（演示）")
    forged = seal(msgspec.structs.replace(world().task(), unit=other))
    certificates = (world().unit.certificate, world().supervisor.certificate, other.certificate)
    own = verify_xml(forged, TrustStore((root.der for root in world().trust.roots), certificates))
    assert own.unit.certificate_subject.startswith("CN=演示第二医院")
    renamed = forged.replace(other.key_info.serial.encode(), world().unit.key_info.serial.encode())
    report = verify_xml(renamed, world().trust)
    assert "签名与票面内容不符" in report.unit.problem


def test_a_raw_signature_is_read_too() -> None:
    unit = world().unit
    key = KeyRing(world().master).open(unit.encrypted_key, unit.certificate, unit.key_info)
    text = sealed().partition(b"<EInvoice>")[2].partition(b"<EInvoiceSignature>")[0]
    der = key.sign(text)
    pair = sm2.decode_signature(der)
    assert pair is not None
    raw = b"".join(number.to_bytes(32, "big") for number in pair)
    head, mark, rest = sealed().partition(b"<SignatureValue>")
    again = head + mark + b64encode(raw) + rest[rest.index(b"<") :]
    assert verify_xml(again, world().trust).genuine


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"<?xml", bytes(1000)])
def test_garbage_gives_a_report(garbage: bytes) -> None:
    report = verify_xml(garbage, world().trust)
    assert report.face is None
    assert not report.genuine
    assert not report.unit.valid
    assert "XML" in report.problems[0]


def test_a_trust_store_survives_pem() -> None:
    again = TrustStore.from_pem(world().trust.to_pem())
    assert verify_xml(sealed(), again).genuine
    assert [root.der for root in again.roots] == [world().authority.root.certificate]


@pytest.mark.parametrize("bundle", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_malformed_bundle_is_refused(bundle: bytes) -> None:
    with pytest.raises(Refusal, match="PEM"):
        TrustStore.from_pem(bundle)
