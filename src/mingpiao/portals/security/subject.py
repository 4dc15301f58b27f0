"""账户安全: each person's own second factor, sessions and known browsers."""

from mingpiao.portals.gates import SECURE
from mingpiao.portals.routing import portal_router
from mingpiao.portals.security import addresses, passwords
from mingpiao.portals.security.factors import HANDLERS as FACTOR_HANDLERS
from mingpiao.portals.security.overview import HANDLERS as OVERVIEW_HANDLERS
from mingpiao.portals.security.proof import HANDLERS as PROOF_HANDLERS
from mingpiao.portals.security.rights import ACCESS_ADDRESSES
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.security.service import POLICY_PAGE

SUBJECT = Subject(
    finance=addresses.FINANCE_HANDLERS,
    admin=[*addresses.ADMIN_HANDLERS, *passwords.HANDLERS],
    anybody=[portal_router("/account", [*OVERVIEW_HANDLERS, *FACTOR_HANDLERS, *PROOF_HANDLERS])],
    menu=(
        MenuEntry(
            right=ACCESS_ADDRESSES,
            place=302,
            label="访问地址",
            address="/finance/addresses",
            icon="shield-check",
        ),
        MenuEntry(right=SECURE, place=334, label="密码策略", address=POLICY_PAGE, icon="lock"),
        MenuEntry(right=SECURE, place=336, label="访问地址", address="/admin/addresses", icon="shield-check"),
    ),
    help={
        "/finance/addresses": "start#访问地址",
        "/admin/addresses": "start#访问地址",
        "/admin/passwords": "start#密码策略",
        "/account": "start#账户安全",
    },
)
