"""Applying for a UKey: the request (PKCS#10) was made where the key is, which never leaves it."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.crypto.errors import MalformedRequest
from mingpiao.crypto.pkcs10 import MAX_REQUEST, CertificateRequest, read_request
from mingpiao.identity.model import Account, Acting, Role
from mingpiao.identity.service import account_by_id, account_in_unit
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import tell_department
from mingpiao.ukeys.model import UKey, UKeyStep
from mingpiao.ukeys.store import add_ukey, advance, lock_ukey, newest_ended, unknown_ukey
from mingpiao.units.model import Unit
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import people_of_points, points_of_unit, refuse_closed

_TAKEN = {
    "ukeys_point": (
        "ukey.key_taken",
        "这把密钥已经用于另一份申请。每份申请都要有自己的密钥，请重新生成证书申请。",
        "request",
    ),
    "ukeys_open": (
        "ukey.application_open",
        "该人员在这个开票点已有一份没有办完的申请，请先办完或撤回。",
        "account_id",
    ),
}


async def apply_in_unit(
    connection: AsyncConnection,
    account_id: int,
    point_code: str,
    request: str,
    *,
    acting: Acting,
) -> UKey:
    """Ask for a UKey for a person of the acting manager's unit, at one of its points (empty: for the whole unit).

    Raises `Refusal`: `access.denied` (403) for anybody but a manager; `ukey.holder_unknown`, `ukey.point_unknown`,
    `ukey.holder_of_other_points`, `ukey.request_malformed` (422); `unit.closed`, `ukey.key_taken`, `ukey.application_open` (409).
    """
    if acting.role is not Role.UNIT_MANAGER or acting.unit_id is None:
        raise refuse("access.denied", "UKey 由本单位的票据管理员申请。", status=403)
    unit = await get_unit(connection, acting.unit_id)
    refuse_closed(unit)
    holder = await _holder(connection, unit, account_id)
    await _require_point(connection, unit, point_code)
    await _require_people(connection, unit, point_code, account_id)
    asked = _read(request)
    values = {"unit_id": unit.unit_id, "region_code": None, "point_code": point_code, "place_name": unit.name}
    made = await _add(connection, holder, asked, values, acting=acting)
    await _tell_department(connection, unit, holder, made)
    return made


async def apply_in_department(
    connection: AsyncConnection, request: str, catalog: Catalog, *, acting: Acting
) -> UKey:
    """Ask for one's own UKey as a person of a department; a colleague decides.

    Raises `Refusal`: `access.denied` (403) for anybody else; and as `apply_in_unit`.
    """
    account, region = acting.account, acting.region_code
    if account is None or region is None:
        raise refuse("access.denied", "这里由财政部门的人员为自己申请 UKey。", status=403)
    asked = _read(request)
    name = catalog.departments[region].name
    values = {"unit_id": None, "region_code": region, "point_code": "", "place_name": name}
    made = await _add(connection, account, asked, values, acting=acting)
    await tell_department(
        connection,
        region,
        f"ukey:{made.ukey_id}:1",
        "有待签发的 UKey 证书",
        f"{account.display_name}申请 UKey 证书，请由另一位工作人员核对后签发。",
        link=f"/finance/ukeys/{made.ukey_id}",
        by=acting.actor,
    )
    return made


def check_request(request: str) -> None:
    """Raise `Refusal` (`ukey.request_malformed`, 422) for what is no request for a certificate."""
    _read(request)


async def apply_after_loss(
    connection: AsyncConnection, request: str, catalog: Catalog, *, acting: Acting
) -> UKey:
    """Ask for a new UKey in the place of the one that the acting person reported lost, without being signed in.

    It is for the 开票点 of the lost one, where that is in use still. A department issues it and, in a unit, the manager
    fetches it, as ever. Raises `Refusal`: `access.denied` (403) for whoever reported nothing; and as `apply_in_unit`.
    """
    account = await account_by_id(connection, acting.account_id or 0)
    if account is None or account.lost_at is None:
        raise refuse("access.denied", "挂失以后才能在这里申请新的 UKey。", status=403)
    if account.unit_id is None:
        return await apply_in_department(connection, request, catalog, acting=acting)
    unit = await get_unit(connection, account.unit_id)
    refuse_closed(unit)
    lost = await newest_ended(connection, account.account_id)
    points = await points_of_unit(connection, unit.unit_id)
    point = next((each.code for each in points if lost and each.active and each.code == lost.point_code), "")
    values = {"unit_id": unit.unit_id, "region_code": None, "point_code": point, "place_name": unit.name}
    made = await _add(connection, account, _read(request), values, acting=acting)
    await _tell_department(connection, unit, account, made, "挂失后")
    return made


async def _tell_department(
    connection: AsyncConnection, unit: Unit, holder: Account, made: UKey, when: str = ""
) -> None:
    await tell_department(
        connection,
        unit.region_code,
        f"ukey:{made.ukey_id}:1",
        "有待签发的 UKey 证书",
        f"{unit.name}{when}为{holder.display_name}申请 UKey 证书，请核对后签发。",
        link=f"/finance/ukeys/{made.ukey_id}",
    )


async def withdraw_application(connection: AsyncConnection, ukey_id: int, *, acting: Acting) -> UKey:
    """Take an application back that waits. Raises `Refusal`: `ukey.unknown` (404) for one of another unit or person,
    `ukey.step_not_allowed` (409).
    """
    key = await lock_ukey(connection, ukey_id)
    is_units = key.unit_id is not None and key.unit_id == acting.unit_id and acting.role is Role.UNIT_MANAGER
    is_own = key.unit_id is None and key.account_id == acting.account_id
    if not (is_units or is_own):
        raise unknown_ukey()
    return await advance(connection, key, UKeyStep.WITHDRAW, acting=acting)


async def _holder(connection: AsyncConnection, unit: Unit, account_id: int) -> Account:
    try:
        holder = await account_in_unit(connection, unit.unit_id, account_id)
    except Refusal:
        message = "本单位没有这个账户，请从列表中选择持有人。"
        raise refuse("ukey.holder_unknown", message, field="account_id", status=422) from None
    if not holder.active:
        message = "该账户已停用，不能申请 UKey。"
        raise refuse("ukey.holder_unknown", message, field="account_id", status=422)
    return holder


async def _require_point(connection: AsyncConnection, unit: Unit, code: str) -> None:
    points = await points_of_unit(connection, unit.unit_id)
    if code and not any(point.code == code and point.active for point in points):
        message = "没有这个开票点，或者已经停用，请从列表中选择。"
        raise refuse("ukey.point_unknown", message, field="point_code", status=422)


async def _require_people(connection: AsyncConnection, unit: Unit, code: str, account_id: int) -> None:
    """Raise for somebody who acts for other points alone: by a UKey of this one they could issue nothing."""
    people = await people_of_points(connection, unit.unit_id) if code else {}
    own = {point for point, ids in people.items() if account_id in ids}
    if own and code not in own:
        message = "该人员只为其他开票点办理。请选择他的开票点，或先在“开票点”中把他加入这个开票点。"
        raise refuse("ukey.holder_of_other_points", message, field="point_code", status=422)


def _read(text: str) -> CertificateRequest:
    try:
        if len(text) > MAX_REQUEST:
            raise MalformedRequest("too long")
        return read_request(text.encode())
    except MalformedRequest as error:
        message = (
            "证书申请格式不对：请粘贴 UKey 助手生成的内容，以“-----BEGIN CERTIFICATE REQUEST-----”开头。"
        )
        raise refuse("ukey.request_malformed", message, field="request", status=422) from error


async def _add(
    connection: AsyncConnection,
    holder: Account,
    asked: CertificateRequest,
    values: Mapping[str, object],
    *,
    acting: Acting,
) -> UKey:
    given = dict(values) | {
        "account_id": holder.account_id,
        "holder_name": holder.display_name,
        "request": asked.der,
        "point": asked.point,
        "applied_by": acting.account_id,
        "applied_at": now(),
    }
    try:
        async with connection.begin_nested():
            return await add_ukey(connection, given, acting=acting)
    except IntegrityError as error:
        found = next((told for name, told in _TAKEN.items() if name in str(error.orig)), None)
        if found is None:
            raise
        code, message, field = found
        raise refuse(code, message, field=field, status=409) from error
