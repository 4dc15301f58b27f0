"""数据查询, for departments."""

from mingpiao.portals.cube import pages
from mingpiao.portals.cube.rights import CUBE_ASK
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=pages.HANDLERS,
    menu=(MenuEntry(right=CUBE_ASK, place=213, label="数据查询", address="/finance/cube", icon="chart-bar"),),
)
