"""Grants: what accounts of departments and of administrators may do (三员分立).

The newest row of `role_grants` is what an account has. Triggers hold the same rules against every statement; the
verbs say first, and in words, what they would refuse.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import differences, record
from mingpiao.identity.model import ADMINISTRATORS, Account, Acting, AuditEntry, Role
from mingpiao.identity.passwords import NO_PASSWORD
from mingpiao.identity.sessions import account_of, end_sessions_of
from mingpiao.identity.tables import accounts, granting, role_grants
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse
from mingpiao.storage.locks import NamedLock

#: Whoever grants, or takes an administrator away, comes after whoever does it at the same moment.
GRANTING = NamedLock("granting")
#: At the console an administrator is named only while there are fewer of the kind.
_ENOUGH = 2


class GrantWay(StrEnum):
    """How a role was given. The last two have a 安全管理员 who proposed it."""

    FOUNDING = "founding"
    MIGRATION = "migration"
    CONSOLE = "console"
    TWO_PEOPLE = "two_people"
    ONE_AND_CONSOLE = "one_and_console"

    @property
    def label(self) -> str:
        return _WAYS[self]


_WAYS = {
    GrantWay.FOUNDING: "首次设置",
    GrantWay.MIGRATION: "升级前已有",
    GrantWay.CONSOLE: "在服务器上任命",
    GrantWay.TWO_PEOPLE: "两位安全管理员",
    GrantWay.ONE_AND_CONSOLE: "安全管理员提交，在服务器上确认",
}


class RoleGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A role that an account was given, with the names of who proposed and who confirmed it."""

    role: Role
    region_code: str | None
    way: GrantWay
    proposer: str
    confirmer: str
    granted_at: datetime


async def lock_granting(connection: AsyncConnection) -> bool:
    """Come after everybody who grants or takes an administrator away; whether the province is founded."""
    query = GRANTING.on(select(granting.c.founded_at))
    return (await connection.execute(query)).scalar_one() is not None


async def end_founding_grants(connection: AsyncConnection) -> None:
    """From now on two people grant roles. Nothing happens where it is so already."""
    query = update(granting).where(granting.c.founded_at.is_(None)).values(founded_at=func.now())
    await connection.execute(query)


async def count_administrators(connection: AsyncConnection, role: Role, *, besides: int | None = None) -> int:
    """How many administrators of a kind can sign in today, without the account `besides`."""
    query = (
        select(func.count())
        .select_from(accounts)
        .where(
            accounts.c.role == role.value,
            accounts.c.active,
            accounts.c.password_hash != NO_PASSWORD,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
            accounts.c.account_id.is_distinct_from(besides),
        )
    )
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def administrators_of(connection: AsyncConnection, role: Role) -> list[Account]:
    """The active administrators of a kind, by id."""
    query = select(accounts).where(accounts.c.role == role.value, accounts.c.active)
    rows = await connection.execute(query.order_by(accounts.c.account_id))
    return [account_of(row) for row in rows.mappings()]


async def refuse_last(connection: AsyncConnection, account: Account) -> None:
    """Raise `Refusal` (`account.last_administrator`, 409) if nobody else can do what this administrator does.

    Holds the lock of grants until the transaction ends. Nothing is asked of other accounts.
    """
    if account.role not in ADMINISTRATORS:
        return
    await lock_granting(connection)
    every = await count_administrators(connection, account.role)
    if every and not await count_administrators(connection, account.role, besides=account.account_id):
        message = f"这是最后一位可以登录的{account.role.label}，请先任命另一位，再办理。"
        raise refuse("account.last_administrator", message, status=409)


def refuse_to_let_in(account: Account, *, acting: Acting) -> None:
    """Raise `Refusal` (`account.console_only`, 409) for a password, code or factor of a 安全管理员 or 审计管理员 that a
    系统管理员 would see: with it one person would have two of the three parts.
    """
    if acting.role is Role.ADMINISTRATOR and account.role in ADMINISTRATORS[1:]:
        message = f"{account.role.label}的密码、邀请码和动态口令不由系统管理员经手，请服务器的保管人用 mingpiao administrators 办理。"
        raise refuse("account.console_only", message, status=409)


async def grant_role(
    connection: AsyncConnection,
    account_id: int,
    role: Role,
    region_code: str | None,
    *,
    way: GrantWay,
    proposed_by: int | None = None,
    acting: Acting,
) -> Account:
    """Give an account a role, and a department where the role is one of a department; its sessions end.

    `acting` confirms; what it may confirm follows from `way`. Raises `Refusal`: what `check_grant` raises,
    `role.proposer_left` (409) and `role.not_confirmer` (403) when who proposed or confirms is no 安全管理员 any
    more, `role.console_closed` (409) when the platform's own people can do it, `role.founded` (409).
    """
    founded = await lock_granting(connection)
    query = select(accounts).where(accounts.c.account_id == account_id)
    before = account_of((await connection.execute(query)).mappings().one())
    await check_grant(connection, before, role)
    await _check_way(connection, role, way, proposed_by, founded, acting=acting)
    await connection.execute(
        insert(role_grants).values(
            account_id=account_id,
            role=role.value,
            region_code=region_code,
            way=way.value,
            proposed_by=proposed_by,
            confirmed_by=acting.account_id if way is GrantWay.TWO_PEOPLE else None,
            confirmed_name=acting.name,
        )
    )
    await end_sessions_of(connection, account_id)
    after = msgspec.structs.replace(before, role=role, region_code=region_code)
    entry = AuditEntry(
        acting=acting,
        action="role:withdraw" if role is Role.UNGRANTED else "role:grant",
        subject=f"account:{account_id}",
        region_code=region_code or before.region_code,
        details={"username": before.username, "way": way.value},
        changed=differences(_told(before), _told(after)),
    )
    await record(connection, entry)
    return after


