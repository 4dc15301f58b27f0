"""智能分析 and 关联分析: what the nightly analysis found of units, and who is tied to whom."""

from mingpiao.portals.analysis import finance, lists
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=[*list_handlers(lists.FINDINGS), *list_handlers(lists.TIES), *finance.HANDLERS],
    lists=(lists.FINDINGS, lists.TIES),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW,
            place=216,
            label=lists.FINDINGS.title,
            address=lists.FINDINGS.address,
            icon="chart-bar",
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=217,
            label=lists.TIES.title,
            address=lists.TIES.address,
            icon="users",
        ),
    ),
)
