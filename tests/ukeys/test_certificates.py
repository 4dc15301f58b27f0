"""From the application to the end of a UKey's certificate: who may do what, what is refused, what is published."""

from datetime import timedelta

import pytest
from tests.support.province import MASTER
from tests.support.world import World, a_world
from tests.ukeys.keys import ORGANIZATION, OutsideCA, acting, applied, delivered, issued, request_of

from mingpiao.crypto import x509
from mingpiao.crypto.crl import HOLD, RevocationList, RevokedEntry, make_list
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.service import import_list
from mingpiao.ukeys.model import UKeyState
from mingpiao.ukeys.service import (
    accept_certificate,
    apply_in_department,
    apply_in_unit,
    deliver_ukey,
    hold_certificates_of,
    hold_ukey,
    issue_ukey,
    list_authorities,
    published_list,
    refuse_ukey,
    release_ukey,
    revoke_ukey,
    steps_of,
    trust_authority,
    waiting_requests,
    withdraw_application,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
site = a_world("peopled", scope="module")
OTHER_CA = OutsideCA.named("另一家 CA")


async def _published(world: World) -> RevocationList:
    async with world.database.system() as connection:
        found = await published_list(connection, MASTER)
    assert found is not None
    return RevocationList(found)


async def test_a_certificate_from_the_application_to_its_end(site: World) -> None:
    key = PrivateKey.generate()
    made = await delivered(site, key)
    assert (made.state, made.holder_name, made.issuer) == (
        UKeyState.DELIVERED,
        "开票员甲",
        "CN=明票演示人员证书颁发机构,O=明票演示,C=CN",
    )
    assert made.certificate is not None
    certificate = x509.read(made.certificate)
    assert certificate.public_key.point == key.public.point
    assert certificate.subject == f"CN=开票员甲,O={site.unit.unit.name},C=CN"
    assert (certificate.may_identify, certificate.key_use) == (True, {"digital_signature"})
    assert (certificate.valid_to - certificate.valid_from).days == 365
    async with site.database.system() as connection:
        (own,) = await list_authorities(connection)
        assert certificate.issued_by(x509.read(own.certificate))
        await connection.exec_driver_sql(
            f"UPDATE ukeys SET state = 'active', revision = revision + 1 WHERE ukey_id = {made.ukey_id}"
        )
    before = await _published(site)
    assert (before.entries, before.issued_by(x509.read(own.certificate))) == ({}, True)
    async with site.database.system() as connection:
        await hold_ukey(connection, made.ukey_id, "电脑送修", acting=acting(site, "manager"))
    held = await _published(site)
    assert [(each.serial, each.reason) for each in held.entries.values()] == [(certificate.serial, HOLD)]
    assert held.number == before.number + 1
    assert (await _published(site)).der == held.der
    async with site.database.system() as connection:
        await release_ukey(connection, made.ukey_id, "已经取回", acting=acting(site, "officer"))
    assert (await _published(site)).entries == {}
    async with site.database.system() as connection:
        await revoke_ukey(connection, made.ukey_id, "人员调离", acting=acting(site, "officer"))
        steps = [each.step.value for each in await steps_of(connection, made.ukey_id)]
    assert set((await _published(site)).entries) == {certificate.serial}
    assert steps == ["apply", "issue", "deliver", "hold", "release", "revoke"]
    actions = await site.rows(
        "SELECT action FROM audit_log WHERE subject = $1 ORDER BY audit_id", f"ukey:{made.ukey_id}"
    )
    assert [row["action"] for row in actions] == [f"ukey:{step}" for step in steps]
    with pytest.raises(Refusal, match=r"ukey\.step_not_allowed"):
        async with site.database.system() as connection:
            await release_ukey(connection, made.ukey_id, "误操作", acting=acting(site, "officer"))


async def test_who_applies_and_with_what(site: World) -> None:
    key, manager = PrivateKey.generate(), acting(site, "manager")
    checker = site.accounts["checker"].account_id
    broken = request_of(key).replace("M", "N", 9)
    wrong = [
        ("access.denied", acting(site, "handler"), checker, "", request_of(key)),
        ("ukey.holder_unknown", manager, site.accounts["other"].account_id, "", request_of(key)),
        ("ukey.holder_unknown", manager, 0, "", request_of(key)),
        ("ukey.point_unknown", manager, checker, "nowhere", request_of(key)),
        ("ukey.request_malformed", manager, checker, "", ""),
        ("ukey.request_malformed", manager, checker, "", broken),
        ("ukey.request_malformed", manager, checker, "", OTHER_CA.pem),
        ("ukey.request_malformed", manager, checker, "", "x" * 100_000),
    ]
    for code, who, holder, point, request in wrong:
        with pytest.raises(Refusal, match=code):
            async with site.database.system() as connection:
                await apply_in_unit(connection, holder, point, request, acting=who)
    made = await applied(site, key, "checker")
    with pytest.raises(Refusal, match=r"ukey\.application_open"):
        await applied(site, PrivateKey.generate(), "checker")
    # A key that another person has asked for is nobody else's.
    with pytest.raises(Refusal, match=r"ukey\.key_taken"):
        await applied(site, key, "manager")
    async with site.database.system() as connection:
        await withdraw_application(connection, made.ukey_id, acting=manager)
    again = await applied(site, key, "checker")
    async with site.database.system() as connection:
        await refuse_ukey(connection, again.ukey_id, "持有人已调离", acting=acting(site, "officer"))
    assert (
        await site.value(
            "SELECT count(*) FROM ukeys WHERE account_id = $1 AND certificate IS NOT NULL", checker
        )
        == 0
    )


async def test_who_decides(site: World) -> None:
    made = await applied(site, PrivateKey.generate(), "checker")
    for code, who in (("access.denied", "manager"), ("ukey.unknown", "elsewhere")):
        with pytest.raises(Refusal, match=code):
            async with site.database.system() as connection:
                await issue_ukey(connection, made.ukey_id, MASTER, ORGANIZATION, acting=acting(site, who))
    catalog = await site.catalog.get()
    officer, head = acting(site, "officer"), acting(site, "head")
    async with site.database.system() as connection:
        own = await apply_in_department(
            connection, request_of(PrivateKey.generate()), catalog, acting=officer
        )
    with pytest.raises(Refusal, match=r"ukey\.own_application"):
        async with site.database.system() as connection:
            await issue_ukey(connection, own.ukey_id, MASTER, ORGANIZATION, acting=officer)
    async with site.database.system() as connection:
        given = await issue_ukey(connection, own.ukey_id, MASTER, ORGANIZATION, acting=head)
        taken = await deliver_ukey(connection, own.ukey_id, acting=officer)
        await withdraw_application(connection, made.ukey_id, acting=acting(site, "manager"))
    assert (given.place_name, taken.state) == (catalog.departments["150000"].name, UKeyState.DELIVERED)
    with pytest.raises(Refusal, match=r"ukey\.reason_missing"):
        async with site.database.system() as connection:
            await revoke_ukey(connection, own.ukey_id, "", acting=head)


async def test_certificates_of_an_outside_ca(site: World, clock: StoppedClock) -> None:
    trusted = OutsideCA.named("某某 CA")
    key = PrivateKey.generate()
    made = await applied(site, key, "checker")
    head, officer = acting(site, "head"), acting(site, "officer")
    async with site.database.system() as connection:
        text = await waiting_requests(connection)
        assert text.startswith(
            f"{made.ukey_id} 复核员乙 {site.unit.unit.name}\n-----BEGIN CERTIFICATE REQUEST-----"
        )
        await trust_authority(connection, "某某 CA", trusted.pem, acting=head)
        await trust_authority(connection, "某某 CA", trusted.pem, acting=head)
    for code, name, certificate, who in (
        ("access.denied", "某", trusted.pem, officer),
        ("ukey.authority_name", "", trusted.pem, head),
        ("ukey.authority_malformed", "某", "x", head),
    ):
        with pytest.raises(Refusal, match=code):
            async with site.database.system() as connection:
                await trust_authority(connection, name, certificate, acting=who)
    at = now()
    self_signed = x509.make_root(
        x509.DistinguishedName(common_name="复核员乙"), key, valid_from=at, valid_to=at + timedelta(days=9)
    )
    wrong = [
        ("ukey.certificate_malformed", b"x"),
        ("ukey.no_request", trusted.identity("复核员乙", PrivateKey.generate())),
        ("ukey.certificate_self_signed", self_signed),
        ("ukey.certificate_foreign", OTHER_CA.identity("复核员乙", key)),
        ("ukey.certificate_expired", trusted.identity("复核员乙", key, days=1, since=2)),
        ("ukey.certificate_not_yet", trusted.identity("复核员乙", key, since=-1)),
        ("ukey.certificate_wrong_use", trusted.encryption("复核员乙", key)),
        ("ukey.other_person", trusted.identity("开票员甲", key)),
    ]
    to_be_revoked = trusted.identity("复核员乙", key)
    for code, certificate in wrong:
        with pytest.raises(Refusal, match=code):
            async with site.database.system() as connection:
                await accept_certificate(connection, certificate, acting=officer)
    revoked = x509.read(to_be_revoked)
    entry = RevokedEntry(serial=revoked.serial, revoked_at=at)
    crl = make_list(
        [entry],
        issuer=trusted.certificate,
        issuer_key=trusted.key,
        number=1,
        at=at,
        until=at + timedelta(days=1),
    )
    async with site.database.system() as connection:
        await import_list(connection, crl, [trusted.certificate.der], acting=head)
    with pytest.raises(Refusal, match=r"ukey\.certificate_revoked"):
        async with site.database.system() as connection:
            await accept_certificate(connection, to_be_revoked, acting=officer)
    good = trusted.identity("复核员乙", key)
    async with site.database.system() as connection:
        taken = await accept_certificate(connection, good, acting=officer)
        again = await accept_certificate(connection, good, acting=officer)
    assert (taken.state, taken.certificate, again) == (UKeyState.ISSUED, good, taken)
    assert (
        await site.value(
            "SELECT count(*) FROM ukey_authorities WHERE subject = $1", trusted.certificate.subject
        )
        == 1
    )


async def test_loss_leaves_nothing_that_signs_in(site: World) -> None:
    made = await issued(site, PrivateKey.generate(), "manager")
    account_id = site.accounts["manager"].account_id
    async with site.database.system() as connection:
        assert (
            await hold_certificates_of(connection, account_id, "挂失", acting=acting(site, "officer")) == []
        )
        await deliver_ukey(connection, made.ukey_id, acting=acting(site, "manager"))
        (ended,) = await hold_certificates_of(connection, account_id, "挂失", acting=acting(site, "officer"))
    assert (ended.ukey_id, ended.state) == (made.ukey_id, UKeyState.REVOKED)


async def test_the_database_keeps_what_a_key_is(site: World) -> None:
    made = await issued(site, PrivateKey.generate(), "manager")
    for change in (
        "account_id = 1, revision = revision + 1",
        "state = 'active'",
        "certificate = '\\x00', revision = revision + 1",
        "decided_by = applied_by, revision = revision + 1",
    ):
        with pytest.raises(Exception, match=r"does not change like this|permission denied"):
            async with site.database.system() as connection:
                await connection.exec_driver_sql(f"UPDATE ukeys SET {change} WHERE ukey_id = {made.ukey_id}")
