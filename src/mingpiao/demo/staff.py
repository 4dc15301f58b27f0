"""The people who can sign in to the demonstration, and the programs that can call it."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo.accounts import DemoAccount
from mingpiao.demo.acting import ACTING
from mingpiao.demo.progress import DemoProgress
from mingpiao.demo.regions import moved
from mingpiao.demo.units import DemoUnit
from mingpiao.identity.model import Account, Acting, Role, platform
from mingpiao.identity.service import create_account, end_founding_grants, random_password
from mingpiao.units.model import Unit
from mingpiao.units.service import create_app

#: A unit as it is stored, with the entry of the demonstration from which it was made.
Member = tuple[Unit, DemoUnit]


def first_of_profiles(members: Sequence[Member]) -> dict[str, Member]:
    """The first unit of each profile."""
    first: dict[str, Member] = {}
    for member in members:
        first.setdefault(member[1].profile, member)
    return first


class _Officer(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: Role
    region_code: str  # As it is in the demonstration.


#: The officer who watches units.
WATCHER = "czt-jingban"
#: The approver of the rules that come with the platform, before there are accounts.
HEAD = platform("demo_head", name="云志强")

_OFFICERS = (
    _Officer("czt-jingban", "白春梅", Role.DEPARTMENT_OFFICER, "150000"),
    _Officer("czt-jingban2", "苏日娜", Role.DEPARTMENT_OFFICER, "150000"),
    _Officer("czt-fuzeren", HEAD.name, Role.DEPARTMENT_HEAD, "150000"),
    _Officer("hhht-jingban", "刘海燕", Role.DEPARTMENT_OFFICER, "150100"),
    _Officer("hhht-fuzeren", "赵国强", Role.DEPARTMENT_HEAD, "150100"),
    _Officer("saihan-jingban", "娜仁", Role.DEPARTMENT_OFFICER, "150105"),
    _Officer("mzl-jingban", "高娃", Role.DEPARTMENT_OFFICER, "150781"),
)


def head_of(province: str) -> Acting:
    """The head of the province's department, before there are accounts."""
    account = Account(
        account_id=0,
        username="czt-fuzeren",
        display_name=HEAD.name,
        role=Role.DEPARTMENT_HEAD,
        region_code=province,
    )
    return msgspec.structs.replace(HEAD, account=account)


def officer_of(region: str) -> Acting:
    """The officer of the department that supervises a region's units, before there are accounts."""
    made = next(each for each in _OFFICERS if each.region_code[2:] == region[2:])
    account = Account(
        account_id=0, username=made.username, display_name=made.name, role=made.role, region_code=region
    )
    return msgspec.structs.replace(platform("demo_officer", name=made.name), account=account)


def handler_of(member: Member) -> Acting:
    """The handler of a unit, before there are accounts."""
    unit, entry = member
    account = Account(
        account_id=0,
        username="demo-handler",
        display_name=entry.handler,
        role=Role.UNIT_HANDLER,
        unit_id=unit.unit_id,
    )
    acting = platform("demo_handler", name=entry.handler)
    return msgspec.structs.replace(acting, account=account, unit_id=unit.unit_id)


def manager_of(member: Member) -> Acting:
    """The manager of a unit, before there are accounts."""
    unit, entry = member
    account = Account(
        account_id=0,
        username="demo-manager",
        display_name=entry.manager,
        role=Role.UNIT_MANAGER,
        unit_id=unit.unit_id,
    )
    return msgspec.structs.replace(handler_of(member), name=entry.manager, account=account)


class _Seat(msgspec.Struct, frozen=True):
    profile: str
    username: str
    role: Role


#: Who works in the first unit of a profile.
_SEATS = (
    _Seat("charity", "cishan-kaipiao", Role.UNIT_HANDLER),
    _Seat("charity", "cishan-fuhe", Role.UNIT_CHECKER),
    _Seat("charity", "cishan-guanli", Role.UNIT_MANAGER),
    _Seat("association", "xuehui-kaipiao", Role.UNIT_HANDLER),
    _Seat("court", "fayuan-kaipiao", Role.UNIT_HANDLER),
    _Seat("police", "gongan-kaipiao", Role.UNIT_HANDLER),
    _Seat("land", "ziran-kaipiao", Role.UNIT_HANDLER),
    _Seat("hospital", "yiyuan-kaipiao", Role.UNIT_HANDLER),
    _Seat("hospital", "yiyuan-guanli", Role.UNIT_MANAGER),
    _Seat("police", "gongan-guanli", Role.UNIT_MANAGER),
)

