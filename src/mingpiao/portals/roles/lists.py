"""The accounts of departments and administrators, for those who give them roles."""

from collections.abc import Mapping
from typing import Any

from mingpiao.identity.model import Role
from mingpiao.identity.service import search_accounts
from mingpiao.portals.accounts.lists import AccountRow, department_options, place_of, standing
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Listing
from mingpiao.security.model import GIVEN_ROLES
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AccountRow]:
    found = await search_accounts(
        here.connection,
        words=wanted["words"],
        role=wanted["role"],
        region=wanted["region"],
        staff=True,
        after=key,
        limit=limit,
    )
    rows = tuple(
        AccountRow(state=each, place=place_of(each.account, here.catalog, {})) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key, total=found.total)


def _role(row: AccountRow) -> Badge | str:
    role = row.state.account.role
    return Badge(role.label, "orange") if role is Role.UNGRANTED else role.label


STAFF: Listing[AccountRow] = Listing(
    name="security_roles",
    address="/admin/roles",
    title="角色授权",
    # No scope of administrators reads accounts; the verb leaves people of units out.
    scope=lambda _account: SYSTEM,
    filters=(
        TextFilter(name="words", label="用户名或姓名", width="col-12 col-md-5"),
        ChoiceFilter(name="role", label="角色", options=[(role.value, role.label) for role in GIVEN_ROLES]),
        ChoiceFilter(name="region", label="财政部门", options=department_options),
    ),
    columns=(
        Column(
            name="username",
            label="用户名",
            head=True,
            value=lambda row: row.state.account.username,
            link=lambda row: f"/admin/roles/{row.state.account.account_id}",
        ),
        Column(name="name", label="姓名", value=lambda row: row.state.account.display_name),
        Column(name="role", label="角色", value=_role),
        Column(name="place", label="部门", kind="wide", phone=False, value=lambda row: row.place),
        Column(name="state", label="状态", phone=False, value=lambda row: standing(row.state)),
    ),
    fetch=_fetch,
    empty=("没有符合条件的账户", "账户由系统管理员建立；建立以后在这里授权。"),
)
