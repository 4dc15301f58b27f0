"""Signing in by UKey: the server gives a challenge, the agent signs it for this site, and the certificate says who it is.

A challenge costs the server nothing that is kept: it bears its time, the browser that asked and a code that only the
server can make. Only one that was signed rightly is written down, so that it is never accepted again.
"""

import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from hmac import compare_digest

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.challenges import signed_text
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import hmac_sm3, sm3
from mingpiao.identity.model import (
    Acting,
    AuditEntry,
    Rejected,
    SignedIn,
    Visitor,
    acting_as,
    acting_for,
    platform,
)
from mingpiao.identity.service import UKEY, account_state, record, sign_in_proven
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.service import hold_stocks
from mingpiao.storage.database import Database
from mingpiao.ukeys.authorities import list_authorities, read_certificate
from mingpiao.ukeys.checking import require_trusted, require_unrevoked
from mingpiao.ukeys.deciding import note_keys_in_use, supersede
from mingpiao.ukeys.model import UKey, UKeyState, UKeyStep
from mingpiao.ukeys.store import advance, find_by_certificate, lock_handed_over
from mingpiao.units.service import lift_loss

#: How long a challenge may be signed; a PIN is typed meanwhile.
CHALLENGE_FOR = timedelta(minutes=3)
_RANDOM_BYTES = 16
_TIME_BYTES = 8
_CODE_BYTES = 32
_HEAD_BYTES = _TIME_BYTES + _RANDOM_BYTES
_LONGEST = 8_192
_USE = text(
    "INSERT INTO used_challenges (challenge_hash, used_at) VALUES (:hash, :moment) ON CONFLICT DO NOTHING"
)
_STATES = {
    UKeyState.ISSUED: ("ukey.not_delivered", "该 UKey 的证书还没有领取，请票据管理员在“UKey 管理”中领取。"),
    UKeyState.HELD: ("ukey.held", "该 UKey 已冻结，请联系票据管理员或财政部门。"),
    UKeyState.REVOKED: ("ukey.revoked", "该 UKey 已吊销，请使用新的 UKey。"),
}


class UKeyProof(msgspec.Struct, frozen=True, kw_only=True):
    """What the page brings from the agent: the challenge, the certificate and the signature (DER, base64)."""

    challenge: str
    certificate: str
    signature: str


class UKeySignIn:
    """Signs people in at one site, `origin` (`https://host[:port]`)."""

    def __init__(self, database: Database, master: MasterKey, origin: str) -> None:
        self._database = database
        self._key = master.derive("ukey challenge")
        self.origin = origin

    def challenge(self, browser: str) -> str:
        """A challenge for the browser that has this secret in its cookie."""
        moment = int(now().timestamp()).to_bytes(_TIME_BYTES, "big")
        head = moment + secrets.token_bytes(_RANDOM_BYTES)
        return urlsafe_b64encode(head + self._code(head, browser)).decode("ascii").rstrip("=")

    def _code(self, head: bytes, browser: str) -> bytes:
        return hmac_sm3(self._key, head + sm3(browser.encode()) + self.origin.encode())

    async def sign_in(self, proof: UKeyProof, browser: str, *, visitor: Visitor) -> SignedIn | Rejected:
        """Begin a session of the certificate's person, for its 开票点 alone where it has one; its first use activates a
        UKey and revokes what it takes the place of. Rejected for `ukey.*` reasons; what is refused although the
        signature is right stands in the trail.
        """
        try:
            self._require_own(proof.challenge, browser)
            certificate = self._require_signed(proof)
        except Refusal as refusal:
            return Rejected(problem=refusal.problems[0])
        try:
            async with self._database.system() as connection:
                return await _begin(connection, certificate, proof.challenge, visitor=visitor)
        except Refusal as refusal:
            async with self._database.system() as connection:
                return await _rejected(connection, certificate, refusal.problems[0], visitor=visitor)

    def _require_own(self, challenge: str, browser: str) -> None:
        given = _decoded(challenge)
        head, code = given[:_HEAD_BYTES], given[_HEAD_BYTES:]
        if not browser or not compare_digest(self._code(head, browser), code):
            message = "登录口令不是这个浏览器的，请刷新登录页重试。"
            raise refuse("ukey.challenge_foreign", message, status=401)
        age = now().timestamp() - int.from_bytes(head[:_TIME_BYTES], "big")
        if not 0 <= age + 1 <= CHALLENGE_FOR.total_seconds() + 1:
            raise refuse("ukey.challenge_expired", "登录口令已过期，请重试。", status=401)

    def _require_signed(self, proof: UKeyProof) -> x509.Certificate:
        wanted = signed_text(self.origin, proof.challenge)
        certificate = read_certificate(_bytes(proof.certificate))
        if certificate is None or wanted is None:
            raise refuse("ukey.certificate_malformed", "UKey 中没有可用的证书，请重新安装。", status=401)
        if not certificate.public_key.verify(wanted, _bytes(proof.signature)):
            message = "签名与登录口令不符，请从平台的网址打开登录页重试。"
            raise refuse("ukey.signature_wrong", message, status=401)
        return certificate