def _told(account: Account) -> dict[str, str]:
    return {"role": account.role.label, "region_code": account.region_code or ""}


async def check_grant(connection: AsyncConnection, account: Account, role: Role) -> None:
    """Whether an account may get a role. Raises `Refusal` (409): `role.of_unit`, `role.account_closed`,
    `role.other_kind` and `account.last_administrator`.
    """
    if account.unit_id is not None:
        raise refuse("role.of_unit", "单位人员的角色由本单位的票据管理员管理，不在这里授予。", status=409)
    if not account.active and role is not Role.UNGRANTED:
        raise refuse("role.account_closed", "该账户已停用，请由系统管理员启用后再授权。", status=409)
    if role is not Role.UNGRANTED:
        await _check_kind(connection, account, role)
    if account.role is not role:
        await refuse_last(connection, account)


async def _check_kind(connection: AsyncConnection, account: Account, role: Role) -> None:
    had = select(role_grants.c.role).where(role_grants.c.account_id == account.account_id).distinct()
    for each in (await connection.execute(had)).scalars():
        earlier = Role(each)
        if earlier is Role.UNGRANTED or _work(earlier) == _work(role):
            continue
        message = (
            f"该账户曾经是{earlier.label}，不能再担任{role.label}：三类管理员互不兼任，也不办理业务。"
            "请由系统管理员为本人另建账户。"
        )
        raise refuse("role.other_kind", message, field="role", status=409)


def _work(role: Role) -> str:
    """One of the three, or the business of departments: an account does one of these for its whole life."""
    return role.value if role in ADMINISTRATORS else "business"


async def _check_way(
    connection: AsyncConnection,
    role: Role,
    way: GrantWay,
    proposed_by: int | None,
    founded: bool,
    *,
    acting: Acting,
) -> None:
    if way is GrantWay.FOUNDING and founded:
        raise refuse("role.founded", "首次设置已经完成，角色由安全管理员授予。", status=409)
    if way is GrantWay.CONSOLE and await count_administrators(connection, role) >= _ENOUGH:
        message = f"已有两位可以登录的{role.label}，请由安全管理员在网页上授权。"
        raise refuse("role.console_closed", message, status=409)
    if proposed_by is not None:
        await check_deciders(connection, way, proposed_by, acting=acting)


async def check_deciders(
    connection: AsyncConnection, way: GrantWay, proposed_by: int, *, acting: Acting
) -> None:
    """Whether a 安全管理员 proposed and another one, or the server's keeper where there is no other, confirms.

    The caller holds the lock of grants. Raises `Refusal`: `role.proposer_left` (409), `role.not_confirmer` (403),
    `role.console_closed` (409).
    """
    if not await _grants(connection, proposed_by):
        message = "提交人已不是可以登录的安全管理员，请退回，由现任安全管理员重新提交。"
        raise refuse("role.proposer_left", message, status=409)
    if way is GrantWay.TWO_PEOPLE and not await _grants(connection, acting.account_id):
        raise refuse("role.not_confirmer", "您已不是可以登录的安全管理员，不能确认。", status=403)
    others = await count_administrators(connection, Role.SECURITY_ADMINISTRATOR, besides=proposed_by)
    if way is GrantWay.ONE_AND_CONSOLE and others:
        raise refuse("role.console_closed", "还有其他可以登录的安全管理员，请由其在网页上确认。", status=409)


async def _grants(connection: AsyncConnection, account_id: int | None) -> bool:
    every = await count_administrators(connection, Role.SECURITY_ADMINISTRATOR)
    others = await count_administrators(connection, Role.SECURITY_ADMINISTRATOR, besides=account_id)
    return every > others


async def list_grants(connection: AsyncConnection, account_id: int) -> Sequence[RoleGrant]:
    """What an account was given, newest first. The connection must have system scope."""
    proposer, confirmer = accounts.alias(), accounts.alias()
    query = (
        select(
            role_grants,
            func.coalesce(proposer.c.display_name, "").label("proposer"),
            func.coalesce(confirmer.c.display_name, role_grants.c.confirmed_name).label("confirmer"),
        )
        .select_from(
            role_grants.outerjoin(proposer, proposer.c.account_id == role_grants.c.proposed_by).outerjoin(
                confirmer, confirmer.c.account_id == role_grants.c.confirmed_by
            )
        )
        .where(role_grants.c.account_id == account_id)
        .order_by(role_grants.c.grant_id.desc())
    )
    return [
        RoleGrant(
            role=Role(row["role"]),
            region_code=row["region_code"],
            way=GrantWay(row["way"]),
            proposer=row["proposer"],
            confirmer=row["confirmer"],
            granted_at=row["granted_at"],
        )
        for row in (await connection.execute(query)).mappings()
    ]
