"""The append-only event log. An event and its leaf hash are written in the same transaction.

A leaf is SM3(0x00 ‖ body): the leaf of RFC 6962 with SM3 in place of SHA-256. The body is the event's
canonical JSON as stored. The log is ordered by (txid, event_id). A reader takes only events of
transactions older than the oldest running one. No event can be added there later, so none is missed.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.journal.marks import lock_mark, mark_of, move_mark
from mingpiao.journal.model import Event

__all__ = [
    "append",
    "bill_events",
    "event_body",
    "leaf_hash",
    "lock_mark",
    "mark_of",
    "move_mark",
]

_APPEND = """
INSERT INTO events (unit_id, bill_id, type, occurred_at, body, leaf_hash)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::bytea[])
"""
_encoder = msgspec.json.Encoder(order="sorted")


def event_body(event: Event) -> str:
    """The event as canonical JSON: sorted keys, no spaces, time in UTC."""
    utc = msgspec.structs.replace(event, occurred_at=event.occurred_at.astimezone(UTC))
    return _encoder.encode(utc).decode()


def leaf_hash(body: str) -> bytes:
    """SM3 over a zero byte and the body (32 bytes)."""
    return hashlib.new("sm3", b"\x00" + body.encode()).digest()


async def append(connection: asyncpg.Connection, events: Sequence[Event]) -> None:
    """Append events to the log, in the caller's transaction."""
    bodies = [event_body(event) for event in events]
    await connection.execute(
        _APPEND,
        [event.unit_id for event in events],
        [event.bill_id for event in events],
        [event.type for event in events],
        [event.occurred_at for event in events],
        bodies,
        [leaf_hash(body) for body in bodies],
    )


async def bill_events(connection: AsyncConnection, unit_id: int, bill_id: int) -> list[Event]:
    """The events of a bill within the connection's scope, oldest first."""
    bodies = await connection.execute(
        text(
            "SELECT body FROM events WHERE unit_id = :unit_id AND bill_id = :bill_id ORDER BY txid, event_id"
        ),
        {"unit_id": unit_id, "bill_id": bill_id},
    )
    return [msgspec.json.decode(body, type=Event) for body in bodies.scalars()]
