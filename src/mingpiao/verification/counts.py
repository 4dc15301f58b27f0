"""How often bills were checked."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_CHECKS = text("SELECT checks FROM verification_counts WHERE unit_id = :unit_id AND bill_id = :bill_id")


async def checks_of(connection: AsyncConnection, unit_id: int, bill_id: int) -> int:
    """How often a bill within the connection's scope was checked with success."""
    return await connection.scalar(_CHECKS, {"unit_id": unit_id, "bill_id": bill_id}) or 0
