"""Issued bills: a unit's own with reversal, and those of a department's region."""

from mingpiao.portals.bills import finance, lists, reversal, unit
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *reversal.HANDLERS],
    finance=finance.HANDLERS,
    lists=(lists.UNIT_BILLS, lists.FINANCE_BILLS),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=30, label="已开票据", address="/unit/bills", icon="clipboard-list"),
        MenuEntry(
            right=FINANCE_VIEW, place=240, label="票据查询", address="/finance/bills", icon="clipboard-list"
        ),
    ),
)
