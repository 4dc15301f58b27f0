"""票据申领: units ask for numbers, departments decide what the audit leaves to them."""

from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.supply import (
    departments,
    finance,
    lists,
    points,
    returning,
    settings,
    tracing,
    unit,
    years,
)

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *returning.UNIT_HANDLERS, *points.HANDLERS],
    finance=[
        *settings.HANDLERS,
        *departments.HANDLERS,
        *returning.FINANCE_HANDLERS,
        *years.HANDLERS,
        *tracing.HANDLERS,
        *finance.HANDLERS,
    ],
    lists=(
        lists.UNIT_REQUISITIONS,
        lists.FINANCE_REQUISITIONS,
        departments.DEPARTMENT_STOCKS,
        departments.NUMBER_MOVES,
        returning.UNIT_SEGMENTS,
        points.UNIT_POINTS,
        returning.RETURNED_NUMBERS,
    ),
    menu=(
        MenuEntry(
            right=UNIT_VIEW,
            place=33,
            label="票据申领",
            address=unit.ADDRESS,
            icon="download",
            covers=(lists.UNIT_REQUISITIONS.address, returning.UNIT_SEGMENTS.address, points.ADDRESS),
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=258,
            label="票据申领",
            address=lists.FINANCE_REQUISITIONS.address,
            icon="download",
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=257,
            label="号码库存",
            address=departments.ADDRESS,
            icon="list",
            covers=(departments.NUMBER_MOVES.address, returning.RETURNED_NUMBERS.address, years.ADDRESS),
        ),
        MenuEntry(right=FINANCE_VIEW, place=259, label="号码追踪", address=tracing.ADDRESS, icon="search"),
        MenuEntry(
            right=FINANCE_VIEW,
            place=297,
            label="申领设置",
            address=settings.ADDRESS,
            icon="adjustments-horizontal",
        ),
    ),
)
