"""Electronic seals of GB/T 38540: their structure, their check, and each way to break them."""

import functools
from datetime import datetime, timedelta

import pytest
from asn1crypto import core
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.sealing import ISSUED_AT, PICTURE, world

from mingpiao.crypto import x509
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.crypto.sm3 import sm3, sm3_hex
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.keys import KeyRing
from mingpiao.sealing.model import SealingParty
from mingpiao.sealing.seals import make_seal
from mingpiao.sealing.service import read_seal, sign_seal, verify_seal, verify_seal_signature

DATA = b'<?xml version="1.0" encoding="UTF-8"?><ofd:Signature/>'
PATH = "/Doc_0/Signs/Sign_0/Signature.xml"


def key_of(party: SealingParty) -> PrivateKey:
    return KeyRing(world().master).open(party.encrypted_key, party.certificate, party.key_info)


def sign(*, seal: bytes | None = None, holder: SealingParty | None = None, at: datetime = ISSUED_AT) -> bytes:
    party = holder or world().unit
    return sign_seal(
        DATA, PATH, world().unit.seal if seal is None else seal, key_of(party), party.certificate, at
    )


@functools.cache
def signed() -> bytes:
    return sign()


def problems(signed_value: bytes, data: bytes = DATA, path: str = PATH) -> tuple[str, ...]:
    return verify_seal_signature(signed_value, data, path, world().trust.roots).problems


def test_what_a_seal_says() -> None:
    text = read_seal(world().unit.seal)
    assert text.seal_id == "15000000000001"
    assert text.name == "财务专用章（演示）"
    assert text.certificates == (world().unit.certificate,)
    assert text.image == PICTURE
    assert text.created_at == ISSUED_AT - timedelta(days=30)
    assert verify_seal(world().unit.seal, world().trust.roots, ISSUED_AT) == ()


def test_the_structure_is_that_of_the_standard() -> None:
    """Read with nothing but ASN.1 basics, so that the structure classes do not check themselves."""
    to_sign, cert, algorithm, signature = parts(signed())
    version, seal, time, digest, path = parts(to_sign.dump())
    info, maker, seal_algorithm, _ = parts(seal.dump())
    header, seal_id, described, picture = parts(info.dump())
    assert [part.native for part in parts(header.dump())] == ["ES", 4, "MINGPIAO"]
    assert (version.native, seal_id.native) == (4, "15000000000001")
    assert [type(part) for part in parts(header.dump())] == [core.IA5String, core.Integer, core.IA5String]
    kind, name, list_type, certificates, *times = parts(described.dump())
    assert (kind.native, list_type.native) == (3, 1)
    assert isinstance(name, core.UTF8String)
    assert [part.native for part in parts(certificates.dump())] == [world().unit.certificate]
    assert [type(part) for part in times] == [core.GeneralizedTime] * 3
    assert [part.native for part in parts(picture.dump())] == ["png", PICTURE.data, 40, 40]
    assert seal_algorithm.native == algorithm.native == "1.2.156.10197.1.501"
    assert time.native == ISSUED_AT
    assert path.native == PATH
    assert isinstance(path, core.IA5String)
    assert digest.contents == b"\x00" + sm3(DATA)
    assert cert.native == world().unit.certificate
    assert maker.native == world().authority.maker.certificate
    assert key_of(world().unit).public.verify(to_sign.dump(), signature.contents[1:])


def parts(der: bytes) -> list[core.Asn1Value]:
    sequence = core.SequenceOf.load(der, spec=core.Any)
    return [member.parse() for member in sequence]


def test_a_signature_is_valid() -> None:
    report = verify_seal_signature(signed(), DATA, PATH, world().trust.roots)
    assert report.valid
    assert report.problems == ()
    assert report.seal_hash == sm3_hex(world().unit.seal) == world().unit.mark.hash
    assert report.signed_at == ISSUED_AT
    assert report.certificate_serial == world().unit.key_info.serial
    assert report.certificate_subject.startswith("CN=演示第一医院")
    assert report.maker.startswith("CN=明票演示制章机构")
    assert report.image == PICTURE


