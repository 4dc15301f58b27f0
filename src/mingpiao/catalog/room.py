"""What the house needs of the catalog."""

from mingpiao.catalog.changing import PROPOSALS
from mingpiao.catalog.data import ALL_DATA, CODE_LISTS
from mingpiao.catalog.regions import REFORM_PROPOSAL
from mingpiao.catalog.service import CatalogStore, count_kinds_with_lists
from mingpiao.house.model import Affected, Room
from mingpiao.house.opening import DATABASE, NOTICES, House, Service


async def _open_catalog(house: House) -> CatalogStore:
    return CatalogStore(await house.get(DATABASE), await house.get(NOTICES))


CATALOG = Service(name="catalog", open=_open_catalog)

ROOM = Room(
    affected=(Affected(subject=CODE_LISTS.word, words="个票据种类", count=count_kinds_with_lists),),
    proposals=(*PROPOSALS.values(), REFORM_PROPOSAL),
    actions={
        "catalog:save": "修改基础数据",
        "kind:mark_evidence": "设置票种须附佐证材料",
    },
    details={
        "codes": "编码",
        "name": "名称",
        "data": "内容",
        "needs_evidence": "须附佐证材料",
        "reason": "原因",
    },
    subjects={each.word: each.label for each in ALL_DATA} | {"table": "基础数据"},
)
