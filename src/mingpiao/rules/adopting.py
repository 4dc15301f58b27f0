"""Take over the rules that come with the platform: the province's head approves them in one act."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account, Actor
from mingpiao.rules.library import library_rules
from mingpiao.rules.publishing import install_library
from mingpiao.rules.standing import require_province_head


async def adopt_library(
    connection: AsyncConnection, catalog: Catalog, *, acting: Account, address: str = ""
) -> list[str]:
    """Install the library's rules whose codes do not stand yet, approved by a head of the province.

    Their author is the library, so that maker and checker differ. Returns the codes that are new. Raises
    `Refusal`: `rule.not_approver` (403), or whatever does not suit the base data; then nothing is installed.
    """
    require_province_head(acting, catalog, "启用")
    actor = Actor(label=acting.actor.label, address=address)
    return await install_library(connection, catalog, library_rules(), acting=actor, name=acting.display_name)
