"""The audit trail: each row is written in the transaction of the change that it describes.

A row has the names that the acting person has on that day, so that it can be read when the person is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Account, Acting, AuditEntry, ChangedValue
from mingpiao.kernel.money import plain

_INSERT_ONE = text(
    "INSERT INTO audit_log (actor, action, subject, unit_id, address, details, actor_name, actor_user, "
    "actor_role, actor_region, changed, about_region) "
    "VALUES (:actor, :action, :subject, :unit_id, :address, CAST(:details AS jsonb), :actor_name, "
    ":actor_user, :actor_role, :actor_region, CAST(:changed AS jsonb), :about_region)"
)
_INSERT_MANY = """
INSERT INTO audit_log (actor, action, subject, unit_id, address, details, actor_name, actor_user, actor_role,
    actor_region)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[], $7::text[],
    $8::text[], $9::text[], $10::text[])
"""


def entry_of(action: str, account: Account, *, acting: Acting, **details: str) -> AuditEntry:
    """A line of the audit trail about an account."""
    return AuditEntry(
        acting=acting,
        action=action,
        subject=f"account:{account.account_id}",
        unit_id=account.unit_id,
        region_code=account.region_code,
        details={"username": account.username} | details,
    )


async def record(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Write one audit row in the caller's transaction, so that the change and its row are committed together."""
    await connection.execute(_INSERT_ONE, _row(entry))


async def record_all(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """Write several audit rows in the caller's transaction, sent together."""
    if entries:
        await connection.execute(_INSERT_ONE, [_row(entry) for entry in entries])


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "actor": entry.acting.actor,
        "action": entry.action,
        "subject": entry.subject,
        "unit_id": entry.unit_id,
        "about_region": entry.region_code,
        "address": entry.acting.address,
        "details": msgspec.json.encode(entry.details).decode(),
        "changed": msgspec.json.encode(entry.changed).decode(),
    } | _person(acting=entry.acting)


def _person(*, acting: Acting) -> dict[str, str | None]:
    return {
        "actor_name": acting.name,
        "actor_user": acting.account.username if acting.account else "",
        "actor_role": acting.role.value if acting.role else "",
        "actor_region": acting.region_code,
    }


async def record_many(connection: asyncpg.Connection, entries: Sequence[AuditEntry]) -> None:
    """Write many audit rows of what is new with one statement in the caller's transaction: they have no
    `changed`, and concern no department.
    """
    people = [_person(acting=entry.acting) for entry in entries]
    await connection.execute(
        _INSERT_MANY,
        [entry.acting.actor for entry in entries],
        [entry.action for entry in entries],
        [entry.subject for entry in entries],
        [entry.unit_id for entry in entries],
        [entry.acting.address for entry in entries],
        [entry.details for entry in entries],
        *(
            [each[name] for each in people]
            for name in ("actor_name", "actor_user", "actor_role", "actor_region")
        ),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ChangedValue, ...]:
    """The members of `after` whose values differ from those in `before`, in the order of `after`, as texts.

    A member that is in one of the two alone was, or becomes, nothing.
    """
    names = [*after, *(name for name in before if name not in after)]
    pairs = ((name, _told(before.get(name)), _told(after.get(name))) for name in names)
    return tuple(ChangedValue(name=name, before=old, after=new) for name, old, new in pairs if old != new)


class _Row(Protocol):
    """A line of a change in words, such as the house's `ChangedRow`."""

    @property
    def label(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


def changed_values(rows: Iterable[_Row]) -> tuple[ChangedValue, ...]:
    """The same change for the audit trail: the labels are the names."""
    return tuple(ChangedValue(name=row.label, before=row.before, after=row.after) for row in rows)


def _told(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Decimal():
            return plain(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case str():
            return value
        case Mapping():
            return "，".join(f"{name}={_told(each)}" for name, each in value.items())
        case set() | frozenset():
            return "、".join(sorted(_told(each) for each in value))
        case Iterable():
            return "、".join(_told(each) for each in value)
    return str(value)
