"""开票申请 of a unit, and 人工复核 by its department."""

from mingpiao.portals.applications import asked, lists, reasons, review, review_figures, reviews, unit
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*unit.HANDLERS, *list_handlers(asked.UNIT_ASKED)],
    finance=[
        *reviews.HANDLERS,
        *review_figures.HANDLERS,
        *review.HANDLERS,
        *list_handlers(asked.FINANCE_ASKED),
        *list_handlers(reasons.REASONS),
    ],
    lists=(lists.UNIT_APPLICATIONS, lists.REVIEWS, asked.UNIT_ASKED, asked.FINANCE_ASKED, reasons.REASONS),
    menu=(
        MenuEntry(
            right=UNIT_VIEW, place=40, label="开票申请", address="/unit/applications", icon="file-invoice"
        ),
        MenuEntry(right=UNIT_VIEW, place=42, label="核实记录", address="/unit/asked", icon="help-circle"),
        MenuEntry(
            right=FINANCE_VIEW, place=272, label="核实记录", address="/finance/asked", icon="help-circle"
        ),
        MenuEntry(right=FINANCE_VIEW, place=273, label="核实理由", address="/finance/reasons", icon="list"),
        MenuEntry(
            right=FINANCE_VIEW, place=260, label="人工复核", address="/finance/reviews", icon="rubber-stamp"
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=270,
            label="复核统计",
            address="/finance/reviews/figures",
            icon="chart-bar",
        ),
    ),
    help={"/finance/reasons": "finance#人工复核"},
)
