"""The pages of the administrator."""

from litestar import Router

from mingpiao.portals.admin.accounts import account_list, account_page, change_account
from mingpiao.portals.admin.audit import audit_list
from mingpiao.portals.admin.state import state
from mingpiao.portals.gates import Right
from mingpiao.portals.routing import portal_router
from mingpiao.portals.session import require_right


def create_router() -> Router:
    """Routes under /admin, for administrators alone."""
    handlers = [state, account_list, account_page, change_account, audit_list]
    return portal_router("/admin", handlers, guard=require_right(Right.ADMINISTER))
