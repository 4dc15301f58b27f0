"""开具票据: the pages that issue a bill."""

from mingpiao.portals.issuing import copies, shelf, unit
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *copies.HANDLERS, *shelf.HANDLERS],
    menu=(MenuEntry(right=UNIT_ISSUE, place=20, label="开具票据", address="/unit/issue", icon="receipt"),),
    help={"/unit/issue": "unit#开具一张票据"},
)