#: Interface apps of the first unit of a profile.
_APPS = {"hospital": "demo-hospital", "university": "demo-university"}

_STAGE = "建立演示账号"


def _mobile(username: str) -> str:
    """An invented number for each person; the demonstration sends nothing to it."""
    people = [*(each.username for each in _OFFICERS), *(seat.username for seat in _SEATS)]
    return f"1380000{people.index(username) + 1:04d}"


async def open_accounts(
    connection: AsyncConnection,
    catalog: Catalog,
    members: Sequence[Member],
    master: MasterKey,
    progress: DemoProgress,
) -> list[DemoAccount]:
    """Make all accounts with random passwords.

    Raises `Refusal` (`account.username_taken`) if they exist: nobody knows their passwords any more.
    """
    first: dict[str, Member] = {}
    for member in members:
        first.setdefault(member[1].profile, member)
    makings: list[Callable[[], Awaitable[DemoAccount]]] = [
        *(partial(_administrator, connection, *each) for each in _ADMINISTRATORS),
        *(partial(_officer, connection, officer, catalog) for officer in _OFFICERS),
        *(partial(_worker, connection, seat, first[seat.profile]) for seat in _SEATS),
        *(partial(_app, connection, app_id, first[profile][0], master) for profile, app_id in _APPS.items()),
    ]
    accounts: list[DemoAccount] = []
    progress(_STAGE, 0, len(makings))
    for make in makings:
        accounts.append(await make())
        progress(_STAGE, len(accounts), len(makings))
    await end_founding_grants(connection)
    return accounts


#: 三员分立; a second 安全管理员, as roles are given by two.
_ADMINISTRATORS = (
    ("admin", "系统管理员", Role.ADMINISTRATOR),
    ("anquan", "孟和", Role.SECURITY_ADMINISTRATOR),
    ("anquan2", "陈静", Role.SECURITY_ADMINISTRATOR),
    ("shenji", "乌云其其格", Role.AUDIT_ADMINISTRATOR),
)


async def _administrator(connection: AsyncConnection, username: str, name: str, role: Role) -> DemoAccount:
    password = random_password()
    await create_account(
        connection, username=username, display_name=name, role=role, password=password, acting=ACTING
    )
    return DemoAccount(role=role.label, place="全区", login=username, password=password, page="/login")


async def _officer(connection: AsyncConnection, officer: _Officer, catalog: Catalog) -> DemoAccount:
    region, password = moved(officer.region_code, catalog.province), random_password()
    await create_account(
        connection,
        username=officer.username,
        display_name=officer.name,
        role=officer.role,
        password=password,
        region_code=region,
        mobile=_mobile(officer.username),
        acting=ACTING,
    )
    return DemoAccount(
        role=officer.role.label,
        place=catalog.departments[region].name,
        login=officer.username,
        password=password,
        page="/login",
    )


async def _worker(connection: AsyncConnection, seat: _Seat, member: Member) -> DemoAccount:
    unit, entry = member
    names = {
        Role.UNIT_HANDLER: entry.handler,
        Role.UNIT_CHECKER: entry.checker,
        Role.UNIT_MANAGER: entry.manager,
    }
    password = random_password()
    await create_account(
        connection,
        username=seat.username,
        display_name=names[seat.role],
        role=seat.role,
        password=password,
        unit_id=unit.unit_id,
        mobile=_mobile(seat.username),
        acting=ACTING,
    )
    return DemoAccount(
        role=seat.role.label, place=unit.name, login=seat.username, password=password, page="/login"
    )


async def _app(connection: AsyncConnection, app_id: str, unit: Unit, master: MasterKey) -> DemoAccount:
    credential = await create_app(
        connection, unit.unit_id, "演示业务系统", app_id=app_id, master=master, acting=ACTING
    )
    return DemoAccount(
        role="接口应用", place=unit.name, login=app_id, password=credential.secret, page="/api/v1/docs"
    )
