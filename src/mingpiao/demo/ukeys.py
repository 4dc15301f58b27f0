"""UKeys of people of the demonstration, one at least in each state.

The steps are taken through the room's verbs under the moved clock. Their keys are nobody's: `ukey_way.py` makes one to
sign in with.
"""

from base64 import b64encode
from datetime import timedelta

import msgspec
from asn1crypto import pem
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.challenges import signed_text
from mingpiao.crypto.pkcs10 import make_request, to_pem
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.demo.acting import ACTING
from mingpiao.demo.services import DemoServices
from mingpiao.demo.stories import Story, tell
from mingpiao.identity.model import Account, Acting, Rejected, Role, Visitor, acting_for
from mingpiao.identity.service import create_account, find_persons, random_password
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.settings import Settings
from mingpiao.ukeys.model import UKeyStep
from mingpiao.ukeys.service import (
    UKeyProof,
    UKeySignIn,
    accept_certificate,
    apply_in_department,
    apply_in_unit,
    deliver_ukey,
    issue_ukey,
    refuse_ukey,
    revoke_ukey,
    tell_of_ends,
    trust_authority,
)
from mingpiao.units.service import report_loss

_ADDRESS = "192.0.2.20"
_OUTSIDE = "演示电子认证服务有限公司"
#: The certificate by the CA outside ends in so many days.
_DAYS_LEFT = 18
#: Somebody of the charity who lost a UKey; the demonstration tells nobody this account's password.
_LOSER = ("cishan-daiban", "韩雪梅")


