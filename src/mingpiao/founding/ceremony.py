"""The master key and its ceremony: each share is shown once to its holder, who confirms to have it.

A ceremony is recorded whole when all holders have confirmed. One that was cut off leaves no record, and the next
one hands out new shares, to which the old ones do not fit. The key itself lies in its file from the first moment.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.shares import MOST_SHARES, KeyShare, split_key
from mingpiao.founding.model import KeyCeremony, KeyPlan, ShareHolder
from mingpiao.founding.tables import key_ceremonies, key_shares
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.storage.private import write_private

#: How many characters of the share its holder types back: its last group.
TYPED_BACK = 4


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """A ceremony under way: the shares that nobody else may see, and who has confirmed to have theirs."""

    plan: KeyPlan
    shares: tuple[KeyShare, ...]
    received: tuple[datetime, ...] = ()

    @property
    def next_share(self) -> KeyShare | None:
        """The share that is shown next; None when all have theirs."""
        return self.shares[len(self.received)] if len(self.received) < len(self.shares) else None

    @property
    def next_holder(self) -> str:
        return self.plan.holders[len(self.received)]

    def confirm(self, typed: str) -> "Distribution":
        """The distribution after the next holder typed the end of the share.

        Raises `Refusal` (`key.share_unconfirmed`) for any other text.
        """
        share = self.next_share
        if share is None or typed.strip().lower() != share.line()[-TYPED_BACK:]:
            raise refuse(
                "key.share_unconfirmed",
                f"与份额的最后 {TYPED_BACK} 位不符，请核对抄写的内容后重新输入。",
                field="typed",
            )
        return msgspec.structs.replace(self, received=(*self.received, now()))


class Hall(Protocol):
    """The place of a ceremony: a terminal, or pages."""

    def show(self, distribution: Distribution) -> str:
        """Show the next share to its holder, and return what the holder types back."""

    def complain(self, message: str) -> None:
        """Say what was wrong with it."""


def check_plan(plan: KeyPlan) -> None:
    """Raise `Refusal` with every `key.*` problem of a ceremony's plan."""
    people = [name.strip() for name in plan.holders]
    checks = (
        (
            not 2 <= len(people) <= MOST_SHARES,
            "key/holders",
            f"份额持有人应为 2 至 {MOST_SHARES} 人，请修改。",
        ),
        (not all(people), "key/holders", "请填写每位份额持有人的姓名。"),
        (len(set(people)) < len(people), "key/holders", "份额持有人不能重复，每人只持有一份，请修改。"),
        (
            not 2 <= plan.threshold <= max(len(people), 2),
            "key/threshold",
            "恢复主密钥所需的份数应不少于 2、不多于持有人数，请修改。",
        ),
        (not plan.conductor.strip(), "key/conductor", "请填写主持人姓名。"),
        (not plan.witness.strip(), "key/witness", "请填写见证人姓名。"),
        (
            bool(plan.witness.strip()) and plan.conductor.strip() == plan.witness.strip(),
            "key/witness",
            "主持人和见证人应为两个人，请修改。",
        ),
    )
    if problems := [
        Problem(code="key.plan_wrong", field=field, message=message)
        for wrong, field, message in checks
        if wrong
    ]:
        raise Refusal(*problems)


def bring_key(file: Path) -> MasterKey:
    """The key of a file; a new one is made and written there where the file is missing.

    Raises `Refusal` (`crypto.master_key_…`) for a file that holds none.
    """
    if not file.exists():
        write_private(file, MasterKey.generate().hex() + "\n")
    return MasterKey.from_environment({"MINGPIAO_MASTER_KEY_FILE": str(file)})


def begin(key: MasterKey, plan: KeyPlan) -> Distribution:
    """New shares of a key for all holders of a plan."""
    check_plan(plan)
    return Distribution(plan=plan, shares=split_key(key, threshold=plan.threshold, count=len(plan.holders)))


def hand_out(distribution: Distribution, hall: Hall) -> Distribution:
    """Show each share to its holder until all have confirmed."""
    while distribution.next_share is not None:
        try:
            distribution = distribution.confirm(hall.show(distribution))
        except Refusal as refusal:
            hall.complain(refusal.problems[0].message)
    return distribution


async def record_ceremony(
    connection: AsyncConnection, distribution: Distribution, *, acting: Acting
) -> KeyCeremony:
    """Record a ceremony in which all holders have confirmed: fingerprints and people, no secret."""
    plan, shares = distribution.plan, distribution.shares
    ceremony = KeyCeremony(
        key_fingerprint=shares[0].key_fingerprint,
        batch=shares[0].batch,
        threshold=plan.threshold,
        conductor=plan.conductor.strip(),
        witness=plan.witness.strip(),
        held_at=now(),
        holders=tuple(
            ShareHolder(
                number=share.number, holder=holder.strip(), fingerprint=share.fingerprint(), received_at=at
            )
            for share, holder, at in zip(shares, plan.holders, distribution.received, strict=True)
        ),
    )
    values = {name: getattr(ceremony, name) for name in ceremony.__struct_fields__ if name != "holders"}
    query = insert(key_ceremonies).values(values).returning(key_ceremonies.c.ceremony_id)
    ceremony_id = (await connection.execute(query)).scalar_one()
    rows = [{"ceremony_id": ceremony_id, **msgspec.structs.asdict(each)} for each in ceremony.holders]
    await connection.execute(insert(key_shares), rows)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="founding:hand_out_shares",
            subject=f"key_ceremony:{ceremony_id}",
            details={
                "fingerprint": ceremony.key_fingerprint,
                "holders": "、".join(f"{each.number} {each.holder}" for each in ceremony.holders),
                "threshold": str(ceremony.threshold),
                "conductor": ceremony.conductor,
                "witness": ceremony.witness,
            },
        ),
    )
    return ceremony


async def last_ceremony(connection: AsyncConnection) -> KeyCeremony | None:
    """The newest recorded ceremony."""
    query = select(key_ceremonies).order_by(key_ceremonies.c.ceremony_id.desc()).limit(1)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    holders = (
        select(key_shares).where(key_shares.c.ceremony_id == row["ceremony_id"]).order_by(key_shares.c.number)
    )
    found: Sequence[ShareHolder] = [
        ShareHolder(**{name: each[name] for name in ShareHolder.__struct_fields__})
        for each in (await connection.execute(holders)).mappings()
    ]
    return KeyCeremony(
        **{name: row[name] for name in KeyCeremony.__struct_fields__ if name != "holders"},
        holders=tuple(found),
    )
