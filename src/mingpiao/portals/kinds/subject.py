"""票据种类: what a department sees and marks of kinds of bills."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.kinds import finance, lists
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=finance.HANDLERS,
    lists=(lists.KINDS,),
    menu=(
        MenuEntry(right=FINANCE_VIEW, place=290, label="票据种类", address="/finance/kinds", icon="receipt"),
    ),
)
