"""用票单位: the pages on which a department registers its units and sees them."""

from mingpiao.house.opening import MASTER_KEY
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.units import (
    accounts,
    apps,
    changes,
    finance,
    granting,
    importing,
    lists,
    points,
    registering,
    seal,
    unit,
    withdrawing,
)

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=[
        *finance.HANDLERS,
        *registering.HANDLERS,
        *importing.HANDLERS,
        *granting.HANDLERS,
        *withdrawing.HANDLERS,
        *accounts.HANDLERS,
        *changes.HANDLERS,
        *apps.HANDLERS,
        *seal.HANDLERS,
        *points.HANDLERS,
    ],
    services={"master_key": MASTER_KEY},
    lists=(lists.UNITS,),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=65, label="单位信息", address="/unit/profile", icon="building"),
        MenuEntry(right=FINANCE_VIEW, place=220, label="用票单位", address="/finance/units", icon="building"),
    ),
    help={"/unit/profile": "unit#首页"},
)
