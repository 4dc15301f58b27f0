"""Certificates and seals of the demonstration, issued by an authority of its own.

Those of a training site say 演练 where the demonstration's say 演示.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Department
from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo.acting import ACTING
from mingpiao.demo.regions import PROVINCE, moved, region_name
from mingpiao.kernel.codes import TRAINING_PROVINCE
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


def mark_of(province: str) -> str:
    """What certificates and seals of a province say of themselves: 演示, or 演练 in a training site's."""
    return "演练" if province == TRAINING_PROVINCE else "演示"


async def stand_up_authority(
    connection: AsyncConnection, master: MasterKey, at: datetime, province: str = PROVINCE
) -> Authority:
    """The demonstration's root certificate and seal maker, made if they do not exist."""
    found = await find_authority(connection)
    if found is not None:
        return found
    authority = make_demonstration_authority(master, at, region_name(province), mark=mark_of(province))
    await store_key(connection, ROOT, authority.root, acting=ACTING)
    await store_key(connection, MAKER, authority.maker, acting=ACTING)
    return authority


async def give_department_seal(
    connection: AsyncConnection,
    department: Department,
    *,
    authority: Authority,
    master: MasterKey,
    at: datetime,
) -> None:
    """Make the 财政票据监制章 of the province's finance department, which all bills carry, unless it has one."""
    province = department.region_code
    owner: Owner = ("department", province)
    if await find_key(connection, owner) is None:
        mark = f"（{mark_of(province)}）"
        image = draw_supervisor_seal(region_name(province), FONT_PATH, mark=mark)
        title = f"{department.name}财政票据监制章{mark}"
        key = _make(authority, master, department.name, province, f"DEMO{province}", title, image, at)
        await store_key(connection, owner, key, acting=ACTING)


async def give_unit_seal(
    connection: AsyncConnection, unit: Unit, *, authority: Authority, master: MasterKey, at: datetime
) -> None:
    """Make a key, certificate and round seal for a unit, unless it has them."""
    owner: Owner = ("unit", unit.uscc)
    if await find_key(connection, owner) is None:
        province = moved(PROVINCE, unit.region_code)
        mark = f"（{mark_of(province)}）"
        image = draw_unit_seal(unit.name, FONT_PATH, mark=mark)
        title = f"{unit.name}财务专用章{mark}"
        key = _make(authority, master, unit.name, province, f"DEMO{unit.uscc}", title, image, at)
        await store_key(connection, owner, key, acting=ACTING)


def _make(
    authority: Authority,
    master: MasterKey,
    owner_name: str,
    province: str,
    seal_id: str,
    seal_name: str,
    image: SealImage,
    at: datetime,
) -> SealingKey:
    return make_sealing_key(
        master,
        authority,
        owner_name=owner_name,
        province=region_name(province),
        seal_id=seal_id,
        seal_name=seal_name,
        image=image,
        at=at,
    )