def _decoded(challenge: str) -> bytes:
    try:
        if len(challenge) != 4 * (_HEAD_BYTES + _CODE_BYTES) // 3 + 1:
            raise ValueError
        data = urlsafe_b64decode(challenge + "=")
        if urlsafe_b64encode(data).decode("ascii").rstrip("=") != challenge:
            raise ValueError  # another spelling would be another challenge
    except ValueError as error:
        raise refuse("ukey.challenge_foreign", "登录口令格式不对，请刷新登录页重试。", status=401) from error
    return data


def _bytes(given: str) -> bytes:
    try:
        return b64decode(given, validate=True) if len(given) <= _LONGEST else b""
    except ValueError:
        return b""


async def _begin(
    connection: AsyncConnection, certificate: x509.Certificate, challenge: str, *, visitor: Visitor
) -> SignedIn:
    require_trusted(certificate, await list_authorities(connection), now())
    await require_unrevoked(connection, certificate)
    found = await find_by_certificate(connection, certificate.issuer, certificate.serial)
    if found is None or found.certificate != certificate.der:
        raise refuse("ukey.not_registered", "平台没有登记该证书，请联系票据管理员。", status=401)
    if found.state is UKeyState.DELIVERED:
        await _lift_loss(connection, found, visitor=visitor)
    elif found.state is UKeyState.ISSUED:
        raise _refused(UKeyState.ISSUED)
    # Holding or revoking it ends sessions under the same lock: no session begins behind its back.
    in_hand = await lock_handed_over(connection, found.account_id)
    key = next((each for each in in_hand if each.ukey_id == found.ukey_id), found)
    if key.state in _STATES:
        raise _refused(key.state)
    values = {"hash": sm3(challenge.encode()), "moment": now()}
    if (await connection.execute(_USE, values)).rowcount == 0:
        raise refuse("ukey.challenge_used", "登录口令已经用过，请刷新登录页重试。", status=401)
    signed_in = await sign_in_proven(
        connection, key.account_id, (UKEY,), visitor=visitor, point=key.point_code
    )
    if key.state is UKeyState.DELIVERED:
        await _activate(connection, key, in_hand, acting=acting_as(signed_in.session, visitor.address))
    return signed_in


def _refused(state: UKeyState) -> Refusal:
    code, message = _STATES[state]
    return refuse(code, message, status=401)


async def _lift_loss(connection: AsyncConnection, key: UKey, *, visitor: Visitor) -> None:
    """A new UKey takes the place of one that was reported lost. What follows may still refuse, and takes this back.

    It comes before the UKeys are locked: stock rows come first, as where a loss is reported.
    """
    if key.unit_id is not None:
        await hold_stocks(connection, [key.unit_id])
    account = (await account_state(connection, key.account_id)).account
    acting = acting_for(account, address=visitor.address, factors=(UKEY,))
    await lift_loss(connection, account, "已启用新的 UKey", acting=acting)


async def _activate(connection: AsyncConnection, key: UKey, in_hand: list[UKey], *, acting: Acting) -> None:
    await supersede(connection, key, in_hand, acting=acting)
    active = await advance(connection, key, UKeyStep.ACTIVATE, acting=acting)
    await note_keys_in_use(connection, active, acting=acting)


async def _rejected(
    connection: AsyncConnection, certificate: x509.Certificate, problem: Problem, *, visitor: Visitor
) -> Rejected:
    found = await find_by_certificate(connection, certificate.issuer, certificate.serial)
    if found is not None:
        await record(
            connection,
            AuditEntry(
                acting=platform("sign_in", address=visitor.address),
                action="ukey:sign_in_refused",
                subject=f"ukey:{found.ukey_id}",
                unit_id=found.unit_id,
                region_code=found.region_code,
                details={"holder": found.holder_name, "reason": problem.message},
            ),
        )
    # It is not the form that is wrong, but who sends it.
    return Rejected(
        problem=msgspec.structs.replace(problem, status=401) if problem.status == 422 else problem
    )
