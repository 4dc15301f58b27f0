"""复核 within a unit: a second person agrees to bills, and the manager says which."""

from mingpiao.applications.room import CHECKERS
from mingpiao.portals.checking import demands, lists, worklist
from mingpiao.portals.checking.rights import UNIT_CHECK, UNIT_DEMANDS
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*worklist.HANDLERS, *demands.HANDLERS],
    services={"checkers": CHECKERS},
    lists=(lists.CHECKS, lists.DEMANDS),
    menu=(
        MenuEntry(
            right=UNIT_CHECK, place=18, label="待复核票据", address="/unit/checks", icon="rubber-stamp"
        ),
        MenuEntry(
            right=UNIT_DEMANDS,
            place=74,
            label="复核规则",
            address="/unit/demands",
            icon="adjustments-horizontal",
        ),
    ),
    help={"/unit/checks": "unit#复核", "/unit/demands": "unit#复核"},
)