class _Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The services, and people by user name."""

    services: DemoServices
    people: dict[str, Account]

    def acting(self, username: str) -> Acting:
        return acting_for(self.people[username], address=_ADDRESS)


class _Held(msgspec.Struct, kw_only=True):
    """A UKey of `holder`, for whom `manager` applies and whose request `officer` decides."""

    holder: str
    manager: str
    officer: str = "czt-jingban"
    point: str = ""
    key: PrivateKey = msgspec.field(default_factory=PrivateKey.generate)
    ukey_id: int = 0
    certificate: bytes = b""


def organization_of(settings: Settings) -> str:
    """In whose name the CA of the demonstration or of a training site is."""
    return "明票演练" if settings.training else "明票演示"


async def person(connection: AsyncConnection, username: str) -> Account:
    """An account of the demonstration."""
    (found,) = await find_persons(connection, username=username)
    return found


async def bring_ukeys(services: DemoServices) -> None:
    """Bring UKeys in each state. The accounts of people exist."""
    names = ("cishan-guanli", "cishan-kaipiao", "cishan-fuhe", "yiyuan-guanli", "yiyuan-kaipiao")
    officers = ("czt-jingban", "czt-fuzeren", "hhht-jingban")
    async with services.database.system() as connection:
        people = {name: await person(connection, name) for name in (*names, *officers)}
        people[_LOSER[0]] = await create_account(
            connection,
            username=_LOSER[0],
            display_name=_LOSER[1],
            role=Role.UNIT_HANDLER,
            password=random_password(),
            unit_id=people["cishan-guanli"].unit_id,
            acting=ACTING,
        )
    desk = _Desk(services=services, people=people)
    hospital = "yiyuan-guanli"
    await tell(
        _renewal_due(desk, _Held(holder="cishan-kaipiao", manager="cishan-guanli")),
        _brought(desk, _Held(holder="cishan-guanli", manager="cishan-guanli"), 100),
        _lost(desk, _Held(holder=_LOSER[0], manager="cishan-guanli")),
        _brought(desk, _Held(holder="cishan-fuhe", manager="cishan-guanli"), 5, UKeyStep.ISSUE),
        _revoked(desk, _Held(holder=hospital, manager=hospital)),
        _refused(desk, _Held(holder=hospital, manager=hospital, point="MZ")),
        _brought(desk, _Held(holder="yiyuan-kaipiao", manager=hospital, point="MZ"), 6, UKeyStep.DELIVER),
        _brought(desk, _Held(holder="yiyuan-kaipiao", manager=hospital, point="ZY"), 1, UKeyStep.APPLY),
        _of_department(desk, "hhht-jingban"),
    )
    await tell_of_ends(services.database)


async def _brought(desk: _Desk, held: _Held, since: int, last: UKeyStep = UKeyStep.ACTIVATE) -> Story:
    """A step a day from the application on, up to the last one."""
    steps = (UKeyStep.APPLY, UKeyStep.ISSUE, UKeyStep.DELIVER, UKeyStep.ACTIVATE)
    for place, step in enumerate(steps[: steps.index(last) + 1]):
        yield since - place
        await _take(desk, held, step)


async def _take(desk: _Desk, held: _Held, step: UKeyStep) -> None:
    services, manager = desk.services, desk.acting(held.manager)
    if step is UKeyStep.ACTIVATE:
        await _sign_in(desk, held)
        return
    async with services.database.system() as connection:
        match step:
            case UKeyStep.APPLY:
                holder = desk.people[held.holder]
                made = await apply_in_unit(
                    connection, holder.account_id, held.point, _request(held.key, holder), acting=manager
                )
                held.ukey_id = made.ukey_id
            case UKeyStep.ISSUE:
                issued = await issue_ukey(
                    connection,
                    held.ukey_id,
                    services.master_key,
                    organization_of(services.settings),
                    acting=desk.acting(held.officer),
                )
                held.certificate = issued.certificate or b""
            case _:
                await deliver_ukey(connection, held.ukey_id, acting=manager)


def _request(key: PrivateKey, holder: Account) -> str:
    return to_pem(make_request(x509.DistinguishedName(common_name=holder.display_name), key))


async def _sign_in(desk: _Desk, held: _Held) -> None:
    """The first use activates the UKey; the session is over long ago."""
    services = desk.services
    door = UKeySignIn(services.database, services.master_key, services.settings.site_url().lower())
    challenge = door.challenge(held.holder)
    proof = UKeyProof(
        challenge=challenge,
        certificate=b64encode(held.certificate).decode(),
        signature=b64encode(held.key.sign(signed_text(door.origin, challenge) or b"")).decode(),
    )
    answer = await door.sign_in(proof, held.holder, visitor=Visitor(address=_ADDRESS))
    if isinstance(answer, Rejected):
        raise Refusal(answer.problem)


async def _renewal_due(desk: _Desk, held: _Held) -> Story:
    """The certificate is one of a CA outside, and ends soon."""
    database, key, subject = desk.services.database, PrivateKey.generate(), _OUTSIDE
    yield 140
    at = now()
    name = x509.DistinguishedName(common_name=subject, organization=subject)
    root = x509.read(
        x509.make_root(name, key, valid_from=at - timedelta(days=400), valid_to=at + timedelta(days=3_000))
    )
    async with database.system() as connection:
        armored = pem.armor("CERTIFICATE", root.der).decode()
        await trust_authority(connection, subject, armored, acting=desk.acting("czt-fuzeren"))
    yield 139
    await _take(desk, held, UKeyStep.APPLY)
    yield 138
    held.certificate = x509.make_identity(
        x509.DistinguishedName(common_name=desk.people[held.holder].display_name),
        held.key.public,
        issuer=root,
        issuer_key=key,
        valid_from=now() - timedelta(hours=1),
        valid_to=now() + timedelta(days=138 + _DAYS_LEFT),
    )
    async with database.system() as connection:
        await accept_certificate(connection, held.certificate, acting=desk.acting(held.officer))
    yield 137
    await _take(desk, held, UKeyStep.DELIVER)
    yield 136
    await _take(desk, held, UKeyStep.ACTIVATE)


async def _lost(desk: _Desk, held: _Held) -> Story:
    """挂失: the UKey is on hold, and its person issues nothing."""
    async for days in _brought(desk, held, 90):
        yield days
    yield 12
    async with desk.services.database.system() as connection:
        account, manager = desk.people[held.holder], desk.acting(held.manager)
        await report_loss(connection, account, "外出办事时遗失", acting=manager)


async def _revoked(desk: _Desk, held: _Held) -> Story:
    async for days in _brought(desk, held, 80):
        yield days
    yield 30
    async with desk.services.database.system() as connection:
        await revoke_ukey(connection, held.ukey_id, "UKey 损坏，不再使用", acting=desk.acting(held.officer))


async def _refused(desk: _Desk, held: _Held) -> Story:
    yield 15
    await _take(desk, held, UKeyStep.APPLY)
    yield 14
    async with desk.services.database.system() as connection:
        reason = "票据管理员不在门诊开票，请按实际的开票点申请"
        await refuse_ukey(connection, held.ukey_id, reason, acting=desk.acting(held.officer))


async def _of_department(desk: _Desk, username: str) -> Story:
    """Somebody of a department waits for a colleague's decision."""
    catalog = await desk.services.catalog.get()
    request = _request(PrivateKey.generate(), desk.people[username])
    yield 2
    async with desk.services.database.system() as connection:
        await apply_in_department(connection, request, catalog, acting=desk.acting(username))
