"""补核销专项: a unit's months from before write-off began, and how departments lead campaigns."""

from mingpiao.portals.campaigns import changes, finance, lists, unit
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=[*finance.HANDLERS, *changes.HANDLERS],
    lists=(lists.CAMPAIGN_UNITS,),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW,
            place=256,
            label="补核销专项",
            address=lists.ADDRESS,
            icon="calendar",
            covers=(lists.CAMPAIGN_UNITS.address,),
        ),
    ),
    help={"/unit/writeoff/catch-up": "unit#补核销", "/finance/campaigns": "finance#补核销专项"},
)
