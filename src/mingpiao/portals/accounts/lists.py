"""The lists of accounts: a unit's own, and all for the administrator."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import AccountState, Unused, search_accounts, unit_account_states
from mingpiao.kernel.mobiles import masked_mobile
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, Options, TextFilter
from mingpiao.portals.list_model import Button, Listing, RowAction
from mingpiao.portals.rendering import moment
from mingpiao.portals.session import PLACES
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM
from mingpiao.units.service import names_of


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account with the name of its unit or department."""

    state: AccountState
    place: str


async def _accounts(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AccountRow]:
    found = await search_accounts(
        here.connection,
        words=wanted["words"],
        role=wanted["role"],
        region=wanted["region"],
        unused=Unused(wanted["unused"]) if wanted["unused"] else None,
        order="" if wanted["sort"] == "made" else wanted["sort"],
        after=key,
        limit=limit,
    )
    units = {each.account.unit_id for each in found.items if each.account.unit_id is not None}
    names = await names_of(here.connection, units)
    rows = tuple(
        AccountRow(state=each, place=place_of(each.account, here.catalog, names)) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key, total=found.total)


async def _of_unit(here: Here, _wanted: Mapping[str, Any], _key: str, _limit: int) -> Page[AccountState]:
    """A unit has few accounts: one page holds them."""
    return Page(items=tuple(await unit_account_states(here.connection, unit_of(here.account))))


async def department_options(here: Here) -> Options:
    """All departments, those of ended regions at the end."""
    codes = sorted(
        here.catalog.departments, key=lambda code: (here.catalog.regions[code].ended_on is not None, code)
    )
    return [
        (
            code,
            here.catalog.departments[code].name
            + ("（已撤并）" if here.catalog.regions[code].ended_on else ""),
        )
        for code in codes
    ]


def place_of(account: Account, catalog: Catalog, unit_names: Mapping[int, str]) -> str:
    """The name of the unit or department for which an account works."""
    if account.unit_id is not None:
        return unit_names.get(account.unit_id, "")
    if account.region_code is not None:
        region = catalog.regions[account.region_code]
        return catalog.departments[region.code].name + ("（已撤并）" if region.ended_on else "")
    return PLACES[account.role]


def standing(state: AccountState) -> Badge:
    """Whether an account can sign in, as a badge."""
    if state.closed_unused:
        return Badge("长期未用，已停用", "red")
    if not state.account.active:
        return Badge("已停用", "red")
    if state.over:
        return Badge("已过有效期", "orange")
    if state.account.lost_at:
        return Badge("已挂失", "red")
    if state.invited:
        return Badge("已邀请", "blue") if state.invited_until else Badge("邀请已撤回", "orange")
    if state.locked_until:
        return Badge(f"已锁定至 {moment(state.locked_until)}", "orange")
    return Badge("正常", "green")


def _is_other(row: AccountState, account: Account) -> bool:
    return row.account.account_id != account.account_id


def _switched(row: AccountState) -> str:
    return "停用" if row.account.active else "启用"


def _is_invited(row: AccountState, account: Account) -> bool:
    return _is_other(row, account) and row.invited


def _of_row(row: AccountState, step: str) -> str:
    return f"/unit/accounts/{row.account.account_id}/{step}"


