"""Who signs in to the small province in tests."""

from tests.support.browser import PASSWORD
from tests.support.province import ACTING, Province

from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import create_account
from mingpiao.storage.database import Database

#: Of the charity.
_ACCOUNTS = (
    ("handler", "开票员甲", Role.UNIT_HANDLER),
    ("checker", "复核员乙", Role.UNIT_CHECKER),
    ("manager", "管理员丙", Role.UNIT_MANAGER),
)
#: Of finance: two of the province's department, and one of a city without any unit of the small province.
_OFFICERS = (
    ("officer", "经办某", Role.DEPARTMENT_OFFICER, "150000"),
    ("head", "负责某", Role.DEPARTMENT_HEAD, "150000"),
    ("elsewhere", "外地某", Role.DEPARTMENT_OFFICER, "150900"),
)


async def people(database: Database, province: Province) -> dict[str, Account]:
    """Make the accounts, by user name: `handler`, `checker` and `manager` are the charity's, `other` is the
    office's handler; `officer` and `head` are of the province's department, `elsewhere` of a department
    that has none of the units.
    """
    wanted: list[tuple[str, str, Role, int | None, str | None]] = [
        (*entry, province.charity.unit_id, None) for entry in _ACCOUNTS
    ]
    wanted.append(("other", "开票员丁", Role.UNIT_HANDLER, province.office.unit_id, None))
    wanted += [(name, shown, role, None, region) for name, shown, role, region in _OFFICERS]
    async with database.system() as connection:
        return {
            username: await create_account(
                connection,
                username=username,
                display_name=name,
                role=role,
                password=PASSWORD,
                unit_id=unit_id,
                region_code=region_code,
                acting=ACTING,
            )
            for username, name, role, unit_id, region_code in wanted
        }
