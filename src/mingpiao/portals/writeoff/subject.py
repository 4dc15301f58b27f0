"""核销: months of units, and how their departments see them."""

from mingpiao.house.opening import FILES
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.writeoff import (
    behind,
    certificates,
    comparison,
    differences,
    entries,
    figures,
    lists,
    matching,
    orders,
    settings,
    statements,
    unit,
)
from mingpiao.writeoff.room import PAPERS

SUBJECT = Subject(
    unit=[
        *unit.HANDLERS,
        *entries.HANDLERS,
        *statements.HANDLERS,
        *matching.HANDLERS,
        *certificates.HANDLERS,
        *comparison.HANDLERS,
        *orders.HANDLERS,
    ],
    services={"files": FILES, "papers": PAPERS},
    finance=[
        *list_handlers(differences.DIFFERENCES),
        *figures.HANDLERS,
        *behind.HANDLERS,
        *settings.HANDLERS,
        *certificates.FINANCE_HANDLERS,
    ],
    lists=(lists.BEHIND, lists.UNIT_MONTHS, differences.DIFFERENCES, matching.RECEIPTS, matching.UNPAID),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=34, label="核销", address="/unit/writeoff", icon="circle-check"),
        MenuEntry(
            right=FINANCE_VIEW,
            place=255,
            label="核销情况",
            address=lists.FIGURES,
            icon="chart-bar",
            covers=(lists.BEHIND.address, lists.UNIT_MONTHS.address, differences.ADDRESS),
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=296,
            label="核销设置",
            address="/finance/writeoff/settings",
            icon="adjustments-horizontal",
        ),
    ),
    help={
        "/unit/writeoff": "unit#核销",
        "/finance/writeoff": "finance#核销情况",
        "/finance/writeoff/settings": "finance#核销设置",
    },
)
