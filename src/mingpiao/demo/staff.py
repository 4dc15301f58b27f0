"""The people who can sign in to the demonstration, and the programs that can call it."""

from collections.abc import Mapping

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo.accounts import DemoAccount
from mingpiao.demo.actor import ACTOR
from mingpiao.demo.units import DemoUnit
from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account, random_password
from mingpiao.units.model import Unit
from mingpiao.units.service import create_app

#: A unit as stored with the demonstration's entry it was made from.
Member = tuple[Unit, DemoUnit]


class _Officer(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: Role
    region_code: str


_OFFICERS = (
    _Officer("czt-jingban", "白春梅", Role.DEPARTMENT_OFFICER, "150000"),
    _Officer("czt-fuzeren", "云志强", Role.DEPARTMENT_HEAD, "150000"),
    _Officer("hhht-jingban", "刘海燕", Role.DEPARTMENT_OFFICER, "150100"),
    _Officer("mzl-jingban", "高娃", Role.DEPARTMENT_OFFICER, "150781"),
)

#: Profiles of which the first unit gets accounts, with the prefix of their user names.
_STAFFED = {
    "charity": "cishan",
    "association": "xuehui",
    "court": "fayuan",
    "police": "gongan",
    "land": "bdc",
    "hospital": "yiyuan",
}

#: Profiles of which the first unit gets an interface app.
_CONNECTED = {"hospital": "demo-hospital", "university": "demo-university"}


async def open_accounts(
    connection: AsyncConnection, catalog: Catalog, members: Mapping[str, Member], master: MasterKey
) -> list[DemoAccount]:
    """Make all accounts with random passwords; `members` holds the first unit of each profile.

    Raises `Refusal` (`account.username_taken`) when they stand: nobody knows their passwords any more.
    """
    accounts = [await _administrator(connection)]
    accounts += [await _officer(connection, officer, catalog) for officer in _OFFICERS]
    for profile, prefix in _STAFFED.items():
        accounts += await _staff(connection, prefix, members[profile])
    for profile, app_id in _CONNECTED.items():
        accounts.append(await _app(connection, app_id, members[profile][0], master))
    return accounts


async def _administrator(connection: AsyncConnection) -> DemoAccount:
    password = random_password()
    await create_account(
        connection,
        username="admin",
        display_name="系统管理员",
        role=Role.ADMINISTRATOR,
        password=password,
        acting=ACTOR,
    )
    label = Role.ADMINISTRATOR.label
    return DemoAccount(role=label, place="全区", login="admin", password=password, page="/login")


async def _officer(connection: AsyncConnection, officer: _Officer, catalog: Catalog) -> DemoAccount:
    password = random_password()
    await create_account(
        connection,
        username=officer.username,
        display_name=officer.name,
        role=officer.role,
        password=password,
        region_code=officer.region_code,
        acting=ACTOR,
    )
    return DemoAccount(
        role=officer.role.label,
        place=catalog.departments[officer.region_code].name,
        login=officer.username,
        password=password,
        page="/login",
    )


async def _staff(connection: AsyncConnection, prefix: str, member: Member) -> list[DemoAccount]:
    unit, entry = member
    people = (
        ("kaipiao", entry.handler, Role.UNIT_HANDLER),
        ("fuhe", entry.checker, Role.UNIT_CHECKER),
        ("guanli", entry.manager, Role.UNIT_MANAGER),
    )
    accounts: list[DemoAccount] = []
    for suffix, name, role in people:
        login, password = f"{prefix}-{suffix}", random_password()
        await create_account(
            connection,
            username=login,
            display_name=name,
            role=role,
            password=password,
            unit_id=unit.unit_id,
            acting=ACTOR,
        )
        place = unit.name
        accounts.append(
            DemoAccount(role=role.label, place=place, login=login, password=password, page="/login")
        )
    return accounts


async def _app(connection: AsyncConnection, app_id: str, unit: Unit, master: MasterKey) -> DemoAccount:
    credential = await create_app(
        connection, unit.unit_id, "演示业务系统", app_id=app_id, master=master, acting=ACTOR
    )
    return DemoAccount(
        role="接口应用", place=unit.name, login=app_id, password=credential.secret, page="/api/v1/docs"
    )