UNIT_ACCOUNT_LIST: Listing[AccountState] = Listing(
    name="unit_accounts",
    address="/unit/accounts",
    title="账户管理",
    crumbs=(("首页", "/unit"),),
    # The portals' scopes do not include accounts; the verb restricts to the unit.
    scope=lambda _account: SYSTEM,
    columns=(
        Column(
            name="username", label="用户名", kind="code", head=True, value=lambda row: row.account.username
        ),
        Column(name="name", label="姓名", value=lambda row: row.account.display_name),
        Column(name="role", label="角色", value=lambda row: row.account.role.label),
        Column(
            name="mobile",
            label="手机号码",
            phone=False,
            value=lambda row: masked_mobile(row.mobile) or "登记",
            link=lambda row: _of_row(row, "mobile"),
            link_label=lambda row: f"修改 {row.account.username} 的手机号码",
        ),
        Column(
            name="valid_until",
            label="有效期至",
            value=lambda row: row.account.valid_until or "长期",
            link=lambda row: "" if row.account.role is Role.UNIT_MANAGER else _of_row(row, "expiry"),
            link_label=lambda row: f"修改 {row.account.username} 的有效期",
        ),
        Column(name="state", label="状态", value=standing),
    ),
    fetch=_of_unit,
    empty=("没有账户", "请新建或导入账户。"),
    buttons=(
        Button(label="新建账户", address="/unit/accounts/new", icon="plus", primary=True),
        Button(label="导入账户", address="/unit/accounts/import"),
    ),
    actions=(
        RowAction(
            label=_switched,
            spoken=lambda row: f"{_switched(row)} {row.account.username}",
            address=lambda row: _of_row(row, "disable" if row.account.active else "enable"),
            right=UNIT_ACCOUNTS,
            offered=lambda row, account: _is_other(row, account) and not row.closed_unused,
        ),
        RowAction(
            label=lambda _row: "重置密码",
            spoken=lambda row: f"重置 {row.account.username} 的密码",
            address=lambda row: _of_row(row, "reset"),
            right=UNIT_ACCOUNTS,
            offered=lambda row, account: _is_other(row, account) and not row.invited,
        ),
        RowAction(
            label=lambda _row: "重置动态口令",
            spoken=lambda row: f"重置 {row.account.username} 的动态口令",
            address=lambda row: _of_row(row, "factor"),
            right=UNIT_ACCOUNTS,
            offered=lambda row, account: _is_other(row, account) and row.has_factor,
        ),
        RowAction(
            label=lambda _row: "解除挂失",
            spoken=lambda row: f"解除 {row.account.username} 的挂失",
            address=lambda row: _of_row(row, "found"),
            right=UNIT_ACCOUNTS,
            offered=lambda row, account: _is_other(row, account) and row.account.lost_at is not None,
        ),
        RowAction(
            label=lambda _row: "重新邀请",
            spoken=lambda row: f"重新邀请 {row.account.username}",
            address=lambda row: _of_row(row, "renew"),
            right=UNIT_ACCOUNTS,
            offered=_is_invited,
        ),
        RowAction(
            label=lambda _row: "撤回邀请",
            spoken=lambda row: f"撤回 {row.account.username} 的邀请",
            address=lambda row: _of_row(row, "withdraw"),
            right=UNIT_ACCOUNTS,
            offered=lambda row, account: _is_invited(row, account) and row.invited_until is not None,
        ),
    ),
)
ALL_ACCOUNTS: Listing[AccountRow] = Listing(
    name="admin_accounts",
    address="/admin/accounts",
    title="全部账户",
    filters=(
        TextFilter(name="words", label="用户名或姓名", width="col-12 col-md-5"),
        ChoiceFilter(name="role", label="角色", options=[(role.value, role.label) for role in Role]),
        ChoiceFilter(name="region", label="财政部门", options=department_options),
        ChoiceFilter(name="unused", label="长期未用", options=[(each.value, each.label) for each in Unused]),
    ),
    orders=(("made", "建立先后"), ("username", "用户名")),
    columns=(
        Column(
            name="username",
            label="用户名",
            head=True,
            value=lambda row: row.state.account.username,
            link=lambda row: f"/admin/accounts/{row.state.account.account_id}",
        ),
        Column(name="name", label="姓名", value=lambda row: row.state.account.display_name),
        Column(name="role", label="角色", phone=False, value=lambda row: row.state.account.role.label),
        Column(name="place", label="单位或部门", kind="wide", value=lambda row: row.place),
        Column(
            name="valid_until",
            label="有效期至",
            kind="day",
            phone=False,
            value=lambda row: row.state.account.valid_until,
        ),
        Column(
            name="used",
            label="最近使用",
            kind="moment",
            phone=False,
            shown=False,
            value=lambda row: row.state.used_at,
        ),
        Column(name="state", label="状态", value=lambda row: standing(row.state)),
    ),
    fetch=_accounts,
    buttons=(Button(label="邀请新账户", address="/admin/accounts/new", icon="plus", primary=True),),
    empty=("没有符合条件的账户", "请修改条件后重新查询。"),
)
