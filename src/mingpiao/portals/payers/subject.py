"""缴款人名录 of a unit."""

from mingpiao.portals.payers import importing, lists, unit
from mingpiao.portals.payers.rights import UNIT_PAYERS
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *importing.HANDLERS],
    lists=(lists.PAYERS,),
    menu=(MenuEntry(right=UNIT_PAYERS, place=55, label="缴款人名录", address="/unit/payers", icon="users"),),
    help={"/unit/payers": "unit#开具一张票据"},
)
