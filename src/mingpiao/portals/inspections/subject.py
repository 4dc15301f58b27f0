"""监督检查, for departments."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.inspections import asking, concluding, papers, planning, unit
from mingpiao.portals.inspections.lists import INSPECTIONS
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=[*asking.HANDLERS, *planning.HANDLERS, *papers.HANDLERS, *concluding.HANDLERS],
    unit=unit.HANDLERS,
    lists=(INSPECTIONS, unit.STATEMENTS),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW, place=284, label=INSPECTIONS.title, address=INSPECTIONS.address, icon="search"
        ),
    ),
)
