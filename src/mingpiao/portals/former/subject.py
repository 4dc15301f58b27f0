"""历史票据: bills of an old system, imported and written off."""

from mingpiao.house.opening import FILES
from mingpiao.portals.former import bills, certificates, lists, months, removal, uploads
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.writeoff.room import PAPERS

SUBJECT = Subject(
    unit=[
        *list_handlers(lists.UNIT_FORMER),
        *uploads.UNIT_HANDLERS,
        *bills.UNIT_HANDLERS,
        *removal.UNIT_HANDLERS,
        *months.HANDLERS,
    ],
    finance=[
        *list_handlers(lists.FINANCE_FORMER),
        *uploads.FINANCE_HANDLERS,
        *bills.FINANCE_HANDLERS,
        *removal.FINANCE_HANDLERS,
        *certificates.HANDLERS,
    ],
    lists=lists.ALL_LISTS,
    services={"files": FILES, "papers": PAPERS},
    menu=(
        MenuEntry(
            right=UNIT_VIEW, place=39, label="历史票据", address=lists.UNIT_FORMER.address, icon="history"
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=278,
            label="历史票据",
            address=lists.FINANCE_FORMER.address,
            icon="history",
        ),
    ),
    help={"/unit/former": "unit#历史票据", "/finance/former": "finance#历史票据"},
)
