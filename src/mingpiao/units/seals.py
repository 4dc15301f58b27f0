"""电子签章 of a unit: a picture bound to a new key and certificate of the unit."""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.sealing.model import SealImage
from mingpiao.sealing.service import (
    KeptKey,
    find_authority,
    keys_of,
    make_sealing_key,
    read_seal,
    retire_key,
    store_key,
)
from mingpiao.units.store import get, lock_managed, refuse_closed


class UnitSeal(msgspec.Struct, frozen=True, kw_only=True):
    """A seal that a unit has or had: its name and picture, the certificate's last moment, and when it was in use."""

    name: str
    seal_id: str
    picture: bytes
    serial: str
    valid_to: datetime
    made_at: datetime
    retired_at: datetime | None


async def give_seal(
    connection: AsyncConnection,
    unit_id: int,
    image: SealImage,
    *,
    province: str,
    suffix: str = "财务专用章",
    master: MasterKey,
    acting: Acting,
) -> None:
    """Make a key, certificate and seal for a unit; from the commit on it seals with them.

    A former key goes out of use and keeps verifying. `province` is a name; `suffix` follows the unit's name
    in the seal's. Raises `Refusal`: `sealing.no_authority` (409) before the province has its authority,
    `unit.closed` (409), and what `lock_managed` raises.
    """
    unit = await lock_managed(connection, unit_id, acting=acting)
    refuse_closed(unit)
    authority = await find_authority(connection)
    if authority is None:
        raise refuse(
            "sealing.no_authority",
            "全省尚未建立签发证书和制章的机构，请先由系统管理员完成初始化。",
            status=409,
        )
    owner = ("unit", unit.uscc)
    at = now()
    before = await keys_of(connection, owner)
    key = make_sealing_key(
        master,
        authority,
        owner_name=unit.name,
        province=province,
        seal_id=f"{unit.uscc}{len(before) + 1:02d}",
        seal_name=f"{unit.name}{suffix}",
        image=image,
        at=at,
    )
    await retire_key(connection, owner, unit_id=unit_id, acting=acting)
    await store_key(connection, owner, key, unit_id=unit_id, acting=acting)


async def unit_seals(connection: AsyncConnection, unit_id: int) -> list[UnitSeal]:
    """The seals under a unit's present code, the newest first. Connection must be of system scope."""
    unit = await get(connection, unit_id)
    return [_seal(key) for key in await keys_of(connection, ("unit", unit.uscc))]


def _seal(key: KeptKey) -> UnitSeal:
    text = read_seal(key.party.seal)
    return UnitSeal(
        name=text.name,
        seal_id=text.seal_id,
        picture=text.image.data,
        serial=key.party.key_info.serial,
        valid_to=text.valid_to,
        made_at=key.made_at,
        retired_at=key.retired_at,
    )
