"""Issued bills: a unit's own with reversal, and those of a department's region."""

from mingpiao.portals.bills import finance, lists, printing, reversal, unit, warned
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*printing.HANDLERS, *unit.HANDLERS, *reversal.HANDLERS, *list_handlers(warned.UNIT_WARNED)],
    finance=[*finance.HANDLERS, *list_handlers(warned.FINANCE_WARNED)],
    lists=(lists.UNIT_BILLS, lists.FINANCE_BILLS, warned.UNIT_WARNED, warned.FINANCE_WARNED),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=30, label="已开票据", address="/unit/bills", icon="clipboard-list"),
        MenuEntry(
            right=UNIT_VIEW, place=44, label="提示记录", address="/unit/warnings", icon="alert-triangle"
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=274,
            label="提示记录",
            address="/finance/warnings",
            icon="alert-triangle",
        ),
        MenuEntry(
            right=FINANCE_VIEW, place=240, label="票据查询", address="/finance/bills", icon="clipboard-list"
        ),
    ),
    help={
        "/unit/bills": "unit#查找票据",
        "/unit/bills/*/*/reverse": "unit#冲红",
        "/unit/bills/*/*/reversed": "unit#冲红",
        "/unit/bills/print": "unit#打印-交付和打包下载",
        "/unit/bills/slip": "unit#打印-交付和打包下载",
    },
)
