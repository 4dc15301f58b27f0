"""The first page after signing in: of a unit, and of a department."""

from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.overview import finance, unit
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=finance.HANDLERS,
    menu=(
        MenuEntry(right=UNIT_VIEW, place=10, label="首页", address="/unit", icon="home"),
        MenuEntry(right=FINANCE_VIEW, place=210, label="概览", address="/finance", icon="home"),
    ),
)