def test_the_same_input_gives_the_same_bytes() -> None:
    assert sign() == signed()
    assert sign(at=ISSUED_AT + timedelta(seconds=1)) != signed()


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_an_altered_byte_anywhere_is_caught(data: st.DataObject) -> None:
    altered = bytearray(signed())
    position = data.draw(st.integers(0, len(altered) - 1))
    altered[position] ^= data.draw(st.integers(1, 255))
    assert problems(bytes(altered)) != ()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_altered_byte_of_a_seal_is_caught(data: st.DataObject) -> None:
    altered = bytearray(world().unit.seal)
    position = data.draw(st.integers(0, len(altered) - 1))
    altered[position] ^= data.draw(st.integers(1, 255))
    assert verify_seal(bytes(altered), world().trust.roots, ISSUED_AT) != ()


def test_other_content_is_caught() -> None:
    assert problems(signed(), DATA + b" ") == ("签名描述文件被改动：摘要不符",)


def test_another_place_in_the_package_is_caught() -> None:
    assert problems(signed(), DATA, PATH.replace("Sign_0", "Sign_1")) == ("签章所指的签名描述文件不是这一个",)


def test_a_seal_in_strange_hands_is_caught() -> None:
    assert problems(sign(holder=world().supervisor)) == ("签章人证书不在印章的证书列表中",)


@pytest.mark.parametrize("days", [-40, 365 * 10])
def test_a_seal_outside_its_validity_is_caught(days: int) -> None:
    found = problems(sign(at=ISSUED_AT + timedelta(days=days)))
    assert "签章时印章不在有效期内" in found
    assert any("证书" in problem and "有效期" in problem for problem in found)


def test_a_seal_of_an_unknown_maker_is_caught() -> None:
    """Anyone can draw a picture and write a structure: the maker's certificate is what counts."""
    own_key = PrivateKey(99)
    own_root = x509.make_root(
        x509.DistinguishedName(common_name="自制"),
        own_key,
        valid_from=ISSUED_AT - timedelta(days=60),
        valid_to=ISSUED_AT + timedelta(days=60),
    )
    forged = make_seal(read_seal(world().unit.seal), own_key, own_root)
    found = problems(sign(seal=forged))
    assert found == ("制章人证书：证书“自制”不是由受信任的机构签发的",)


def test_a_seal_signed_by_its_holder_instead_of_the_maker_is_caught() -> None:
    forged = make_seal(
        read_seal(world().unit.seal), key_of(world().unit), world().authority.maker.certificate
    )
    assert problems(sign(seal=forged)) == ("印章内容被改动：制章人签名不符",)


@pytest.mark.parametrize(
    "garbage", [b"", b"garbage", bytes(100), b"\x30\x00", b"\x30" * 3000, bytes(2**20 + 1)]
)
def test_garbage_is_reported(garbage: bytes) -> None:
    assert problems(garbage) != ()
    assert verify_seal(garbage, world().trust.roots, ISSUED_AT) != ()
    with pytest.raises(Refusal) as refusal:
        read_seal(garbage)
    assert refusal.value.problems[0].code == "sealing.seal_malformed"


@settings(max_examples=60, deadline=None)
@given(garbage=st.binary(max_size=300))
def test_any_bytes_are_reported(garbage: bytes) -> None:
    assert problems(garbage) != ()
    assert problems(signed() + garbage + b"\x00") != ()


def test_bytes_that_are_not_der_are_caught() -> None:
    """A length written in a longer way says the same; only one way of writing is accepted."""
    assert signed()[:2] == b"\x30\x82"
    longer = b"\x30\x83\x00" + signed()[2:]
    assert problems(longer) != ()
