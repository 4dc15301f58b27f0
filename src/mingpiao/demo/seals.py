"""Certificates and seals of the demonstration, issued by an authority of its own."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo.acting import ACTING
from mingpiao.demo.regions import PROVINCE, region_name
from mingpiao.layout.service import FONT_PATH
from mingpiao.sealing.model import SealImage, SealingKey
from mingpiao.sealing.service import (
    MAKER,
    ROOT,
    Authority,
    Owner,
    draw_supervisor_seal,
    draw_unit_seal,
    find_authority,
    find_key,
    make_demonstration_authority,
    make_sealing_key,
    store_key,
)
from mingpiao.units.model import Unit


async def stand_up_authority(connection: AsyncConnection, master: MasterKey, at: datetime) -> Authority:
    """The demonstration's root certificate and seal maker, made if they do not exist."""
    found = await find_authority(connection)
    if found is not None:
        return found
    authority = make_demonstration_authority(master, at, region_name(PROVINCE))
    await store_key(connection, ROOT, authority.root, acting=ACTING)
    await store_key(connection, MAKER, authority.maker, acting=ACTING)
    return authority


async def give_department_seal(
    connection: AsyncConnection, department: str, *, authority: Authority, master: MasterKey, at: datetime
) -> None:
    """Make the 财政票据监制章 of the province's finance department, which all bills carry, unless it has one."""
    owner: Owner = ("department", PROVINCE)
    if await find_key(connection, owner) is None:
        image = draw_supervisor_seal(region_name(PROVINCE), FONT_PATH)
        title = f"{department}财政票据监制章（演示）"
        key = _make(authority, master, department, f"DEMO{PROVINCE}", title, image, at)
        await store_key(connection, owner, key, acting=ACTING)


async def give_unit_seal(
    connection: AsyncConnection, unit: Unit, *, authority: Authority, master: MasterKey, at: datetime
) -> None:
    """Make a key, certificate and round seal for a unit, unless it has them."""
    owner: Owner = ("unit", unit.uscc)
    if await find_key(connection, owner) is None:
        image = draw_unit_seal(unit.name, FONT_PATH)
        title = f"{unit.name}财务专用章（演示）"
        key = _make(authority, master, unit.name, f"DEMO{unit.uscc}", title, image, at)
        await store_key(connection, owner, key, acting=ACTING)


def _make(
    authority: Authority,
    master: MasterKey,
    owner_name: str,
    seal_id: str,
    seal_name: str,
    image: SealImage,
    at: datetime,
) -> SealingKey:
    return make_sealing_key(
        master,
        authority,
        owner_name=owner_name,
        province=region_name(PROVINCE),
        seal_id=seal_id,
        seal_name=seal_name,
        image=image,
        at=at,
    )
