"""The first page after signing in: of a unit, and of a department."""

from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.overview import finance, unit, unusual
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=[*finance.HANDLERS, *list_handlers(unusual.UNUSUAL)],
    lists=(unusual.UNUSUAL,),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=10, label="首页", address="/unit", icon="home"),
        MenuEntry(
            right=FINANCE_VIEW,
            place=210,
            label="概览",
            address="/finance",
            icon="home",
            covers=("/finance/unusual",),
        ),
    ),
    help={"/finance/unusual": "finance#概览"},
)
