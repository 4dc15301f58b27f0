"""草稿: bills that are not issued yet."""

from mingpiao.portals.drafts import lists, unit
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    lists=(lists.DRAFTS,),
    menu=(MenuEntry(right=UNIT_ISSUE, place=22, label="草稿", address="/unit/drafts", icon="pencil"),),
    help={"/unit/drafts": "unit#开具一张票据"},
)
