"""核销: months of units, and how their departments see them."""

from mingpiao.house.opening import FILES
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.writeoff import (
    behind,
    certificates,
    entries,
    figures,
    lists,
    matching,
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
    ],
    services={"files": FILES, "papers": PAPERS},
    finance=[*figures.HANDLERS, *behind.HANDLERS],
    lists=(lists.BEHIND, lists.UNIT_MONTHS, matching.RECEIPTS, matching.UNPAID),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=34, label="核销", address="/unit/writeoff", icon="circle-check"),
        MenuEntry(
            right=FINANCE_VIEW,
            place=255,
            label="核销情况",
            address=lists.FIGURES,
            icon="chart-bar",
            covers=(lists.BEHIND.address, lists.UNIT_MONTHS.address),
        ),
    ),
    help={"/unit/writeoff": "unit#核销", "/finance/writeoff": "finance#核销情况"},
)
