"""Revocation lists of outside: who may import which, and a bill is judged as of its signature."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tests.support.province import MASTER
from tests.support.world import World, a_world

from mingpiao.crypto import x509
from mingpiao.crypto.crl import RevocationList, RevokedEntry, make_list
from mingpiao.crypto.errors import MalformedList
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.identity.model import acting_for, platform
from mingpiao.issuing.service import UnitShare, check_share, get_document
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.keys import KeyRing, key_info_of
from mingpiao.sealing.model import KeyInfo
from mingpiao.sealing.service import import_list, imported_lists
from mingpiao.verification.model import VerificationVerdict

world = a_world("peopled", checked=False)
PLATFORM = platform("test")


def _list(
    world: World, entries: Sequence[RevokedEntry], *, number: int, at: datetime, key: PrivateKey | None = None
) -> bytes:
    root = world.province.authority.root
    issuer = x509.read(root.certificate)
    own = KeyRing(MASTER).open(root.encrypted_key, root.certificate, key_info_of(issuer))
    until = at + timedelta(days=1)
    return make_list(entries, issuer=issuer, issuer_key=key or own, number=number, at=at, until=until)


async def test_what_was_signed_before_the_revocation_stays_genuine(world: World, clock: StoppedClock) -> None:
    (bill,) = await world.issue(world.unit, world.unit.request())
    async with world.database.system() as connection:
        xml = (await get_document(connection, bill.bill_id)).xml
    row = await world.rows(
        "SELECT serial, issuer FROM signing_keys WHERE owner_kind = 'unit' AND owner = $1",
        world.unit.unit.uscc,
    )
    key = KeyInfo(serial=row[0]["serial"], issuer=row[0]["issuer"])
    for number, seconds, genuine in ((1, 1, True), (2, 0, False), (3, -60, False)):
        revoked = RevokedEntry(serial=key.serial, revoked_at=bill.issued_at + timedelta(seconds=seconds))
        async with world.database.system() as connection:
            crl = _list(world, [revoked], number=number, at=now() + timedelta(seconds=number))
            await import_list(connection, crl, acting=PLATFORM)
        checked = await world.verifier.by_file(xml, address="192.0.2.1")
        assert any("吊销" in check.detail for check in checked.checks) is not genuine
        assert (checked.verdict is VerificationVerdict.GENUINE) is genuine
        found = await check_share(world.database, UnitShare())
        assert any("吊销" in each.difference for each in found.differences) is not genuine
    assert await world.value("SELECT count(*) FROM revoked_certificates") == 1


async def test_which_lists_are_taken_in(world: World, clock: StoppedClock) -> None:
    at = now()
    newest = _list(
        world, [RevokedEntry(serial="0A", revoked_at=at, reason="key_compromise")], number=5, at=at
    )
    for code, data, who in (
        ("access.denied", newest, acting_for(world.accounts["officer"])),
        ("access.denied", newest, acting_for(world.accounts["manager"])),
        ("crl.malformed", b"", PLATFORM),
        ("crl.malformed", newest[:-1], PLATFORM),
        ("crl.issuer_unknown", _list(world, [], number=6, at=at, key=PrivateKey.generate()), PLATFORM),
        ("crl.not_yet", _list(world, [], number=6, at=at + timedelta(hours=1)), PLATFORM),
    ):
        with pytest.raises(Refusal, match=code):
            async with world.database.system() as connection:
                await import_list(connection, data, acting=who)
    async with world.database.system() as connection:
        head = acting_for(world.accounts["head"])
        taken = await import_list(connection, newest, acting=head)
        assert await import_list(connection, newest, acting=PLATFORM) == taken
    assert (taken.revoked, taken.imported_by_name) == (1, "负责某")
    with pytest.raises(Refusal, match=r"crl\.older"):
        async with world.database.system() as connection:
            await import_list(connection, _list(world, [], number=4, at=at), acting=PLATFORM)
    async with world.database.system() as connection:
        await import_list(connection, _list(world, [], number=6, at=at), acting=PLATFORM)
        (left,) = await imported_lists(connection)
    assert (left.revoked, await world.value("SELECT count(*) FROM revoked_certificates")) == (0, 0)
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'crl:import'") == 2


def test_broken_lists_are_malformed_and_never_an_error() -> None:
    key, at = PrivateKey.generate(), datetime.fromisoformat("2026-11-29T08:00:00+08:00")
    root = x509.read(
        x509.make_root(
            x509.DistinguishedName(common_name="CA"), key, valid_from=at, valid_to=at + timedelta(days=9)
        )
    )
    entries = [RevokedEntry(serial=f"{serial:02X}", revoked_at=at) for serial in range(1, 4)]
    whole = make_list(entries, issuer=root, issuer_key=key, number=1, at=at, until=at + timedelta(days=1))
    assert list(RevocationList(whole).entries) == ["01", "02", "03"]
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 0x55
        try:
            assert not RevocationList(bytes(altered)).issued_by(root), place
        except MalformedList:
            continue
