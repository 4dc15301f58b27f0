"""Certificates: made, read, followed to a root, and accepted by OpenSSL."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import pem
from hypothesis import given, settings
from hypothesis import strategies as st

from mingpiao.crypto import x509
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.crypto.sm2 import PrivateKey

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
FROM, TO = NOW - timedelta(days=1), NOW + timedelta(days=3650)
ROOT_KEY, LEAF_KEY = PrivateKey(11), PrivateKey(12)
ROOT = x509.read(
    x509.make_root(
        x509.DistinguishedName(
            common_name="演示根证书", organization='演示, "机构"', province="内蒙古自治区"
        ),
        ROOT_KEY,
        valid_from=FROM,
        valid_to=NOW + timedelta(days=366 * 30),
    )
)


def issue(
    name: str = "演示第一医院",
    issuer: x509.Certificate = ROOT,
    issuer_key: PrivateKey = ROOT_KEY,
    valid_from: datetime = FROM,
    valid_to: datetime = TO,
) -> x509.Certificate:
    return x509.read(
        x509.make_leaf(
            x509.DistinguishedName(common_name=name, organization="演示"),
            LEAF_KEY.public,
            issuer=issuer,
            issuer_key=issuer_key,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )


LEAF = issue()


def test_what_a_leaf_says() -> None:
    assert LEAF.subject == "CN=演示第一医院,O=演示,C=CN"
    assert LEAF.issuer == 'CN=演示根证书,O=演示\\, \\"机构\\",ST=内蒙古自治区,C=CN'
    assert LEAF.common_name == "演示第一医院"
    assert LEAF.public_key.point == LEAF_KEY.public.point
    assert (LEAF.valid_from, LEAF.valid_to) == (FROM, TO)
    assert LEAF.key_use == {"digital_signature", "non_repudiation"}
    assert LEAF.may_sign
    assert not LEAF.is_authority
    assert LEAF.serial == LEAF.serial.upper()
    assert len(LEAF.serial) == 32


def test_what_a_root_says() -> None:
    assert ROOT.is_authority
    assert ROOT.path_length == 0
    assert not ROOT.may_sign
    assert ROOT.subject == ROOT.issuer
    assert ROOT.issued_by(ROOT)
    assert ROOT.valid_to.year == 2056


def test_serials_differ() -> None:
    assert issue().serial != issue().serial


def test_a_leaf_leads_to_its_root() -> None:
    assert x509.chain_problem(LEAF, [ROOT], NOW) == ""
    assert x509.chain_problem(ROOT, [ROOT], NOW) == ""


@pytest.mark.parametrize(("days", "fine"), [(-2, False), (0, True), (3650, True), (3651, False)])
def test_validity_counts_at_the_moment_asked(days: int, fine: bool) -> None:
    problem = x509.chain_problem(LEAF, [ROOT], NOW + timedelta(days=days))
    assert (problem == "") is fine
    assert fine or "有效期" in problem


def test_no_root_no_trust() -> None:
    assert "受信任" in x509.chain_problem(LEAF, [], NOW)


def test_a_root_of_the_same_name_does_not_help() -> None:
    other_key = PrivateKey(13)
    subject = x509.DistinguishedName(
        common_name="演示根证书", organization='演示, "机构"', province="内蒙古自治区"
    )
    other = x509.read(x509.make_root(subject, other_key, valid_from=FROM, valid_to=TO))
    assert other.subject_der == ROOT.subject_der
    assert "受信任" in x509.chain_problem(LEAF, [other], NOW)


def test_a_leaf_cannot_issue() -> None:
    forged = issue("冒名", issuer=LEAF, issuer_key=LEAF_KEY)
    assert "受信任" in x509.chain_problem(forged, [ROOT], NOW, [LEAF])


def test_an_authority_under_a_root_without_room_is_refused() -> None:
    middle_key = PrivateKey(14)
    # Path length 0 of the root leaves no room for an authority below it.
    middle = x509.read(
        x509._issue(
            x509.DistinguishedName(common_name="中间").to_asn1(),
            x509.x509.Name.load(ROOT.subject_der),
            middle_key.public,
            ROOT_KEY,
            [
                x509._extension("basic_constraints", {"ca": True}, critical=True),
                x509._extension("key_usage", {"key_cert_sign"}, critical=True),
            ],
            FROM,
            TO,
        )
    )
    leaf = issue(issuer=middle, issuer_key=middle_key)
    assert "受信任" in x509.chain_problem(leaf, [ROOT], NOW, [middle])
    assert x509.chain_problem(leaf, [middle], NOW) == ""


def test_an_unknown_critical_extension_is_refused() -> None:
    strange = x509.read(
        x509._issue(
            x509.DistinguishedName(common_name="怪").to_asn1(),
            x509.x509.Name.load(ROOT.subject_der),
            LEAF_KEY.public,
            ROOT_KEY,
            [x509._extension("name_constraints", {"permitted_subtrees": []}, critical=True)],
            FROM,
            TO,
        )
    )
    assert "扩展" in x509.chain_problem(strange, [ROOT], NOW)


@settings(max_examples=80, deadline=None)
@given(position=st.integers(0, len(LEAF.der) - 1), change=st.integers(1, 255))
def test_any_altered_byte_is_caught(position: int, change: int) -> None:
    altered = bytearray(LEAF.der)
    altered[position] ^= change
    try:
        certificate = x509.Certificate(bytes(altered))
    except MalformedCertificate:
        return
    assert x509.chain_problem(certificate, [ROOT], NOW) != ""


@pytest.mark.parametrize("der", [b"", b"x", LEAF.der[:-1], LEAF.der + b"\x00", bytes(500)])
def test_malformed_certificates_are_refused(der: bytes) -> None:
    with pytest.raises(MalformedCertificate):
        x509.read(der)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command here")
def test_openssl_accepts_the_chain(tmp_path: Path) -> None:
    root, leaf = tmp_path / "root.pem", tmp_path / "leaf.pem"
    root.write_bytes(pem.armor("CERTIFICATE", ROOT.der))
    leaf.write_bytes(pem.armor("CERTIFICATE", LEAF.der))
    command = ["openssl", "verify", "-x509_strict", "-vfyopt", "distid:1234567812345678"]
    moment = ["-attime", str(int(NOW.timestamp()))]
    result = subprocess.run(
        [*command, *moment, "-CAfile", str(root), str(leaf)], capture_output=True, text=True, check=False
    )
    assert result.stdout.strip() == f"{leaf}: OK", result.stderr
