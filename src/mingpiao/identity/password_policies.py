"""The password policy of the platform: chosen by two 安全管理员, each choice kept, the newest one in force."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import differences, record
from mingpiao.identity.grants import GrantWay, check_deciders, lock_granting
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.passwords import DENGBAO, NO_PASSWORD, PasswordPolicy, PasswordProfile
from mingpiao.identity.tables import accounts, password_policies
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse

#: Of a password, of former ones that are asked for, and of days until it is changed.
LENGTHS, ASVS_LENGTHS, CLASSES, HISTORY, AGES = (8, 64), (12, 64), (3, 4), (1, 10), (30, 180)


class PolicyInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The policy with the number of choices so far (0: the one that the platform begins with)."""

    policy: PasswordPolicy = DENGBAO
    revision: int = 0


async def policy_in_force(connection: AsyncConnection) -> PolicyInForce:
    """The newest choice. The connection must have system scope."""
    query = select(password_policies).order_by(password_policies.c.revision.desc()).limit(1)
    row = (await connection.execute(query)).mappings().one_or_none()
    return PolicyInForce() if row is None else PolicyInForce(policy=_policy(row), revision=row["revision"])


async def password_policy(connection: AsyncConnection) -> PasswordPolicy:
    """The policy in force. The connection must have system scope."""
    return (await policy_in_force(connection)).policy


def _policy(row: RowMapping) -> PasswordPolicy:
    values = {name: row[name] for name in PasswordPolicy.__struct_fields__}
    return msgspec.convert(values, PasswordPolicy)


def require_policy(policy: PasswordPolicy) -> None:
    """Raise `Refusal` (`password_policy.out_of_bounds`) for each member that its profile does not allow.

    `maximum_age_days` and `classes` of ASVS are fixed: no regular change, and no rules of composition.
    """
    if policy.profile is PasswordProfile.DENGBAO:
        bounds = [
            ("minimum_length", "最短位数", policy.minimum_length, LENGTHS),
            ("classes", "字符种类", policy.classes, CLASSES),
            ("history", "不能重复的最近密码个数", policy.history, HISTORY),
            ("maximum_age_days", "更换周期（天）", policy.maximum_age_days, AGES),
        ]
    else:
        bounds = [
            ("minimum_length", "最短位数", policy.minimum_length, ASVS_LENGTHS),
            ("classes", "字符种类", policy.classes, (1, 1)),
            ("history", "不能重复的最近密码个数", policy.history, (0, HISTORY[1])),
            ("maximum_age_days", "更换周期（天）", policy.maximum_age_days or 0, (0, 0)),
        ]
    problems = [
        Problem(
            code="password_policy.out_of_bounds",
            field=name,
            message=f"{policy.profile.label}的{label}须为{least}至{most}，请修改。",
            status=422,
        )
        for name, label, value, (least, most) in bounds
        if value is None or not least <= value <= most
    ]
    if problems:
        raise Refusal(*problems)


async def set_password_policy(
    connection: AsyncConnection,
    policy: PasswordPolicy,
    *,
    revision: int,
    proposed_by: int,
    way: GrantWay,
    acting: Acting,
) -> None:
    """Put a policy in force that one 安全管理员 proposed and `acting` confirms.

    Raises `Refusal`: what `require_policy` and `check_deciders` raise, `password_policy.changed` (409) when `revision`
    is not that of the policy in force.
    """
    require_policy(policy)
    await lock_granting(connection)
    await check_deciders(connection, way, proposed_by, acting=acting)
    before = await policy_in_force(connection)
    values: dict[str, Any] = {
        **msgspec.structs.asdict(policy),
        "profile": policy.profile.value,
        "revision": revision + 1,
        "proposed_by": proposed_by,
        "confirmed_by": acting.account_id,
        "confirmed_name": acting.name,
        "decided_at": now(),
    }
    added = insert(password_policies).values(values).on_conflict_do_nothing()
    if before.revision != revision or not (await connection.execute(added)).rowcount:
        raise refuse("password_policy.changed", "密码策略已被他人修改，请刷新后重新提交。", status=409)
    entry = AuditEntry(
        acting=acting,
        action="password_policy:set",
        subject=f"password_policy:{revision + 1}",
        changed=differences(policy_in_words(before.policy), policy_in_words(policy)),
    )
    await record(connection, entry)


def policy_in_words(policy: PasswordPolicy) -> dict[str, str]:
    """A policy in words, by member."""
    return {
        "profile": policy.profile.label,
        "minimum_length": f"{policy.minimum_length}位",
        "classes": f"{policy.classes}种" if policy.classes > 1 else "不要求",
        "history": f"最近{policy.history}个" if policy.history else "不限制",
        "maximum_age_days": f"{policy.maximum_age_days}天" if policy.maximum_age_days else "不定期更换",
    }


async def count_older_passwords(connection: AsyncConnection, days: int) -> int:
    """How many accounts that may sign in have a password of more than so many days."""
    query = (
        select(func.count())
        .select_from(accounts)
        .where(
            accounts.c.active,
            accounts.c.password_hash != NO_PASSWORD,
            accounts.c.password_changed_at < now() - timedelta(days=days),
        )
    )
    return int(await connection.scalar(query) or 0)
