"""监督检查, for departments."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.inspections import asking, papers, planning
from mingpiao.portals.inspections.lists import INSPECTIONS
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=[*asking.HANDLERS, *planning.HANDLERS, *papers.HANDLERS],
    lists=(INSPECTIONS,),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW, place=284, label=INSPECTIONS.title, address=INSPECTIONS.address, icon="search"
        ),
    ),
)
