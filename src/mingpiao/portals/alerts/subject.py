"""预警: what rules of monitoring found, and what departments make of it."""

from mingpiao.portals.alerts import lists, pages, rules
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=[*list_handlers(lists.ALERTS), *rules.HANDLERS, *pages.HANDLERS],
    lists=(lists.ALERTS,),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW,
            place=214,
            label=lists.ALERTS.title,
            address=lists.ALERTS.address,
            icon="bell",
        ),
    ),
)
