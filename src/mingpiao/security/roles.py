"""授权: one 安全管理员 proposes what an account may do, another one confirms it.

A platform with a single 安全管理员 has the proposal confirmed on the server's own terminal, by whoever keeps the
server; this way is closed as soon as there is a second one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.model import Proposal
from mingpiao.approvals.service import CONSOLE, approve, propose, stale
from mingpiao.house.model import ChangedRow, ProposalKind
from mingpiao.identity.model import ADMINISTRATORS, Account, Acting, Role, platform
from mingpiao.identity.service import (
    GrantWay,
    Invitation,
    account_state,
    check_grant,
    grant_role,
    invite,
    reset_factor,
    reset_password,
    search_accounts,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import tell_person
from mingpiao.security.model import DEPARTMENT_ROLES, GIVEN_ROLES

#: Of a name that is typed at the terminal.
_NAME_LENGTH = 40


async def propose_role(
    connection: AsyncConnection,
    account_id: int,
    role: Role,
    region_code: str | None,
    reason: str,
    *,
    acting: Acting,
) -> int:
    """Propose what an account may do, or that it may do nothing any more; returns the proposal's id.

    The caller checks that the department exists. Raises `Refusal`: `account.unknown` (404), `role.own` (403),
    `role.not_given` and `account.region_missing` (422), and what `check_grant` and `propose` raise.
    """
    if acting.account_id == account_id:
        raise refuse("role.own", "不能变更自己的角色，请由另外两位安全管理员办理。", status=403)
    if role not in GIVEN_ROLES:
        raise refuse("role.not_given", "请选择要授予的角色。", field="role", status=422)
    if (role in DEPARTMENT_ROLES) != (region_code is not None):
        message = "财政经办和财政负责人须选择财政部门，其他角色不选。"
        raise refuse("account.region_missing", message, field="region_code", status=422)
    account = (await account_state(connection, account_id)).account
    payload = {
        "account_id": account_id,
        "role": role.value,
        "region_code": region_code,
        "was": _standing(account),
        "proposed_by": acting.account_id,
    }
    return await propose(
        connection,
        ROLE_CHANGE,
        str(account_id),
        payload,
        title=f"{account.display_name}（{account.username}）：{role.label}",
        reason=reason,
        acting=acting,
    )


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    account, role = await _checked(connection, payload)
    rows = (
        ("角色", account.role.label, role.label),
        ("财政部门", account.region_code or "", payload["region_code"] or ""),
    )
    return [ChangedRow(label=name, before=old, after=new) for name, old, new in rows if old != new]


async def _checked(connection: AsyncConnection, payload: Mapping[str, Any]) -> tuple[Account, Role]:
    """The account as it is and the role it is to have. Raises `Refusal` if it is another one than was shown."""
    state, role = await account_state(connection, payload["account_id"]), Role(payload["role"])
    account = state.account
    await check_grant(connection, account, role)
    if role in ADMINISTRATORS and state.invited:
        # Whoever made the account has seen the code of its invitation.
        message = "本人还没有用邀请码设置密码。管理员须由本人设置密码以后才能授权。"
        raise refuse("role.not_accepted", message, status=409)
    if _standing(account) != payload["was"]:
        raise stale(f"账户 {account.username} 的角色")
    return account, role


def _standing(account: Account) -> str:
    return f"{account.role.value}:{account.region_code or ''}"


async def _apply(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    account, role = await _checked(connection, payload)
    if acting.account_id == account.account_id:
        raise refuse("role.own", "不能确认自己的角色变更，请由另一位安全管理员确认。", status=403)
    await grant_role(
        connection,
        account.account_id,
        role,
        payload["region_code"],
        way=GrantWay.ONE_AND_CONSOLE if acting.actor == CONSOLE else GrantWay.TWO_PEOPLE,
        proposed_by=payload["proposed_by"],
        acting=acting,
    )
    await _tell(connection, account, role)


async def _tell(connection: AsyncConnection, account: Account, role: Role) -> None:
    """Tell the person what the account may do from now on."""
    what = "您的角色已收回" if role is Role.UNGRANTED else f"您的角色已变更为{role.label}"
    await tell_person(
        connection,
        account.account_id,
        f"role:{account.account_id}:{now():%Y%m%d%H%M%S%f}",
        what,
        f"原来是{account.role.label}。有疑问的，请联系安全管理员。",
        urgent=True,
    )


ROLE_CHANGE = ProposalKind(
    kind="role",
    label="授权",
    describe=_describe,
    apply=_apply,
    page=lambda key: f"/admin/roles/{key}",
    among="security",
)


# -- at the server's own terminal ------------------------------------------------------------------------


def at_console(name: str) -> Acting:
    """Whoever keeps the server, by the name that they give. Raises `Refusal` (`role.name_missing`) without one."""
    told = name.strip()
    if not told or len(told) > _NAME_LENGTH:
        raise refuse("role.name_missing", f"请用 --by 写明办理人的姓名，不超过{_NAME_LENGTH}个字。")
    return platform(CONSOLE.removeprefix("system:"), name=told)


async def confirm_at_console(connection: AsyncConnection, proposal_id: int, *, acting: Acting) -> Proposal:
    """Confirm a role that the platform's only 安全管理员 proposed. Raises `Refusal`: `role.console_closed` (409),
    and what `approve` raises.
    """
    return await approve(connection, proposal_id, acting=acting)


async def appoint_at_console(
    connection: AsyncConnection, username: str, display_name: str, role: Role, *, acting: Acting
) -> Invitation:
    """Make an account of an administrator, with its role and an invitation to choose a password.

    Raises `Refusal`: `role.not_administrator` for another role, `role.console_closed` (409) while two of the kind
    can sign in, and what `invite` raises.
    """
    if role not in ADMINISTRATORS:
        raise refuse("role.not_administrator", "这里只任命三类管理员。")
    invitation = await invite(
        connection, username=username, display_name=display_name, role=Role.UNGRANTED, acting=acting
    )
    await grant_role(
        connection, invitation.account.account_id, role, None, way=GrantWay.CONSOLE, acting=acting
    )
    return invitation


async def reset_at_console(
    connection: AsyncConnection, username: str, *, factor: bool = False, acting: Acting
) -> tuple[Account, str]:
    """A one-time password for an administrator, for whom no other administrator makes one; with whose it is.

    `factor` takes the second factor away, too. Raises `Refusal`: `role.not_administrator` (404) for anybody else,
    `factor.none` (409) where there is no second factor.
    """
    found = await search_accounts(connection, words=username)
    for state in found.items:
        if state.account.username == username and state.account.role in ADMINISTRATORS:
            if factor:
                await reset_factor(connection, state.account, acting=acting)
            return state.account, await reset_password(connection, state.account, acting=acting)
    raise refuse("role.not_administrator", f"没有用户名为 {username} 的管理员，请核对。", status=404)
