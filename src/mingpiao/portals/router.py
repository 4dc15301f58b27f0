"""All pages: the public's at the root, signing in, and the portals behind it."""

from litestar import Router

from mingpiao.portals.admin.router import create_router as create_admin_router
from mingpiao.portals.finance.router import create_router as create_finance_router
from mingpiao.portals.login import create_router as create_login_router
from mingpiao.portals.public.router import create_router as create_public_router
from mingpiao.portals.unit.router import create_router as create_unit_router


def create_router() -> Router:
    """Every page of the site."""
    return Router(
        path="/",
        route_handlers=[
            create_public_router(),
            create_login_router(),
            create_unit_router(),
            create_finance_router(),
            create_admin_router(),
        ],
        include_in_schema=False,
    )
