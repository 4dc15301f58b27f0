"""Changes of charge items, which a second person decides."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import ChargeItem
from mingpiao.catalog.service import ITEMS, submit
from mingpiao.identity.model import Acting


async def propose_items(
    connection: AsyncConnection, values: Sequence[ChargeItem], *, reason: str, acting: Acting
) -> int:
    """Propose contents that differ from those in force; the proposal's id."""
    submitted = await submit(connection, ITEMS, values, reason=reason, acting=acting)
    assert submitted.proposal_id is not None
    return submitted.proposal_id
