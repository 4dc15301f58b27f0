"""票据种类: pages on which a department sees the kinds of bills and marks those that need evidence."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.kinds import finance
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=finance.HANDLERS,
    menu=(
        MenuEntry(right=FINANCE_VIEW, place=290, label="票据种类", address="/finance/kinds", icon="receipt"),
    ),
)
