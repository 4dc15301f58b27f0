"""What the house needs of the catalog."""

from mingpiao.catalog.items import ITEM_PROPOSAL
from mingpiao.catalog.service import CatalogStore
from mingpiao.house.model import Room
from mingpiao.house.opening import DATABASE, NOTICES, House, Service


async def _open_catalog(house: House) -> CatalogStore:
    return CatalogStore(await house.get(DATABASE), await house.get(NOTICES))


CATALOG = Service(name="catalog", open=_open_catalog)

ROOM = Room(
    proposals=(ITEM_PROPOSAL,),
    actions={
        "catalog:save": "修改基础数据",
        "kind:mark_evidence": "设置票种须附佐证材料",
    },
    details={"codes": "编码", "needs_evidence": "须附佐证材料"},
)
