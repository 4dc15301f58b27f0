"""监管规则: drafting, approval, back-tests, library and statistics of rules."""

from mingpiao.portals.lists import list_handlers
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
        *list_handlers(lists.SHADOWS),
        *conditions.HANDLERS,
    ],
    lists=(lists.RULES, lists.TRIALS, lists.SHADOWS),
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
