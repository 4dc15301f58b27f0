"""重点监控, for departments."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.watches import finance
from mingpiao.portals.watches.lists import WATCHES

SUBJECT = Subject(
    finance=finance.HANDLERS,
    lists=(WATCHES,),
    menu=(
        MenuEntry(right=FINANCE_VIEW, place=282, label=WATCHES.title, address=WATCHES.address, icon="eye"),
    ),
)
