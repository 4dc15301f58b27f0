"""What the worker does for identity."""

from sqlalchemy import delete, or_

from mingpiao.identity.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT
from mingpiao.identity.tables import sessions
from mingpiao.kernel.clock import now
from mingpiao.storage.database import Database


async def purge_sessions(database: Database) -> None:
    """Forget sessions that ended by idleness or age."""
    moment = now()
    ended = or_(sessions.c.seen_at < moment - IDLE_LIMIT, sessions.c.created_at < moment - ABSOLUTE_LIMIT)
    async with database.system() as connection:
        await connection.execute(delete(sessions).where(ended))
