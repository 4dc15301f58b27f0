"""What the house needs of units."""

from mingpiao.house.model import Affected, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, NOTICES, House, Service
from mingpiao.units.service import AppDirectory, UnitDirectory, count_units_with_items


async def _open_units(house: House) -> UnitDirectory:
    return UnitDirectory(await house.get(DATABASE), await house.get(NOTICES))


async def _open_apps(house: House) -> AppDirectory:
    return AppDirectory(await house.get(DATABASE), await house.get(NOTICES), await house.get(MASTER_KEY))


UNITS = Service(name="units", open=_open_units)
APPS = Service(name="apps", open=_open_apps)

ROOM = Room(
    affected=(Affected(subject="charge_item", words="家用票单位", count=count_units_with_items),),
    actions={
        "interface_app:create": "建立接口应用",
        "unit:allow_items": "核定收款项目",
        "unit:register": "登记用票单位",
    },
    details={"format": "格式", "items": "收款项目", "name": "名称", "uscc": "统一社会信用代码"},
)
