"""监管规则: drafting, approval, back-tests, library and statistics of rules."""

from mingpiao.portals.rules import conditions, editor, files, finance, library, lists, running, trials
from mingpiao.portals.rules.rights import RULES_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=[
        *finance.HANDLERS,
        *editor.HANDLERS,
        *files.HANDLERS,
        *library.HANDLERS,
        *running.HANDLERS,
        *trials.HANDLERS,
        *conditions.HANDLERS,
    ],
    lists=(lists.RULES, lists.TRIALS),
    menu=(
        MenuEntry(
            right=RULES_VIEW,
            place=280,
            label="监管规则",
            address="/finance/rules",
            icon="adjustments-horizontal",
        ),
    ),
)
