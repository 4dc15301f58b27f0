"""纸质票据: paper bills from the printer down to the point that uses them, and what becomes of those that nobody uses."""

from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.paper import common, destructions, finance, public, stops, unit
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=finance.HANDLERS,
    anybody=[public.create_losses_router()],
    lists=(
        finance.PAPER_STOCK,
        finance.PAPER_BATCHES,
        stops.STOP_SUMS,
        stops.STOP_UNITS,
        common.FINANCE_STEPS,
        common.UNIT_STEPS,
        destructions.FINANCE_DESTRUCTIONS,
        destructions.UNIT_DESTRUCTIONS,
    ),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=32, label="纸质票据", address=common.UNIT_HOME, icon="receipt"),
        MenuEntry(
            right=FINANCE_VIEW, place=262, label="纸质票据", address=common.FINANCE_HOME, icon="receipt"
        ),
    ),
    help={public.ADDRESS: "public#纸质票据遗失公告"},
)
