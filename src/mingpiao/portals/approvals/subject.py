"""待审变更: pages on which departments decide changes that one person proposed."""

from mingpiao.portals.approvals import admin, finance, lists
from mingpiao.portals.gates import FINANCE_VIEW, SECURE
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=finance.HANDLERS,
    admin=admin.HANDLERS,
    lists=(lists.PROPOSALS, lists.SECURITY_PROPOSALS),
    menu=(
        MenuEntry(
            right=FINANCE_VIEW,
            place=265,
            label=lists.PROPOSALS.title,
            address=lists.PROPOSALS.address,
            icon="clipboard-list",
        ),
        MenuEntry(
            right=SECURE,
            place=326,
            label=lists.SECURITY_PROPOSALS.title,
            address=lists.SECURITY_PROPOSALS.address,
            icon="clipboard-list",
        ),
    ),
)
