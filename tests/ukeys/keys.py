"""Who has UKeys in tests, and CAs that issue them."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import msgspec
from asn1crypto import pem
from asn1crypto.x509 import Name
from tests.support.browser import ADDRESS, Browser, members_of
from tests.support.province import MASTER
from tests.support.world import World

from mingpiao.crypto import x509
from mingpiao.crypto.challenges import signed_text
from mingpiao.crypto.pkcs10 import make_request, to_pem
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.identity.model import Account, Acting, acting_for
from mingpiao.kernel.clock import now
from mingpiao.ukeys.model import UKey
from mingpiao.ukeys.service import apply_in_unit, deliver_ukey, issue_ukey

ORGANIZATION = "明票演示"


def acting(world: World, name: str) -> Acting:
    """One of the world's people."""
    return acting_for(world.accounts[name], address="192.0.2.7")


def request_of(key: PrivateKey, name: str = "开票员甲") -> str:
    """A PKCS#10 request as PEM."""
    return to_pem(make_request(x509.DistinguishedName(common_name=name), key))


async def applied(world: World, key: PrivateKey, holder: str = "handler", point: str = "") -> UKey:
    """An application of the charity's manager."""
    account = world.accounts[holder]
    request = request_of(key, account.display_name)
    async with world.database.system() as connection:
        return await apply_in_unit(
            connection, account.account_id, point, request, acting=acting(world, "manager")
        )


async def issued(world: World, key: PrivateKey, holder: str = "handler", point: str = "") -> UKey:
    """The same, issued by the platform's own CA."""
    made = await applied(world, key, holder, point)
    async with world.database.system() as connection:
        return await issue_ukey(
            connection, made.ukey_id, MASTER, ORGANIZATION, acting=acting(world, "officer")
        )


async def delivered(world: World, key: PrivateKey, holder: str = "handler", point: str = "") -> UKey:
    """The same, fetched by the unit."""
    made = await issued(world, key, holder, point)
    async with world.database.system() as connection:
        return await deliver_ukey(connection, made.ukey_id, acting=acting(world, "manager"))


async def given(world: World, key: PrivateKey, account: Account, manager: Acting) -> UKey:
    """A fetched UKey of any account, applied for by its unit's manager."""
    request = request_of(key, account.display_name)
    async with world.database.system() as connection:
        made = await apply_in_unit(connection, account.account_id, "", request, acting=manager)
        await issue_ukey(connection, made.ukey_id, MASTER, ORGANIZATION, acting=acting(world, "officer"))
        return await deliver_ukey(connection, made.ukey_id, acting=manager)


async def signed_in(browser: Browser, key: PrivateKey, certificate: bytes) -> None:
    """Sign in by UKey, as page and agent do."""
    shown = await browser.get("/login")
    challenge = (await browser.post("/login/ukey/challenge", members_of(shown.text))).json()["challenge"]
    text = signed_text(ADDRESS, challenge)
    assert text is not None
    proof = {
        "challenge": challenge,
        "certificate": b64encode(certificate).decode(),
        "signature": b64encode(key.sign(text)).decode(),
    }
    answer = await browser.submit(shown, "/login/ukey", **proof)
    assert answer.status_code == 303, answer.text


class OutsideCA(msgspec.Struct, frozen=True):
    """A CA of somebody else."""

    certificate: x509.Certificate
    key: PrivateKey

    @classmethod
    def named(cls, name: str) -> "OutsideCA":
        """A new one."""
        key, at = PrivateKey.generate(), now()
        subject = x509.DistinguishedName(common_name=name)
        root = x509.make_root(
            subject, key, valid_from=at - timedelta(days=1), valid_to=at + timedelta(days=999)
        )
        return cls(x509.read(root), key)

    @property
    def pem(self) -> str:
        return str(pem.armor("CERTIFICATE", self.certificate.der).decode())

    def identity(self, name: str, key: PrivateKey, *, days: int = 100, since: int = 1) -> bytes:
        """A person's certificate that is valid for so many days since so many days ago."""
        return x509.make_identity(
            x509.DistinguishedName(common_name=name), key.public, **self._dates(days, since)
        )

    def encryption(self, name: str, key: PrivateKey) -> bytes:
        """The other one of the two certificates that CAs give out: for encryption, and not for signing in."""
        subject, issuer = x509.DistinguishedName(common_name=name).to_asn1(), self.certificate
        use = {"extn_id": "key_usage", "critical": True, "extn_value": {"key_encipherment"}}
        dates = self._dates(100, 1)
        return x509._issue(
            subject,
            Name.load(issuer.subject_der),
            key.public,
            self.key,
            [use],
            dates["valid_from"],
            dates["valid_to"],
        )

    def _dates(self, days: int, since: int) -> dict[str, Any]:
        begins = now() - timedelta(days=since)
        return {
            "issuer": self.certificate,
            "issuer_key": self.key,
            "valid_from": begins,
            "valid_to": begins + timedelta(days=days),
        }
