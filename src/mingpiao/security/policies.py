"""密码策略: one 安全管理员 proposes what passwords must be like, another one confirms it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import CONSOLE, propose, stale
from mingpiao.house.model import Affected, ChangedRow, ProposalKind
from mingpiao.identity.model import Acting
from mingpiao.identity.service import (
    GrantWay,
    PasswordPolicy,
    count_older_passwords,
    policy_in_force,
    policy_in_words,
    require_policy,
    set_password_policy,
)
from mingpiao.kernel.grammar import read_whole

POLICY_PAGE = "/admin/passwords"
_KEY = "all"
_LABELS = {
    "profile": "密码要求",
    "minimum_length": "最短位数",
    "classes": "字符种类",
    "history": "不能重复的最近密码",
    "maximum_age_days": "更换周期",
}


async def propose_password_policy(
    connection: AsyncConnection, wanted: PasswordPolicy, reason: str, *, revision: int, acting: Acting
) -> int:
    """Propose another policy in place of the one with `revision`; returns the proposal's id.

    Raises `Refusal`: what `require_policy` and `propose` raise, `proposal.stale` (409) when another one is in force.
    """
    payload = {
        "policy": msgspec.to_builtins(wanted),
        "revision": revision,
        "proposed_by": acting.account_id,
    }
    return await propose(
        connection,
        PASSWORD_POLICY,
        _KEY,
        payload,
        title=policy_title(wanted),
        reason=reason,
        affects=[str(wanted.maximum_age_days or 0)],
        acting=acting,
    )


def policy_title(policy: PasswordPolicy) -> str:
    """A policy in a few words."""
    words = policy_in_words(policy)
    return f"{words['profile']}，至少{words['minimum_length']}，{words['maximum_age_days']}"


def changed_rows(before: PasswordPolicy, after: PasswordPolicy) -> list[ChangedRow]:
    """What is different in another policy, in words."""
    old, new = policy_in_words(before), policy_in_words(after)
    return [
        ChangedRow(label=label, before=old[name], after=new[name])
        for name, label in _LABELS.items()
        if old[name] != new[name]
    ]


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    wanted = _wanted(payload)
    require_policy(wanted)
    present = await policy_in_force(connection)
    if present.revision != payload["revision"]:
        raise stale("密码策略")
    return changed_rows(present.policy, wanted)


def _wanted(payload: Mapping[str, Any]) -> PasswordPolicy:
    return msgspec.convert(payload["policy"], PasswordPolicy)


async def _apply(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    await _describe(connection, payload)
    await set_password_policy(
        connection,
        _wanted(payload),
        revision=payload["revision"],
        proposed_by=payload["proposed_by"],
        way=GrantWay.ONE_AND_CONSOLE if acting.actor == CONSOLE else GrantWay.TWO_PEOPLE,
        acting=acting,
    )


async def _older(connection: AsyncConnection, keys: Sequence[str]) -> int:
    """How many accounts have passwords older than the proposed number of days; none where there is no such number."""
    days = read_whole(keys[0])
    return await count_older_passwords(connection, days) if days else 0


PASSWORD_POLICY = ProposalKind(
    kind="password_policy",
    label="密码策略",
    describe=_describe,
    apply=_apply,
    page=lambda _key: POLICY_PAGE,
    among="security",
)
OLDER_PASSWORDS = Affected(subject="password_policy", words="个账户下次登录须先修改密码", count=_older)
