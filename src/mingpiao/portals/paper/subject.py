"""纸质票据: paper bills from the printer down to the point that uses them."""

from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.paper import common, finance
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=finance.HANDLERS,
    lists=(finance.PAPER_STOCK, finance.PAPER_BATCHES, common.FINANCE_STEPS),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW, place=262, label="纸质票据", address=common.FINANCE_HOME, icon="receipt"
        ),
    ),
)
