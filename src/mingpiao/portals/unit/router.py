"""The pages of 用票单位 under /unit."""

from litestar import Router

from mingpiao.portals import messages
from mingpiao.portals.routing import portal_router
from mingpiao.portals.session import require_unit
from mingpiao.portals.unit import (
    accounts,
    applications,
    bills,
    evidence,
    evidence_list,
    exports,
    home,
    issue,
    qualifications,
    reversal,
)


def create_router() -> Router:
    """All pages of a unit, behind its guard."""
    handlers = [
        *home.HANDLERS,
        *issue.HANDLERS,
        *evidence.HANDLERS,
        *evidence_list.HANDLERS,
        *exports.HANDLERS,
        *bills.HANDLERS,
        *reversal.HANDLERS,
        *applications.HANDLERS,
        *qualifications.HANDLERS,
        *accounts.HANDLERS,
        *messages.HANDLERS,
    ]
    return portal_router("/unit", handlers, guard=require_unit)
