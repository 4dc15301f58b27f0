"""统计报表 of a unit."""

from mingpiao.portals.gates import UNIT_VIEW
from mingpiao.portals.reports import unit
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    menu=(MenuEntry(right=UNIT_VIEW, place=36, label="统计报表", address="/unit/reports", icon="chart-bar"),),
)
