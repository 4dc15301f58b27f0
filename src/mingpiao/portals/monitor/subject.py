"""实时监控: what happens now beside what is usual, for departments."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.monitor import board
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.supervision.room import BOARD

SUBJECT = Subject(
    finance=board.HANDLERS,
    menu=(
        MenuEntry(
            right=FINANCE_VIEW, place=212, label="实时监控", address="/finance/monitor", icon="dashboard"
        ),
    ),
    services={"board": BOARD},
)
