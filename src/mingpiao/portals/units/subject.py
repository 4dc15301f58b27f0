"""用票单位: the pages on which a department sees its units."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.units import finance, lists

SUBJECT = Subject(
    finance=finance.HANDLERS,
    lists=(lists.UNITS,),
    menu=(
        MenuEntry(right=FINANCE_VIEW, place=220, label="用票单位", address="/finance/units", icon="building"),
    ),
)
