"""账户安全: each person's own second factor, sessions and known browsers."""

from mingpiao.portals.routing import portal_router
from mingpiao.portals.security.factors import HANDLERS as FACTOR_HANDLERS
from mingpiao.portals.security.overview import HANDLERS as OVERVIEW_HANDLERS
from mingpiao.portals.security.proof import HANDLERS as PROOF_HANDLERS
from mingpiao.portals.subjects import Subject

SUBJECT = Subject(
    anybody=[portal_router("/account", [*OVERVIEW_HANDLERS, *FACTOR_HANDLERS, *PROOF_HANDLERS])],
    help={"/account": "start#账户安全"},
)
