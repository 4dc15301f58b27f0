"""The seals of an OFD and revocation lists: signer and maker are judged as of their own moment, also on hold."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tests.support.province import MASTER
from tests.verification.conftest import ADDRESS, Counter, Files

from mingpiao.crypto import x509
from mingpiao.crypto.crl import RevokedEntry, make_list
from mingpiao.identity.model import platform
from mingpiao.kernel.clock import now
from mingpiao.sealing.keys import KeyRing, key_info_of
from mingpiao.sealing.model import KeyInfo, Revocation, SealReport
from mingpiao.sealing.service import TrustStore, import_list
from mingpiao.verification.examination import examine, open_file
from mingpiao.verification.model import CheckState, VerificationResult, VerificationVerdict

VERDICT = VerificationVerdict


async def revoke(counter: Counter, number: int, *entries: RevokedEntry) -> None:
    """What the platform's root has revoked from now on."""
    root = counter.world.province.authority.root
    issuer = x509.read(root.certificate)
    key = KeyRing(MASTER).open(root.encrypted_key, root.certificate, key_info_of(issuer))
    at = now() + timedelta(seconds=number)
    crl = make_list(
        entries, issuer=issuer, issuer_key=key, number=number, at=at, until=at + timedelta(days=1)
    )
    async with counter.world.database.system() as connection:
        await import_list(connection, crl, acting=platform("test"))


def seals_of(files: Files) -> Sequence[SealReport]:
    presented = open_file(files.ofd, files.trust.roots)
    assert presented.ofd is not None
    return presented.ofd.seals


def told(result: VerificationResult) -> tuple[CheckState, str]:
    (check,) = [each for each in result.checks if each.code == "ofd.seal_revocation"]
    return check.state, check.detail


def moment_of(seal: SealReport, who: str) -> tuple[str, str, datetime]:
    """The serial, the name and the moment of a seal's signer or maker."""
    at = seal.signed_at if who == "signer" else seal.made_at
    assert at is not None
    serial = seal.certificate_serial if who == "signer" else seal.maker_serial
    return serial, seal.certificate_subject if who == "signer" else seal.maker, at


@pytest.mark.parametrize(
    ("who", "doing", "verdict"),
    [("signer", "签章", VERDICT.ALTERED), ("maker", "制章", VERDICT.FOREIGN_LOOK)],
)
async def test_who_sealed_is_held_against_the_lists_of_that_moment(
    counter: Counter, files: Files, who: str, doing: str, verdict: VerificationVerdict
) -> None:
    # By a maker's certificate the seals of both parties were made, one after the other.
    count = 1 if who == "signer" else 2
    found = [moment_of(seal, who) for seal in seals_of(files)[:count]]
    (serial, name), moments = found[0][:2], sorted(each[2] for each in found)
    cases = (
        (1, "key_compromise", ""),
        (0, "key_compromise", "吊销"),
        (-3600, "superseded", "吊销"),
        (1, "certificate_hold", ""),
        (-60, "certificate_hold", "冻结"),
    )
    for number, (seconds, reason, word) in enumerate(cases, start=1):
        since = moments[-1 if seconds > 0 else 0] + timedelta(seconds=seconds)
        await revoke(counter, number, RevokedEntry(serial=serial, revoked_at=since, reason=reason))
        result = await counter.verifier.by_file(files.ofd, address=ADDRESS)
        problem = f"证书“{name}”在{doing}前已被{word}"
        expected = (CheckState.FAILED, "；".join([problem] * count)) if word else (CheckState.PASSED, "")
        assert told(result) == expected
        assert result.verdict is (verdict if word else VERDICT.GENUINE)
    # A hold that was taken back is in no later list.
    await revoke(counter, len(cases) + 1)
    assert (await counter.verifier.by_file(files.ofd, address=ADDRESS)).verdict is VERDICT.GENUINE


async def test_a_seal_that_a_revoked_key_put_on_later_makes_the_look_foreign(files: Files) -> None:
    """Who has the revoked key of a department can seal any look around a genuine original."""
    seal = seals_of(files)[1]
    _, name, at = moment_of(seal, "signer")
    key = KeyInfo(serial=seal.certificate_serial, issuer=seal.issuer)
    presented = open_file(files.ofd, files.trust.roots)
    trust = TrustStore(
        [root.der for root in files.trust.roots], files.certificates, {key: Revocation(since=at)}
    )
    found = examine(presented, trust)
    (seal_told,) = [each for each in found.seals if each.label.startswith("财政票据监制章")]
    assert (seal_told.valid, seal_told.problem) == (False, f"证书“{name}”在签章前已被吊销")
    assert (found.sound, found.look_intact) == (False, False)
    # Of other certificates the lists say nothing here.
    assert [each.valid for each in found.seals if each.label.startswith("开票单位")] == [True, True]
