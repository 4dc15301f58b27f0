"""Which campaigns a person of a department sees: those that include their region, and those below it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account
from mingpiao.portals.regions import home_region
from mingpiao.writeoff.model import Campaign
from mingpiao.writeoff.service import list_campaigns


async def visible_campaigns(
    connection: AsyncConnection, account: Account, catalog: Catalog
) -> Sequence[Campaign]:
    """The campaigns that concern the account's region, those that run first."""
    return await list_campaigns(connection, home_region(account, catalog))
