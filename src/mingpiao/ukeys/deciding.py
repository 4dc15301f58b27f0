"""What departments decide of UKeys, and what their holders' units do with them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import Acting, Role
from mingpiao.identity.service import end_sessions_of
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import settle, tell_unit
from mingpiao.numbering.service import hold_stocks, set_keyless
from mingpiao.ukeys.authorities import issue_by_own, list_authorities, read_certificate
from mingpiao.ukeys.checking import require_trusted, require_unrevoked
from mingpiao.ukeys.model import UKey, UKeyState, UKeyStep
from mingpiao.ukeys.store import advance, get_ukey, is_keyless, lock_handed_over, lock_ukey, unknown_ukey
from mingpiao.ukeys.tables import ukeys
from mingpiao.units.service import get as get_unit

MAX_REASON = 200
_DECIDING_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_TOLD = {
    UKeyStep.ISSUE: "UKey 证书已签发，请领取后在 UKey 助手中安装",
    UKeyStep.REFUSE: "UKey 申请未同意",
    UKeyStep.HOLD: "UKey 证书已冻结，不能登录",
    UKeyStep.RELEASE: "UKey 证书已解冻，可以继续使用",
    UKeyStep.REVOKE: "UKey 证书已吊销，不能登录",
}


async def issue_ukey(
    connection: AsyncConnection, ukey_id: int, master: MasterKey, organization: str, *, acting: Acting
) -> UKey:
    """Issue the certificate that is asked for by the platform's own CA.

    Raises `Refusal`: `access.denied` (403), `ukey.unknown` (404), `ukey.own_application` (409) for one's own,
    `ukey.step_not_allowed` (409); and what `issue_by_own` raises.
    """
    key = await _decidable(connection, ukey_id, acting=acting)
    _refuse_own(key, acting=acting)
    if key.state is not UKeyState.REQUESTED:
        return await advance(connection, key, UKeyStep.ISSUE, acting=acting)
    der = await issue_by_own(connection, key, master, organization, acting=acting)
    return await _issued(connection, key, x509.read(der), acting=acting)


async def accept_certificate(connection: AsyncConnection, data: bytes, *, acting: Acting) -> UKey:
    """Take in a certificate (PEM or DER) with which a CA outside answered a request. The same one again is no change.

    Raises `Refusal`: `access.denied` (403); `ukey.certificate_malformed`, `ukey.no_request` (its key is of no request
    that waits within reach), `ukey.other_person` (it names somebody else), what `require_trusted` and
    `require_unrevoked` raise (422); `ukey.own_application` (409).
    """
    certificate = read_certificate(data)
    if certificate is None:
        message = "请上传一张证书（PEM 或 DER，SM2）。"
        raise refuse("ukey.certificate_malformed", message, field="certificate", status=422)
    waiting = [UKeyState.REQUESTED.value, UKeyState.ISSUED.value]
    query = select(ukeys.c.ukey_id).where(
        ukeys.c.point == certificate.public_key.point, ukeys.c.state.in_(waiting)
    )
    found = await connection.scalar(query)
    if found is None:
        message = "没有等待签发的申请与该证书的密钥相符，请核对是不是别人的证书。"
        raise refuse("ukey.no_request", message, field="certificate", status=422)
    key = await _decidable(connection, found, acting=acting)
    if key.certificate == certificate.der:
        return key
    _refuse_own(key, acting=acting)
    require_trusted(certificate, await list_authorities(connection), now(), "certificate")
    await require_unrevoked(connection, certificate, "certificate")
    if certificate.common_name != key.holder_name:
        message = f"证书的持有人是“{certificate.common_name}”，申请的持有人是“{key.holder_name}”，请核对。"
        raise refuse("ukey.other_person", message, field="certificate", status=422)
    return await _issued(connection, key, certificate, acting=acting)


async def _issued(
    connection: AsyncConnection, key: UKey, certificate: x509.Certificate, *, acting: Acting
) -> UKey:
    issued = await advance(
        connection,
        key,
        UKeyStep.ISSUE,
        acting=acting,
        certificate=certificate.der,
        serial=certificate.serial,
        issuer=certificate.issuer,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        decided_by=acting.account_id,
    )
    await settle(connection, f"ukey:{key.ukey_id}:1")
    await _tell(connection, issued, UKeyStep.ISSUE, "")
    return issued


async def refuse_ukey(connection: AsyncConnection, ukey_id: int, reason: str, *, acting: Acting) -> UKey:
    """Refuse an application, with a reason. Raises as `issue_ukey`, and `ukey.reason_missing` (422)."""
    key = await _decidable(connection, ukey_id, acting=acting)
    _refuse_own(key, acting=acting)
    told = _reason(reason)
    refused = await advance(
        connection, key, UKeyStep.REFUSE, told, acting=acting, decided_by=acting.account_id
    )
    await settle(connection, f"ukey:{key.ukey_id}:1")
    await _tell(connection, refused, UKeyStep.REFUSE, told)
    return refused


async def deliver_ukey(connection: AsyncConnection, ukey_id: int, *, acting: Acting) -> UKey:
    """Note that the certificate was fetched, by the unit's manager or the person of a department whose it is; its first
    use activates it. Again is no change. Raises `Refusal`: `ukey.unknown` (404), `ukey.step_not_allowed` (409).
    """
    key = await lock_ukey(connection, ukey_id)
    is_units = key.unit_id is not None and key.unit_id == acting.unit_id and acting.role is Role.UNIT_MANAGER
    if not (is_units or (key.unit_id is None and key.account_id == acting.account_id)):
        raise unknown_ukey()
    if key.certificate is not None and key.state is not UKeyState.ISSUED:
        return key
    return await advance(connection, key, UKeyStep.DELIVER, acting=acting)


async def hold_ukey(connection: AsyncConnection, ukey_id: int, reason: str, *, acting: Acting) -> UKey:
    """Put a certificate on hold: from the commit on it signs nobody in, its person's sessions are over, and where
    issuing needs a UKey nothing is issued that they asked for or agreed to, unless they have another one in use.

    The unit's manager may, and the department. Raises `Refusal`: `ukey.unknown` (404), `ukey.reason_missing` (422),
    `ukey.step_not_allowed` (409).
    """
    return await _end(connection, ukey_id, UKeyStep.HOLD, reason, acting=acting)


async def revoke_ukey(connection: AsyncConnection, ukey_id: int, reason: str, *, acting: Acting) -> UKey:
    """Revoke a certificate for good. Who may and what is raised is as with `hold_ukey`."""
    return await _end(connection, ukey_id, UKeyStep.REVOKE, reason, acting=acting)


async def _end(
    connection: AsyncConnection, ukey_id: int, step: UKeyStep, reason: str, *, acting: Acting
) -> UKey:
    key = await _lock_with_stocks(connection, ukey_id)
    is_units = key.unit_id is not None and key.unit_id == acting.unit_id and acting.role is Role.UNIT_MANAGER
    if not is_units:
        await _require_reach(connection, key, acting=acting)
    told = _reason(reason)
    ended = await advance(connection, key, step, told, acting=acting)
    await note_keys_in_use(connection, ended, acting=acting)
    await end_sessions_of(connection, key.account_id)
    await _tell(connection, ended, step, told)
    return ended


async def release_ukey(connection: AsyncConnection, ukey_id: int, reason: str, *, acting: Acting) -> UKey:
    """Take a hold back, as a department. Raises as `refuse_ukey`."""
    key = await _lock_with_stocks(connection, ukey_id)
    await _require_reach(connection, key, acting=acting)
    _refuse_own(key, acting=acting)
    told = _reason(reason)
    released = await advance(connection, key, UKeyStep.RELEASE, told, acting=acting)
    await note_keys_in_use(connection, released, acting=acting)
    await _tell(connection, released, UKeyStep.RELEASE, told)
    return released


async def hold_certificates_of(
    connection: AsyncConnection, account_id: int, reason: str, *, acting: Acting
) -> list[UKey]:
    """Let no UKey of an account that was handed over sign in any more: those in use are put on hold, those that were
    never used are revoked. The account's sessions end. Connection must be of system scope, and the stock rows of the
    account's unit are locked before.
    """
    steps = {UKeyState.ACTIVE: UKeyStep.HOLD, UKeyState.DELIVERED: UKeyStep.REVOKE}
    found = [key for key in await lock_handed_over(connection, account_id) if key.state in steps]
    ended = []
    for key in found:
        ended.append(await advance(connection, key, steps[key.state], reason, acting=acting))
        await _tell(connection, ended[-1], steps[key.state], reason)
    if ended:
        await note_keys_in_use(connection, ended[-1], acting=acting)
    await end_sessions_of(connection, account_id)
    return ended


async def supersede(connection: AsyncConnection, new: UKey, old: Sequence[UKey], *, acting: Acting) -> None:
    """Revoke what a new UKey of the same person and place takes the place of; all are locked."""
    for key in old:
        is_before = key.ukey_id != new.ukey_id and key.point_code == new.point_code
        if is_before and key.state in (UKeyState.ACTIVE, UKeyState.HELD):
            await advance(connection, key, UKeyStep.REVOKE, "已启用新的 UKey", acting=acting)


async def _lock_with_stocks(connection: AsyncConnection, ukey_id: int) -> UKey:
    """A UKey, locked after the stock rows of its unit: what stops its person from issuing is written there."""
    found = await get_ukey(connection, ukey_id)
    if found.unit_id is not None:
        await hold_stocks(connection, [found.unit_id])
    return await lock_ukey(connection, ukey_id)


async def note_keys_in_use(connection: AsyncConnection, key: UKey, *, acting: Acting) -> None:
    """Write down, for trains, whether a UKey's person has one in use. The stock rows of the unit are locked before."""
    if key.unit_id is not None:
        keyless = await is_keyless(connection, key.account_id)
        await set_keyless(connection, key.unit_id, key.account_id, keyless, acting=acting)


