"""What waits to be done: how much of it, and since when. Each room tells it of its own work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """How many pieces of work wait, and since when the oldest does; None when nothing waits."""

    waiting: int
    since: datetime | None


_JOBS = text(
    "SELECT count(*) AS waiting, min(execute_after) AS since FROM pgqueuer "
    "WHERE status = 'queued' AND execute_after <= now()"
)


async def backlog_by(
    connection: AsyncConnection, query: TextClause, values: Mapping[str, Any] | None = None
) -> Backlog:
    """The backlog that a query finds as its one row of `waiting` and `since`."""
    row = (await connection.execute(query, values or {})).one()
    return Backlog(waiting=row.waiting, since=row.since)


async def waiting_jobs(connection: AsyncConnection) -> Backlog:
    """Jobs whose time has come and that no worker has begun."""
    return await backlog_by(connection, _JOBS)
