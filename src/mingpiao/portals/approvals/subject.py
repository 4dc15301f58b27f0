"""待审变更: pages on which departments decide changes that one person proposed."""

from mingpiao.portals.approvals import finance, lists
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=finance.HANDLERS,
    lists=(lists.PROPOSALS,),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW,
            place=265,
            label=lists.PROPOSALS.title,
            address=lists.PROPOSALS.address,
            icon="clipboard-list",
        ),
    ),
)