async def _decidable(connection: AsyncConnection, ukey_id: int, *, acting: Acting) -> UKey:
    key = await lock_ukey(connection, ukey_id)
    await _require_reach(connection, key, acting=acting)
    return key


async def _require_reach(connection: AsyncConnection, key: UKey, *, acting: Acting) -> None:
    if acting.role not in _DECIDING_ROLES or acting.region_code is None:
        raise refuse("access.denied", "UKey 证书由财政部门办理。", status=403)
    region = key.region_code
    if key.unit_id is not None:
        region = (await get_unit(connection, key.unit_id)).region_code
    if region is None or not region_covers(acting.region_code, region):
        raise unknown_ukey()


def _refuse_own(key: UKey, *, acting: Acting) -> None:
    if acting.account_id in (key.account_id, key.applied_by):
        message = "自己的 UKey 由另一位工作人员办理。"
        raise refuse("ukey.own_application", message, status=409)


def _reason(text: str) -> str:
    if not text or len(text) > MAX_REASON or unprintable(text):
        message = f"请填写原因，不超过{MAX_REASON}个字，不含特殊符号。"
        raise refuse("ukey.reason_missing", message, field="reason", status=422)
    return text


async def _tell(connection: AsyncConnection, key: UKey, step: UKeyStep, reason: str) -> None:
    if key.unit_id is None:
        return
    because = f"原因：{reason}。" if reason else ""
    await tell_unit(
        connection,
        key.unit_id,
        f"ukey:{key.ukey_id}:{step.value}:{now():%Y%m%d%H%M%S%f}",
        _TOLD[step],
        f"{key.holder_name}的 UKey：{_TOLD[step]}。{because}",
        link=f"/unit/ukeys/{key.ukey_id}",
        urgent=step in (UKeyStep.HOLD, UKeyStep.REVOKE),
    )
