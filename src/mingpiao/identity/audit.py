"""The audit trail: each row is written in the transaction of the change that it describes."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import AuditEntry

_INSERT_ONE = text(
    "INSERT INTO audit_log (actor, action, subject, unit_id, address, details) "
    "VALUES (:actor, :action, :subject, :unit_id, :address, CAST(:details AS jsonb))"
)
_INSERT_MANY = """
INSERT INTO audit_log (actor, action, subject, unit_id, address, details)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[])
"""


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
        "address": entry.acting.address,
        "details": msgspec.json.encode(entry.details).decode(),
    }


async def record_many(connection: asyncpg.Connection, entries: Sequence[AuditEntry]) -> None:
    """Write many audit rows with one statement in the caller's transaction."""
    await connection.execute(
        _INSERT_MANY,
        [entry.acting.actor for entry in entries],
        [entry.action for entry in entries],
        [entry.subject for entry in entries],
        [entry.unit_id for entry in entries],
        [entry.acting.address for entry in entries],
        [entry.details for entry in entries],
    )
