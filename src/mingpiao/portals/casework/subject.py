"""异常票据 and 整改: what write-off did not pass, and how it is put right."""

from mingpiao.portals.casework import finance, lists, months, notices, papers, unit
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *papers.HANDLERS],
    finance=[*finance.HANDLERS, *notices.HANDLERS, *papers.HANDLERS, *months.HANDLERS],
    lists=(
        lists.FINANCE_EXCEPTIONS,
        lists.UNIT_EXCEPTIONS,
        lists.FINANCE_RECTIFICATIONS,
        lists.UNIT_RECTIFICATIONS,
    ),
    menu=(
        MenuEntry(
            right=UNIT_VIEW, place=37, label="异常票据", address="/unit/exceptions", icon="alert-triangle"
        ),
        MenuEntry(right=UNIT_VIEW, place=38, label="整改", address="/unit/rectifications", icon="pencil"),
        MenuEntry(
            right=FINANCE_VIEW,
            place=276,
            label="异常票据",
            address="/finance/exceptions",
            icon="alert-triangle",
        ),
        MenuEntry(
            right=FINANCE_VIEW, place=277, label="整改", address="/finance/rectifications", icon="pencil"
        ),
    ),
    help={
        "/unit/exceptions": "unit#异常票据和整改",
        "/unit/rectifications": "unit#异常票据和整改",
        "/finance/exceptions": "finance#异常票据和整改",
        "/finance/rectifications": "finance#异常票据和整改",
    },
)
