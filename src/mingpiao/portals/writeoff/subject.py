"""核销: months of a unit."""

from mingpiao.portals.gates import UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.writeoff import entries, unit

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *entries.HANDLERS],
    menu=(MenuEntry(right=UNIT_VIEW, place=34, label="核销", address="/unit/writeoff", icon="circle-check"),),
    help={"/unit/writeoff": "unit#核销"},
)
