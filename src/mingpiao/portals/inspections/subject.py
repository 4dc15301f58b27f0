"""监督检查, for departments."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.inspections import asking
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=asking.HANDLERS,
    menu=(MenuEntry(right=FINANCE_VIEW, place=284, label="监督检查", address=asking.PLACE, icon="search"),),
)
